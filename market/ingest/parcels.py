"""A price file as parcels of rows, and what has to be known of the whole before it can be stored."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import polars as pl

from market.ingest.intake import Intake
from market.ingest.tables import Table

Item = TypeVar("Item")
VALUES = ("open_price", "high_price", "low_price", "close_price", "volume", "amount", "changes")
COLUMNS = ("line", "stock_no", "trade_date", *VALUES)
FACTS = ("name", "market_type", "market_cap")
# Batches of which facts are kept before all but the newest are dropped.
SEEN = 8


class OutOfOrder(Exception):
    """The days of a file do not follow each other, so that a day is over only when all of it is read."""


@dataclass(frozen=True)
class Parcel:
    """Some rows of a file (`COLUMNS`), and the facts of the stocks that it is the first to tell of."""

    rows: pl.DataFrame
    newcomers: pl.DataFrame


class PriceParcels:
    """Reads a table once, and knows after that the `newest` facts of each stock, and the lines of rows `contradicting`
    an earlier one."""

    def __init__(self, table: Table, intake: Intake) -> None:
        self._table, self._intake = table, intake
        self._seen: list[pl.DataFrame] = []
        self.contradicting: list[int] = []

    @property
    def newest(self) -> pl.DataFrame:
        """Of each stock the first row of its newest day: the day, and what the file says of the stock itself."""
        return newest(pl.concat(self._seen)) if self._seen else pl.DataFrame()

    def as_read(self) -> Iterator[Parcel]:
        """The rows as the file has them, in no order."""
        for raw in ahead(self._table.batches(), 1):
            known = self._intake.directory.stocks.height
            rows = self._intake.accept(raw)
            if rows.height:
                self._note(rows)
                yield Parcel(_columns(rows), self._newcomers(rows, known))

    def by_day(self) -> Iterator[Parcel]:
        """The rows in order of their days, each day whole and each stock once a day.

        The last day of a batch waits for the next one, in which it may go on. Raises `OutOfOrder` for a file that goes
        back to an earlier day.
        """
        waiting = pl.DataFrame()
        for parcel in self.as_read():
            rows = pl.concat([waiting, parcel.rows]) if waiting.height else parcel.rows
            if not rows["trade_date"].is_sorted():
                raise OutOfOrder
            over = rows["trade_date"].search_sorted(rows["trade_date"][-1], side="left")
            waiting = rows.slice(over)
            yield Parcel(self._without_repeats(rows.slice(0, over)), parcel.newcomers)
        if waiting.height:
            yield Parcel(self._without_repeats(waiting), pl.DataFrame())

    def _note(self, rows: pl.DataFrame) -> None:
        self._seen.append(rows.select("stock_no", "trade_date", "#line", *self._facts(rows)))
        if len(self._seen) > SEEN:
            self._seen = [newest(pl.concat(self._seen))]

    def _newcomers(self, rows: pl.DataFrame, known: int) -> pl.DataFrame:
        directory = self._intake.directory
        if directory.stocks.height == known:
            return pl.DataFrame()
        theirs = rows.filter(pl.col("stock_no") >= known).select("stock_no", "trade_date", "#line", *self._facts(rows))
        return directory.identified(newest(theirs)).sort("stock_no")

    def _facts(self, rows: pl.DataFrame) -> list[str]:
        return [fact for fact in FACTS if f"given_{fact}" in rows.columns]

    def _without_repeats(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Of the rows of one stock and day the first; those that say the same repeat it, others contradict it."""
        key = ["trade_date", "stock_no"]
        if rows.select(pl.struct(key).n_unique()).item() == rows.height:
            return rows
        firsts = rows.unique(key, keep="first", maintain_order=True)
        later = rows.join(firsts, on="line", how="anti").join(firsts, on=key, suffix="_first")
        differs = pl.any_horizontal(pl.col(value).ne_missing(pl.col(f"{value}_first")) for value in VALUES)
        contradicting = later.filter(differs)["line"].to_list()
        self.contradicting += contradicting
        self._intake.skip("duplicate", later.height - len(contradicting))
        return firsts


def newest(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each stock the first row of its newest day."""
    last_days = rows.filter(pl.col("trade_date") == pl.col("trade_date").max().over("stock_no"))
    return last_days.sort("#line").unique("stock_no", keep="first", maintain_order=True)


def ahead(items: Iterable[Item], depth: int = 2) -> Iterator[Item]:
    """The same items, made in a thread `depth` ahead: the file is parsed while the server takes what was parsed."""
    iterator = iter(items)
    end: Any = object()
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = deque(pool.submit(next, iterator, end) for _ in range(depth))
        while (item := coming.popleft().result()) is not end:
            coming.append(pool.submit(next, iterator, end))
            yield item


def _columns(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with a column for each of `COLUMNS`, NULL for those that the file does not have."""
    absent = [pl.lit(None).alias(column) for column in VALUES if column not in rows.columns]
    return rows.rename({"#line": "line"}).with_columns(absent).select(COLUMNS)
