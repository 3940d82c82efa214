"""Fills as they come: what they move, how often, in which order, and how they are taken back."""

from decimal import Decimal

import pytest
from django.db import connection

from tests.trade.ledger_desk import (
    YESTERDAY,
    alerts,
    cash,
    everything,
    fill,
    make,
    make_holding,
    make_order,
    make_pick,
    make_portfolio,
    make_stock,
    order_is,
    position,
    refused,
    reverse,
    run,
    set_close,
    value,
    worth,
)
from trade.reconciliation import differences

pytestmark = pytest.mark.django_db

VALUES = "INSERT INTO executions (order_id, executed_quantity, executed_price, exchange_ref) VALUES "


def test_the_vector_of_the_design_to_the_won() -> None:
    stock = make_stock()
    portfolio = make_portfolio(1_000_000)
    holding = make_holding(portfolio, stock)
    buying = make_order(holding, quantity=10)
    fill(buying, 4, 70_000, commission=42)
    fill(buying, 6, 69_000, commission=62)
    fill(make_order(holding, "SELL", 3), 3, 80_000, commission=36, tax=480)
    set_close(stock, 75_000)

    assert position(holding) == (7, Decimal("69400"), Decimal("31180"))
    assert cash(portfolio) == 1_000_000 - 454_620
    owned, unrealized = run("SELECT current_value, unrealized_pnl FROM holdings WHERE holding_id = %s", holding)[0]
    assert (owned, unrealized) == (525_000, 39_200)
    assert 1_000_000 + 31_180 + unrealized == cash(portfolio) + owned == worth(portfolio)
    assert differences() == []


def test_a_fill_moves_order_holding_cash_value_and_pick_together() -> None:
    stock = make_stock(close=110)
    portfolio = make_portfolio(10_000)
    holding, pick = make_holding(portfolio, stock), make_pick(stock)
    order = make_order(holding, pick_id=pick)
    assert order_is(order) == ("PENDING", 0)

    fill(order, 4, 100, commission=1, tax=2)

    assert order_is(order) == ("PARTIAL_FILLED", 4)
    assert position(holding) == (4, 100, -3)
    assert cash(portfolio) == 10_000 - 403
    assert worth(portfolio) == 10_000 - 403 + 440
    assert value("SELECT is_executed FROM daily_picks WHERE pick_id = %s", pick)

    fill(order, 6, 110)

    assert order_is(order) == ("FILLED", 10)
    assert position(holding) == (10, 106, -3)


def test_a_position_that_was_sold_out_starts_its_average_anew() -> None:
    holding = make_holding()
    fill(make_order(holding), 10, 100)
    fill(make_order(holding, "SELL"), 10, 120)
    assert position(holding) == (0, 100, 200)

    fill(make_order(holding), 10, 300)

    assert position(holding) == (10, 300, 200)


def test_a_fill_after_a_cancel_is_booked_and_alerts() -> None:
    portfolio = make_portfolio(10_000)
    holding = make_holding(portfolio)
    order = make_order(holding)
    fill(order, 4, 100)
    run("UPDATE orders SET status = 'CANCELLED', status_reason = 'operator' WHERE order_id = %s", order)

    fill(order, 6, 100)

    assert order_is(order) == ("CANCELLED", 10)
    assert position(holding)[0] == 10
    assert cash(portfolio) == 9_000
    assert alerts("CRITICAL") == [f"Order {order} was filled after it was cancelled: 6 shares at 100.0000 are booked."]


@pytest.mark.parametrize("tail", ["", " ON CONFLICT (order_id, exchange_ref) DO NOTHING", " ON CONFLICT DO NOTHING"])
def test_a_replay_moves_nothing(tail: str) -> None:
    order = make_order(make_holding())
    fill(order, 4, 100, exchange_ref="once")
    before = everything()

    if tail:
        run(f"{VALUES} (%s, 4, 100, 'once') {tail}", order)
    else:
        with refused() as refusal:
            run(f"{VALUES} (%s, 4, 100, 'once')", order)
        assert refusal.rule == "idx_executions_order"

    assert everything() == before


