"""Daily bars of a stock as Yahoo gives them and pandas saves them: the first column, often without a name, is the day.

`Close` is the price as traded (Yahoo divides it by later splits, which cannot be told from the file); `Adj Close`, from
which dividends are taken too, is never read. A column `Ticker` lets a file hold several stocks.
"""

import polars as pl

from market.ingest.formats.format import Format

DAY = {"Date": "trade_date", "column 1": "trade_date"}
STOCK = {"Ticker": "ticker", "Symbol": "ticker"}
BAR = {
    "Open": "open_price",
    "High": "high_price",
    "Low": "low_price",
    "Close": "close_price",
    "Volume": "volume",
}
NOTHING = ("null", "NaN", "nan")


def price_frame(raw: pl.DataFrame) -> pl.DataFrame:
    """A batch of daily prices under our column names."""
    present = {ours: column for column, ours in (BAR | STOCK | _day(raw.columns)).items() if column in raw.columns}
    frame = raw.select("#line", "#misfit", **{ours: pl.col(column) for ours, column in present.items()})
    texts = (pl.col(column).cast(pl.String).str.strip_chars() for column in BAR.values())
    return frame.with_columns(pl.when(~text.is_in(NOTHING)).then(text).otherwise(pl.lit("")) for text in texts)


def _day(columns: list[str]) -> dict[str, str]:
    return {"Date": "trade_date"} if "Date" in columns else {"column 1": "trade_date"}


PRICES = Format(
    name="yahoo",
    names=DAY | STOCK | BAR,
    telling=frozenset({"Open", "High", "Low", "Volume"}),
    needed=frozenset(BAR),
    frame=price_frame,
    foreign=frozenset({"Code"}),
)
