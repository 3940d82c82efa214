"""The exchange's own download of all stocks (data.krx.co.kr, 전종목 시세), with Korean headers.

The web site writes CP949 and, from a spreadsheet, numbers with thousands separators. The day is not inside, unless
somebody added a column 일자. `-` stands where there is no number.
"""

import polars as pl

from market.ingest.formats.codes import market_of, whole_code
from market.ingest.formats.format import Format

DAY = {"일자": "trade_date"}
FACTS = {"종목코드": "ticker", "종목명": "name", "시장구분": "market_type", "시가총액": "market_cap"}
BAR = {
    "시가": "open_price",
    "고가": "high_price",
    "저가": "low_price",
    "종가": "close_price",
    "거래량": "volume",
    "거래대금": "amount",
}
CHANGES = {"등락률": "changes"}
NAMES = FACTS | DAY | BAR | CHANGES
NUMBERS = ("market_cap", "changes", *BAR.values())
GROUPED = r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$"


def price_frame(raw: pl.DataFrame) -> pl.DataFrame:
    """A batch of daily prices under our column names."""
    frame = _renamed(raw, NAMES)
    return frame.with_columns(_plain(column) for column in NUMBERS if column in frame.columns)


def stock_frame(raw: pl.DataFrame) -> pl.DataFrame:
    """A batch of the stock master under our column names."""
    return _renamed(raw, FACTS | DAY).with_columns(_plain("market_cap"))


def _renamed(raw: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    present = {column: name for column, name in names.items() if column in raw.columns}
    return raw.select("#line", "#misfit", *present).rename(present).with_columns(whole_code("ticker"), market_of())


def _plain(column: str) -> pl.Expr:
    """A number without the dress of a spreadsheet; commas that group no thousands stay, and make it unreadable."""
    text = pl.col(column).cast(pl.String).str.strip_chars().str.strip_suffix("%")
    ungrouped = pl.when(text.str.contains(GROUPED)).then(text.str.replace_all(",", "", literal=True)).otherwise(text)
    return pl.when(text == "-").then(pl.lit("")).otherwise(ungrouped).alias(column)


PRICES = Format(
    name="krx",
    names=NAMES,
    telling=frozenset({"종목코드", "종가"}),
    needed=frozenset({*FACTS, *BAR}),
    frame=price_frame,
    is_of_krx=True,
    is_of_a_day=True,
)
STOCKS = Format(
    name="krx",
    names=FACTS | DAY,
    telling=PRICES.telling,
    needed=frozenset(FACTS),
    frame=stock_frame,
    is_of_krx=True,
    is_of_a_day=True,
)
