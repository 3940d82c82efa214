"""When a row is rejected, and why. The first rule that a row breaks names its reason.

A batch has, for each column of the format, `given_<column>`: its text, stripped; and under the column's own name what
was read from it, NULL where nothing could be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db import models

from market.ingest.formats.codes import is_no_krx_code, is_no_ticker
from market.ingest.numbers import Number, is_beyond_reading, is_fraction
from market.models import KOREAN_MARKETS, DailyPrice, MarketType, Stock
from system.constraints import LAST_DAY

EARLIEST = date(1900, 1, 1)
PRICES = ("open_price", "high_price", "low_price", "close_price")
NUMBERS: dict[str, Number] = {
    **{name: Number.of(DailyPrice, name) for name in (*PRICES, "volume", "amount", "changes")},
    "market_cap": Number.of(Stock, "market_cap"),
}
DATES = ("trade_date", "listing_date")
TEXTS = ("ticker", "name", "sector", "industry")
LENGTHS = {
    field.name: field.max_length or 0
    for field in Stock._meta.fields
    if isinstance(field, models.CharField) and field.name in TEXTS
}
YES, NO = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")


@dataclass(frozen=True)
class Rule:
    """A row for which `broken` is true is rejected for `reason`; `says` completes the sentence that begins with the
    column and what it holds."""

    reason: str
    column: str
    says: str
    broken: pl.Expr
    is_refinement: bool = False
    """Broken only where another rule is too: a better name for the reason, looked at in rejected rows only."""


@dataclass(frozen=True)
class Today:
    """The date at the exchanges of each country: what is dated later cannot have happened."""

    korea: date
    america: date

    def at(self, market: pl.Expr) -> pl.Expr:
        return pl.when(is_korean(market)).then(pl.lit(self.korea)).otherwise(pl.lit(self.america))


def is_korean(market: pl.Expr) -> pl.Expr:
    return market.is_in([str(market) for market in KOREAN_MARKETS])


def _is_american(market: pl.Expr) -> pl.Expr:
    return market.is_not_null() & ~is_korean(market)


def skipped(columns: Sequence[str]) -> pl.Expr:
    """Why a row is none of our business; NULL where it is. Of a row with the wrong number of fields we cannot tell."""
    market = pl.col("given_market_type") if "market_type" in columns else pl.lit("")
    return (
        pl.when(market.is_in(["", *MarketType.values]) | market.is_null() | pl.col("#misfit").is_not_null())
        .then(None)
        .when(market == "KONEX")
        .then(pl.lit("market_KONEX"))
        .otherwise(pl.lit("market_other"))
    )


def price_rules(columns: Sequence[str], today: Today, market: str | None, *, of_krx: bool) -> list[Rule]:
    """The rules for daily prices in a format that has `columns`; a `market` told for a file makes unknown stocks."""
    close, low, high = pl.col("close_price"), pl.col("low_price"), pl.col("high_price")
    return [
        _misfit(),
        *_texts(columns, of_krx=of_krx),
        *_dates(columns),
        Rule("trade_date_missing", "trade_date", "is missing", pl.col("trade_date").is_null()),
        Rule(
            "trade_date_future", "trade_date", "is yet to come", pl.col("trade_date") > today.at(pl.col("market_type"))
        ),
        Rule(
            "unknown_ticker",
            "ticker",
            "is not a known stock, and the row does not say what it is",
            _nameless(columns, market),
        ),
        _other_country(None if "market_type" in columns else market),
        Rule("closed_day", "trade_date", "is a day on which its exchange was closed", pl.col("is_closed")),
        *_numbers(columns),
        Rule("close_missing", "close_price", "is missing", close.is_null()),
        Rule("close_not_positive", "close_price", "is not above zero", close <= 0),
        Rule("volume_missing", "volume", "is missing", pl.col("volume").is_null()),
        Rule("volume_fraction", "volume", "is not a whole number of shares", is_fraction(pl.col("given_volume"))),
        *_not_positive("open_price", "high_price", "low_price"),
        Rule("high_below_low", "high_price", "is below the low", high < low),
        *_negative(columns, "volume", "amount", "market_cap"),
    ]


def stock_rules(columns: Sequence[str], today: Today, market: str | None, *, of_krx: bool) -> list[Rule]:
    """The rules for the stock master in a format that has `columns`."""
    rules = [
        _misfit(),
        *_texts(columns, of_krx=of_krx),
        *_dates(columns),
        Rule("market_missing", "market_type", "is missing", pl.col("given_market_type").fill_null("") == ""),
        _other_country(),
        *_numbers(columns),
        *_negative(columns, "market_cap"),
    ]
    if "name" in columns:
        rules.append(Rule("name_missing", "name", "is missing", pl.col("name").is_null()))
    if "trade_date" in columns:
        day = pl.col("trade_date")
        rules.append(Rule("trade_date_missing", "trade_date", "is missing", day.is_null()))
        rules.append(Rule("trade_date_future", "trade_date", "is yet to come", day > today.at(pl.col("market_type"))))
    if "is_active" in columns:
        unread = pl.col("is_active").is_null() & (pl.col("given_is_active") != "")
        rules.append(Rule("is_active_unreadable", "is_active", "is neither true nor false", unread))
    return rules


def judge(frame: pl.DataFrame, rules: list[Rule]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that break no rule, and the others with the `reason` and `detail` of the first rule that each breaks."""
    broken = frame.select(pl.any_horizontal(rule.broken for rule in rules if not rule.is_refinement).fill_null(False))
    if not broken.to_series().any():
        return frame, frame.clear().with_columns(reason=pl.lit(""), detail=pl.lit(""))
    bad = frame.filter(broken.to_series())
    reason = pl.coalesce(pl.when(rule.broken).then(pl.lit(rule.reason)) for rule in rules)
    detail = pl.coalesce(pl.when(rule.broken).then(_sentence(rule, frame)) for rule in rules)
    return frame.filter(~broken.to_series()), bad.with_columns(reason=reason, detail=detail)


