"""What happens to the desk of these tests, in a word each."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from account.models import CashBalance, Holding, Portfolio
from market.models import ActionKind, CorporateAction, DailyPrice, Stock
from system.partitions import ensure
from trade.actions import apply_actions
from trade.models import ActionEntry, Execution, Order
from trade.services import Fill, record_execution

SEOUL = ZoneInfo("Asia/Seoul")
REFS = iter(f"fill {number}" for number in range(1_000_000))


def today() -> date:
    return datetime.now(SEOUL).date()


def before() -> datetime:
    """Yesterday, in the session."""
    return datetime.combine(today(), datetime.min.time(), SEOUL) - timedelta(hours=10)


def price(stock: Stock, day: date, close: int) -> None:
    ensure(DailyPrice, [day])
    DailyPrice.objects.create(stock=stock, trade_date=day, close_price=close, volume=1)


def fill(order: Order, quantity: int, at: int, executed_time: datetime | None = None) -> Execution:
    return record_execution(
        Fill(order.pk, quantity, Decimal(at), next(REFS), executed_time=executed_time), actor="broker"
    )


def split(stock: Stock, ratio: Any = 5, day: date | None = None, **facts: Any) -> CorporateAction:
    facts = {"kind": ActionKind.SPLIT, "ratio": ratio} | facts
    return CorporateAction.objects.create(stock=stock, effective_date=day or today(), **facts)


def merge(stock: Stock, ratio: Any, per: int = 1, day: date | None = None) -> CorporateAction:
    return split(stock, ratio, day, kind=ActionKind.REVERSE_SPLIT, per=per)


def dividend(stock: Stock, amount: Any, day: date | None = None) -> CorporateAction:
    return CorporateAction.objects.create(
        stock=stock, kind=ActionKind.CASH_DIVIDEND, effective_date=day or today(), amount=amount
    )


def apply_all(day: date | None = None, actor: str = "ann") -> list[ActionEntry]:
    applied = apply_actions(day, actor=actor)
    assert applied.refused == []
    return applied.entries


def state(holding: Holding) -> tuple[int, Decimal, Decimal]:
    holding.refresh_from_db()
    return holding.quantity, holding.avg_purchase_price, holding.realized_pnl


def cash(holding: Holding, currency: str = "KRW") -> Decimal:
    return CashBalance.objects.get(portfolio=holding.portfolio_id, currency=currency).balance


def value(holding: Holding) -> Decimal | None:
    return Portfolio.objects.get(pk=holding.portfolio_id).current_value


def opened_yesterday(order: Order) -> Order:
    """An order that was placed before today; a test cannot wait a night."""
    Order.objects.filter(pk=order.pk).update(order_time=before())
    order.refresh_from_db()
    return order


def terms(order: Order) -> tuple[Any, ...]:
    order.refresh_from_db()
    return order.quantity, order.filled_quantity, order.limit_price, order.stop_price, order.status


def refusal(statement: str, *facts: Any) -> str:
    """The name of the rule that refuses a statement."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, facts)
    cause = refused.value.__cause__
    assert isinstance(cause, psycopg.Error)
    return str(cause.diag.constraint_name)
