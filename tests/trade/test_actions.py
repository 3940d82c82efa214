"""Corporate actions on holdings, open orders and cash; and that what was booked before and after still replays."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from account.models import CashBalance, CashEntry, Holding, Portfolio
from account.valuation import revalue
from market.models import ActionKind, CorporateAction, DailyPrice, Stock
from system.partitions import ensure
from trade.actions import ActionRefused, apply_actions, reverse_action
from trade.models import ActionEntry, Execution, Order
from trade.reconciliation import differences
from trade.services import Fill, cancel_order, place_order, record_execution, reverse_execution

SEOUL = ZoneInfo("Asia/Seoul")
TODAY = datetime.now(SEOUL).date()
BEFORE = datetime.combine(TODAY, datetime.min.time(), SEOUL) - timedelta(hours=10)
REFS = iter(f"fill {number}" for number in range(1_000_000))

pytestmark = pytest.mark.django_db


@pytest.fixture
def stock() -> Stock:
    stock = Stock.objects.create(ticker="005930", name="Samsung", market_type="KOSPI")
    price(stock, TODAY - timedelta(days=1), 50_000)
    return stock


@pytest.fixture
def portfolio() -> Portfolio:
    return Portfolio.objects.create(name="Desk", initial_capital=10_000_000)


@pytest.fixture
def holding(stock: Stock, portfolio: Portfolio) -> Holding:
    """Ten shares, bought yesterday at 40,000."""
    order = place_order(portfolio, stock, side="BUY", quantity=10, actor="ann")
    fill(order, 10, 40_000, BEFORE)
    return Holding.objects.get(stock=stock)


@pytest.fixture(autouse=True)
def the_ledger_agrees_at_the_end() -> Iterator[None]:
    yield
    assert [str(difference) for difference in differences()] == []


def price(stock: Stock, day: date, close: int) -> None:
    ensure(DailyPrice, [day])
    DailyPrice.objects.create(stock=stock, trade_date=day, close_price=close, volume=1)


def fill(order: Order, quantity: int, at: int, executed_time: datetime | None = None) -> Execution:
    return record_execution(
        Fill(order.pk, quantity, Decimal(at), next(REFS), executed_time=executed_time), actor="broker"
    )


def split(stock: Stock, ratio: Any = 5, day: date = TODAY, **facts: Any) -> CorporateAction:
    facts = {"kind": ActionKind.SPLIT, "ratio": ratio} | facts
    return CorporateAction.objects.create(stock=stock, effective_date=day, **facts)


def merge(stock: Stock, ratio: Any, per: int = 1, day: date = TODAY) -> CorporateAction:
    return split(stock, ratio, day, kind=ActionKind.REVERSE_SPLIT, per=per)


def dividend(stock: Stock, amount: Any, day: date = TODAY) -> CorporateAction:
    return CorporateAction.objects.create(stock=stock, kind=ActionKind.CASH_DIVIDEND, effective_date=day, amount=amount)


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
    Order.objects.filter(pk=order.pk).update(order_time=BEFORE)
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


def test_a_split_multiplies_shares_and_divides_the_average_and_leaves_the_value(holding: Holding, stock: Stock) -> None:
    worth = value(holding)
    split(stock, 5)

    apply_all()

    assert state(holding) == (50, Decimal(8_000), Decimal(0))
    assert holding.current_value == 500_000
    assert holding.unrealized_pnl == 100_000
    assert value(holding) == worth


def test_after_a_split_the_first_close_of_the_new_shares_is_taken_as_it_is(holding: Holding, stock: Stock) -> None:
    split(stock, 5)
    apply_all()

    price(stock, TODAY, 11_000)

    holding.refresh_from_db()
    assert holding.current_value == 550_000
    assert revalue() == {"holdings": 0, "portfolios": 0}


def test_a_fill_between_a_split_and_the_next_close_is_valued_in_new_shares(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    split(stock, 5)
    apply_all()

    fill(place_order(portfolio, stock, side="BUY", quantity=50, actor="ann"), 50, 10_000)

    holding.refresh_from_db()
    assert (holding.quantity, holding.current_value) == (100, 1_000_000)


def test_a_reverse_split_pays_what_is_left_below_a_share_at_the_close_in_new_shares(
    holding: Holding, stock: Stock
) -> None:
    before = cash(holding)
    merge(stock, 1, per=3)

    apply_all()

    # 10 / 3 = 3 shares and a third, at 50,000 × 3; it cost a third of 120,000.
    assert state(holding) == (3, Decimal(120_000), Decimal(10_000))
    assert cash(holding) - before == 50_000
    entry = CashEntry.objects.get(kind="ADJUSTMENT")
    assert entry.amount == 50_000
    assert value(holding) == 10_000_000 + 100_000


def test_a_third_of_nine_shares_is_three(holding: Holding, stock: Stock, portfolio: Portfolio) -> None:
    fill(place_order(portfolio, stock, side="SELL", quantity=1, actor="ann"), 1, 40_000, BEFORE)
    merge(stock, 1, per=3)

    apply_all()

    assert state(holding)[0] == 3
    assert not CashEntry.objects.filter(kind="ADJUSTMENT").exists()


def test_a_dividend_becomes_cash_in_the_currency_of_the_stock(portfolio: Portfolio) -> None:
    goog = Stock.objects.create(ticker="GOOG", name="Alphabet", market_type="NASDAQ")
    holding = Holding.objects.create(portfolio=portfolio, stock=goog, quantity=30, avg_purchase_price=100)
    price(goog, TODAY - timedelta(days=3), 150)
    day = TODAY - timedelta(days=2)
    dividend(goog, "0.21", day)

    apply_all(day)

    assert state(holding) == (30, Decimal(100), Decimal("6.30"))
    assert cash(holding, "USD") == Decimal("6.30")
    assert CashEntry.objects.get(kind="DIVIDEND").currency == "USD"


def test_capital_and_profit_equal_cash_and_holdings_after_split_and_dividend(holding: Holding, stock: Stock) -> None:
    dividend(stock, 361)
    merge(stock, 1, per=3)
    apply_all()

    holding.refresh_from_db()
    unrealized, worth = holding.unrealized_pnl, holding.current_value
    assert unrealized is not None
    assert worth is not None
    assert 10_000_000 + holding.realized_pnl + unrealized == cash(holding) + worth


def test_a_dividend_is_paid_on_the_shares_from_before_a_split_of_the_same_day(holding: Holding, stock: Stock) -> None:
    split(stock, 5)
    dividend(stock, 100)

    apply_all()

    assert CashEntry.objects.get(kind="DIVIDEND").amount == 1_000


def test_open_orders_follow_a_split_on_the_price_grid_and_never_for_the_worse(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    def order(**facts: Any) -> Order:
        return opened_yesterday(place_order(portfolio, stock, actor="ann", **facts))

    buy = order(side="BUY", quantity=3, order_type="LIMIT", limit_price=Decimal(48_950))
    sell = order(side="SELL", quantity=4, order_type="LIMIT", limit_price=Decimal(52_100))
    stop = order(side="SELL", quantity=2, order_type="STOP", stop_price=Decimal(45_150))
    market = order(side="BUY", quantity=1)
    split(stock, 3)

    apply_all()

    assert terms(buy) == (9, 0, Decimal(16_310), None, "PENDING")
    assert terms(sell) == (12, 0, Decimal(17_370), None, "PENDING")
    assert terms(stop) == (6, 0, None, Decimal(15_050), "PENDING")
    assert terms(market) == (3, 0, None, None, "PENDING")


def test_of_a_partially_filled_order_only_the_rest_is_split(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    order = opened_yesterday(place_order(portfolio, stock, side="BUY", quantity=10, actor="ann"))
    fill(order, 4, 40_000, BEFORE)
    split(stock, 5)

    apply_all()

    assert terms(order) == (34, 4, None, None, "PARTIAL_FILLED")
    fill(order, 30, 10_000)
    assert terms(order)[-1] == "FILLED"


def test_an_order_of_which_less_than_a_share_is_left_is_cancelled_and_comes_back(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    order = opened_yesterday(place_order(portfolio, stock, side="BUY", quantity=2, actor="ann"))
    action = merge(stock, 1, per=3)
    apply_all()
    assert terms(order)[-1] == "CANCELLED"
    assert order.status_reason == "corporate action"

    reverse_action(action, actor="ann", reason="wrong company")

    assert terms(order) == (2, 0, None, None, "PENDING")
    assert order.status_reason is None


def test_an_order_of_today_is_of_new_shares_and_stays(holding: Holding, stock: Stock, portfolio: Portfolio) -> None:
    order = place_order(portfolio, stock, side="BUY", quantity=10, actor="ann")
    split(stock, 5)

    apply_all()

    assert terms(order)[0] == 10


def test_a_first_buy_that_waits_is_split_though_nothing_is_held_yet(stock: Stock, portfolio: Portfolio) -> None:
    order = opened_yesterday(place_order(portfolio, stock, side="BUY", quantity=10, actor="ann"))
    split(stock, 5)

    apply_all()

    assert terms(order)[0] == 50


def test_applying_twice_changes_nothing(holding: Holding, stock: Stock) -> None:
    split(stock, 5)
    dividend(stock, 100)
    apply_all()
    once = state(holding), cash(holding)

    assert apply_all() == []
    assert apply_all(TODAY) == []

    assert (state(holding), cash(holding)) == once


def test_a_second_entry_by_plain_sql_is_refused(holding: Holding, stock: Stock) -> None:
    action = split(stock, 5)
    apply_all()

    rule = refusal("INSERT INTO trade.action_entries (action_id, holding_id) VALUES (%s, %s)", action.pk, holding.pk)

    assert rule == "uniq_action_entries_standing"


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
    apply_all(TODAY)

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
    first, second = split(stock, 2, TODAY - timedelta(days=1)), split(stock, 5)
    apply_all(TODAY - timedelta(days=1))
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
    wrong = fill(place_order(portfolio, stock, side="BUY", quantity=10, actor="ann"), 10, 60_000, BEFORE)
    split(stock, 5)
    apply_all()
    assert state(holding) == (100, Decimal(10_000), Decimal(0))
    fill(place_order(portfolio, stock, side="SELL", quantity=20, actor="ann"), 20, 12_000)

    reverse_execution(wrong, actor="ann", reason="bust")

    # 10 at 40,000 → 50 at 8,000; 20 sold at 12,000.
    assert state(holding) == (30, Decimal(8_000), Decimal(80_000))


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
    fill(place_order(portfolio, stock, side="BUY", quantity=5, actor="ann"), 5, 39_000, BEFORE)
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
        BEFORE,
    )

    assert rule == "execution_before_action"


def test_shares_bought_on_the_effective_date_get_no_dividend(stock: Stock, portfolio: Portfolio) -> None:
    fill(place_order(portfolio, stock, side="BUY", quantity=5, actor="ann"), 5, 9_000)
    dividend(stock, 100)

    assert apply_all() == []


@pytest.mark.parametrize("days", [0, 4])
def test_an_action_that_is_only_announced_is_not_applied(holding: Holding, stock: Stock, days: int) -> None:
    action = split(stock, 5, TODAY + timedelta(days=3))

    assert apply_actions(TODAY + timedelta(days=days), actor="ann").entries == []
    assert (
        refusal("INSERT INTO trade.action_entries (action_id, holding_id) VALUES (%s, %s)", action.pk, holding.pk)
        == "action_not_effective"
    )


def test_a_day_that_was_missed_is_reported_and_applied_by_its_date(holding: Holding, stock: Stock) -> None:
    day = TODAY - timedelta(days=3)
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


def test_what_a_reversal_may_not_be(holding: Holding, stock: Stock) -> None:
    action = split(stock, 5)
    apply_all()
    entry = ActionEntry.objects.get()
    [reversal] = reverse_action(action, actor="ann", reason="test")
    insert = "INSERT INTO trade.action_entries (action_id, holding_id, reverses_id) VALUES (%s, %s, %s)"

    assert refusal(insert, action.pk, holding.pk, reversal.pk) == "action_reversal"
    assert refusal(insert, action.pk, holding.pk, entry.pk) == "uniq_action_entries_reverses"
    assert refusal(insert, action.pk, holding.pk, -1) == "fk_action_entries_reverses"


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
    with pytest.raises(CommandError, match="refused"):
        call_command("apply_corporate_actions", "--date", str(TODAY), stdout=StringIO())