def _sentence(rule: Rule, frame: pl.DataFrame) -> pl.Expr:
    given = f"given_{rule.column}"
    if given not in frame.columns:
        return pl.lit(f"The row {rule.says}.")
    # On one line: PostgreSQL before 18 takes a line of `\.` for the end of what is copied to it.
    text = pl.col(given).fill_null("").str.slice(0, 200).str.replace_all(r"\s+", " ")
    return pl.format(f"{rule.column} “{{}}” {rule.says}.", text)


def _misfit() -> Rule:
    return Rule(
        "field_count", "#misfit", "has another number of fields than the header", pl.col("#misfit").is_not_null()
    )


def _texts(columns: Sequence[str], *, of_krx: bool) -> Iterator[Rule]:
    ticker = pl.col("ticker")
    yield Rule("ticker_missing", "ticker", "is missing", ticker.is_null())
    for column, length in LENGTHS.items():
        if column in columns:
            is_long = pl.col(column).str.len_chars() > length
            yield Rule(f"{column}_overflow", column, f"is longer than {length} characters", is_long)
    if of_krx:
        no_code = is_no_krx_code(ticker) & ~_is_american(pl.col("market_type"))
        yield Rule("ticker_malformed", "ticker", "is no code of the KRX like 005930, 00104K or 0001A0", no_code)
    yield Rule(
        "ticker_malformed",
        "ticker",
        "has blanks or invisible signs in it, or says that there is none",
        is_no_ticker(ticker),
    )


def _dates(columns: Sequence[str]) -> Iterator[Rule]:
    for column in DATES:
        if column in columns:
            unread = pl.col(column).is_null() & (pl.col(f"given_{column}") != "")
            yield Rule(f"{column}_unreadable", column, "is not a date like 2024-01-31", unread)
            yield Rule(f"{column}_too_early", column, f"is before {EARLIEST}", pl.col(column) < EARLIEST)
    if "listing_date" in columns:  # one may be announced, but the database takes none of these
        late = pl.col("listing_date") >= LAST_DAY
        yield Rule("listing_date_too_late", "listing_date", f"is not before {LAST_DAY}", late)


def _nameless(columns: Sequence[str], market: str | None) -> pl.Expr:
    """Rows whose stock is neither known nor told; where the operator told a market, the ticker does for a name."""
    told = pl.col("name").is_not_null() if "name" in columns else pl.lit(market is not None)
    return pl.col("stock_no").is_null() & ~(told & pl.col("market_type").is_not_null())


def _other_country(market: str | None = None) -> Rule:
    """A stock does not change its currency: another stock has the same ticker."""
    known, told = pl.col("known_market"), pl.lit(market) if market else pl.col("market_type")
    moved = known.is_not_null() & (is_korean(known) != is_korean(told))
    return Rule("market_mismatch", "market_type", "is of another country than the known stock of this ticker", moved)


def _numbers(columns: Sequence[str]) -> Iterator[Rule]:
    for column, number in NUMBERS.items():
        if column in columns:
            value, text, reason = pl.col(column), pl.col(f"given_{column}"), column.removesuffix("_price")
            unread = value.is_null() & (text != "") & ~pl.col("is_halted")
            beyond = f"is beyond what {column} holds"
            yield Rule(f"{reason}_overflow", column, beyond, number.overflows(value))
            yield Rule(f"{reason}_overflow", column, beyond, unread & is_beyond_reading(text), is_refinement=True)
            yield Rule(f"{reason}_unreadable", column, "is not a number", unread)


def _not_positive(*columns: str) -> Iterator[Rule]:
    for column in columns:
        yield Rule(f"{column.removesuffix('_price')}_not_positive", column, "is not above zero", pl.col(column) <= 0)


def _negative(columns: Sequence[str], *among: str) -> Iterator[Rule]:
    for column in among:
        if column in columns:
            yield Rule(f"{column}_negative", column, "is negative", pl.col(column) < 0)
