"""Text to dates: 2024-01-31, and how else publishers write a day, of which a midnight may be a part."""

from collections.abc import Sequence

import polars as pl

OTHERWISE = r"^(\d{4})([-/.]?)(\d{2})([-/.]?)(\d{2})(?:[ T]00:00:00(?:\.0+)?(?:Z|[+-]\d{2}:?\d{2})?)?$"


def read_date(text: pl.Expr) -> pl.Expr:
    """The day that a text says as 2024-01-31; NULL where it does not."""
    return text.str.to_date("%Y-%m-%d", strict=False)


def reread_dates(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The rows with the days read that are written otherwise: with slashes, dots or nothing between, or as instants.

    Looked for only where a day could not be read, because regular expressions are slow.
    """
    unread = [day for day in columns if (rows[day].is_null() & (rows[f"given_{day}"] != "")).any()]
    return rows.with_columns(
        pl.coalesce(day, read_date(pl.col(f"given_{day}").str.replace(OTHERWISE, "$1-$3-$5"))).alias(day)
        for day in unread
    )