def test_a_statement_that_brings_a_fill_twice_books_it_once_or_not_at_all() -> None:
    holding = make_holding()
    order = make_order(holding)
    with refused() as refusal:
        run(f"{VALUES} (%s, 4, 100, 'once'), (%s, 4, 100, 'once')", order, order)
    assert refusal.rule == "idx_executions_order"

    run(f"{VALUES} (%s, 4, 100, 'once'), (%s, 4, 100, 'once') ON CONFLICT DO NOTHING", order, order)

    assert order_is(order) == ("PARTIAL_FILLED", 4)
    assert position(holding)[0] == 4
    assert differences() == []


def test_one_statement_books_fills_of_several_orders_holdings_and_portfolios() -> None:
    here, there = make_portfolio(10_000), make_portfolio(10_000)
    holdings = [make_holding(here), make_holding(here), make_holding(there)]
    first, second, third = [make_order(holding) for holding in holdings]
    late = make_order(holdings[0])

    run(
        f"{VALUES} (%s, 1, 10, 'a'), (%s, 2, 20, 'a'), (%s, 3, 30, 'a'), (%s, 4, 40, 'a'), (%s, 5, 50, 'b')",
        *(third, late, second, first, third),
    )

    assert [order_is(order)[1] for order in (first, second, third, late)] == [4, 3, 6, 2]
    assert [position(holding)[0] for holding in holdings] == [6, 3, 6]
    assert (cash(here), cash(there)) == (10_000 - 160 - 90 - 40, 10_000 - 10 - 250)
    assert differences() == []


def test_copy_books_like_insert() -> None:
    holding = make_holding()
    order = make_order(holding)
    # COPY knows no row security: an owner who is no superuser lifts it for the transaction.
    run("ALTER TABLE trade.executions NO FORCE ROW LEVEL SECURITY")
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY executions (order_id, executed_quantity, executed_price, exchange_ref) FROM STDIN") as rows,
    ):
        rows.write_row((order, 4, 100, "a"))
        rows.write_row((order, 6, 200, "b"))

    assert order_is(order) == ("FILLED", 10)
    assert position(holding) == (10, 160, 0)
    assert differences() == []


def test_fills_count_in_the_order_of_booking_whatever_their_numbers() -> None:
    """Numbers are drawn before locks are taken: two fills of one holding may be booked in the other order."""
    holding = make_holding(quantity=10, average=100)
    buying, selling = make_order(holding), make_order(holding, "SELL")
    bought = fill(buying, 10, 300)
    sold = fill(selling, 5, 400, execution_id=bought - 1_000_000)
    assert position(holding) == (15, 200, 1000)
    assert differences() == []

    with refused() as refusal:
        run("DELETE FROM executions WHERE execution_id = %s", bought)
    assert refusal.rule == "execution_followed"

    reverse(fill(buying := make_order(holding), 1, 999))
    assert position(holding) == (15, 200, 1000)
    run("DELETE FROM executions WHERE order_id = %s", buying)
    run("DELETE FROM executions WHERE execution_id = %s", sold)
    assert position(holding) == (20, 200, 0)


def test_a_reversal_restores_everything_exactly() -> None:
    stock = make_stock(close=100)
    portfolio = make_portfolio(1_000_000)
    holding, pick = make_holding(portfolio, stock, 7, "33.333333"), make_pick(stock)
    order = make_order(holding, pick_id=pick)
    before = (order_is(order), position(holding), cash(portfolio), worth(portfolio))
    wrong = fill(order, 3, "12.3457", commission="0.11", tax="0.07")
    assert (order_is(order), position(holding), cash(portfolio), worth(portfolio)) != before

    reversal = reverse(wrong)

    assert (order_is(order), position(holding), cash(portfolio), worth(portfolio)) == before
    assert not value("SELECT is_executed FROM daily_picks WHERE pick_id = %s", pick)
    assert value("SELECT sum(net_amount) FROM executions") == 0
    assert value("SELECT reversed_at IS NOT NULL FROM executions WHERE execution_id = %s", wrong)
    assert value("SELECT reversed_at IS NULL FROM executions WHERE execution_id = %s", reversal)
    assert differences() == []


