"""Marcap: all listed stocks of the KRX, a year a file; and a day's listing, which is the same without the date.

CSV writes its numbers as floats (`79600.0`). The order of columns differs from year to year. On a halted day open, high
and low are 0. The day's return in percent is `ChagesRatio` in older files and `ChangesRatio` in newer ones; files that
were joined from both have the two columns, each filled where the other is not.
"""

import polars as pl

from market.ingest.formats.codes import market_of, whole_code
from market.ingest.formats.format import Format

DATE = {"Date": "trade_date"}
FACTS = {"Code": "ticker", "Name": "name", "Market": "market_type", "Marcap": "market_cap"}
BAR = {
    "Open": "open_price",
    "High": "high_price",
    "Low": "low_price",
    "Close": "close_price",
    "Volume": "volume",
    "Amount": "amount",
}
RETURNS = ("ChangesRatio", "ChagesRatio")


def price_frame(raw: pl.DataFrame) -> pl.DataFrame:
    """A batch of daily prices under our column names."""
    return _renamed(raw, FACTS | DATE | BAR).with_columns(day_return(raw))


def stock_frame(raw: pl.DataFrame) -> pl.DataFrame:
    """A batch of the stock master under our column names: a row tells what the stock was on its date."""
    return _renamed(raw, FACTS | DATE)


def day_return(raw: pl.DataFrame) -> pl.Series:
    """The day's return: of two columns the one that is filled; where both are, the one that fits the close."""
    present = [name for name in RETURNS if name in raw.columns]
    if len(present) < 2:
        return raw.get_column(present[0]).alias("changes") if present else pl.Series("changes", [None] * raw.height)
    change = pl.col("Changes") if "Changes" in raw.columns else pl.lit(None, pl.String).alias("Changes")
    numbers = raw.select("Close", *RETURNS, change).cast(pl.String).cast(pl.Float64, strict=False)
    new, old = pl.col(RETURNS[0]), pl.col(RETURNS[1])
    implied = 100 * pl.col("Changes") / (pl.col("Close") - pl.col("Changes"))
    old_fits = numbers.select(new.is_null() | ((old - implied).abs() < (new - implied).abs()).fill_null(False))
    text = pl.when(old_fits.to_series()).then(old.cast(pl.String)).otherwise(new.cast(pl.String))
    return raw.select(text.alias("changes")).to_series()


def _renamed(raw: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    present = {column: name for column, name in names.items() if column in raw.columns}
    return raw.select("#line", "#misfit", *present).rename(present).with_columns(whole_code("ticker"), market_of())


PRICES = Format(
    name="marcap",
    names=FACTS | DATE | BAR,
    telling=frozenset({"Code", "Date", "Close"}),
    needed=frozenset({*FACTS, *DATE, *BAR}),
    frame=price_frame,
    is_of_krx=True,
)
STOCKS = Format(
    name="marcap",
    names=FACTS | DATE,
    telling=PRICES.telling,
    needed=frozenset({*FACTS, *DATE}),
    frame=stock_frame,
    is_of_krx=True,
)
DAY_PRICES = Format(
    name="listing",
    names=FACTS | BAR,
    telling=frozenset({"Code", "Close", "Market"}),
    needed=frozenset({*FACTS, *BAR}),
    frame=price_frame,
    is_of_krx=True,
    foreign=frozenset(DATE),
    is_of_a_day=True,
)
DAY_STOCKS = Format(
    name="listing",
    names=FACTS,
    telling=DAY_PRICES.telling,
    needed=frozenset(FACTS),
    frame=stock_frame,
    is_of_krx=True,
    foreign=frozenset(DATE),
    is_of_a_day=True,
)
