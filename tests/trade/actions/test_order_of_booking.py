"""Actions, fills and dates in whatever order they are booked."""

from datetime import timedelta
from decimal import Decimal

import pytest

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
)
from trade.actions import ActionRefused, apply_action, apply_actions, reverse_action
from trade.services import place_order

pytestmark = pytest.mark.django_db


def test_a_dividend_is_paid_on_the_shares_from_before_a_split_of_the_same_day(holding: Holding, stock: Stock) -> None:
    split(stock, 5)
    dividend(stock, 100)

    apply_all()

    assert CashEntry.objects.get(kind="DIVIDEND").amount == 1_000


def test_a_dividend_is_not_booked_after_a_split_of_the_same_day(holding: Holding, stock: Stock) -> None:
    divided, paid = split(stock, 5), dividend(stock, 100)
    apply_action(divided, actor="ann", reason="today")

    with pytest.raises(ActionRefused) as refused:
        apply_action(paid, actor="ann", reason="today")
    assert refused.value.rule == "action_order"

    reverse_action(divided, actor="ann", reason="the dividend comes first")
    for action in (paid, divided):
        apply_action(action, actor="ann", reason="today")
    assert CashEntry.objects.get(kind="DIVIDEND").amount == 1_000


def test_applying_twice_changes_nothing(holding: Holding, stock: Stock) -> None:
    split(stock, 5)
    dividend(stock, 100)
    apply_all()
    once = state(holding), cash(holding)

    assert apply_all() == []
    assert apply_all(today()) == []

    assert (state(holding), cash(holding)) == once


def test_a_split_that_is_applied_late_counts_before_the_fills_of_its_day(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    order = opened_yesterday(place_order(portfolio, stock, side="BUY", quantity=10, actor="ann"))
    fill(order, 5, 9_000)  # this morning, in new shares: the broker has split the order
    fill(place_order(portfolio, stock, side="SELL", quantity=15, actor="ann"), 15, 10_000)
    action = split(stock, 5)
    dividend(stock, 100)

    apply_all()

    # 10 → 50 at 8,000, 5 bought at 9,000, 15 sold at 10,000.
    quantity, average, realized = state(holding)
    assert quantity == 40
    assert average == Decimal("8090.909091")
    assert CashEntry.objects.get(kind="DIVIDEND").amount == 1_000
    assert realized == round(15 * (10_000 - average), 2) + 1_000
    assert terms(order)[:2] == (10, 5)

    reverse_action(CorporateAction.objects.get(kind="CASH_DIVIDEND"), actor="ann", reason="test")
    reverse_action(action, actor="ann", reason="test")
    assert state(holding)[0] == 0


def test_a_late_split_is_refused_where_fills_are_booked_out_of_order(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    fill(place_order(portfolio, stock, side="BUY", quantity=5, actor="ann"), 5, 9_000)
    fill(place_order(portfolio, stock, side="BUY", quantity=5, actor="ann"), 5, 39_000, before())
    split(stock, 5)

    applied = apply_actions(actor="ann")

    assert [refused.rule for _action, _holding, refused in applied.refused] == ["action_order"]


def test_a_late_reverse_split_is_refused_where_more_was_sold_than_it_leaves(portfolio: Portfolio, stock: Stock) -> None:
    Holding.objects.create(portfolio=portfolio, stock=stock, quantity=10, avg_purchase_price=40_000)
    fill(place_order(portfolio, stock, side="SELL", quantity=8, actor="ann"), 8, 50_000)
    merge(stock, 1, per=3)

    applied = apply_actions(actor="ann")

    assert [refused.rule for _action, _holding, refused in applied.refused] == ["action_needed"]


def test_a_fill_from_before_a_booked_split_is_refused(holding: Holding, stock: Stock, portfolio: Portfolio) -> None:
    order = opened_yesterday(place_order(portfolio, stock, side="BUY", quantity=5, actor="ann"))
    split(stock, 5)
    apply_all()

    rule = refusal(
        "INSERT INTO trade.executions (order_id, executed_quantity, executed_price, exchange_ref, executed_time)"
        " VALUES (%s, 5, 40000, 'late', %s)",
        order.pk,
        before(),
    )

    assert rule == "execution_before_action"


def test_shares_bought_on_the_effective_date_get_no_dividend(stock: Stock, portfolio: Portfolio) -> None:
    fill(place_order(portfolio, stock, side="BUY", quantity=5, actor="ann"), 5, 9_000)
    dividend(stock, 100)

    assert apply_all() == []


@pytest.mark.parametrize("days", [0, 4])
def test_an_action_that_is_only_announced_is_not_applied(holding: Holding, stock: Stock, days: int) -> None:
    action = split(stock, 5, today() + timedelta(days=3))

    assert apply_actions(today() + timedelta(days=days), actor="ann").entries == []
    assert (
        refusal("INSERT INTO trade.action_entries (action_id, holding_id) VALUES (%s, %s)", action.pk, holding.pk)
        == "action_not_effective"
    )


def test_a_day_that_was_missed_is_reported_and_applied_by_its_date(holding: Holding, stock: Stock) -> None:
    day = today() - timedelta(days=3)
    Holding.objects.create(
        portfolio=Portfolio.objects.create(name="Other", initial_capital=1),
        stock=stock,
        quantity=4,
        avg_purchase_price=1,
    )
    action = split(stock, 5, day)

    assert apply_actions(actor="ann").missed == [action]
    assert len(apply_actions(day, actor="ann").entries) == 1
    assert apply_actions(actor="ann").missed == []