def test_a_reversal_in_the_middle_leaves_what_the_other_fills_make() -> None:
    holding = make_holding()
    order = make_order(holding, quantity=30)
    wrong, right = fill(order, 10, 100), fill(order, 10, 200)
    fill(make_order(holding, "SELL", 5), 5, 250)
    assert position(holding) == (15, 150, 500)

    reverse(wrong)

    assert position(holding) == (5, 200, 250)
    assert order_is(order) == ("PARTIAL_FILLED", 10)
    assert value("SELECT reversed_at FROM executions WHERE execution_id = %s", right) is None


def test_a_reversal_leaves_a_cancelled_order_cancelled() -> None:
    order = make_order(make_holding())
    wrong = fill(order, 4, 100)
    run("UPDATE orders SET status = 'CANCELLED' WHERE order_id = %s", order)

    reverse(wrong)

    assert order_is(order) == ("CANCELLED", 0)


def test_whatever_a_client_writes_into_a_reversal_it_is_the_opposite_of_its_original() -> None:
    portfolio = make_portfolio(10_000)
    order, other = make_order(make_holding(portfolio)), make_order(make_holding())
    wrong = fill(order, 10, 100, commission=5)

    fill(other, 1, 1, reverses_id=wrong, tax=777, net_amount=-1)

    assert cash(portfolio) == 10_000
    assert order_is(order) == ("PENDING", 0)
    assert order_is(other) == ("PENDING", 0)
    assert differences() == []


def test_a_correction_reverses_and_books_anew_in_one_statement() -> None:
    portfolio = make_portfolio(10_000)
    holding = make_holding(portfolio)
    order = make_order(holding)
    wrong = fill(order, 10, 100)

    run(
        "INSERT INTO executions (order_id, executed_quantity, executed_price, exchange_ref, reverses_id)"
        " VALUES (%s, 10, 100, 'busted', %s), (%s, 10, 110, 'corrected', NULL)",
        *(order, wrong, order),
    )

    assert order_is(order) == ("FILLED", 10)
    assert position(holding) == (10, 110, 0)
    assert cash(portfolio) == 10_000 - 1_100
    assert differences() == []


def test_a_fill_with_the_longest_reference_can_be_reversed() -> None:
    order = make_order(make_holding())

    reverse(fill(order, 1, 100, exchange_ref="x" * 100))
    reverse(fill(order, 1, 100, exchange_ref="x" * 99))

    assert order_is(order) == ("PENDING", 0)


def test_deleting_the_last_execution_un_books_it_exactly() -> None:
    portfolio = make_portfolio(10_000)
    holding = make_holding(portfolio, make_stock(close=100), 0, 500)
    order = make_order(holding)
    before = {table: rows for table, rows in everything().items() if not table.endswith("_events")}

    run("DELETE FROM executions WHERE execution_id = %s", fill(order, 4, 123, commission=7))

    after = {table: rows for table, rows in everything().items() if not table.endswith("_events")}
    assert after == before | {"cash_balances": after["cash_balances"]}
    assert cash(portfolio) == 10_000
    assert position(holding) == (0, 500, 0)


def test_deleting_a_reversal_books_its_original_again() -> None:
    holding = make_holding()
    order = make_order(holding)
    reversal = reverse(fill(order, 4, 100))

    run("DELETE FROM executions WHERE execution_id = %s", reversal)

    assert order_is(order) == ("PARTIAL_FILLED", 4)
    assert position(holding) == (4, 100, 0)
    assert value("SELECT count(*) FROM executions WHERE reversed_at IS NOT NULL") == 0
    assert differences() == []


