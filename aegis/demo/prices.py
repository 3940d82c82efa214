"""Simulated prices: a market, sectors and companies that move together, within the markets' rules."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from .companies import DELISTED_BEFORE, HALTS, LISTS_AFTER, Company
from .rules import limits, on_tick, tick
from .sessions import Session

SEED = "AEGIS demo 1"
_YEAR = 252
_MARKET_VOLATILITY = 0.009
_SECTOR_VOLATILITY = 0.005


@dataclass(frozen=True, slots=True)
class Bar:
    """One session of one company, in minor units. A halted day has no open, high and low, and no volume."""

    day: date
    open: int | None
    high: int | None
    low: int | None
    close: int
    volume: int
    turnover: int
    change: Decimal

    @property
    def is_halted(self) -> bool:
        return self.open is None


class Tape:
    """All bars of the demo, found by company and day."""

    def __init__(self, bars: dict[str, list[Bar]]) -> None:
        self.bars = bars
        self._days = {ticker: [bar.day for bar in rows] for ticker, rows in bars.items()}

    def bar(self, ticker: str, day: date) -> Bar | None:
        """The bar of that day, None when the company was not listed."""
        rows, place = self.bars[ticker], bisect_left(self._days[ticker], day)
        return rows[place] if place < len(rows) and rows[place].day == day else None

    def before(self, ticker: str, day: date, count: int) -> list[Bar]:
        """The last `count` bars before `day`, fewer where there are not so many."""
        place = bisect_left(self._days[ticker], day)
        return self.bars[ticker][max(0, place - count) : place]


def stream(*purpose: str) -> Random:
    """The random numbers for one purpose: the same in every run, and independent of all other purposes."""
    return Random(":".join((SEED, *purpose)))  # noqa: S311 - invented prices guard nothing


def simulate(companies: Iterable[Company], sessions: dict[str, list[Session]]) -> Tape:
    """Two years of bars for every company."""
    market = {exchange: _market_returns(exchange, len(rows)) for exchange, rows in sessions.items()}
    sectors: dict[tuple[str, str], list[float]] = {}
    bars = {}
    for company in companies:
        key = (company.exchange, company.sector)
        if key not in sectors:
            sectors[key] = _sector_returns(*key, market[company.exchange])
        bars[company.ticker] = _history(company, sessions[company.exchange], sectors[key])
    return Tape(bars)


def simulate_fx(days: Sequence[date]) -> dict[date, Decimal]:
    """Won for one dollar on each of these days: a slow walk around 1,390."""
    random, rate, rates = stream("fx"), 1390.0, {}
    for day in days:
        rate += 0.01 * (1390 - rate) + random.gauss(0, 5)
        rates[day] = Decimal(round(rate * 10)).scaleb(-1)
    return rates


def percent_change(before: int, after: int) -> Decimal:
    """The return from one price to another in percent, to two places."""
    return (Decimal(after - before) * 100 / before).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _market_returns(exchange: str, count: int) -> list[float]:
    """Daily returns whose volatility comes in clusters, as markets' does."""
    random, heat, returns = stream("market", exchange), 0.0, []
    for _ in range(count):
        heat = 0.96 * heat + random.gauss(0, 0.12)
        returns.append(0.0002 + _MARKET_VOLATILITY * math.exp(heat) * random.gauss(0, 1))
    return returns


def _sector_returns(exchange: str, sector: str, market: list[float]) -> list[float]:
    random = stream("sector", exchange, sector)
    return [value + random.gauss(0, _SECTOR_VOLATILITY) for value in market]


def _history(company: Company, sessions: list[Session], common: list[float]) -> list[Bar]:
    first = LISTS_AFTER.get(company.ticker, 0)
    last = len(sessions) - DELISTED_BEFORE.get(company.ticker, 0)
    halt, length = HALTS.get(company.ticker, (0, 0))
    random, close, bars = stream("prices", company.ticker), company.price, []
    for place in range(first, last):
        if halt <= place < halt + length:
            bar = Bar(sessions[place].day, None, None, None, close, 0, 0, Decimal("0.00"))
        else:
            bar = _bar(company, sessions[place].day, close, common[place], random)
        bars.append(bar)
        close = bar.close
    return bars


def _bar(company: Company, day: date, base: int, common: float, random: Random) -> Bar:
    """One session after a close of `base`, given what the market and the sector did."""
    currency, daily = company.currency, company.volatility / math.sqrt(_YEAR)
    low_limit, high_limit = limits(base, currency)

    def valid(price: float) -> int:
        return min(max(on_tick(price, currency), low_limit), high_limit)

    own = math.sqrt(max(daily**2 - _MARKET_VOLATILITY**2 - _SECTOR_VOLATILITY**2, (daily / 2) ** 2))
    shock = random.gauss(0, own) * (4 if random.random() < 0.015 else 0.9)
    move = company.drift / _YEAR - daily**2 / 2 + common + shock
    gap = move * random.uniform(0.1, 0.6) + random.gauss(0, daily / 4)
    open_, close = valid(base * math.exp(gap)), valid(_nearest(base * math.exp(move), currency))
    high = max(valid(max(open_, close) * (1 + abs(random.gauss(0, daily / 2)))), open_, close)
    low = min(valid(min(open_, close) * (1 - abs(random.gauss(0, daily / 2)))), open_, close)
    volume = _volume(company, abs(move) / daily, random)
    turnover = volume * (open_ + high + low + 2 * close) // 5
    return Bar(day, open_, high, low, close, volume, turnover, percent_change(base, close))


def _nearest(price: float, currency: str) -> float:
    """Half a tick up, so that cutting to the tick below rounds to the nearest."""
    return price + tick(int(price), currency) / 2


def _volume(company: Company, surprise: float, random: Random) -> int:
    """Shares: about 0.4 % of all on a quiet day, and more on a day of large moves."""
    turnover = 0.004 * math.exp(random.gauss(-0.3, 0.45)) * (0.7 + 0.5 * min(surprise, 8))
    return max(1, round(company.shares * turnover))
