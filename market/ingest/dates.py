"""Text to dates: 2024-01-31, and how else publishers write a day, of which a midnight may be a part."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from market.ingest.rules import is_korean

DAY = r"^(\d{4})([-/.]?)(\d{2})([-/.]?)(\d{2})"
ZONE = r"(Z|[+-]\d{2}:?\d{2})"
OTHERWISE = rf"{DAY}(?:[ T]00:00:00(?:\.0+)?{ZONE}?)?$"
INSTANT = rf"{DAY}[ T](\d{{2}}:\d{{2}}:\d{{2}})(?:\.0+)?{ZONE}$"
KOREA, AMERICA = "Asia/Seoul", "America/New_York"


def read_date(text: pl.Expr) -> pl.Expr:
    """The day that a text says as 2024-01-31; NULL where it does not, or says one of no year that Python knows."""
    day = text.str.to_date("%Y-%m-%d", strict=False)
    return pl.when(day.is_between(date.min, date.max)).then(day)


def reread_dates(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The rows with the days read that are written otherwise: with slashes, dots or nothing between, or as instants.

    An instant is the day that it begins, by its own clock or by that of the exchange of the row's `market_type`; one
    that begins no day says none. Looked for only where a day could not be read, because regular expressions are slow.
    """
    unread = [day for day in columns if (rows[day].is_null() & (rows[f"given_{day}"] != "")).any()]
    return rows.with_columns(_reread(day) for day in unread)


def _reread(column: str) -> pl.Expr:
    text = pl.col(f"given_{column}")
    instant = text.str.replace(INSTANT, "$1-$3-$5 $6$7").str.to_datetime("%Y-%m-%d %H:%M:%S%#z", strict=False)
    korea, america = (_day_begun(instant.dt.convert_time_zone(zone)) for zone in (KOREA, AMERICA))
    begun = pl.when(is_korean(pl.col("market_type"))).then(korea).otherwise(america)
    return pl.coalesce(column, read_date(text.str.replace(OTHERWISE, "$1-$3-$5")), begun).alias(column)


def _day_begun(instant: pl.Expr) -> pl.Expr:
    return pl.when(instant.dt.time() == pl.time(0)).then(instant.dt.date())
