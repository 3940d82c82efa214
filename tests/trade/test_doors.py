"""No setting, schema or name of a session opens a door past the rules."""

import pytest

from tests.trade.ledger_desk import (
    cash,
    fill,
    make_holding,
    make_order,
    make_portfolio,
    make_stock,
    order_is,
    position,
    refused,
    run,
    value,
)
from trade.reconciliation import differences

pytestmark = pytest.mark.django_db

TRIGGERS = (
    "SELECT tgname, pg_get_userbyid(relowner) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    " WHERE tgname LIKE 'pgtrigger_%'"
)


def test_ignoring_triggers_is_not_heard() -> None:
    every = ",".join(name for name, _owner in run(TRIGGERS))
    order = make_order(make_holding())
    run("SELECT set_config('pgtrigger.ignore', %s, true)", f"{{{every},orders:guard_order,trade.Order:guard_order}}")

    with refused() as refusal:
        run("UPDATE orders SET status = 'FILLED', filled_quantity = 10 WHERE order_id = %s", order)
    fill(order, 10, 100)

    assert refusal.rule == "order_filled_by_executions"
    assert order_is(order) == ("FILLED", 10)


def test_deferring_constraints_defers_no_rule() -> None:
    order = make_order(make_holding(), quantity=1)
    run("SET CONSTRAINTS ALL DEFERRED")

    with refused() as refusal:
        fill(order, 2, 100)

    assert refusal.rule == "execution_overfill"


def test_the_history_believes_the_login_not_the_stated_user() -> None:
    run("SELECT set_config('pghistory.context_metadata', '{\"user\": \"the owner\"}', true)")
    run("SELECT set_config('aegis.principal', 'the owner', true)")
    login = value("SELECT session_user")

    order = make_order(make_holding())

    assert run("SELECT principal, login FROM order_events") == [(login, login)]
    assert run("SELECT created_by FROM orders WHERE order_id = %s", order) == [(login,)]


@pytest.mark.parametrize("schema", ["pg_temp", "public"])
def test_what_bears_a_name_of_the_ledger_elsewhere_is_not_taken_for_it(schema: str) -> None:
    portfolio = make_portfolio(10_000)
    holding = make_holding(portfolio, make_stock(close=100))
    order = make_order(holding)
    shadow(schema)

    run(
        "INSERT INTO trade.executions (order_id, executed_quantity, executed_price, exchange_ref)"
        " VALUES (%s, 4, 100, 'a')",
        order,
    )
    with refused() as refusal:
        run("UPDATE trade.orders SET quantity = 1 WHERE order_id = %s", order)

    assert refusal.rule == "order_frozen"
    run("SET LOCAL search_path = market, account, brain, trade, analytics, system, pg_temp")
    assert order_is(order) == ("PARTIAL_FILLED", 4)
    assert position(holding) == (4, 100, 0)
    assert cash(portfolio) == 9_600
    assert differences() == []


def shadow(schema: str) -> None:
    """Put an empty table, a false function and a false operator of the ledger's names first in the session's path."""
    for table in ("orders", "executions", "holdings", "portfolio", "cash_balances", "stocks", "latest_prices"):
        run(f"CREATE TABLE {schema}.{table} (LIKE {table})")
    run(f"CREATE FUNCTION {schema}.after_fill(trade.position, text, bigint, numeric, numeric) RETURNS trade.position"
        " LANGUAGE sql AS 'SELECT $1'")  # fmt: skip
    run(f"CREATE FUNCTION {schema}.nothing(bigint, numeric) RETURNS numeric LANGUAGE sql AS 'SELECT 0.0'")
    run(f"CREATE OPERATOR {schema}.* (LEFTARG = bigint, RIGHTARG = numeric, FUNCTION = {schema}.nothing)")
    run(f"SET LOCAL search_path = {schema}, pg_catalog, market, account, brain, trade, analytics, system")
