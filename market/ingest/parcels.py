"""A price file as parcels of text for COPY, and what has to be known of the whole before it can be stored."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO
from typing import Any, TypeVar

import polars as pl

from market.ingest.intake import Intake
from market.ingest.tables import Table

Item = TypeVar("Item")
COLUMNS = (
    "line",
    "stock_no",
    "trade_date",
    "open_price",
    "high_price",
    "low_price",
    "close_price",
    "volume",
    "amount",
    "changes",
)
FACTS = ("name", "market_type", "market_cap")
PRICES = ("open_price", "high_price", "low_price", "close_price")


class PriceParcels:
    """Reads a table once, and knows after that of its accepted rows the `months` (first day → rows), the `first` and
    `last` day, the `newest` facts of each stock, and whether a stock and day `may_repeat`."""

    def __init__(self, table: Table, intake: Intake) -> None:
        self._table, self._intake = table, intake
        self.months: Counter[date] = Counter()
        self.first, self.last = date.max, date.min
        self.newest = pl.DataFrame()
        self.may_repeat = False
        self._last_day = pl.DataFrame(schema={"stock_no": pl.Int32(), "trade_date": pl.Date()})

    def __iter__(self) -> Iterator[memoryview]:
        for raw in self._table.batches():
            rows = self._intake.accept(raw)
            if rows.height:
                self._note(rows)
                yield _as_text(rows)

    def _note(self, rows: pl.DataFrame) -> None:
        months = rows.select(pl.col("trade_date").dt.month_start()).to_series().value_counts()
        self.months.update(dict(months.iter_rows()))
        first, last = rows.select(first=pl.col("trade_date").min(), last=pl.col("trade_date").max()).row(0)
        self.first, self.last = min(self.first, first), max(self.last, last)
        facts = [fact for fact in FACTS if f"given_{fact}" in rows.columns]
        seen = rows.select("stock_no", "trade_date", "#line", *facts)
        self.newest = newest(pl.concat([self.newest, seen]) if self.newest.height else seen)
        self._look_for_repeats(rows.select("stock_no", "trade_date"))

    def _look_for_repeats(self, keys: pl.DataFrame) -> None:
        """In a file in order of dates only the last day of a batch can go on in the next; in others all may repeat."""
        if self.may_repeat:
            return
        day = pl.col("trade_date")
        is_earlier = pl.lit(False) if self._last_day.is_empty() else day < self._last_day["trade_date"][0]
        both = pl.concat([self._last_day, keys])
        self.may_repeat = keys.select(is_earlier.any()).item() or both.is_duplicated().any()
        self._last_day = both.filter(day == day.max())


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


def _as_text(rows: pl.DataFrame) -> memoryview:
    absent = [pl.lit(None).alias(column) for column in COLUMNS if column not in rows.columns and column != "line"]
    columns = rows.rename({"#line": "line"}).with_columns(absent).select(COLUMNS)
    buffer = BytesIO()
    _shortened(columns).write_csv(buffer, include_header=False)
    return buffer.getbuffer()


def _shortened(rows: pl.DataFrame) -> pl.DataFrame:
    """Prices without their zeros after the point where all of a column are whole, which the server reads faster."""
    whole = rows.select(pl.col(PRICES).cast(pl.Int64))
    return rows.with_columns(column for column in whole if (column == rows[column.name]).all())
