"""The ledger in plain Python: what the database must agree with to the last digit, refusals included.

Its arithmetic is its own and exact: nothing is carried along, all is worked out anew from what happened, in fractions,
and rounded where a column rounds, half away from zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any


class Refused(Exception):
    pass


def rounded(value: Any, places: int) -> Decimal:
    scaled = int(abs(Fraction(value)) * 10**places + Fraction(1, 2))
    return Decimal(scaled if value >= 0 else -scaled).scaleb(-places)


def refuse(rule: str, when: bool) -> None:
    if when:
        raise Refused(rule)


@dataclass
class Portfolio:
    capital: Decimal
    drawdown: Decimal | None
    moves: list[tuple[str, Decimal]] = field(default_factory=list)
    active: bool = True
    halted: bool = False
    value: Decimal | None = None
    peak: Decimal | None = None


@dataclass
class Holding:
    portfolio: int
    stock: int
    shares: int
    price: Decimal


@dataclass
class Order:
    holding: int
    side: str
    quantity: int
    closed: str | None = None


@dataclass
class Fill:
    order: int
    shares: int
    price: Decimal
    charges: Decimal
    ref: str
    reverses: int | None = None


class Ledger:
    def __init__(self) -> None:
        self.portfolios: dict[int, Portfolio] = {}
        self.holdings: dict[int, Holding] = {}
        self.orders: dict[int, Order] = {}
        self.fills: dict[int, Fill] = {}  # in the order of booking
        self.currency: list[str] = []  # of each stock
        self.listed: list[bool] = []
        self.closes: dict[tuple[int, int], Decimal] = {}  # by stock and day; a day above zero has not come
        self.rates: dict[int, Decimal] = {}
        self.alerts = {"CRITICAL": 0, "HIGH": 0}

    # What follows from what happened.

    def standing(self, **where: int) -> list[Fill]:
        gone = {fill.reverses for fill in self.fills.values()}
        return [
            fill
            for key, fill in self.fills.items()
            if fill.reverses is None
            and key not in gone
            and where.items() <= {"order": fill.order, "holding": self.orders[fill.order].holding}.items()
        ]

    def filled(self, order: int) -> int:
        return sum(fill.shares for fill in self.standing(order=order))

    def status(self, order: int) -> str:
        placed, filled = self.orders[order], self.filled(order)
        return placed.closed or (
            "PENDING" if not filled else "FILLED" if filled == placed.quantity else "PARTIAL_FILLED"
        )

    def position(self, holding: int) -> tuple[int, Decimal, Decimal]:
        held = self.holdings[holding]
        quantity, average, realized = held.shares, held.price, Decimal(0)
        for fill in self.standing(holding=holding):
            if self.orders[fill.order].side == "BUY":
                paid = Fraction(average) * quantity + Fraction(fill.price) * fill.shares
                quantity += fill.shares
                average = rounded(paid / quantity, 6)
                realized -= fill.charges
            else:
                quantity -= fill.shares
                realized = rounded(realized + (fill.price - average) * fill.shares - fill.charges, 2)
            refuse("execution_needed", quantity < 0)
        return quantity, average, realized

    def valuation(self, holding: int) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        quantity, average, _realized = self.position(holding)
        closes = {day: close for (stock, day), close in self.closes.items() if stock == self.holdings[holding].stock}
        day = max((day for day in closes if day <= 0), default=None)
        if day is None:
            return None, None, None
        cost, worth = quantity * Fraction(average), quantity * Fraction(closes[day])
        rate = min((worth / cost - 1) * 100, Decimal("9999999999.99")) if cost else 0
        return rounded(worth, 2), rounded(worth - cost, 2), rounded(rate, 2)

    def cash(self, portfolio: int, currency: str) -> Decimal:
        owner = self.portfolios[portfolio]
        moves = [amount for in_currency, amount in owner.moves if in_currency == currency]
        fills = [
            self.net(key)
            for key, fill in self.fills.items()
            if self.holding(fill).portfolio == portfolio and self.currency[self.holding(fill).stock] == currency
        ]
        return sum(moves + fills, owner.capital if currency == "KRW" else Decimal(0))

    def net(self, key: int) -> Decimal:
        fill = self.fills[key]
        if fill.reverses is not None:
            return -self.net(fill.reverses)
        worth = fill.price * fill.shares
        return rounded(-worth - fill.charges if self.orders[fill.order].side == "BUY" else worth - fill.charges, 2)

    def rate(self, currency: str) -> Decimal | None:
        day = max((day for day in self.rates if day <= 0), default=None)
        return Decimal(1) if currency == "KRW" else None if day is None else self.rates[day]

    def worth(self, portfolio: int) -> Decimal | None:
        owned = [(currency, self.cash(portfolio, currency)) for currency in ("KRW", "USD")]
        owned = [(currency, amount) for currency, amount in owned if amount]
        for key, held in self.holdings.items():
            if held.portfolio == portfolio and self.position(key)[0]:
                owned.append((self.currency[held.stock], self.valuation(key)[0]))
        rated = [(amount, self.rate(currency)) for currency, amount in owned]
        if any(amount is None or rate is None for amount, rate in rated):
            return None
        return rounded(sum(Fraction(amount) * Fraction(rate) for amount, rate in rated), 2)

    def holding(self, fill: Fill) -> Holding:
        return self.holdings[self.orders[fill.order].holding]

    def settle(self) -> None:
        """Value every portfolio and watch its drawdown: after each thing that happened."""
        for key, owner in self.portfolios.items():
            before, owner.value = owner.value, self.worth(key)
            owner.peak = max((value for value in (owner.peak, owner.value) if value is not None), default=None)
            self.alerts["HIGH"] += before is not None and owner.value is None
            if None not in (owner.value, owner.drawdown) and not owner.halted:
                owner.halted = owner.value < owner.peak - abs(owner.peak) * owner.drawdown / 100
                self.alerts["CRITICAL"] += owner.halted

    # What happens.

    def open_portfolio(self, key: int, capital: Decimal, drawdown: Decimal | None) -> None:
        self.portfolios[key] = Portfolio(capital, drawdown, value=capital, peak=capital)

    def open_holding(self, key: int, portfolio: int, stock: int, shares: int, price: Decimal) -> None:
        owned = [(held.portfolio, held.stock) for held in self.holdings.values()]
        refuse("idx_holdings_portfolio", (portfolio, stock) in owned)
        self.holdings[key] = Holding(portfolio, stock, shares, price)

    def correct_holding(self, holding: int, shares: int, price: Decimal) -> None:
        held = self.holdings[holding]
        traded = any(self.orders[fill.order].holding == holding for fill in self.fills.values())
        if traded:
            refuse("holding_moved_by_executions", self.position(holding)[:2] != (shares, price))
            return
        refuse("holding_committed", shares < min(held.shares, self.committed(holding)))
        held.shares, held.price = shares, price

    def admit(self, placed: Order) -> None:
        held = self.holdings[placed.holding]
        owner = self.portfolios[held.portfolio]
        if placed.side == "BUY":
            refuse("order_drawdown", owner.halted)
            refuse("order_inactive", not (owner.active and self.listed[held.stock]))
            return
        committed = self.committed(placed.holding, but=placed)
        refuse("order_oversell", placed.quantity > self.position(placed.holding)[0] - committed)

    def committed(self, holding: int, but: Order | None = None) -> int:
        """Shares of a holding that open SELL orders wait to sell."""
        return sum(
            order.quantity - self.filled(key)
            for key, order in self.orders.items()
            if order is not but
            and (order.holding, order.side) == (holding, "SELL")
            and self.status(key) in {"PENDING", "PARTIAL_FILLED"}
        )

    def place(self, key: int, holding: int, side: str, quantity: int) -> None:
        placed = Order(holding, side, quantity)
        refuse("chk_order_quantity", quantity <= 0)
        self.admit(placed)
        self.orders[key] = placed

    def amend(self, order: int, quantity: int) -> None:
        placed = self.orders[order]
        if quantity == placed.quantity:
            return
        refuse("order_terminal", self.status(order) in {"FILLED", "CANCELLED", "REJECTED"})
        refuse("order_frozen", any(fill.order == order for fill in self.fills.values()))
        refuse("chk_order_quantity", quantity <= 0)
        asks_for_more, placed.quantity = quantity > placed.quantity, quantity
        if asks_for_more:
            self.admit(placed)

    def close(self, order: int, status: str, by_service: bool) -> None:
        now = self.status(order)
        allowed = {"PENDING", "PARTIAL_FILLED"} if status == "CANCELLED" else {"PENDING"}
        if now == status and not by_service:
            return
        refuse("order_terminal", now not in allowed and (by_service or now != "PARTIAL_FILLED"))
        refuse("order_transition", now not in allowed)
        self.orders[order].closed = status

    def book(self, brought: dict[int, Fill]) -> None:
        """Fills of one statement: the row's own faults show first, then each is booked in turn."""
        known = [(fill.order, fill.ref) for fill in self.fills.values()]
        for fill in brought.values():
            if fill.reverses is not None:
                refuse("execution_reversal", self.fills[fill.reverses].reverses is not None)
            refuse("chk_executions_positive", fill.shares <= 0 or fill.price <= 0)
            refuse("idx_executions_order", (fill.order, fill.ref) in known)
            known.append((fill.order, fill.ref))
        for key, fill in brought.items():
            self.fills[key] = fill
            if fill.reverses is None:
                self.admit_fill(fill)
            self.position(self.orders[fill.order].holding)
        self.tell_uncovered(
            self.orders[fill.order].holding
            for fill in brought.values()
            if fill.reverses is not None or self.orders[fill.order].closed == "CANCELLED"
        )

    def tell_uncovered(self, holdings: Iterable[int]) -> None:
        """Open SELL orders of these that wait for more than is held."""
        self.alerts["HIGH"] += sum(self.committed(each) > self.position(each)[0] for each in set(holdings))

    def refuse_reversed(self, rule: str, key: int) -> None:
        """The service looks before it asks the database, and so names another rule."""
        refuse(rule, any(fill.reverses == key for fill in self.fills.values()))

    def reversal(self, key: int) -> Fill:
        wrong = self.fills[key]
        return Fill(wrong.order, wrong.shares, wrong.price, wrong.charges, f"reversal of {key}", key)

    def admit_fill(self, fill: Fill) -> None:
        placed = self.orders[fill.order]
        refuse("execution_of_rejected", placed.closed == "REJECTED")
        refuse("execution_overfill", self.filled(fill.order) > placed.quantity)
        try:
            self.position(placed.holding)
        except Refused:
            refuse("execution_oversell", placed.side == "SELL")
        self.alerts["CRITICAL"] += placed.closed == "CANCELLED"

    def delete(self, key: int) -> None:
        gone = self.fills[key]
        refuse("fk_executions_reverses", any(fill.reverses == key for fill in self.fills.values()))
        last = [other for other, fill in self.fills.items() if self.holding(fill) is self.holding(gone)][-1]
        refuse("execution_followed", last != key)
        del self.fills[key]
        rejected = self.orders[gone.order].closed == "REJECTED"
        refuse("chk_orders_status_filled", rejected and self.filled(gone.order) > 0)
        self.tell_uncovered([self.orders[gone.order].holding])

    def move_cash(self, portfolio: int, kind: str, currency: str, amount: Decimal) -> None:
        owner, before = self.portfolios[portfolio], self.worth(portfolio)
        owner.moves.append((currency, amount))
        refuse("cash_withdrawal", kind == "WITHDRAWAL" and self.cash(portfolio, currency) < 0)
        if kind in {"DEPOSIT", "WITHDRAWAL"}:
            owner.peak = self.peak_after_flow(owner.peak, before, self.worth(portfolio))

    def peak_after_flow(self, peak: Decimal | None, before: Decimal | None, after: Decimal | None) -> Decimal | None:
        """The fall from the peak stays what it was, in percent, as far as there is one; never a cent more."""
        if before is None or after is None:
            return None
        if before <= 0 or after <= 0:
            return after
        highest = before if peak is None else max(peak, before)
        return Decimal(Fraction(highest) * Fraction(after) / Fraction(before) * 100 // 1).scaleb(-2)

    def convert(self, portfolio: int, *, sell: str, buy: str, amount: Decimal, rate: Decimal) -> None:
        received = rounded(amount * rate, 2)
        refuse("cash_exchange_nothing", not received)
        refuse("cash_exchange", self.cash(portfolio, sell) < amount)
        self.portfolios[portfolio].moves += [(sell, -amount), (buy, received)]

    def set_active(self, portfolio: int, active: bool, stock: int, listed: bool) -> None:
        self.portfolios[portfolio].active = active
        self.listed[stock] = listed

    def clear_halt(self, portfolio: int) -> None:
        owner = self.portfolios[portfolio]
        if owner.halted:
            owner.halted, owner.peak = False, owner.value
