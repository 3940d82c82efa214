"""What is refused, by whichever way it comes; and what is told of the rest."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from account.models import Holding, Portfolio
from market.models import ActionKind, Stock
from tests.trade.actions.desk import (
    apply_all,
    dividend,
    merge,
    opened_yesterday,
    refusal,
    split,
    state,
    today,
)
from trade.actions import apply_actions
from trade.models import ActionEntry
from trade.reconciliation import differences
from trade.services import place_order

pytestmark = pytest.mark.django_db


def test_a_second_entry_by_plain_sql_is_refused(holding: Holding, stock: Stock) -> None:
    action = split(stock, 5)
    apply_all()

    rule = refusal("INSERT INTO trade.action_entries (action_id, holding_id) VALUES (%s, %s)", action.pk, holding.pk)

    assert rule == "uniq_action_entries_standing"


def test_without_a_price_a_fraction_stops_only_the_holding_that_has_one(portfolio: Portfolio) -> None:
    unpriced = Stock.objects.create(ticker="900001", name="n", market_type="KOSDAQ")
    odd = Holding.objects.create(portfolio=portfolio, stock=unpriced, quantity=10, avg_purchase_price=100)
    other = Portfolio.objects.create(name="Other", initial_capital=1)
    even = Holding.objects.create(portfolio=other, stock=unpriced, quantity=9, avg_purchase_price=100)
    merge(unpriced, 1, per=3)

    applied = apply_actions(actor="ann")

    assert [(holding, refused.rule) for _action, holding, refused in applied.refused] == [(odd.pk, "action_no_price")]
    assert (state(odd)[0], state(even)[0]) == (10, 3)


def test_rights_are_left_to_the_desk(holding: Holding, stock: Stock) -> None:
    rights = split(stock, "1.2", kind=ActionKind.RIGHTS, subscription_price=30_000, cum_price=50_000)

    assert apply_all() == []
    assert (
        refusal("INSERT INTO trade.action_entries (action_id, holding_id) VALUES (%s, %s)", rights.pk, holding.pk)
        == "action_rights"
    )


def test_an_entry_by_plain_sql_must_fit_and_cannot_be_typed_changed_or_deleted(holding: Holding, stock: Stock) -> None:
    other = Stock.objects.create(ticker="B", name="b", market_type="KOSPI")
    empty = Holding.objects.create(portfolio=holding.portfolio, stock=other, quantity=0, avg_purchase_price=0)
    insert = "INSERT INTO trade.action_entries (action_id, holding_id) VALUES (%s, %s)"
    ours, theirs = split(stock, 5), split(other, 5)

    assert refusal(insert, ours.pk, empty.pk) == "action_stock"
    assert refusal(insert, theirs.pk, empty.pk) == "action_nothing_held"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trade.action_entries (action_id, holding_id, quantity_after, cash_amount, place)"
            " VALUES (%s, %s, 999, 999, -5)",
            [ours.pk, holding.pk],
        )
    assert state(holding)[0] == 50
    entry = ActionEntry.objects.get()
    assert (entry.quantity_after, entry.cash_amount) == (50, 0)
    assert refusal("UPDATE trade.action_entries SET quantity_after = 1") == "action_append_only"
    assert refusal("DELETE FROM trade.action_entries") == "action_append_only"
    assert refusal("UPDATE market.corporate_actions SET ratio = 3 WHERE action_id = %s", ours.pk) == "action_applied"
    assert refusal("DELETE FROM market.corporate_actions WHERE action_id = %s", ours.pk) == "fk_action_entries_action"
    assert refusal("UPDATE account.holdings SET split_ratio = 3") == "holding_moved_by_executions"


def test_cash_of_an_action_is_booked_by_the_ledger_alone(holding: Holding) -> None:
    rule = refusal(
        "INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind, action_entry_id)"
        " VALUES (%s, 'KRW', 5, 'DIVIDEND', 1)",
        holding.portfolio_id,
    )

    assert rule == "cash_booked_by_ledger"


def test_an_opening_position_does_not_change_under_a_booked_action(stock: Stock, portfolio: Portfolio) -> None:
    holding = Holding.objects.create(portfolio=portfolio, stock=stock, quantity=4, avg_purchase_price=100)
    split(stock, 5)
    apply_all()

    assert refusal("UPDATE account.holdings SET quantity = 9") == "holding_moved_by_executions"
    assert state(holding)[0] == 20


def test_an_execution_that_an_action_followed_is_not_deleted(holding: Holding, stock: Stock) -> None:
    split(stock, 5)
    apply_all()

    assert refusal("DELETE FROM trade.executions") == "execution_followed"


def test_reconcile_finds_what_an_action_did_not_do(holding: Holding, stock: Stock) -> None:
    dividend(stock, 100)
    apply_all()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE trade.action_entries DISABLE TRIGGER USER")
        cursor.execute("UPDATE trade.action_entries SET cash_amount = 999")
        found = {(difference.kind, difference.fact) for difference in differences()}
        transaction.set_rollback(True)

    assert found == {("action entry", "cash entry"), ("holding", "realized_pnl")}


def test_the_history_shows_what_an_action_did_and_who_had_it_done(holding: Holding, stock: Stock) -> None:
    order = opened_yesterday(place_order(holding.portfolio, stock, side="BUY", quantity=3, actor="ann"))
    split(stock, 5)
    apply_all()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quantity, pgh_context ->> 'user' FROM account.holding_events ORDER BY pgh_id DESC LIMIT 1"
        )
        assert cursor.fetchone() == (50, "ann")
        cursor.execute(
            "SELECT quantity, pgh_context ->> 'reason' FROM trade.order_events WHERE order_id = %s"
            " ORDER BY pgh_id DESC LIMIT 1",
            [order.pk],
        )
        assert cursor.fetchone() == (15, "corporate action")


def test_the_command_prints_what_it_did_and_fails_on_a_refusal(holding: Holding, stock: Stock) -> None:
    split(stock, 5)
    output = StringIO()
    call_command("apply_corporate_actions", "--json", stdout=output)
    document = json.loads(output.getvalue())
    assert [entry["quantity_after"] for entry in document["applied"]] == [50]

    unpriced = Stock.objects.create(ticker="900001", name="n", market_type="KOSDAQ")
    Holding.objects.create(portfolio=holding.portfolio, stock=unpriced, quantity=10, avg_purchase_price=100)
    merge(unpriced, 1, per=3)
    with pytest.raises(CommandError, match="거부된 보유종목"):
        call_command("apply_corporate_actions", "--date", str(today()), stdout=StringIO())
