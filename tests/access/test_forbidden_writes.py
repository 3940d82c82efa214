"""Every write that the ledger forbids, tried with plain SQL by those whose role lets them try."""

import pytest

from tests.access.conftest import Book, Desk
from tests.access.people import Client, login_of, person

# Person, statement, and the rule that refuses it: `rights` are grants, `row` is row security, the rest is the ledger.
# Names in braces are numbers of the desk: the trader's own, `their_…` another trader's.
FORBIDDEN = [
    # An order belongs to one's own holding and carries one's own name.
    ("kim", "INSERT INTO trade.orders {new} VALUES ({their_holding}, 'MARKET', 'BUY', 1)", "row"),
    ("kim", "INSERT INTO trade.orders {named} VALUES ({holding}, 'MARKET', 'BUY', 1, '{lee}')", "row"),
    ("kim", "INSERT INTO trade.orders (order_id, order_type, side, quantity) OVERRIDING SYSTEM VALUE"
     " VALUES (1, 'MARKET', 'BUY', 1)", "rights"),
    ("kim", "SELECT trade.place_order({their_portfolio}, {stock}, 'BUY', 1, 'MARKET', null, null, null, null, '{kim}')",
     "row"),
    ("kim", "SELECT trade.place_order({their_portfolio}, {other_stock}, 'BUY', 1, 'MARKET', null, null, null, null,"
     " '{kim}')", "row"),
    ("kim", "SELECT trade.place_order({portfolio}, {stock}, 'BUY', 1, 'MARKET', null, null, null, null, '{lee}')",
     "row"),
    ("kim", "UPDATE trade.orders SET holding_id = {their_holding} WHERE order_id = {order}", "row"),
    ("kim", "UPDATE trade.orders SET holding_id = {their_holding} WHERE order_id = {proposal}", "row"),
    ("kim", "UPDATE trade.orders SET created_by = '{lee}' WHERE order_id = {order}", "rights"),
    ("kim", "UPDATE trade.orders SET side = 'SELL' WHERE order_id = {order}", "rights"),
    ("kim", "UPDATE trade.orders SET order_time = now() WHERE order_id = {order}", "rights"),
    ("kim", "DELETE FROM trade.orders WHERE order_id = {order}", "rights"),
    # What it starts as, and what follows from executions.
    ("kim", "INSERT INTO trade.orders {typed} VALUES ({holding}, 'MARKET', 'BUY', 1, 'FILLED', 1)",
     "order_starts_pending"),
    ("kim", "UPDATE trade.orders SET status = 'FILLED' WHERE order_id = {order}", "order_filled_by_executions"),
    ("kim", "UPDATE trade.orders SET status = 'PARTIAL_FILLED' WHERE order_id = {order}", "order_filled_by_executions"),
    ("kim", "UPDATE trade.orders SET filled_quantity = 1 WHERE order_id = {order}", "rights"),
    ("kim", "UPDATE trade.orders SET status = 'REJECTED' WHERE order_id = {filled}", "order_transition"),
    ("kim", "UPDATE trade.orders SET quantity = 11 WHERE order_id = {filled}", "order_frozen"),
    ("boss", "UPDATE trade.orders SET status = 'FILLED' WHERE order_id = {order}", "order_filled_by_executions"),
    ("boss", "UPDATE trade.orders SET filled_quantity = 1 WHERE order_id = {order}", "order_filled_by_executions"),
    ("boss", "UPDATE trade.orders SET side = 'SELL' WHERE order_id = {order}", "order_identity"),
    ("boss", "UPDATE trade.orders SET created_by = 'x' WHERE order_id = {order}", "order_identity"),
    # Selling what is not there, in one order or in two.
    ("kim", "INSERT INTO trade.orders {new} VALUES ({holding}, 'MARKET', 'SELL', 15)", "order_oversell"),
    ("boss", "INSERT INTO trade.orders {new} VALUES ({holding}, 'MARKET', 'SELL', 15)", "order_oversell"),
    ("kim", "INSERT INTO trade.orders (order_type, side, quantity) VALUES ('MARKET', 'BUY', 1)",
     "chk_orders_instrument"),
    # Fills: on one's own orders, no more than was ordered, once, and never changed.
    ("kim", "INSERT INTO trade.executions {fill} VALUES ({their_order}, 1, 1, 'x')", "row"),
    ("kim", "SELECT trade.record_execution({their_order}, 1, 1, 0, 0, null, null, 'x')", "row"),
    ("kim", "INSERT INTO trade.executions {taken} VALUES ({order}, 1, 1, 'x', {their_execution})", "row"),
    ("kim", "INSERT INTO trade.executions {taken} VALUES ({their_order}, 1, 1, 'x', {their_execution})", "row"),
    ("kim", "INSERT INTO trade.executions {fill} VALUES ({filled}, 7, 1, 'x')", "execution_overfill"),
    ("kim", "INSERT INTO trade.executions {fill} VALUES ({proposal}, 1, 1, 'x')", "execution_of_proposal"),
    ("kim", "INSERT INTO trade.executions {fill} SELECT order_id, 1, 1, exchange_ref FROM trade.executions",
     "idx_executions_order"),
    ("kim", "INSERT INTO trade.executions (execution_id, order_id) OVERRIDING SYSTEM VALUE VALUES (1, {order})",
     "rights"),
    ("kim", "UPDATE trade.executions SET exchange_ref = 'x'", "rights"),
    ("kim", "UPDATE trade.executions SET executed_price = 1", "rights"),
    ("kim", "DELETE FROM trade.executions", "rights"),
    ("boss", "UPDATE trade.executions SET executed_price = 1 WHERE execution_id = {execution}",
     "execution_append_only"),
    ("boss", "UPDATE trade.executions SET order_id = {order} WHERE execution_id = {execution}",
     "execution_append_only"),
    ("boss", "INSERT INTO trade.executions {fill} VALUES ({order}, 1, 'NaN', 'x')", "chk_executions_positive"),
    ("boss", "INSERT INTO trade.executions {fill} VALUES ({order}, 0, 1, 'x')", "chk_executions_positive"),
    ("boss", "TRUNCATE trade.executions CASCADE", "rights"),
    ("analyst", "INSERT INTO trade.executions {fill} VALUES ({order}, 1, 1, 'x')", "rights"),
    ("analyst", "UPDATE trade.orders SET status = 'CANCELLED'", "rights"),
    ("reader", "SELECT FROM trade.orders", "rights"),
    # Holdings follow from fills; a trader opens an empty one.
    ("kim", "INSERT INTO account.holdings {held} VALUES ({portfolio}, {other_stock}, 5, 1)", "row"),
    ("kim", "INSERT INTO account.holdings {held} VALUES ({their_portfolio}, {other_stock}, 0, 0)", "row"),
    ("kim", "UPDATE account.holdings SET quantity = 99", "rights"),
    ("kim", "UPDATE account.holdings SET valued_on = NULL", "rights"),
    ("kim", "DELETE FROM account.holdings", "rights"),
    ("boss", "UPDATE account.holdings SET quantity = 99 WHERE holding_id = {holding}", "holding_moved_by_executions"),
    ("boss", "UPDATE account.holdings SET realized_pnl = 99 WHERE holding_id = {holding}",
     "holding_moved_by_executions"),
    # Money.
    ("kim", "INSERT INTO account.cash_entries {cash} VALUES ({portfolio}, 'KRW', 1, 'DEPOSIT')", "rights"),
    ("kim", "UPDATE account.cash_balances SET balance = 1", "rights"),
    ("kim", "UPDATE account.portfolio SET created_by = '{kim}'", "rights"),
    ("kim", "INSERT INTO account.portfolio (name, initial_capital) VALUES ('mine', 1)", "rights"),
    ("boss", "INSERT INTO account.cash_entries {cash} VALUES ({portfolio}, 'KRW', 1, 'TRADE')",
     "cash_booked_by_ledger"),
    ("boss", "INSERT INTO account.cash_entries {cash} VALUES ({portfolio}, 'KRW', 1, 'OPENING')",
     "cash_booked_by_ledger"),
    ("boss", "INSERT INTO account.cash_entries {cash} VALUES ({portfolio}, 'KRW', -1e12, 'WITHDRAWAL')",
     "cash_withdrawal"),
    ("boss", "UPDATE account.cash_entries SET amount = 1 WHERE portfolio_id = {portfolio}", "cash_append_only"),
    ("boss", "DELETE FROM account.cash_entries WHERE portfolio_id = {portfolio}", "cash_append_only"),
    ("boss", "UPDATE account.cash_balances SET balance = 1", "rights"),
    ("boss", "UPDATE account.portfolio SET initial_capital = 1 WHERE portfolio_id = {portfolio}", "portfolio_capital"),
    ("boss", "DELETE FROM account.portfolio WHERE portfolio_id = {portfolio}", "portfolio_has_cash"),
    ("boss", "INSERT INTO account.revaluations (stock_ids) VALUES ('{{1}}')", "rights"),
    # History, whoever asks.
    ("boss", "UPDATE trade.order_events SET principal = 'x'", "rights"),
    ("boss", "DELETE FROM trade.execution_events", "rights"),
    ("boss", "INSERT INTO account.portfolio_events (pgh_label) VALUES ('insert')", "rights"),
    ("boss", "TRUNCATE trade.order_events", "rights"),
    # Logins are nobody's but the admin's.
    ("analyst", "SELECT password FROM public.auth_user", "rights"),
    ("analyst", "SELECT session_data FROM public.django_session", "rights"),
    ("boss", "SELECT session_data FROM public.django_session", "rights"),
    ("kim", "SELECT username FROM public.auth_user", "rights"),
    ("kim", "SELECT message FROM system.alerts", "rights"),
    ("kim", "SELECT object_repr FROM public.django_admin_log", "rights"),
]  # fmt: skip


