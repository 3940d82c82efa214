"""Orders and executions for Python callers. Doors to the rules that hold in the database for every client.

Each service is one transaction. What a rule refuses comes back as `OrderRefused` or `ExecutionRefused`, with the rule's
name, the reason and what to do; nothing has changed then.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from account.models import Portfolio
from brain.models import Action, DailyPick
from market.models import Stock
from system.acting import acting_as
from system.asked import Asked
from system.refused import Refused, refusals_as, submit
from trade.models import OPEN, Execution, Order, OrderStatus, OrderType

# Functions, whose plans the session keeps. In parentheses, because pghistory states its context with writing statements
# only, and takes whatever begins with SELECT for a reading one.
PLACE_ORDER = """
    (SELECT * FROM trade.place_order(
        %(portfolio_id)s, %(stock_id)s, %(side)s, %(quantity)s::bigint, %(order_type)s, %(limit_price)s, %(stop_price)s,
        %(expires_at)s, %(pick_id)s, %(created_by)s))
"""
RECORD_EXECUTION = """
    (SELECT * FROM trade.record_execution(
        %(order_id)s, %(quantity)s::bigint, %(price)s, %(commission)s, %(tax)s, %(executed_time)s, %(fx_rate)s,
        %(exchange_ref)s))
"""


class OrderRefused(Refused):
    """An order cannot be placed or changed as asked."""


class ExecutionRefused(Refused):
    """A fill cannot be booked or taken back as asked."""


ORDER, EXECUTION = Asked(OrderRefused), Asked(ExecutionRefused)


@dataclass(frozen=True)
class Fill:
    """What the broker reports of one execution. Prices and charges in the stock's currency, quantity in shares."""

    order_id: int
    quantity: int
    price: Decimal
    exchange_ref: str
    commission: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    executed_time: datetime | None = None
    fx_rate: Decimal | None = None

    def check(self) -> None:
        """Raises `ExecutionRefused` where a value is not what its name says."""
        EXECUTION.whole("order_id", self.order_id)
        EXECUTION.whole("quantity", self.quantity)
        EXECUTION.characters("exchange_ref", self.exchange_ref, 100)
        for name in ("price", "commission", "tax"):
            EXECUTION.number(name, getattr(self, name))
        if self.fx_rate is not None:
            EXECUTION.number("fx_rate", self.fx_rate)
        if self.executed_time is not None:
            EXECUTION.moment("executed_time", self.executed_time)


def place_order(
    portfolio: Portfolio,
    stock: Stock,
    *,
    side: str,
    quantity: int,
    actor: str,
    order_type: str = OrderType.MARKET,
    limit_price: Decimal | None = None,
    stop_price: Decimal | None = None,
    expires_at: datetime | None = None,
    pick: DailyPick | None = None,
) -> Order:
    """Place an order of `quantity` shares; a first buy makes the holding, of zero shares. Raises `OrderRefused`."""
    ORDER.row("portfolio", portfolio, Portfolio)
    ORDER.row("stock", stock, Stock)
    if pick is not None:
        ORDER.row("pick", pick, DailyPick)
    values = {
        "portfolio_id": portfolio.pk,
        "stock_id": stock.pk,
        "pick_id": pick.pk if pick else None,
        "order_type": order_type,
        "side": side,
        "quantity": quantity,
        "limit_price": limit_price,
        "stop_price": stop_price,
        "expires_at": expires_at,
        "created_by": actor,
    }
    _check(values)
    with acting_as(actor):
        columns, rows = submit(PLACE_ORDER, values, OrderRefused)
    return Order.from_db(connection.alias, columns, rows[0])


def cancel_order(order: Order, *, actor: str, reason: str = "operator") -> Order:
    """Cancel what is not filled yet. Raises `OrderRefused` when the order is not open any more."""
    return _close(order, OrderStatus.CANCELLED, OPEN, reason, actor)


def reject_order(order: Order, *, actor: str, reason: str) -> Order:
    """Record that the broker rejected the order, in its words. Raises `OrderRefused` unless it is pending."""
    return _close(order, OrderStatus.REJECTED, (OrderStatus.PENDING,), reason, actor)


def expire_orders(*, actor: str, now: datetime | None = None) -> list[int]:
    """Cancel the open orders whose time is over; return their numbers. An order that is being filled is left alone."""
    ORDER.actor(actor)
    if now is not None:
        ORDER.moment("now", now)
    with acting_as(actor, reason="expired"), transaction.atomic():
        due = Order.objects.filter(status__in=OPEN, expires_at__lte=now or timezone.now())
        numbers = list(
            due.order_by("order_id").select_for_update(skip_locked=True, no_key=True).values_list("order_id", flat=True)
        )
        Order.objects.filter(order_id__in=numbers).update(status=OrderStatus.CANCELLED, status_reason="expired")
    return numbers


def record_execution(fill: Fill, *, actor: str) -> Execution:
    """Book one fill: order, holding, cash and pick move with it. A replay returns what is booked already.

    Raises `ExecutionRefused`: over-fill, over-sell, a rejected order, or a reference under which another fill is
    booked, or one that was reversed since.
    """
    EXECUTION.actor(actor)
    fill.check()
    with acting_as(actor):
        columns, rows = submit(RECORD_EXECUTION, dict(vars(fill)), ExecutionRefused)
    return Execution.from_db(connection.alias, columns, rows[0]) if rows else _replayed(fill)


