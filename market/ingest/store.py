"""Staging tables, and the set-based SQL that moves them into place. All of it runs in the caller's transaction."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection, transaction

from market.ingest.rules import Today
from market.models import DailyPrice
from system.partitions import Partition

FOLDER = Path(__file__).parent / "sql"
# Locked in this order: a load of prices makes stocks too.
STOCKS, PRICES = "market.stocks", "market.daily_prices"
FEW_MONTHS = 2
FOLLOWED = ("stock_id", "trade_date", "name", "market_type", "market_cap")
STAGED_OF_THESE_DAYS = "(SELECT * FROM staged_prices WHERE trade_date BETWEEN %(first)s AND %(last)s)"


@dataclass(frozen=True)
class Days:
    """The days of one month that a file has rows of."""

    first: date
    last: date
    rows: int

    @property
    def month(self) -> date:
        """The first day of the month."""
        return self.first.replace(day=1)


@cache
def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (FOLDER / f"{name}.sql").read_text()


@contextmanager
def load_transaction(*tables: str, staging: bool = True) -> Iterator[Any]:
    """A transaction in which no other load writes to `tables`, with empty staging tables; gives its cursor.

    Without `staging`, `make_staging` makes those tables when they are needed: for a day's prices they cost more than
    what they are for.
    """
    # What is refused at the end of a COPY would otherwise come as an error of psycopg's own.
    with transaction.atomic(), connection.cursor() as cursor, connection.wrap_database_errors:
        for table in tables:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"load of {table}"])
        # A month's statement joins and sorts some 60,000 rows: in memory, and not worth compiling.
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
        if staging:
            make_staging(cursor)
        cursor.execute(statement("open_prices"))
        yield cursor
        cursor.execute(statement("close_prices"))


def make_staging(cursor: Any) -> None:
    """Make the staging tables; they vanish with the transaction."""
    cursor.execute(statement("staging"))


def today(cursor: Any) -> Today:
    """The dates at the exchanges, by the database's clock."""
    cursor.execute("SELECT market.today('KOSPI'), market.today('NYSE')")
    return Today(*cursor.fetchone())


def stage_stocks(cursor: Any, stocks: pl.DataFrame) -> int:
    """Copy the stocks of a file, each once, make those that are unknown, and return how many were made."""
    columns = ", ".join(stocks.columns)
    cursor.execute("TRUNCATE staged_stocks")
    with cursor.copy(f"COPY staged_stocks ({columns}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(stocks.write_csv(include_header=False))
    if not stocks["stock_id"].null_count():
        return 0
    cursor.execute(statement("create_stocks"))
    made = int(cursor.rowcount)
    cursor.execute(statement("identify_stocks"))
    return made


def renumbered(cursor: Any) -> list[tuple[int, int]]:
    """The stocks that somebody else has made since their numbers were reserved: our number and theirs."""
    cursor.execute("SELECT reserved_id, stock_id FROM staged_stocks WHERE stock_id <> reserved_id")
    return list(cursor.fetchall())


def update_stocks(cursor: Any, given: Sequence[str]) -> tuple[int, int]:
    """Let the stocks follow what was staged; return how many changed, and how many were told of a day too long ago.

    `given` are the columns that the file has.
    """
    cursor.execute(statement("remove_outdated"))
    outdated = int(cursor.rowcount)
    cursor.execute(statement("update_stocks"), {"given": list(given)})
    return int(cursor.rowcount), outdated


def follow_newest(cursor: Any, stocks: pl.DataFrame, given: Sequence[str]) -> None:
    """Let known stocks follow what a price file says of them, as `update_stocks` does after staging."""
    nothing = [None] * stocks.height
    facts = {fact: stocks[fact].cast(pl.String).to_list() if fact in stocks.columns else nothing for fact in FOLLOWED}
    cursor.execute(statement("follow_newest"), facts | {"given": list(given)})


def reserve_stocks(cursor: Any, count: int) -> list[int]:
    """Numbers for stocks that are made later; rows that name them may be written before that."""
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence('market.stocks', 'stock_id')) FROM generate_series(1, %s)", [count]
    )
    return [number for (number,) in cursor.fetchall()]


def remove_repeats(cursor: Any) -> tuple[int, list[int]]:
    """Leave one staged row of each stock and day; return how many repeated it, and the lines that contradict it."""
    cursor.execute(statement("remove_repeats"))
    repeats, contradicting = cursor.fetchone()
    return repeats, contradicting


def staged_months(cursor: Any) -> list[Days]:
    """The days that are staged, by month.

    The newest first: then the latest prices, and the holdings valued at them, are set once, not every month.
    """
    cursor.execute(statement("staged_months"))
    months = [Days(*found) for found in cursor.fetchall()]
    if len(months) > FEW_MONTHS:
        cursor.execute(statement("index_staged"))
    return months


def store_staged(cursor: Any, days: Days, given: Sequence[str], *, alone: bool = False) -> tuple[int, int]:
    """Move the staged rows of these days into place; return how many were inserted and updated.

    `alone` says that no other rows are staged. Then all are asked for: asked for some days of a table that it knows
    nothing of, the planner would expect few rows, and look each of them up on its own.
    """
    told = "staged_prices" if alone else STAGED_OF_THESE_DAYS
    bounds = {"first": days.first, "last": days.last}
    cursor.execute(statement("update_changed").format(told=told), bounds | {"given": list(given)})
    updated = int(cursor.rowcount)
    if updated == days.rows:
        return 0, updated
    cursor.execute(statement("insert_new").format(told=told), bounds)
    return int(cursor.rowcount), updated


def summarise(months: Iterable[date]) -> None:
    """Summarise what was written to these months in their BRIN indexes. After the load's transaction, on its own."""
    partitions = [Partition(DailyPrice, month) for month in months]
    names = [f"{partition.schema}.{partition.name}" for partition in partitions]
    if names:
        with connection.cursor() as cursor:
            cursor.execute(statement("summarise"), {"partitions": names})
