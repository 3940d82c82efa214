"""Simulated sessions of a whole exchange, as a marcap file and as the rows that it means."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from exchange_calendars import get_calendar
from isal import igzip

STOCKS = 2_600
FIRST = date(2005, 1, 3)
VALUES = ("open_price", "high_price", "low_price", "close_price", "volume", "amount", "changes")
COLUMNS = ("stock_id", "trade_date", *VALUES)
SHARES = 7_000_000 + pl.col("stock_id") % 1000


@dataclass(frozen=True)
class Files:
    """The same sessions: `marcap` to load, `changed` with another amount in each row, `rows` ready for COPY."""

    marcap: Path
    changed: Path
    ready: Path
    rows: int
    next_day: date


def write(folder: Path, rows: int) -> Files:
    """Write whole months of sessions, of at least so many rows."""
    files = folder / "history.csv.gz", folder / "changed.csv.gz", folder / "rows.csv"
    with (
        igzip.open(files[0], "wb", 1) as marcap,
        igzip.open(files[1], "wb", 1) as changed,
        files[2].open("wb") as ready,
    ):
        written, month, day = 0, 0, FIRST
        for day, bars in _days():
            if day.month != month and written >= rows:
                break
            month = day.month
            marcap.write(_as_marcap(bars, day, with_header=not written))
            changed.write(_as_marcap(bars.with_columns(pl.col("amount") + 1), day, with_header=not written))
            ready.write(as_rows(bars, day))
            written += bars.height
    return Files(*files, written, day)


def day_file(path: Path, day: date) -> bytes:
    """Write one session as AEGIS CSV, of prices alone; return its rows ready for COPY."""
    bars = _a_session(day)
    names = {"code": "ticker", **{value: value for value in VALUES}}
    told = bars.select(*names).rename(names).with_columns(trade_date=pl.lit(day.isoformat()))
    path.write_bytes(told.write_csv().encode())
    return as_rows(bars, day)


def marcap_day(path: Path, day: date, shift: int) -> bytes:
    """Write one session as marcap does, with closes that much higher and so with other market capitalisations for each
    `shift`; return these ready for COPY, by stock."""
    bars = _a_session(day).with_columns(pl.col("close_price") + shift, pl.col("high_price") + shift)
    path.write_bytes(_as_marcap(bars, day, with_header=True))
    return bars.select("stock_id", pl.col("close_price") * SHARES).write_csv(include_header=False).encode()


def _a_session(day: date) -> pl.DataFrame:
    return next(_days(seed=day.toordinal()))[1]


def as_rows(bars: pl.DataFrame, day: date) -> bytes:
    """The rows of a day in the columns `COLUMNS`."""
    return bars.with_columns(trade_date=pl.lit(day)).select(COLUMNS).write_csv(include_header=False).encode()


def frame(days: int) -> pl.DataFrame:
    """The rows of the last sessions before `FIRST`, which no file has: for those who do not load files."""
    made = _days(seed=1)
    return pl.concat(
        next(made)[1].with_columns(trade_date=pl.lit(FIRST - timedelta(days=number + 1))).select(COLUMNS)
        for number in range(days)
    )


def _days(seed: int = 7) -> Iterator[tuple[date, pl.DataFrame]]:
    chance = np.random.default_rng(seed)
    close = chance.integers(500, 200_000, STOCKS)
    numbers = np.arange(1, STOCKS + 1)
    codes = [f"{number:06}" for number in numbers]
    for day in open_days():
        previous, close = close, np.maximum(100, (close * (1 + chance.normal(0, 0.02, STOCKS))).astype(np.int64))
        volume = chance.integers(1_000, 5_000_000, STOCKS)
        bars = pl.DataFrame(
            {
                "code": codes,
                "stock_id": numbers,
                "open_price": previous,
                "high_price": np.maximum(previous, close) + chance.integers(0, 200, STOCKS),
                "low_price": np.minimum(previous, close) - chance.integers(0, 50, STOCKS),
                "close_price": close,
                "volume": volume,
                "amount": volume * close,
                "changes": np.round(100 * (close / previous - 1), 2),
            }
        )
        is_halted = pl.Series(chance.random(STOCKS) < 0.01)
        bars = bars.with_columns(pl.when(~is_halted).then(pl.col(name)).alias(name) for name in VALUES[:3])
        # As the exchange lists them: the largest first, in another order each day.
        yield day, bars.sort(pl.col("close_price") * (7 + pl.col("stock_id") % 1000), descending=True)


def open_days() -> list[date]:
    """The sessions from `FIRST` on: rows of other days are rejected."""
    return [day.date() for day in get_calendar("XKRX", start=FIRST).sessions]


def _as_marcap(bars: pl.DataFrame, day: date, *, with_header: bool) -> bytes:
    is_kospi = pl.col("stock_id") % 3 == 0
    told = bars.select(
        Code="code",
        Name=pl.format("시뮬{}", "stock_id"),
        Close=pl.col("close_price").cast(pl.Float64),
        Dept=pl.lit(""),
        ChangeCode=pl.when(pl.col("changes") > 0).then(1).otherwise(2),
        Changes=(pl.col("close_price") * pl.col("changes") / 100).round(0),
        ChagesRatio="changes",
        Volume=pl.col("volume").cast(pl.Float64),
        Amount=pl.col("amount").cast(pl.Float64),
        Open=pl.col("open_price").cast(pl.Float64).fill_null(0.0),
        High=pl.col("high_price").cast(pl.Float64).fill_null(0.0),
        Low=pl.col("low_price").cast(pl.Float64).fill_null(0.0),
        Marcap=(pl.col("close_price") * SHARES).cast(pl.Float64),
        Stocks=SHARES,
        Market=pl.when(is_kospi).then(pl.lit("KOSPI")).otherwise(pl.lit("KOSDAQ")),
        MarketId=pl.when(is_kospi).then(pl.lit("STK")).otherwise(pl.lit("KSQ")),
        Rank=pl.int_range(1, pl.len() + 1),
        Date=pl.lit(day.isoformat()),
    )
    return told.write_csv(include_header=with_header, quote_style="non_numeric").encode()
