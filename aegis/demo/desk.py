"""The desk's decisions: which picks become orders, when losses are cut, and what is left open at the end."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from .companies import COMPANIES, COMPANY, DELISTED_BEFORE, Company
from .events import MANDATES, Event, Mandate, Placed
from .floor import Floor, Wish
from .matching import Terms
from .prices import Tape, stream
from .research import Advice
from .rules import on_tick, tick
from .sessions import Session, Timetable

ROUTER = "order-router"
_CASH_KEPT = 0.05  # of the capital
_LONG = 10  # sessions that an order left open stays so


def run_desk(
    advice: Iterable[Advice], tape: Tape, fx: dict[date, Decimal], timetables: dict[str, Timetable]
) -> list[Event]:
    """Work through every session; give back all events in the order of time."""
    picks = sorted((one for one in advice if one.is_pick), key=lambda one: -one.priority)
    by_day: dict[tuple[str, date], list[Advice]] = defaultdict(list)
    for pick in picks:
        by_day[COMPANY[pick.ticker].exchange, pick.day].append(pick)
    floor = Floor(tape, fx, timetables)
    last = {timetable.finished[-1] for timetable in timetables.values()}
    sessions = [session for timetable in timetables.values() for session in timetable.finished]
    for session in sorted(sessions, key=lambda session: session.opens):
        day = _Day(floor, session, by_day[session.exchange, session.day])
        day.trade()
        if session in last:
            day.leave_open(sorted(picks, key=lambda pick: pick.day, reverse=True))
    return sorted(floor.events, key=lambda event: event.at)


class _Day:
    """One session of the desk."""

    def __init__(self, floor: Floor, session: Session, picks: list[Advice]) -> None:
        self.floor, self.session, self.picks = floor, session, picks
        self.random = stream("desk", session.exchange, str(session.day))
        self.mandates = [mandate for mandate in MANDATES if mandate.exchange == session.exchange]

    def trade(self) -> None:
        self.floor.open(self.session, self.random)
        for mandate in self.mandates:
            self._follow(mandate)
            self._guard(mandate)

    def leave_open(self, picks: list[Advice]) -> None:
        """Leave something of every kind for the operator to find on the last day; `picks` come newest first."""
        for mandate in self.mandates:
            idle = [company for company in _companies(mandate) if self.floor.is_idle(mandate, company, self.session)]
            held = [company for company in idle if self._held(mandate, company)][:1]
            for company in held:
                self._protect(mandate, company)
            untouched = (company for company in idle if company not in held)
            # An order far below the market, one that finds half a counterparty, one that the broker refuses.
            for company, level, part in zip(untouched, (0.75, 1.0, 1.5), (1.0, 0.4, 1.0), strict=False):
                self._bid(mandate, company, level, part)
            self._propose(mandate, picks)

    def _follow(self, mandate: Mandate) -> None:
        """Turn today's picks into orders, the most urgent first; some are passed over."""
        for pick in self.picks:
            company = COMPANY[pick.ticker]
            if company in _companies(mandate) and self.random.random() < 0.8:
                if pick.action == "BUY":
                    self._buy(mandate, company, pick)
                elif pick.action == "SELL":
                    self._sell(mandate, company, pick)

    def _guard(self, mandate: Mandate) -> None:
        """Cut losses and take profits, a few at a time."""
        for company in _companies(mandate):
            if self._held(mandate, company) and self.floor.is_idle(mandate, company, self.session):
                gain = self.floor.positions[mandate.name, company.ticker].gain(self._base(company))
                if (gain < -0.15 or gain > 0.45) and self.random.random() < 0.06:
                    self._sell(mandate, company, None)

    def _buy(self, mandate: Mandate, company: Company, pick: Advice) -> None:
        position = self.floor.positions[mandate.name, company.ticker]
        cost = self.floor.won(int(position.cost), company, self.session)
        quantity = self._affordable(mandate, company)
        if quantity and float(cost) < mandate.capital * mandate.order_share * 2:
            kind = self.random.choices(("LIMIT", "MARKET", "STOP"), (55, 35, 10))[0]
            self._place(mandate, company, self._terms("BUY", kind, quantity, company), pick)

    def _sell(self, mandate: Mandate, company: Company, pick: Advice | None) -> None:
        if held := self._held(mandate, company):
            kind = self.random.choices(("LIMIT", "MARKET", "STOP"), (40, 45, 15))[0]
            quantity = held if self.random.random() < 0.6 else max(1, held // 2)
            self._place(mandate, company, self._terms("SELL", kind, quantity, company), pick)

    def _place(self, mandate: Mandate, company: Company, terms: Terms, pick: Advice | None) -> None:
        days = 5 if self.random.random() < 0.1 else 0
        by, key = (ROUTER, pick.key) if pick else (mandate.trader, None)
        self.floor.place(Wish(mandate, company, terms, by, key, days), self.session, self.random)

    def _protect(self, mandate: Mandate, company: Company) -> None:
        stop = on_tick(self._base(company) * 0.8, company.currency)
        terms = Terms("SELL", "STOP", self._held(mandate, company), stop=stop)
        self.floor.place(Wish(mandate, company, terms, mandate.trader, days=_LONG), self.session, self.random)

    def _bid(self, mandate: Mandate, company: Company, level: float, part: float) -> None:
        bar = self.floor.tape.bar(company.ticker, self.session.day)
        limit = on_tick((bar.close if bar else 0) * level, company.currency)
        terms = Terms("BUY", "LIMIT", max(3, self._affordable(mandate, company) // 2), limit)
        self.floor.place(
            Wish(mandate, company, terms, mandate.trader, days=_LONG, part=part), self.session, self.random
        )

    def _propose(self, mandate: Mandate, picks: list[Advice]) -> None:
        """Leave the newest pick that nobody acted on as a proposal: it waits for a decision."""
        acted_on = {event.pick for event in self.floor.events if isinstance(event, Placed)}
        for pick in picks:
            company = COMPANY[pick.ticker]
            is_open = company in _companies(mandate) and pick.key not in acted_on
            if pick.action == "BUY" and is_open and self.floor.is_idle(mandate, company, self.session):
                terms = self._terms("BUY", "LIMIT", 100, company)
                wish = Wish(mandate, company, terms, mandate.trader, pick.key, _LONG, is_proposal=True)
                self.floor.place(wish, self.session, self.random)
                return

    def _terms(self, side: str, kind: str, quantity: int, company: Company) -> Terms:
        """Prices near the last close: a limit mostly on the better side of it, a stop on the worse."""
        base, worse = self._base(company), 1 if side == "BUY" else -1
        if kind == "LIMIT":
            limit = on_tick(base * (1 - worse * self.random.uniform(-0.003, 0.02)), company.currency)
            return Terms(side, kind, quantity, limit=limit)
        if kind == "STOP":
            stop = on_tick(base * (1 + worse * self.random.uniform(0.005, 0.03)), company.currency)
            return Terms(side, kind, quantity, stop=stop + (tick(stop, company.currency) if worse > 0 else 0))
        return Terms(side, kind, quantity)

    def _affordable(self, mandate: Mandate, company: Company) -> int:
        """How many shares one order buys: its part of the capital, as far as cash and the stock's volume go."""
        past = self.floor.tape.before(company.ticker, self.session.day, 5)
        price = self.floor.won(past[-1].close, company, self.session)
        spare = float(self.floor.free[mandate.name]) - mandate.capital * _CASH_KEPT
        budget = min(mandate.capital * mandate.order_share, spare * 0.8)
        quietest = min((bar.volume for bar in past if bar.volume), default=0)
        return max(0, min(int(budget / float(price)), quietest // 20))

    def _held(self, mandate: Mandate, company: Company) -> int:
        return self.floor.positions[mandate.name, company.ticker].quantity

    def _base(self, company: Company) -> int:
        return self.floor.base(company, self.session)


def _companies(mandate: Mandate) -> list[Company]:
    """What the portfolio may hold: not the company that leaves the exchange."""
    return [
        company for company in COMPANIES if company.market in mandate.markets and company.ticker not in DELISTED_BEFORE
    ]
