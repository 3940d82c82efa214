"""On which days an exchange was open: the calendar library, corrected by `market.session_overrides`.

The library knows every regular holiday, and misses what is decided late: elections, and days of mourning or storm.
Dates are dates at the exchange.
"""

from argparse import ArgumentTypeError
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.db.models import QuerySet

from market.calendars import FIRST_DAY, last_day, open_days
from market.models import KOREAN_MARKETS, Exchange, SessionOverride

# No exchange was ever closed for longer; what is asked for the last session looks no further back.
LONGEST_CLOSURE = timedelta(days=31)
# Seoul traded on the mornings of Saturdays until then; the calendar has none of these sessions.
FIRST_FREE_SATURDAY = date(1998, 12, 12)
SATURDAY = 5


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


def all_overrides() -> dict[Exchange, dict[date, bool]]:
    """What operators say of single days: whether the exchange was open."""
    told: dict[Exchange, dict[date, bool]] = {exchange: {} for exchange in Exchange}
    for exchange, day, is_open in SessionOverride.objects.values_list("exchange", "session_date", "is_open"):
        told[Exchange(exchange)][day] = is_open
    return told


def closed_days(exchange: Exchange, days: Iterable[date], told: Mapping[date, bool]) -> set[date]:
    """Those of `days` on which an exchange was closed; where the calendar does not know, nobody says that it was.

    `told` are its overrides: a caller in a thread of its own must not ask the database.
    """
    wanted = set(days)
    known = {day for day in wanted if FIRST_DAY <= day <= last_day() and not _is_old_saturday(exchange, day)}
    held = set(_scheduled(exchange, min(known), max(known))) if known else set()
    return {day for day in wanted if not told.get(day, day not in known or day in held)}


def last_session(market_type: str, on_or_before: date) -> date:
    """The newest session that is not after a day. Raises `UnknownSessionError`."""
    found = sessions(market_type, on_or_before - LONGEST_CLOSURE, on_or_before)
    if not found:
        raise UnknownSessionError(
            f"{exchange_of(market_type)} had no session in the {LONGEST_CLOSURE.days} days up to {on_or_before}. "
            "Look at market.session_overrides."
        )
    return found[-1]


def _is_old_saturday(exchange: Exchange, day: date) -> bool:
    return exchange is Exchange.KOREA and day < FIRST_FREE_SATURDAY and day.weekday() == SATURDAY


def _overrides(exchange: Exchange, first: date, last: date) -> "QuerySet[SessionOverride]":
    return SessionOverride.objects.filter(exchange=exchange, session_date__range=(first, last))


def _scheduled(exchange: Exchange, first: date, last: date) -> tuple[date, ...]:
    end = last_day()
    if first < FIRST_DAY or last > end:
        raise UnknownSessionError(
            f"Whether {exchange} is open is known from {FIRST_DAY} to {end}, not for "
            f"{first if first < FIRST_DAY else last}. Check the date; single days can be told in "
            "market.session_overrides."
        )
    days = open_days(exchange.value)
    return days[bisect_left(days, first) : bisect_right(days, last)]
