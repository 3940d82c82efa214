"""The months of `market.daily_prices` as a load meets them: new ones are built aside, known ones are compared.

Row-by-row foreign key checks and index entries are most of what an INSERT costs. A month that does not exist yet is a
table of its own until the load ends: rows are copied into it bare, its keys and indexes are built at once, and
attaching it checks its foreign key and its bounds set-wise. All of that happens in the load's transaction, so that a
load that fails or is killed leaves no table behind.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import polars as pl
from psycopg import sql

from market.ingest.copying import STORED, as_csv, digest
from market.ingest.parcels import VALUES
from market.ingest.store import Days, statement, store_staged
from market.models import DailyPrice
from system import partitions
from system.partitions import Partition

INTO = f"({', '.join(STORED)}) FROM STDIN (FORMAT csv)"
COPY = "COPY market.daily_prices " + INTO
STAGE = "COPY staged_prices " + INTO
SEQUENCE = "SELECT pg_get_serial_sequence('market.daily_prices', 'price_id')"
NUMBERED = "ALTER TABLE {month} ALTER price_id SET DEFAULT nextval({sequence})"
UNNUMBERED = "ALTER TABLE {month} ALTER price_id DROP DEFAULT"


class Months:
    """Which months exist, and those that this load makes."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor
        self.made: list[Partition] = []
        self._is_new: dict[date, bool] = {}
        self._differed = False

    def is_new(self, month: date) -> bool:
        """Whether this load builds the month aside; if so, its table is there."""
        if month not in self._is_new:
            self._is_new[month] = self._start(Partition(DailyPrice, month))
        return self._is_new[month]

    def copy_into(self, month: date) -> str:
        """The COPY into the table of a new month."""
        return self._on(month, "COPY {month} " + INTO)

    def fill(self, days: Days) -> int:
        """Move the staged rows of a new month into its table; return how many."""
        self.cursor.execute(self._on(days.month, statement("fill_aside")), {"first": days.first, "last": days.last})
        return int(self.cursor.rowcount)

    def finish(self, month: date) -> None:
        """No more rows of a new month: build its keys and indexes."""
        partitions.index_aside(self.cursor, Partition(DailyPrice, month))
        self.cursor.execute(self._on(month, UNNUMBERED))

    def move_stock(self, ours: int, theirs: int) -> None:
        """Give the rows that are not stored yet, and name a stock by the number `ours`, to the stock `theirs`."""
        for table in (sql.Identifier("staged_prices"), *(partition.identifier for partition in self.made)):
            change = sql.SQL("UPDATE {} SET stock_id = %s WHERE stock_id = %s").format(table)
            self.cursor.execute(change.as_string(self.cursor.connection), [theirs, ours])

    def attach(self) -> None:
        """Make the new months part of the prices. Their stocks must exist."""
        for partition in self.made:
            partitions.attach(self.cursor, partition)

    def meet_latest(self, newest_days: Iterable[date]) -> None:
        """Do for the rows of new months what the triggers on prices would have done, had they been inserted.

        `newest_days` are the days of the rows staged with the stocks: the newest of each.
        """
        months = {day.replace(day=1) for day in newest_days}
        for partition in self.made:
            if partition.start in months:
                self.cursor.execute(self._on(partition.start, statement("meet_latest")))

    def holds(self, rows: pl.DataFrame, days: Days, given: Sequence[str]) -> bool | None:
        """Whether a month that exists holds exactly these rows of these days; None where it has nothing of them.

        Where the month before differed this one may too, and its first day is looked at before all of it is.
        """
        if self._differed and days.first < days.last:
            first = rows.filter(rows["trade_date"] == days.first)
            if self._holds(first, Days(days.first, days.first, first.height), given) is False:
                return False
        is_held = self._holds(rows, days, given)
        self._differed = is_held is False
        return is_held

    def insert(self, rows: pl.DataFrame) -> None:
        """Insert rows of days that nothing is stored of, by the door that everybody uses."""
        with self.cursor.copy(COPY) as copy:
            copy.write(as_csv(rows.select(STORED)))

    def merge(self, rows: pl.DataFrame, days: Days, given: Sequence[str]) -> tuple[int, int]:
        """Insert what is new among these rows, update what differs; return how many of each."""
        self.cursor.execute("TRUNCATE staged_prices")
        with self.cursor.copy(STAGE) as copy:
            copy.write(as_csv(rows.select(STORED)))
        return store_staged(self.cursor, days, given, alone=True)

    def _holds(self, rows: pl.DataFrame, days: Days, given: Sequence[str]) -> bool | None:
        values = [value for value in VALUES if value not in ("amount", "changes") or value in given]
        names = sql.SQL(", ").join(map(sql.Identifier, values))
        question = self._on(days.month, statement("digest"), values=names)
        self.cursor.execute(question, {"first": days.first, "last": days.last})
        count, stored = self.cursor.fetchone()
        if not count:
            return None
        return count == rows.height and bytes(stored) == digest(rows, values)

    def _start(self, partition: Partition) -> bool:
        if partitions.exists(self.cursor, partition):
            return False
        partitions.lock(self.cursor, DailyPrice)
        if partitions.exists(self.cursor, partition):
            return False
        partitions.create_aside(self.cursor, partition)
        if self._triggers_want_each_row():
            partitions.attach(self.cursor, partition)
            return False
        self.cursor.execute(SEQUENCE)
        # As a constant: by its name it would be looked up for each row.
        self.cursor.execute(self._on(partition.start, NUMBERED, sequence=sql.Literal(self.cursor.fetchone()[0])))
        self.made.append(partition)
        return True

    def _triggers_want_each_row(self) -> bool:
        self.cursor.execute(statement("foreign_triggers"))
        return bool(self.cursor.fetchone()[0])

    def _on(self, month: date, text: str, **parts: sql.Composable) -> str:
        composed = sql.SQL(text).format(month=Partition(DailyPrice, month).identifier, **parts)
        return composed.as_string(self.cursor.connection)