def test_a_fill_and_its_reversal_can_be_deleted_together() -> None:
    holding = make_holding()
    order = make_order(holding)
    reverse(fill(order, 4, 100))

    run("DELETE FROM executions WHERE order_id = %s", order)

    assert position(holding) == (0, 0, 0)
    assert differences() == []


def test_the_exchange_reference_may_be_mended() -> None:
    execution = fill(make_order(make_holding()), 1, 100, exchange_ref="KRX-0O1")

    run("UPDATE executions SET exchange_ref = 'KRX-001' WHERE execution_id = %s", execution)

    assert value("SELECT exchange_ref FROM executions") == "KRX-001"


def test_an_open_order_may_be_amended_before_its_first_fill() -> None:
    holding = make_holding(quantity=10, average=100)
    order = make_order(holding, "SELL", 6)

    run("UPDATE orders SET quantity = 10, order_type = 'LIMIT', limit_price = 90 WHERE order_id = %s", order)
    fill(order, 10, 95)

    assert order_is(order) == ("FILLED", 10)


def test_a_proposal_is_filled_once_it_has_a_holding() -> None:
    stock = make_stock()
    order = make_order(None, pick_id=make_pick(stock))
    holding = make_holding(stock=stock)
    run("UPDATE orders SET holding_id = %s WHERE order_id = %s", holding, order)

    fill(order, 10, 100)

    assert position(holding)[0] == 10


def test_cancelling_frees_the_shares_that_a_sale_committed() -> None:
    holding = make_holding(quantity=10, average=100)
    order = make_order(holding, "SELL", 10)
    with refused() as refusal:
        make_order(holding, "SELL", 1)
    assert refusal.rule == "order_oversell"

    run("UPDATE orders SET status = 'CANCELLED' WHERE order_id = %s", order)

    assert order_is(make_order(holding, "SELL", 10)) == ("PENDING", 0)


def test_what_is_left_of_a_partly_filled_sale_stays_committed() -> None:
    holding = make_holding(quantity=10, average=100)
    fill(make_order(holding, "SELL", 6), 2, 110)

    with refused() as refusal:
        make_order(holding, "SELL", 5)
    assert refusal.rule == "order_oversell"

    assert order_is(make_order(holding, "SELL", 4)) == ("PENDING", 0)


def test_a_holding_that_never_traded_may_be_corrected() -> None:
    holding = make_holding(quantity=10, average=100)
    run("UPDATE holdings SET quantity = 12, avg_purchase_price = 90 WHERE holding_id = %s", holding)

    fill(make_order(holding, quantity=12), 12, 110)

    assert position(holding) == (24, 100, 0)
    assert differences() == []


def test_typed_results_are_overwritten_by_what_they_follow_from() -> None:
    stock = make_stock(close=50)
    portfolio = make_portfolio(1_000)
    opened = {"quantity": 10, "avg_purchase_price": 40, "realized_pnl": 5, "opening_quantity": 3, "current_value": 1}
    holding = make("holdings", portfolio_id=portfolio, stock_id=stock, **opened)
    order = make_order(holding)
    fill(order, 10, 40, net_amount=1_000_000, reversed_at=YESTERDAY)

    run("UPDATE holdings SET current_value = 1, unrealized_pnl = 2, valued_on = NULL WHERE holding_id = %s", holding)
    run("UPDATE portfolio SET current_value = 1, peak_value = 9999999, updated_at = '2020-01-01'")

    assert run("SELECT current_value, unrealized_pnl, valued_on FROM holdings") == [(1000, 200, YESTERDAY)]
    assert run("SELECT current_value, peak_value, updated_at = now() FROM portfolio") == [(1600, 1600, True)]
    assert cash(portfolio) == 600
    assert run("SELECT reversed_at FROM executions") == [(None,)]
    assert position(holding) == (20, 40, 0)
    assert differences() == []
