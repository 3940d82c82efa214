"""AEGIS CSV: the columns of `market.daily_prices` and `market.stocks` under their own names."""

import polars as pl

from market.ingest.formats.format import Format

PRICE_COLUMNS = (
    "ticker",
    "name",
    "market_type",
    "trade_date",
    "open_price",
    "high_price",
    "low_price",
    "close_price",
    "volume",
    "amount",
    "changes",
)
STOCK_COLUMNS = (
    "ticker",
    "name",
    "market_type",
    "sector",
    "industry",
    "market_cap",
    "listing_date",
    "is_active",
)


def price_frame(raw: pl.DataFrame) -> pl.DataFrame:
    """A batch of daily prices; `name` and `market_type`, where the file has them, let it create stocks."""
    return _chosen(raw, PRICE_COLUMNS)


def stock_frame(raw: pl.DataFrame) -> pl.DataFrame:
    """A batch of the stock master, each ticker once."""
    return _chosen(raw, STOCK_COLUMNS)


def _chosen(raw: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    return raw.select("#line", "#misfit", *(column for column in columns if column in raw.columns))


PRICES = Format(
    name="aegis",
    names=dict(zip(PRICE_COLUMNS, PRICE_COLUMNS, strict=True)),
    telling=frozenset({"ticker", "trade_date", "close_price"}),
    needed=frozenset({"ticker", "trade_date", "open_price", "high_price", "low_price", "close_price", "volume"}),
    frame=price_frame,
)
STOCKS = Format(
    name="aegis",
    names=dict(zip(STOCK_COLUMNS, STOCK_COLUMNS, strict=True)),
    telling=frozenset({"ticker", "name"}),
    needed=frozenset({"ticker", "name", "market_type"}),
    frame=stock_frame,
    foreign=frozenset({"trade_date"}),
)
