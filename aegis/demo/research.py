"""What the demo's model reports about companies, and what it advises to do."""

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from .companies import COMPANIES, Company
from .prices import Bar, Tape, stream
from .rules import on_tick
from .sessions import Session

_WINDOW = 20
# Reports are made before each week's first session, and before each of the last sessions.
_LAST_SESSIONS = 8
_REPORTS_A_DAY = 7
_BUY_FROM, _SELL_FROM = 0.05, -0.05
_BEFORE_OPEN = timedelta(minutes=75)
_VERSIONS = ("aegis-q2.1", "aegis-q2.2")
_VERDICTS = {
    "BUY": "수급과 이익 추정치가 함께 개선되고 있어 비중 확대가 유효합니다.",
    "SELL": "추세가 꺾이고 변동성이 커져 비중 축소를 권합니다.",
    "HOLD": "뚜렷한 방향성이 없어 현 비중 유지를 권합니다.",
}


@dataclass(frozen=True)
class Advice:
    """A report on one company on one day, and the pick that follows from it, if any."""

    ticker: str
    day: date
    reported_at: datetime
    version: str
    sentiment: Decimal
    confidence: Decimal
    target: int
    risk: str
    summary: str
    raw: dict[str, Any]
    action: str
    is_pick: bool
    priority: Decimal
    expected: Decimal
    period: int

    @property
    def key(self) -> tuple[str, date]:
        return self.ticker, self.day


def advise(tape: Tape, sessions: dict[str, list[Session]]) -> list[Advice]:
    """Everything the model said in two years, oldest first."""
    advice = [one for exchange, rows in sessions.items() for one in _advice_for(exchange, rows, tape)]
    return sorted(advice, key=lambda one: (one.reported_at, one.ticker))


def _advice_for(exchange: str, sessions: Sequence[Session], tape: Tape) -> Iterator[Advice]:
    random = stream("research", exchange)
    covered = [company for company in COMPANIES if company.exchange == exchange]
    for place, session in enumerate(sessions[_WINDOW + 1 :], start=_WINDOW + 1):
        is_new_week = session.day.isocalendar().week != sessions[place - 1].day.isocalendar().week
        is_recent = place >= len(sessions) - _LAST_SESSIONS
        if is_new_week or is_recent:
            version = _VERSIONS[place * 3 > len(sessions) * 2]
            yield from _morning(session, version, random.sample(covered, _REPORTS_A_DAY), tape, random)


def _morning(
    session: Session, version: str, companies: Sequence[Company], tape: Tape, random: Random
) -> Iterator[Advice]:
    """The reports made before one session, from the closes before it."""
    for company in companies:
        past = tape.before(company.ticker, session.day, _WINDOW + 1)
        if len(past) > _WINDOW and tape.bar(company.ticker, session.day):
            yield _report(company, session, version, past, random)


def _report(company: Company, session: Session, version: str, past: Sequence[Bar], random: Random) -> Advice:
    returns = [float(bar.change) / 100 for bar in past[1:]]
    momentum = past[-1].close / past[0].close - 1
    volatility = statistics.stdev(returns) * math.sqrt(252)
    expected = max(-0.25, min(0.25, 0.35 * momentum + random.gauss(0.01, 0.04)))
    sentiment = max(-10.0, min(10.0, expected * 45 + random.gauss(0, 1)))
    confidence = max(0.35, min(0.97, 0.82 - volatility / 4 + random.gauss(0, 0.06)))
    action = "BUY" if expected >= _BUY_FROM else "SELL" if expected <= _SELL_FROM else "HOLD"
    facts = {"momentum_20d": round(momentum, 4), "volatility": round(volatility, 4), "last_close_on": str(past[-1].day)}
    return Advice(
        ticker=company.ticker,
        day=session.day,
        reported_at=session.opens - _BEFORE_OPEN + timedelta(seconds=random.randrange(1200)),
        version=version,
        sentiment=_decimal(sentiment, 2),
        confidence=_decimal(confidence, 4),
        target=on_tick(past[-1].close * (1 + expected), company.currency),
        risk="LOW" if volatility < 0.28 else "MEDIUM" if volatility < 0.48 else "HIGH",
        summary=_summary(company, momentum, volatility, action),
        raw={"model": version, "features": facts, "expected_return": round(expected, 4)},
        action=action,
        is_pick=action != "HOLD" or random.random() < 0.5,
        priority=_decimal(abs(expected) * confidence * 100, 2),
        expected=_decimal(expected * 100, 2),
        period=random.choice((5, 10, 20, 40, 60)),
    )


def _summary(company: Company, momentum: float, volatility: float, action: str) -> str:
    return (
        f"{company.name}({company.industry}): 최근 20거래일 수익률 {momentum:+.1%}, "
        f"연환산 변동성 {volatility:.0%}. {_VERDICTS[action]}"
    )


def _decimal(value: float, places: int) -> Decimal:
    return Decimal(f"{value:.{places}f}")
