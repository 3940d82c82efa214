"""Prices of days on which their exchange was closed: a copy of an earlier day, or a wrong date."""

from contextlib import suppress
from datetime import date

import polars as pl

from market.ingest.refusal import RefusedFileError
from market.ingest.rules import Today, is_korean
from market.ingest.tables import Table
from market.models import Exchange, MarketType
from market.sessions import UnknownSessionError, all_overrides, closed_days, last_session

A_MARKET = {Exchange.KOREA: MarketType.KOSPI, Exchange.NEW_YORK: MarketType.NYSE}
NAME = {Exchange.KOREA: "the Korea Exchange", Exchange.NEW_YORK: "New York"}


class ClosedDays:
    """Tells the rows of closed days, and whether a file has others.

    `told` is the day that the operator says the rows are of. Where the file says another, it counts in place of that if
    the file has one day only, and that a closed one.
    """

    def __init__(self, today: Today, told: date | None = None) -> None:
        self._told = told
        self._newest = {Exchange.KOREA: today.korea, Exchange.NEW_YORK: today.america}
        self._overrides = all_overrides()
        self._is_closed: dict[tuple[Exchange, date], bool] = {}
        self._own: set[tuple[Exchange, date]] = set()

    def mark(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows, dated as told, with `is_closed` where the exchange of a row was closed on its day."""
        self._own |= self._look_up(rows)
        if self._told:
            day = pl.col("trade_date")
            rows = rows.with_columns(pl.when(day.is_not_null()).then(pl.lit(self._told)).alias("trade_date"))
        closed = [key for key in self._look_up(rows) if self._is_closed[key]]
        if not closed:
            return rows.with_columns(is_closed=pl.lit(False))
        korean, american = (_of(set(closed), which) for which in A_MARKET)
        day = pl.col("trade_date")
        is_closed = pl.when(is_korean(pl.col("market_type"))).then(day.is_in(korean)).otherwise(day.is_in(american))
        return rows.with_columns(is_closed=is_closed.fill_null(False))

    def refuse_if_all(self, table: Table) -> None:
        """Raise `RefusedFileError` where every day of the file is a closed one, or where it is not for the operator to
        say of which day the rows are."""
        if self._told and self._told > max(self._newest.values()):
            raise RefusedFileError(table.path, f"{self._told}, the day of its rows, is yet to come.", "Check the date.")
        told = {(exchange, self._told) for exchange, _ in self._own} if self._told else self._own
        if self._own != told:
            self._refuse_if_dated(table)
        if told and all(self._is_closed.get(key) for key in told):
            raise RefusedFileError(table.path, *_sentences(told))

    def _refuse_if_dated(self, table: Table) -> None:
        days = sorted({day for _, day in self._own})
        if len(days) > 1:
            problem = f"Its rows are of {len(days)} days, from {days[0]} to {days[-1]}, not of {self._told} alone."
            raise RefusedFileError(table.path, problem, "Leave --date away.")
        if not all(self._is_closed[key] for key in self._own):
            problem = f"Its rows are of {days[0]}, which was a session, and not of {self._told}."
            raise RefusedFileError(table.path, problem, "Leave --date away.")

    def _look_up(self, rows: pl.DataFrame) -> set[tuple[Exchange, date]]:
        """The exchanges and days of these rows, as far as they can be read and are not to come."""
        keys = rows.select("market_type", "trade_date").unique().drop_nulls()
        days = keys.select(is_korean(pl.col("market_type")), "trade_date").unique().iter_rows()
        found = {(Exchange.KOREA if korean else Exchange.NEW_YORK, day) for korean, day in days}
        found = {(exchange, day) for exchange, day in found if day <= self._newest[exchange]}
        for which in A_MARKET:
            if new := {day for exchange, day in found if exchange is which and (exchange, day) not in self._is_closed}:
                closed = closed_days(which, new, self._overrides[which])
                self._is_closed |= {(which, day): day in closed for day in new}
        return found


def _sentences(closed: set[tuple[Exchange, date]]) -> tuple[str, str]:
    """What is wrong with a file of these days, and what to do."""
    problem = " ".join(_closed_on(which, days) for which in A_MARKET if (days := _of(closed, which)))
    remedy = "If the exchange was open, enter that as a session override and load the file again."
    if len(closed) == 1 and (last := _last_session(*next(iter(closed)))):
        remedy = f"If they are of that session, load them with --date {last}. {remedy}"
    return problem, remedy


def _closed_on(exchange: Exchange, days: list[date]) -> str:
    span = str(days[0]) if len(days) == 1 else f"{len(days)} days from {days[0]} to {days[-1]}"
    closed = f"Its rows are of {span}, when {NAME[exchange]} was closed"
    last = _last_session(exchange, days[-1])
    return f"{closed}; the last session was {last}." if last else f"{closed}."


def _last_session(exchange: Exchange, day: date) -> date | None:
    with suppress(UnknownSessionError):
        return last_session(A_MARKET[exchange], day)
    return None


def _of(keys: set[tuple[Exchange, date]], which: Exchange) -> list[date]:
    return sorted(day for exchange, day in keys if exchange is which)