@pytest.mark.parametrize("one", range(0, len(FORBIDDEN), 10))
def test_what_the_ledger_forbids_is_refused_to_whoever_may_try(desk: Desk, one: int) -> None:
    for name, statement, rule in FORBIDDEN[one : one + 10]:
        filled_in = statement.format(**facts(desk))
        with person(name) as client:
            assert (filled_in, client.refusal(filled_in)) == (filled_in, rule)


def facts(desk: Desk) -> dict[str, object]:
    return {
        **vars(desk.kim),
        **{f"their_{name}": number for name, number in vars(desk.lee).items()},
        "stock": desk.stock,
        "other_stock": desk.other_stock,
        "kim": login_of("kim"),
        "lee": login_of("lee"),
        "new": "(holding_id, order_type, side, quantity)",
        "named": "(holding_id, order_type, side, quantity, created_by)",
        "typed": "(holding_id, order_type, side, quantity, status, filled_quantity)",
        "fill": "(order_id, executed_quantity, executed_price, exchange_ref)",
        "taken": "(order_id, executed_quantity, executed_price, exchange_ref, reverses_id)",
        "held": "(portfolio_id, stock_id, quantity, avg_purchase_price)",
        "cash": "(portfolio_id, currency, amount, kind)",
    }


def test_another_s_rows_are_untouched_by_a_statement_that_would_hit_them(desk: Desk) -> None:
    with person("kim") as kim:
        changed = kim.session.execute("UPDATE trade.orders SET status = 'CANCELLED' WHERE status = 'PENDING'")
        assert changed.rowcount == 2  # their own two
        locked = kim.run("SELECT order_id FROM trade.orders WHERE order_id = %s FOR UPDATE", desk.lee.order)
        assert locked == []
    with person("lee") as lee:
        assert lee.value("SELECT status FROM trade.orders WHERE order_id = %s", desk.lee.order) == "PENDING"


