"""The stock master of the KRX and its delistings, with English headers."""

import polars as pl

from market.ingest.formats.codes import market_of, whole_code
from market.ingest.formats.format import Format

LISTED = {
    "Code": "ticker",
    "Name": "name",
    "Market": "market_type",
    "Sector": "sector",
    "Industry": "industry",
    "ListingDate": "listing_date",
}
# The day that a delisting is of is that from which it counts; what is known of later days is of another listing.
DELISTED = {
    "Symbol": "ticker",
    "Market": "market_type",
    "ListingDate": "listing_date",
    "DelistingDate": "trade_date",
}


def listed_frame(raw: pl.DataFrame) -> pl.DataFrame:
    """A batch of the listed stocks under our column names."""
    return _renamed(raw, LISTED)


def delisted_frame(raw: pl.DataFrame) -> pl.DataFrame:
    """A batch of delistings under our column names."""
    return _renamed(raw, DELISTED).with_columns(is_active=pl.lit("false"))


def _renamed(raw: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    present = {column: name for column, name in names.items() if column in raw.columns}
    return raw.select("#line", "#misfit", *present).rename(present).with_columns(whole_code("ticker"), market_of())


STOCKS = Format(
    name="master",
    names=LISTED,
    telling=frozenset({"Code", "Name", "Sector", "Industry"}),
    needed=frozenset(LISTED),
    frame=listed_frame,
    is_of_krx=True,
    foreign=frozenset({"Close"}),
)
DELISTINGS = Format(
    name="delistings",
    names=DELISTED,
    telling=frozenset({"Symbol", "DelistingDate"}),
    needed=frozenset(DELISTED),
    frame=delisted_frame,
    is_of_delistings=True,
)
