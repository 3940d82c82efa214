"""Rows as the text that PostgreSQL copies, and as the text by which a stored month is known."""

from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO

import polars as pl

from market.ingest.parcels import VALUES

PRICES = ("open_price", "high_price", "low_price", "close_price")
STORED = ("stock_id", "trade_date", *VALUES)


def as_csv(rows: pl.DataFrame) -> memoryview:
    """Rows of text for `COPY … (FORMAT csv)`; prices without zeros after the point where all of a column are whole,
    which the server reads faster."""
    whole = rows.select(pl.col(PRICES).cast(pl.Int64))
    short = rows.with_columns(column for column in whole if (column == rows[column.name]).all())
    buffer = BytesIO()
    short.write_csv(buffer, include_header=False)
    return buffer.getbuffer()


def digest(rows: pl.DataFrame, values: Sequence[str]) -> bytes:
    """The SHA-256 of the text that PostgreSQL makes of these rows as records of stock, day and `values`.

    They are in the order of days and stocks; `sql/digest.sql` computes the same of what is stored.
    """
    text = BytesIO()
    text.write(b"(")
    days = pl.col("trade_date").cast(pl.Int32)
    ordered = rows.sort("trade_date", "stock_id").select("stock_id", days, *values)
    ordered.write_csv(text, include_header=False, line_terminator=")(")
    return sha256(text.getbuffer()[:-1]).digest()