def test_a_trader_trades_a_whole_day_at_psql(desk: Desk) -> None:
    """Place, amend, fill, reverse, sell, cancel: the ledger moves what the trader may not touch."""
    name, mine = login_of("kim"), desk.kim
    with person("kim") as kim:
        placed = place(kim, mine, desk.other_stock, "BUY", 10)
        amend = "UPDATE trade.orders SET order_type = 'LIMIT', limit_price = 90, quantity = 12 WHERE order_id = %s"
        kim.run(amend, placed)
        fill = "SELECT execution_id FROM trade.record_execution(%s, %s, 100, 1, 0, null, null, %s)"
        first = kim.value(fill, placed, 5, "day-1")
        assert kim.run(fill, placed, 5, "day-1") == []  # a replay
        kim.run(
            "INSERT INTO trade.executions (order_id, executed_quantity, executed_price, exchange_ref, reverses_id)"
            " VALUES (%s, 5, 100, 'taken back', %s)",
            placed,
            first,
        )
        kim.run(fill, placed, 12, "day-2")
        sold = place(kim, mine, desk.other_stock, "SELL", 4)
        kim.run("UPDATE trade.orders SET status = 'CANCELLED', status_reason = 'operator' WHERE order_id = %s", sold)
        position = kim.run(
            "SELECT quantity, avg_purchase_price FROM account.holdings WHERE portfolio_id = %s AND stock_id = %s",
            mine.portfolio,
            desk.other_stock,
        )
        assert position == [(12, 100)]
        assert kim.value("SELECT status FROM trade.orders WHERE order_id = %s", placed) == "FILLED"
        booked = "SELECT DISTINCT created_by FROM account.cash_entries WHERE kind = 'TRADE' AND execution_id > %s"
        assert kim.column(booked, mine.execution) == [name]
        assert kim.column("SELECT DISTINCT principal FROM trade.order_events WHERE pgh_obj_id = %s", placed) == [name]
        assert kim.refusal(fill, placed, 1, "day-3") == "execution_overfill"


