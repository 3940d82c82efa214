"""What a file does not say of itself, and somebody must: the day, the stock, its market."""

import re
from argparse import ArgumentTypeError
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from market.ingest.formats.codes import is_no_ticker
from market.ingest.formats.format import Format
from market.ingest.refusal import RefusedFileError
from market.ingest.tables import Table
from market.models import Stock

LONGEST_TICKER = Stock._meta.get_field("ticker").max_length or 0
DAY_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)")


@dataclass(frozen=True)
class Told:
    """What is told of a file from outside: the `day` that its rows are of, the `ticker` of its only stock, and the
    `market` of stocks that are not known yet."""

    day: date | None = None
    ticker: str | None = None
    market: str | None = None

    def as_json(self) -> dict[str, str]:
        """What is told, to be kept with a rejected row."""
        return {name: str(value) for name, value in vars(self).items() if value is not None}

    @classmethod
    def of_json(cls, facts: Mapping[str, str]) -> "Told":
        """What was kept with a rejected row."""
        day = facts.get("day")
        return cls(date.fromisoformat(day) if day else None, facts.get("ticker"), facts.get("market"))

    def completed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A batch with what it does not have itself."""
        values = {"trade_date": self.day and str(self.day), "ticker": self.ticker}
        return frame.with_columns(
            pl.lit(value, pl.String).alias(name)
            for name, value in values.items()
            if value is not None and name not in frame.columns
        )


def read_ticker(text: str) -> str:
    """A ticker that a command is given."""
    is_ticker = 0 < len(text) <= LONGEST_TICKER and text.isprintable()
    if not is_ticker or pl.select(is_no_ticker(pl.lit(text))).item():
        shown = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
        raise ArgumentTypeError(f"“{shown}” is no ticker. Give one like 005930 or GOOG.")
    return text


def told_of_prices(table: Table, form: Format, told: Told) -> Told:
    """What is told of a file of prices, by the operator or by the file's name. Raises `RefusedFileError` where nobody
    says what must be known, and where the operator says what the file says itself."""
    has_ticker = form.tells("ticker", table.columns)
    if has_ticker and told.ticker:
        raise _refusal(table, "It says itself which stocks its rows are of.", "Leave --ticker away.")
    if not has_ticker and not told.ticker:
        remedy = "Give --ticker, and --market if the stock is not known yet."
        raise _refusal(table, "It does not say which stock its rows are of.", remedy)
    if told.ticker and not told.market and not Stock.objects.filter(ticker=told.ticker).exists():
        raise _refusal(
            table, f"{told.ticker} is not a known stock.", "Check --ticker, or give --market to make it one."
        )
    if told.market and form.tells("market_type", table.columns):
        raise _refusal(table, "It says itself of which market its stocks are.", "Leave --market away.")
    if form.tells("trade_date", table.columns):
        return told
    if not form.is_of_a_day:
        raise _refusal(table, "It has no column that says of which day a row is.", "Add a column Date.")
    return told if told.day else replace(told, day=_day_in_name(table))


def told_of_stocks(table: Table, form: Format, told: Told) -> Told:
    """The day in the name of a listing that has no column for it; facts of no day in particular count as new."""
    if told.day:
        return told
    days = _days(table.path.name) if form.is_of_a_day else set()
    return Told(day=days.pop() if len(days) == 1 else None)


def _day_in_name(table: Table) -> date:
    days = _days(table.path.name)
    if len(days) != 1:
        says = "several days" if days else "no day"
        problem = f"It does not say of which day its rows are, and its name says {says}."
        raise _refusal(table, problem, "Give --date, as 2024-01-31.")
    return days.pop()


def _days(name: str) -> set[date]:
    found = set()
    for year, _, month, day in DAY_IN_NAME.findall(name):
        try:
            found.add(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return found


def _refusal(table: Table, problem: str, remedy: str) -> RefusedFileError:
    return RefusedFileError(table.path, problem, remedy)
