"""What an action did is taken back, exactly."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from account.models import CashEntry, Holding, Portfolio
from market.models import CorporateAction, Stock
from tests.trade.actions.desk import (
    apply_all,
    before,
    cash,
    dividend,
    fill,
    merge,
    opened_yesterday,
    refusal,
    split,
    state,
    terms,
    today,
    value,
)
from trade.actions import ActionRefused, apply_actions, reverse_action
from trade.models import ActionEntry
from trade.services import ExecutionRefused, cancel_order, place_order, reverse_execution

pytestmark = pytest.mark.django_db
BACKWARDS = (Path(settings.BASE_DIR) / "trade" / "migrations" / "sql" / "actions_backwards.sql").read_text()


def test_a_reversal_restores_holding_orders_cash_and_value_exactly(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    order = opened_yesterday(
        place_order(
            portfolio, stock, side="BUY", quantity=7, order_type="LIMIT", limit_price=Decimal(48_950), actor="a"
        )
    )

    def everything() -> tuple[Any, ...]:
        return state(holding), holding.current_value, cash(holding), value(holding), terms(order)

    before = everything()
    actions = [merge(stock, 1, per=3), dividend(stock, 100)]
    apply_all()
    assert everything() != before

    for action in actions:
        reverse_action(action, actor="bob", reason="announced wrongly")

    assert everything() == before
    assert CashEntry.objects.filter(kind__in=["ADJUSTMENT", "DIVIDEND"]).count() == 4


def test_an_action_that_was_taken_back_is_applied_again_only_on_demand(holding: Holding, stock: Stock) -> None:
    action = split(stock, 50)
    apply_all()
    reverse_action(action, actor="ann", reason="the ratio is 5")
    CorporateAction.objects.filter(pk=action.pk).update(ratio=5)

    assert apply_actions(actor="cron").entries == []
    apply_all(today())

    assert state(holding)[0] == 50


def test_a_reversal_leaves_an_order_alone_that_somebody_cancelled_since(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    order = opened_yesterday(place_order(portfolio, stock, side="BUY", quantity=7, actor="ann"))
    action = split(stock, 5)
    apply_all()
    cancel_order(order, actor="ann")

    reverse_action(action, actor="ann", reason="wrong company")

    assert terms(order) == (35, 0, None, None, "CANCELLED")


def test_a_split_is_not_taken_back_under_later_fills_but_a_dividend_is(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    paid, action = dividend(stock, 100), split(stock, 5)
    apply_all()
    later = fill(place_order(portfolio, stock, side="SELL", quantity=30, actor="ann"), 30, 11_000)

    reverse_action(paid, actor="ann", reason="not ours")
    with pytest.raises(ActionRefused) as refused:
        reverse_action(action, actor="ann", reason="wrong company")
    assert refused.value.rule == "action_followed"

    reverse_execution(later, actor="ann", reason="bust")
    reverse_action(action, actor="ann", reason="wrong company")
    assert state(holding) == (10, Decimal(40_000), Decimal(0))


def test_actions_are_taken_back_newest_first(portfolio: Portfolio, stock: Stock) -> None:
    holding = Holding.objects.create(portfolio=portfolio, stock=stock, quantity=10, avg_purchase_price=40_000)
    first, second = split(stock, 2, today() - timedelta(days=1)), split(stock, 5)
    apply_all(today() - timedelta(days=1))
    apply_all()
    assert state(holding) == (100, Decimal(4_000), Decimal(0))

    with pytest.raises(ActionRefused, match="newest first"):
        reverse_action(first, actor="ann", reason="wrong")
    reverse_action(second, actor="ann", reason="wrong")
    reverse_action(first, actor="ann", reason="wrong")

    assert state(holding) == (10, Decimal(40_000), Decimal(0))


def test_a_reversed_fill_from_before_the_split_replays_through_it(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    wrong = fill(place_order(portfolio, stock, side="BUY", quantity=10, actor="ann"), 10, 60_000, before())
    split(stock, 5)
    apply_all()
    assert state(holding) == (100, Decimal(10_000), Decimal(0))
    fill(place_order(portfolio, stock, side="SELL", quantity=20, actor="ann"), 20, 12_000)

    reverse_execution(wrong, actor="ann", reason="bust")

    # 10 at 40,000 → 50 at 8,000; 20 sold at 12,000.
    assert state(holding) == (30, Decimal(8_000), Decimal(80_000))


def test_an_order_that_a_split_changed_is_not_reopened_in_shares_from_before(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    order = opened_yesterday(place_order(portfolio, stock, side="BUY", quantity=100, actor="ann"))
    wrong = fill(order, 40, 40_000, before())
    action = split(stock, 2)
    apply_all()
    assert terms(order)[:2] == (160, 40)

    with pytest.raises(ExecutionRefused) as refused:
        reverse_execution(wrong, actor="ann", reason="bust")
    assert refused.value.rule == "execution_before_action"

    reverse_action(action, actor="ann", reason="to reverse a fill")
    reverse_execution(wrong, actor="ann", reason="bust")
    assert terms(order)[:2] == (100, 0)
    apply_all(today())
    assert terms(order) == (200, 0, None, None, "PENDING")


def test_an_order_that_was_filled_before_a_split_is_closed_when_its_fill_is_reversed(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    order = opened_yesterday(place_order(portfolio, stock, side="BUY", quantity=8, actor="ann"))
    wrong = fill(order, 8, 40_000, before())
    merge(stock, 1, per=3)
    apply_all()

    reverse_execution(wrong, actor="ann", reason="bust")

    assert terms(order) == (8, 0, None, None, "CANCELLED")
    assert order.status_reason == "corporate action"


def test_what_a_reversal_may_not_be(holding: Holding, stock: Stock) -> None:
    action = split(stock, 5)
    apply_all()
    entry = ActionEntry.objects.get()
    [reversal] = reverse_action(action, actor="ann", reason="test")
    insert = "INSERT INTO trade.action_entries (action_id, holding_id, reverses_id) VALUES (%s, %s, %s)"

    assert refusal(insert, action.pk, holding.pk, reversal.pk) == "action_reversal"
    assert refusal(insert, action.pk, holding.pk, entry.pk) == "uniq_action_entries_reverses"
    assert refusal(insert, action.pk, holding.pk, -1) == "fk_action_entries_reverses"


def test_the_migration_is_not_taken_back_under_a_booked_action(holding: Holding, stock: Stock) -> None:
    action = split(stock, 5)
    apply_all()

    with pytest.raises(DatabaseError, match="booked on holdings"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BACKWARDS)

    reverse_action(action, actor="ann", reason="back to the old version")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BACKWARDS[: BACKWARDS.index("DROP FUNCTION")])
