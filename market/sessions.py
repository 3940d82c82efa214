"""On which days an exchange was open: the calendar library, corrected by `market.session_overrides`.

The library knows every regular holiday, and misses what is decided late: elections, and days of mourning or storm.
Dates are dates at the exchange.
"""

from argparse import ArgumentTypeError
from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import cache

from django.db.models import QuerySet

from market.models import KOREAN_MARKETS, Exchange, SessionOverride

# Building a calendar takes seconds, most of them for years that few ask for: each is built from the newest of these
# years that will do.
FIRST_YEARS = (2015, 2000, 1980)
# No exchange was ever closed for longer; what is asked for the last session looks no further back.
LONGEST_CLOSURE = timedelta(days=31)


class UnknownSessionError(Exception):
    """The calendar does not reach to a day, so nobody can say whether the exchange is open on it."""


def read_day(text: str) -> date:
    """A date that a command is given, as 2024-01-31."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not a date like 2024-01-31.") from None


def exchange_of(market_type: str) -> Exchange:
    """The exchange whose calendar a market follows."""
    return Exchange.KOREA if market_type in KOREAN_MARKETS else Exchange.NEW_YORK


def sessions(market_type: str, first: date, last: date) -> list[date]:
    """The sessions of a market from `first` to `last`, oldest first. Raises `UnknownSessionError`."""
    exchange = exchange_of(market_type)
    overrides = dict(_overrides(exchange, first, last).values_list("session_date", "is_open"))
    if first == last and first in overrides:  # also where the calendar does not reach
        return [first] if overrides[first] else []
    days = set(_scheduled(exchange, first, last)) | set(overrides)
    return sorted(day for day in days if overrides.get(day, True))


def is_session(market_type: str, day: date) -> bool:
    """Whether a market was, or will be, open on a day. Raises `UnknownSessionError`."""
    return bool(sessions(market_type, day, day))


def last_session(market_type: str, on_or_before: date) -> date:
    """The newest session that is not after a day. Raises `UnknownSessionError`."""
    found = sessions(market_type, on_or_before - LONGEST_CLOSURE, on_or_before)
    if not found:
        raise UnknownSessionError(
            f"{exchange_of(market_type)} had no session in the {LONGEST_CLOSURE.days} days up to {on_or_before}. "
            "Look at market.session_overrides."
        )
    return found[-1]


def _overrides(exchange: Exchange, first: date, last: date) -> "QuerySet[SessionOverride]":
    return SessionOverride.objects.filter(exchange=exchange, session_date__range=(first, last))


def _scheduled(exchange: Exchange, first: date, last: date) -> tuple[date, ...]:
    start = date(next((year for year in FIRST_YEARS if year <= first.year), FIRST_YEARS[-1]), 1, 1)
    end = date(date.today().year + 1, 12, 31)
    if first < start or last > end:
        raise UnknownSessionError(
            f"Whether {exchange} is open is known from {FIRST_YEARS[-1]}-01-01 to {end}, not for "
            f"{first if first < start else last}. Check the date; single days can be told in market.session_overrides."
        )
    days = _library(exchange, start, end)
    return days[bisect_left(days, first) : bisect_right(days, last)]


@cache
def _library(exchange: Exchange, start: date, end: date) -> tuple[date, ...]:
    from exchange_calendars import get_calendar  # noqa: PLC0415 (with pandas it takes a second)

    return tuple(day.date() for day in get_calendar(exchange.value, start=start, end=end).sessions)
