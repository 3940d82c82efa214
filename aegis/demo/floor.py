"""The floor: where the desk's orders meet the demo's exchange, and what the desk then has in cash and shares."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from random import Random

from .companies import Company
from .events import MANDATES, Ended, Event, Filled, Mandate, Placed
from .matching import Match, Terms, matches
from .prices import Tape
from .rules import commission, limits, money, settlement_lag, tax
from .sessions import Session, Timetable

# Brokers warn of an American price this far above the last close; the KRX has its daily limits.
_FAR_ABOVE = 1.4
_MARGIN = Decimal("1.1")


@dataclass
class Position:
    """Shares, and what they cost in minor units."""

    quantity: int = 0
    cost: float = 0

    def gain(self, close: int) -> float:
        """The return at this close, as a share of the cost."""
        return close * self.quantity / self.cost - 1 if self.cost else 0.0


@dataclass
class Working:
    """An order that the exchange holds."""

    placed: Placed
    terms: Terms
    company: Company
    remaining: int


@dataclass(frozen=True)
class Wish:
    """An order that the desk wants to place on one session."""

    mandate: Mandate
    company: Company
    terms: Terms
    placed_by: str
    pick: tuple[str, date] | None = None
    days: int = 0  # how many sessions after this one it stays open
    part: float | None = None  # the share that finds a counterparty, left to chance when None
    is_proposal: bool = False


class Floor:
    """Places and fills orders and keeps what happened in `events`.

    What a sale brings is spent on a later day, and a stock gets one order a day: so no order can find less cash or
    fewer shares than it was decided on.
    """

    def __init__(self, tape: Tape, fx: dict[date, Decimal], timetables: dict[str, Timetable]) -> None:
        self.tape, self.fx, self.timetables = tape, fx, timetables
        self.events: list[Event] = []
        self.positions: dict[tuple[str, str], Position] = defaultdict(Position)
        self.cash = {mandate.name: Decimal(mandate.capital) for mandate in MANDATES}
        self.free = dict(self.cash)
        self.working: list[Working] = []
        self.touched: set[tuple[str, str]] = set()
        self.placed = self.fills = 0

    def open(self, session: Session, random: Random) -> None:
        """Begin a session: count the free cash, and give the exchange the orders that are still open."""
        here = [order for order in self.working if order.company.exchange == session.exchange]
        self.free = {name: cash - self._reserved(name, session) for name, cash in self.cash.items()}
        self.touched = {(order.placed.portfolio, order.placed.ticker) for order in here}
        for order in here:
            self._work(order, session, 0.0, random)

    def is_idle(self, mandate: Mandate, company: Company, session: Session) -> bool:
        """Whether the stock trades today and this portfolio has no order in it."""
        bar = self.tape.bar(company.ticker, session.day)
        return bar is not None and not bar.is_halted and (mandate.name, company.ticker) not in self.touched

    def base(self, company: Company, session: Session) -> int:
        """The close before this session."""
        return self.tape.before(company.ticker, session.day, 1)[-1].close

    def won(self, minor: int, company: Company, session: Session) -> Decimal:
        """An amount in the company's minor units in won."""
        return money(minor, company.currency) * (self.fx[session.day] if company.currency == "USD" else 1)

    def place(self, wish: Wish, session: Session, random: Random) -> None:
        """Place an order, unless this portfolio has one in the stock today, and let the exchange have it."""
        key = (wish.mandate.name, wish.company.ticker)
        if key in self.touched:
            return
        self.touched.add(key)
        since = random.uniform(0.01, 0.4)
        order = self._order(wish, session, since)
        self.events.append(order.placed)
        if reason := self._refusal(order, session, random):
            self._end(order, session.at(since + 0.005), "REJECTED", reason)
        elif not wish.is_proposal:
            self.working.append(order)
            if order.terms.side == "BUY":
                self.free[wish.mandate.name] -= self._committed(order, session)
            self._work(order, session, since, random, wish.part)

    def _order(self, wish: Wish, session: Session, since: float) -> Working:
        self.placed += 1
        company, terms = wish.company, wish.terms
        placed = Placed(
            at=session.at(since),
            number=self.placed,
            portfolio=wish.mandate.name,
            ticker=company.ticker,
            pick=wish.pick,
            side=terms.side,
            order_type=terms.kind,
            quantity=terms.quantity,
            limit_price=_price(terms.limit, company),
            stop_price=_price(terms.stop, company),
            expires_at=self.timetables[session.exchange].after(session.day, wish.days).closes,
            placed_by=wish.placed_by,
            is_proposal=wish.is_proposal,
        )
        return Working(placed, terms, company, terms.quantity)

    def _refusal(self, order: Working, session: Session, random: Random) -> str | None:
        """Why the broker refuses this order, None when it does not."""
        bar, company = self.tape.bar(order.company.ticker, session.day), order.company
        if bar is None or bar.is_halted:
            return "거래정지 종목"
        base, price = self.base(company, session), order.terms.limit or order.terms.stop or 0
        if company.currency == "KRW" and price > limits(base, "KRW")[1]:
            return "가격제한폭 초과"
        if price > base * _FAR_ABOVE:
            return "호가 이탈 한도 초과"
        return "증거금 부족" if random.random() < 0.015 else None

    def _work(self, order: Working, session: Session, since: float, random: Random, part: float | None = None) -> None:
        """Give the exchange one session with the order."""
        is_thin = order.terms.kind == "LIMIT" and random.random() < 0.15
        wanted = max(1, int(order.remaining * (part or (random.uniform(0.3, 0.7) if is_thin else 1.0))))
        if bar := self.tape.bar(order.company.ticker, session.day):
            for match in matches(
                order.terms, wanted, bar, session, since=since, currency=order.company.currency, random=random
            ):
                self._book(order, match, session)
        if order.remaining == 0:
            self.working.remove(order)
        elif order.placed.expires_at <= session.closes:
            by_operator = random.random() < 0.2
            at = session.at(0.99) if by_operator else session.closes
            self._end(order, at, "CANCELLED", "operator" if by_operator else "expired")

    def _book(self, order: Working, match: Match, session: Session) -> None:
        company, timetable = order.company, self.timetables[session.exchange]
        amount = money(match.quantity * match.price, company.currency)
        settles = timetable.after(session.day, settlement_lag(session.exchange)).day
        self.fills += 1
        fill = Filled(
            at=match.at,
            number=order.placed.number,
            quantity=match.quantity,
            price=money(match.price, company.currency),
            commission=commission(amount, company.currency),
            tax=tax(amount, order.terms.side, company.currency, settles),
            fx_rate=self.fx[session.day] if company.currency == "USD" else None,
            reference=f"{session.exchange}-{session.day:%Y%m%d}-{self.fills:06d}",
        )
        self.events.append(fill)
        order.remaining -= match.quantity
        self._move(order, match, amount, fill)

    def _move(self, order: Working, match: Match, amount: Decimal, fill: Filled) -> None:
        position = self.positions[order.placed.portfolio, order.placed.ticker]
        if order.terms.side == "BUY":
            position.cost += match.quantity * match.price
            position.quantity += match.quantity
            amount = -amount
        else:
            position.cost *= 1 - match.quantity / position.quantity
            position.quantity -= match.quantity
        self.cash[order.placed.portfolio] += (amount - fill.commission - fill.tax) * (fill.fx_rate or 1)

    def _end(self, order: Working, at: datetime, status: str, reason: str) -> None:
        self.events.append(Ended(at, order.placed.number, status, reason))
        if order in self.working:
            self.working.remove(order)

    def _reserved(self, portfolio: str, session: Session) -> Decimal:
        """Won that open buy orders may still cost."""
        orders = [order for order in self.working if order.company.exchange == session.exchange]
        buys = [order for order in orders if order.placed.portfolio == portfolio and order.terms.side == "BUY"]
        return sum((self._committed(order, session) for order in buys), Decimal(0))

    def _committed(self, order: Working, session: Session) -> Decimal:
        price = order.terms.limit or order.terms.stop or self.base(order.company, session)
        return self.won(order.remaining * price, order.company, session) * _MARGIN


def _price(minor: int | None, company: Company) -> Decimal | None:
    return None if minor is None else money(minor, company.currency)
