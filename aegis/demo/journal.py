"""What the demo's programs logged over the last days, and what they alerted the operator to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from .companies import COMPANY
from .events import Ended, Event, Filled, Placed
from .prices import Tape, stream
from .research import Advice
from .sessions import Session, Timetable

_DAYS = timedelta(days=7)
_LARGE_MOVE = 7
_STACK = """Traceback (most recent call last):
  File "collector/quotes.py", line 88, in receive
    frame = socket.recv(deadline)
  File "collector/socket.py", line 41, in recv
    raise TimeoutError(f"no frame within {deadline} s")
TimeoutError: no frame within 15 s"""


@dataclass(frozen=True)
class Line:
    """One line of a log."""

    at: datetime
    level: str
    logger: str
    message: str
    user: str | None = None
    request: str | None = None
    stack: str | None = None


@dataclass(frozen=True)
class Notice:
    """One alert, and when the operator acknowledged it."""

    at: datetime
    kind: str
    severity: str
    module: str
    message: str
    data: dict[str, Any] = field(default_factory=dict)
    acknowledged_at: datetime | None = None


def log_lines(timetables: Iterable[Timetable], events: Iterable[Event]) -> list[Line]:
    """The logs of the last seven days, oldest first."""
    random, sessions = stream("logs"), _recent(timetables)
    lines = [line for session in sessions for line in _session_lines(session, random)]
    lines += _trading_lines([event for event in events if event.at >= sessions[0].opens], events, random)
    hiccup = sessions[len(sessions) // 2]
    lines += [
        Line(hiccup.at(0.4), "ERROR", "market.collector", f"{hiccup.exchange}: no quotes for 15 s", stack=_STACK),
        Line(hiccup.at(0.404), "WARN", "market.collector", f"{hiccup.exchange}: reconnected, 3 frames were lost"),
        Line(hiccup.at(0.7), "FATAL", "trade.router", "The session with the broker was lost; orders are held back"),
        Line(hiccup.at(0.71), "INFO", "trade.router", "Logged on to the broker again; no order was open in doubt"),
    ]
    return sorted(lines, key=lambda line: line.at)


def notices(
    timetables: Iterable[Timetable], events: Iterable[Event], advice: Iterable[Advice], tape: Tape
) -> list[Notice]:
    """The alerts of the last seven days, oldest first; the operator has looked at most of the older ones."""
    sessions, random = _recent(timetables), stream("alerts")
    start, end = sessions[0].opens, max(session.closes for session in sessions)
    hiccup = sessions[len(sessions) // 2]
    found = [
        Notice(hiccup.at(0.402), "ERROR", "HIGH", "market", f"{hiccup.exchange} 시세 수신이 15초간 끊겼습니다."),
        Notice(hiccup.at(0.701), "ERROR", "CRITICAL", "trade", "브로커 접속이 끊겨 주문 전송을 보류했습니다."),
        *_refusals(start, events),
        *_signals(start, advice),
        *(notice for session in sessions for notice in _moves(session, tape)),
    ]
    found.sort(key=lambda notice: notice.at)
    return [_looked_at(notice, end, random) for notice in found]


def _recent(timetables: Iterable[Timetable]) -> list[Session]:
    sessions = sorted((one for table in timetables for one in table.finished), key=lambda session: session.closes)
    return [session for session in sessions if session.closes > sessions[-1].closes - _DAYS]


def _session_lines(session: Session, random: Random) -> Iterator[Line]:
    yield Line(session.at(-0.15), "INFO", "brain.model", f"Reports for {session.exchange} {session.day} are written")
    yield Line(session.at(-0.02), "INFO", "market.collector", f"{session.exchange}: connected to the quote feed")
    for place in range(12):
        frames = random.randrange(18_000, 64_000)
        at = session.at((place + random.uniform(0.1, 0.9)) / 12)
        yield Line(at, "DEBUG", "market.collector", f"{session.exchange}: {frames:,} quotes in the last half hour")
    if random.random() < 0.5:
        seconds = random.uniform(1.1, 4.0)
        yield Line(session.at(0.55), "WARN", "system.monitor", f"A query of the dashboard took {seconds:.1f} s")
    yield Line(session.closes, "INFO", "market.collector", f"{session.exchange}: session of {session.day} is complete")


def _trading_lines(recent: Iterable[Event], events: Iterable[Event], random: Random) -> Iterator[Line]:
    orders = {event.number: event for event in events if isinstance(event, Placed)}
    requests: dict[int, str] = {}
    for event in recent:
        order = orders[event.number]
        request = requests.setdefault(event.number, f"{random.getrandbits(64):016x}")
        level, logger, message = _words(event, order)
        yield Line(event.at, level, logger, message, order.placed_by, request)


def _words(event: Event, order: Placed) -> tuple[str, str, str]:
    what = f"{order.side} {order.quantity:,} {order.ticker}"
    if isinstance(event, Placed):
        return "INFO", "trade.orders", f"Order placed: {what} {order.order_type} for {order.portfolio}"
    if isinstance(event, Filled):
        return "INFO", "trade.executions", f"Fill {event.reference}: {event.quantity:,} at {event.price:,} of {what}"
    return ("WARN" if event.status == "REJECTED" else "INFO"), "trade.orders", f"Order {event.status}: {what}"


def _refusals(start: datetime, events: Iterable[Event]) -> Iterator[Notice]:
    orders = {event.number: event for event in events if isinstance(event, Placed)}
    for event in events:
        if isinstance(event, Ended) and event.status == "REJECTED" and event.at >= start:
            order = orders[event.number]
            message = f"{COMPANY[order.ticker].name} 주문이 거부되었습니다: {event.reason}"
            data = {"ticker": order.ticker, "portfolio": order.portfolio, "quantity": order.quantity}
            yield Notice(event.at, "WARNING", "MEDIUM", "trade", message, data)


def _signals(start: datetime, advice: Iterable[Advice]) -> Iterator[Notice]:
    """The most urgent pick of each morning."""
    mornings: dict[tuple[str, object], Advice] = {}
    for one in advice:
        key = (COMPANY[one.ticker].exchange, one.day)
        is_signal = one.is_pick and one.action != "HOLD" and one.reported_at >= start
        if is_signal and (key not in mornings or one.priority > mornings[key].priority):
            mornings[key] = one
    for one in mornings.values():
        verb = "매수" if one.action == "BUY" else "매도"
        message = f"{COMPANY[one.ticker].name} {verb} 신호: 기대수익률 {one.expected:+}%"
        data = {"ticker": one.ticker, "action": one.action, "priority": str(one.priority)}
        yield Notice(one.reported_at, "TRADE_SIGNAL", "HIGH", "brain", message, data)


def _moves(session: Session, tape: Tape) -> Iterator[Notice]:
    for company in COMPANY.values():
        bar = tape.bar(company.ticker, session.day) if company.exchange == session.exchange else None
        if bar and abs(bar.change) >= _LARGE_MOVE:
            message = f"{company.name} 종가가 전일 대비 {bar.change:+}% 움직였습니다."
            yield Notice(session.closes, "INFO", "LOW", "market", message, {"ticker": company.ticker})


def _looked_at(notice: Notice, end: datetime, random: Random) -> Notice:
    """The notice as it stands at the end: what is older than a day is acknowledged, but for a few."""
    when = notice.at + timedelta(minutes=random.randint(3, 240))
    if notice.at > end - timedelta(days=1) or random.random() < 0.2:
        return notice
    return Notice(notice.at, notice.kind, notice.severity, notice.module, notice.message, notice.data, min(when, end))
