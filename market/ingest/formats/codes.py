"""Codes and markets of the KRX, as its files write them."""

import polars as pl

CODE_LENGTH = 6
MARKETS = {
    # A segment of KOSDAQ, not a market of its own.
    "KOSDAQ GLOBAL": "KOSDAQ",
    "코스닥 글로벌": "KOSDAQ",
    "코스닥글로벌": "KOSDAQ",
    "코스닥": "KOSDAQ",
    "코스피": "KOSPI",
    "유가증권": "KOSPI",
    "코넥스": "KONEX",
}


def whole_code(column: str) -> pl.Expr:
    """The stock's code with the zeros that a spreadsheet, which took it for a number, has dropped."""
    code = pl.col(column).cast(pl.String).str.strip_chars()
    return pl.when(code.str.contains(r"^\d+$")).then(code.str.zfill(CODE_LENGTH)).otherwise(code).alias(column)


def market_of() -> pl.Expr:
    """`market_type` under our names."""
    return pl.col("market_type").cast(pl.String).str.strip_chars().replace(MARKETS)
