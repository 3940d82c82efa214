"""Tickers, and how the files of the KRX write its codes and markets."""

import polars as pl

CODE_LENGTH = 6
# A digit first; letters in preferred shares (00104K) and in what is listed since 2024 (0001A0).
KRX_CODE = r"^[0-9][0-9A-Z]{5}$"
# Blanks, controls and marks that nobody sees, the fillers of Korean and Braille among them; and the words by which
# programs write that there is nothing. Not those in capitals that are tickers: NA and NAN are traded.
NO_TICKER = (
    r"[\s\p{C}\x{115F}\x{1160}\x{2800}\x{3164}\x{FFA0}]|^-"
    r"|^(?:nan|NaN|None|none|NULL|Null|null|NaT|<NA>|#?N/A|n/a|#NAME\?|#REF!|#VALUE!)$"
)
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
    """The stock's code with the zeros that a spreadsheet, which took it for a number, has dropped, and without the
    point and zero that pandas, which took it for a fraction, has added."""
    code = pl.col(column).cast(pl.String).str.strip_chars()
    number = code.str.strip_suffix(".0").str.zfill(CODE_LENGTH)
    return pl.when(code.str.contains(r"^[0-9]+(?:\.0)?$")).then(number).otherwise(code).alias(column)


def is_no_ticker(ticker: pl.Expr) -> pl.Expr:
    """Whether a text can be no ticker of any exchange."""
    return ticker.str.contains(NO_TICKER)


def is_no_krx_code(ticker: pl.Expr) -> pl.Expr:
    """Whether a text can be no code of a stock at the KRX."""
    return ~ticker.str.contains(KRX_CODE)


def market_of() -> pl.Expr:
    """`market_type` under our names."""
    return pl.col("market_type").cast(pl.String).str.strip_chars().replace(MARKETS)
