"""How the demo's exchange fills an order on one session, given what the stock did that day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random

from .prices import Bar
from .rules import on_tick, tick
from .sessions import Session


@dataclass(frozen=True)
class Terms:
    """What an order asks of the exchange. Prices are in minor units; a market order has neither."""

    side: str
    kind: str
    quantity: int
    limit: int | None = None
    stop: int | None = None


@dataclass(frozen=True)
class Match:
    at: datetime
    quantity: int
    price: int


def matches(
    terms: Terms, quantity: int, bar: Bar, session: Session, *, since: float, currency: str, random: Random
) -> Iterator[Match]:
    """Fill `quantity` in one to three pieces after the share `since` of the session, at prices the day saw."""
    span = _span(terms, bar)
    if span is None:
        return
    first, low, high = span
    moments = sorted(random.uniform(since, 0.98) for _ in range(3))
    for place, piece in enumerate(_pieces(quantity, random)):
        price = first + random.randint(-2, 2) * tick(first, currency) if place else first
        yield Match(session.at(moments[place]), piece, min(max(on_tick(price, currency), low), high))


def _span(terms: Terms, bar: Bar) -> tuple[int, int, int] | None:
    """The first price, the lowest and the highest that the order can get on this day, None when it gets nothing."""
    if bar.open is None or bar.low is None or bar.high is None:
        return None
    buys = terms.side == "BUY"
    if terms.limit is not None:
        if (bar.low > terms.limit) if buys else (bar.high < terms.limit):
            return None
        return (
            (min(bar.open, terms.limit), bar.low, min(bar.high, terms.limit))
            if buys
            else (max(bar.open, terms.limit), max(bar.low, terms.limit), bar.high)
        )
    if terms.stop is not None:
        if (bar.high < terms.stop) if buys else (bar.low > terms.stop):
            return None
        first = max(bar.open, terms.stop) if buys else min(bar.open, terms.stop)
        return (first, first, bar.high) if buys else (first, bar.low, first)
    return bar.open, bar.low, bar.high


def _pieces(quantity: int, random: Random) -> list[int]:
    count = min(quantity, random.choice((1, 1, 2, 3)))
    cuts = sorted(random.sample(range(1, quantity), count - 1)) if count > 1 else []
    return [end - start for start, end in zip([0, *cuts], [*cuts, quantity], strict=True)]
