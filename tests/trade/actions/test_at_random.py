"""Fills, actions, prices and their reversals in any order: at each step the ledger agrees with what it follows from."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from account.models import CashBalance, Holding, Portfolio
from market.models import CorporateAction, DailyPrice, Stock
from system.partitions import ensure
from system.refused import Refused
from trade.actions import apply_actions, reverse_action
from trade.models import Execution, Order
from trade.reconciliation import differences
from trade.services import Fill, place_order, record_execution, reverse_execution

SEOUL = ZoneInfo("Asia/Seoul")
NOON = datetime.now(SEOUL).replace(hour=12, minute=0, second=0, microsecond=0)
KINDS: dict[str, list[dict[str, Any]]] = {
    "SPLIT": [{"ratio": 2}, {"ratio": 5}],
    "REVERSE_SPLIT": [{"ratio": 1, "per": 3}, {"ratio": 2, "per": 3}],
    "BONUS": [{"ratio": Decimal("1.1")}],
    "CASH_DIVIDEND": [{"amount": Decimal("0.37")}],
}


class Desk:
    """One holding, and what may happen to it on a day."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now = NOON - timedelta(days=35)
        self.stock = Stock.objects.create(ticker=f"R{seed}", name="r", market_type="KOSPI")
        self.portfolio = Portfolio.objects.create(name="Desk", initial_capital=10**9)
        shares = self.random.choice([0, 7, 1000])
        self.holding = Holding.objects.create(
            portfolio=self.portfolio, stock=self.stock, quantity=shares, avg_purchase_price=950
        )
        self.orders: list[Order] = []
        self.fills: list[Execution] = []
        self.actions: list[CorporateAction] = []
        ensure(DailyPrice, [self.now.date(), NOON.date()])
        self.price()

    def step(self) -> None:
        self.now = min(self.now + timedelta(days=self.random.choice([0, 0, 1]), minutes=1), NOON)
        deeds: list[Callable[[], None]] = [self.order, *[self.fill] * 3, self.bust, self.act, self.undo, self.price]
        try:
            with transaction.atomic():
                self.random.choice(deeds)()
        except (Refused, IndexError):
            pass  # not now: there is nothing to choose from, or the ledger says no

    def order(self) -> None:
        order = place_order(
            self.portfolio, self.stock, actor="a", side=self.random.choice(["BUY", "BUY", "SELL"]), order_type="LIMIT",
            quantity=self.random.randint(1, 50), limit_price=Decimal(self.random.randint(500, 3000)),
        )  # fmt: skip
        Order.objects.filter(pk=order.pk).update(order_time=self.now)
        self.orders.append(order)

    def fill(self) -> None:
        order, quantity = self.random.choice(self.orders), self.random.randint(1, 20)
        at, fee = Decimal(self.random.randint(100, 2000)), Decimal(self.random.randint(0, 9))
        reference = f"fill {self.random.random()}"
        fill = Fill(order.pk, quantity, at, reference, commission=fee, executed_time=self.now)
        self.fills.append(record_execution(fill, actor="b"))

    def bust(self) -> None:
        reverse_execution(self.random.choice(self.fills), actor="c", reason="bust")

    def act(self) -> None:
        kind = self.random.choice(list(KINDS))
        day = self.now.date() - timedelta(days=self.random.choice([0, 0, 0, 2]))
        if not CorporateAction.objects.filter(kind=kind, effective_date=day).exists():
            facts = {"stock": self.stock, "kind": kind, "effective_date": day, **self.random.choice(KINDS[kind])}
            self.actions.append(CorporateAction.objects.create(**facts))
            apply_actions(day, actor="d")

    def undo(self) -> None:
        reverse_action(self.random.choice(self.actions), actor="e", reason="wrong")

    def price(self) -> None:
        facts = {"close_price": self.random.randint(500, 1500), "volume": 1}
        DailyPrice.objects.update_or_create(stock=self.stock, trade_date=self.now.date(), defaults=facts)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_the_ledger_agrees_whatever_happens_in_whatever_order(seed: int) -> None:
    desk = Desk(seed)

    for step in range(60):
        desk.step()
        assert [str(difference) for difference in differences()] == [], step

    held = Holding.objects.get(pk=desk.holding.pk)
    cash = CashBalance.objects.get(portfolio=desk.portfolio, currency="KRW").balance
    opening = held.opening_quantity * held.opening_price
    # To the won: an average of six digits is off by half a millionth a share.
    assert abs(10**9 + opening + held.realized_pnl - held.quantity * held.avg_purchase_price - cash) < Decimal("0.5")