def place(client: Client, book: Book, stock: int, side: str, quantity: int) -> int:
    number: int = client.value(
        "SELECT order_id FROM trade.place_order(%s, %s, %s, %s, 'MARKET', null, null, null, null, system.principal())",
        book.portfolio,
        stock,
        side,
        quantity,
    )
    return number


def test_a_sale_beyond_what_is_held_is_refused_when_it_is_filled_too(desk: Desk) -> None:
    with person("kim") as kim:
        first = place(kim, desk.kim, desk.stock, "SELL", 14)
        kim.run("SELECT trade.record_execution(%s, 14, 100, 0, 0, null, null, 's')", first)
        assert kim.value("SELECT quantity FROM account.holdings WHERE holding_id = %s", desk.kim.holding) == 0
        assert kim.refusal("INSERT INTO trade.orders (holding_id, order_type, side, quantity) VALUES (%s, 'MARKET',"
                           " 'SELL', 1)", desk.kim.holding) == "order_oversell"  # fmt: skip


def test_an_execution_that_something_followed_is_not_deleted_by_an_admin(desk: Desk) -> None:
    with person("boss") as boss:
        boss.run("SELECT trade.record_execution(%s, 1, 100, 0, 0, null, null, 'later')", desk.kim.filled)
        gone = "DELETE FROM trade.executions WHERE execution_id = %s"
        assert boss.refusal(gone, desk.kim.execution) == "execution_followed"
        boss.run(gone, boss.value("SELECT max(execution_id) FROM trade.executions"))
        boss.run(gone, desk.kim.execution)
        assert boss.value("SELECT quantity FROM account.holdings WHERE holding_id = %s", desk.kim.holding) == 10


def test_what_follows_from_other_facts_is_not_what_was_typed(desk: Desk) -> None:
    with person("kim") as kim:
        typed = kim.run(
            "INSERT INTO trade.executions (order_id, executed_quantity, executed_price, exchange_ref, net_amount,"
            " reversed_at) VALUES (%s, 1, 100, 'typed', 1e9, now()) RETURNING net_amount, reversed_at",
            desk.kim.order,
        )
        opened = kim.run(
            "INSERT INTO account.holdings (portfolio_id, stock_id, quantity, avg_purchase_price, realized_pnl,"
            " current_value, opening_quantity, opening_price, split_ratio) VALUES (%s, %s, 0, 0, 7, 7, 7, 7, 7)"
            " RETURNING realized_pnl, current_value, opening_quantity, opening_price, split_ratio",
            desk.kim.portfolio,
            desk.other_stock,
        )
        owned = kim.value(
            "INSERT INTO trade.orders (holding_id, order_type, side, quantity, owned_by)"
            " VALUES (%s, 'MARKET', 'BUY', 1, %s) RETURNING owned_by",
            desk.kim.holding,
            login_of("lee"),
        )

    assert typed == [(-100, None)]
    assert opened == [(0, None, 0, 0, None)]
    assert owned == login_of("kim")