def reverse_execution(execution: Execution, *, actor: str, reason: str) -> Execution:
    """Take a fill back by a reversing entry; order, holding, cash and realised P&L become what they were without it.

    Raises `ExecutionRefused` when it is reversed already, is itself a reversal, or later sales need its shares.
    """
    EXECUTION.actor(actor)
    EXECUTION.text("reason", reason)
    EXECUTION.row("execution", execution, Execution)
    with refusals_as(ExecutionRefused), acting_as(actor, reason=reason), transaction.atomic():
        # Whoever else reverses it waits here, and then sees that it is done.
        Order.objects.select_for_update(no_key=True).get(pk=execution.order_id)
        if execution.reversals.exists():
            raise ExecutionRefused("uniq_executions_reverses", f"Execution {execution.pk} is reversed already.")
        reversal = Execution.objects.create(
            order_id=execution.order_id,
            executed_quantity=execution.executed_quantity,
            executed_price=execution.executed_price,
            exchange_ref=_free_reference(execution),
            reverses=execution,
        )
        reversal.refresh_from_db()
        return reversal


def orders_from_picks(
    picks: Iterable[DailyPick], portfolio: Portfolio, sizing: Callable[[DailyPick], int], *, actor: str
) -> tuple[list[Order], list[tuple[DailyPick, Refused]]]:
    """Place a market order for each BUY or SELL pick, of as many shares as `sizing` says; none for zero or HOLD.

    Returns the orders, and the picks that were refused with the reason: one refusal does not stop the others. A pick
    that has an order in this portfolio already is passed over, so that a second run places nothing twice.
    """
    ORDER.row("portfolio", portfolio, Portfolio)
    placed: list[Order] = []
    refused: list[tuple[DailyPick, Refused]] = []
    for pick in picks:
        quantity = 0 if pick.action == Action.HOLD else sizing(pick)
        if quantity <= 0 or Order.objects.filter(pick=pick, holding__portfolio=portfolio).exists():
            continue
        try:
            placed.append(
                place_order(portfolio, pick.stock, side=pick.action, quantity=quantity, actor=actor, pick=pick)
            )
        except Refused as refusal:
            refused.append((pick, refusal))
    return placed, refused


def _check(asked: dict[str, Any]) -> None:
    """Raises `OrderRefused` where a value of an order is not what its name says."""
    ORDER.actor(asked["created_by"])
    ORDER.whole("quantity", asked["quantity"])
    for name, longest in (("side", 4), ("order_type", 10)):
        ORDER.text(name, asked[name], longest)
    for name in ("limit_price", "stop_price"):
        if asked[name] is not None:
            ORDER.number(name, asked[name])
    if asked["expires_at"] is not None:
        ORDER.moment("expires_at", asked["expires_at"])


def _close(order: Order, status: str, allowed: Iterable[str], reason: str, actor: str) -> Order:
    """Win the race in the database: change the order where it is still as it must be, and look at the count."""
    ORDER.actor(actor)
    ORDER.text("reason", reason)
    ORDER.row("order", order, Order)
    with refusals_as(OrderRefused), acting_as(actor, reason=reason):
        changed = Order.objects.filter(pk=order.pk, status__in=list(allowed)).update(
            status=status, status_reason=reason[:200]
        )
    order.refresh_from_db()
    if not changed:
        raise OrderRefused("order_terminal", f"Order {order.pk} is {order.status}.", "Look at it anew.")
    return order


def _rounded(number: Decimal, places: int) -> Decimal:
    """As the column rounds it."""
    return Decimal(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _free_reference(execution: Execution) -> str:
    """What the reversal is called: nothing keeps a broker from having used the name for a fill."""
    name = f"reversal of #{execution.pk}"
    taken = set(
        Execution.objects.filter(order_id=execution.order_id, exchange_ref__startswith=name).values_list(
            "exchange_ref", flat=True
        )
    )
    names = (name if number == 1 else f"{name} ({number})" for number in count(1))
    return next(each for each in names if each not in taken)


def _replayed(fill: Fill) -> Execution:
    booked = Execution.objects.get(order_id=fill.order_id, exchange_ref=fill.exchange_ref.strip())
    if booked.reversed_at is not None or booked.reverses_id is not None:
        raise ExecutionRefused(
            "execution_reversed",
            f"The fill {fill.exchange_ref} of order {fill.order_id} was reversed, or is itself a reversal.",
            "If it counts after all, book it under a reference of its own.",
        )
    same = (booked.executed_quantity, booked.executed_price, booked.commission, booked.tax)
    if same != (fill.quantity, _rounded(fill.price, 4), _rounded(fill.commission, 2), _rounded(fill.tax, 2)):
        raise ExecutionRefused(
            "execution_conflict",
            f"Another fill is booked as {fill.exchange_ref} on order {fill.order_id}.",
            "Check the broker's reference; if the booked one is wrong, reverse it and book the right one under a "
            "reference of its own.",
        )
    return booked
