"""Facts that a client types although they are not its own to type, or that no clock or market could have meant."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DataError, connection
from django.utils import timezone

from tests.trade.crew import disagreements
from tests.trade.ledger_desk import (
    YESTERDAY,
    cash,
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
    run,
    set_close,
    set_rate,
    value,
    worth,
)

pytestmark = pytest.mark.django_db

TABLES = {
    "account": ["portfolio", "holdings", "cash_entries", "cash_balances", "revaluations"],
    "trade": ["orders", "executions", "action_entries"],
}
FILL = "INSERT INTO executions ({key}order_id, executed_quantity, executed_price, exchange_ref, reverses_id) "


def booked_in_full_agreement() -> bool:
    connection.ensure_connection()
    return disagreements(connection.connection) == []


def test_ledger_keys_are_always_the_databases_own() -> None:
    for schema, tables in TABLES.items():
        for table in tables:
            assert (
                value(
                    "SELECT string_agg(attidentity::text, '') FROM pg_attribute"
                    " WHERE attrelid = %s::regclass AND attidentity <> ''",
                    f"{schema}.{table}",
                )
                == "a"
            ), table


@pytest.mark.parametrize("key", ["-5", "9223372036854775807", "NEW"])
def test_a_typed_key_is_refused(key: str) -> None:
    order = make_order(make_holding())
    typed = str(fill(order, 1, 100) + 2) if key == "NEW" else key

    with pytest.raises(Exception, match="cannot insert a non-DEFAULT value"):
        run(FILL.format(key="execution_id, ") + f"VALUES ({typed}, {order}, 1, 100, 'typed', NULL)")


def test_a_reversal_is_settled_after_its_fill_whatever_its_key() -> None:
    portfolio = make_portfolio(1_000_000)
    holding = make_holding(portfolio)
    order = make_order(holding)

    run(
        FILL.format(key="execution_id, ")
        + "OVERRIDING SYSTEM VALUE VALUES (900004, %s, 5, 100, 'f', NULL), (900003, %s, 5, 100, 'r', 900004)",
        order,
        order,
    )

    assert (order_is(order), position(holding)[0], cash(portfolio)) == (("PENDING", 0), 0, 1_000_000)
    assert booked_in_full_agreement()


def test_a_fill_and_a_reversal_of_an_older_one_are_settled_in_the_order_of_their_rows() -> None:
    holding = make_holding()
    order = make_order(holding, quantity=5)
    wrong = fill(order, 5, 100)

    run(FILL.format(key="") + "VALUES (%s, 5, 100, 'r', %s), (%s, 5, 110, 'f', NULL)", order, wrong, order)

    assert (order_is(order), position(holding)) == (("FILLED", 5), (5, 110, 0))
    assert booked_in_full_agreement()


def test_an_action_is_taken_back_after_it_is_booked_whatever_its_key() -> None:
    stock = make_stock(close=100)
    holding = make_holding(stock=stock, quantity=10, average=100)
    action = run(
        "INSERT INTO corporate_actions (stock_id, kind, effective_date, ratio) VALUES (%s, 'SPLIT', %s, 2)"
        " RETURNING action_id",
        stock,
        YESTERDAY,
    )[0][0]

    run(
        "INSERT INTO action_entries (action_entry_id, action_id, holding_id, reverses_id) OVERRIDING SYSTEM VALUE"
        " VALUES (90004, %s, %s, NULL), (90003, %s, %s, 90004)",
        action,
        holding,
        action,
        holding,
    )

    assert position(holding)[:2] == (10, 100)
    assert booked_in_full_agreement()


def test_a_fill_of_the_future_is_refused_beyond_the_skew_of_clocks() -> None:
    order = make_order(make_holding())

    fill(order, 1, 100, executed_time=timezone.now() + timedelta(minutes=4))
    with refused() as refusal:
        fill(order, 1, 100, executed_time=timezone.now() + timedelta(minutes=6))

    assert refusal.rule == "execution_time"
    assert refusal.hint


TIMES: list[tuple[str, Callable[[str], object]]] = [
    ("execution_time", lambda time: fill(make_order(make_holding()), 1, 100, executed_time=time)),
    ("chk_orders_expiry", lambda time: make_order(make_holding(), order_time=time)),
    ("chk_orders_expiry", lambda time: make_order(make_holding(), expires_at=time)),
    ("cash_time", lambda time: make("cash_entries", portfolio_id=make_portfolio(), currency="KRW", amount=1,
                                    kind="DEPOSIT", created_at=time)),
    ("portfolio_time", lambda time: make_portfolio(created_at=time)),
    ("portfolio_time", lambda time: make_portfolio(buying_halted_at=time)),
    ("portfolio_time", lambda time: run("UPDATE portfolio SET buying_halted_at = %s WHERE portfolio_id = %s", time,
                                        make_portfolio())),
    ("chk_fx_rates_date", lambda time: set_rate(1300, time)),  # type: ignore[arg-type]
    ("chk_stocks_dates", lambda time: make_stock(listing_date=time)),
    ("chk_stocks_dates", lambda time: make_stock(created_at=time)),
    ("chk_corporate_actions_date", lambda time: run(
        "INSERT INTO corporate_actions (stock_id, kind, effective_date, ratio) VALUES (%s, 'SPLIT', %s, 2)",
        make_stock(), time)),
    ("chk_session_overrides_date", lambda time: run(
        "INSERT INTO session_overrides (exchange, session_date, is_open, reason) VALUES ('XKRX', %s, true, 'x')",
        time)),
    ("chk_daily_picks_date", lambda time: run("UPDATE daily_picks SET pick_date = %s WHERE pick_id = %s", time,
                                              make_pick(make_stock()))),
    ("chk_ai_reports_date", lambda time: run(
        "INSERT INTO ai_reports (stock_id, analysis_date, model_version, risk_level) VALUES (%s, %s, 'v1', 'LOW')",
        make_stock(), time)),
    ("chk_alerts_times", lambda time: run(
        "INSERT INTO alerts (alert_type, severity, message, created_at) VALUES ('INFO', 'LOW', 'x', %s)", time)),
    ("chk_job_runs_times", lambda time: run("INSERT INTO job_runs (job, started_at) VALUES ('x', %s)", time)),
    ("chk_load_rejects_times", lambda time: run(
        "INSERT INTO load_rejects (loader, file_name, file_digest, line, reason, detail, raw, created_at)"
        " VALUES ('x', 'x', 'x', 1, 'x', 'x', '{}', %s)", time)),
    ("chk_backtest_results_dates", lambda time: run(
        "INSERT INTO backtest_results (strategy_name, test_period_start, test_period_end, initial_capital,"
        " final_value, total_return, created_at) VALUES ('x', '2024-01-01', '2024-02-01', 1, 1, 1, %s)", time)),
]  # fmt: skip


@pytest.mark.parametrize("time", ["infinity", "-infinity", "0044-03-15 BC", "9999-12-31"])
@pytest.mark.parametrize(("rule", "write"), TIMES)
def test_a_time_that_no_calendar_of_a_desk_holds_is_refused(
    rule: str, write: Callable[[str], object], time: str
) -> None:
    with pytest.raises(Exception, match=rule):
        write(time)


def test_every_client_time_of_the_ledgers_tables_is_bounded() -> None:
    """What holds a date or time says so by a check or a trigger; what only triggers write needs none."""
    written_by_triggers = {"split_on", "valued_on", "last_updated", "reversed_at", "updated_at"}
    columns = run(
        "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
        " USING (table_schema, table_name) WHERE table_type = 'BASE TABLE'"
        " AND table_schema IN ('market', 'account', 'brain', 'trade', 'analytics', 'system')"
        " AND (data_type LIKE 'timestamp%' OR data_type = 'date')"
        " AND table_name !~ '(_events|_y[0-9]{4}.*)$' AND table_name NOT IN ('logs', 'daily_prices', 'latest_prices')"
    )
    checks = " ".join(
        text for (text,) in run("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'")
    )
    by_trigger = {"executed_time", "created_at", "buying_halted_at"}
    assert {c for _t, c in columns if c not in checks} - written_by_triggers - by_trigger == set()


BLANKS: list[tuple[str, Callable[[], object]]] = [
    ("chk_executions_ref", lambda: fill(make_order(make_holding()), 1, 100, exchange_ref=" \t")),
    ("chk_portfolio_named", lambda: make_portfolio(name="  ")),
    ("chk_stocks_named", lambda: make_stock(ticker=" ")),
    ("chk_stocks_named", lambda: make_stock(name="\n")),
    ("chk_session_overrides_reason", lambda: run(
        "INSERT INTO session_overrides (exchange, session_date, is_open, reason) VALUES ('XKRX', now(), true, ' ')")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "write"), BLANKS)
def test_blanks_are_no_name(rule: str, write: Callable[[], object]) -> None:
    with pytest.raises(Exception, match=rule):
        write()


def test_a_price_gives_an_enormous_holding_a_value() -> None:
    set_rate("99999")
    portfolio, stock = make_portfolio(0), make_stock(market_type="NASDAQ")
    make_holding(portfolio, stock, 1_000_000_000_000, "999999999999")

    set_close(stock, "9999999999")

    assert worth(portfolio) == 1_000_000_000_000 * 9_999_999_999 * 99_999


def test_a_bad_close_stops_nobody() -> None:
    stock = make_stock(close=100)
    portfolio = make_portfolio()
    make_holding(portfolio, stock, 200_000_000, 100)

    set_close(stock, "9999999999")

    assert worth(portfolio) == 1_000_000 + 200_000_000 * 9_999_999_999


def test_after_an_enormous_adjustment_sales_are_booked() -> None:
    portfolio = make_portfolio()
    holding = make_holding(portfolio, quantity=10_000_000, average="999999999999")
    make("cash_entries", portfolio_id=portfolio, currency="KRW", amount="998999999999999999", kind="ADJUSTMENT")

    fill(make_order(holding, "SELL", 10_000_000), 10_000_000, "9999999999")

    assert cash(portfolio) == 1_000_000 + 998_999_999_999_999_999 + 10_000_000 * 9_999_999_999


BEYOND: list[tuple[str, Callable[[], object]]] = [
    ("chk_holdings_quantity", lambda: make_holding(quantity=9223372036854775807)),
    ("chk_order_quantity", lambda: make_order(make_holding(), quantity=1_000_000_000_001)),
    ("chk_executions_positive", lambda: fill(make_order(make_holding()), 9223372036854775807, 1)),
    ("chk_fx_rates_positive", lambda: set_rate("100000")),
    ("chk_cash_entries_sign", lambda: make("cash_entries", portfolio_id=make_portfolio(), currency="KRW",
                                           amount="1e24", kind="ADJUSTMENT")),
    ("chk_corporate_actions_ratio", lambda: run(
        "INSERT INTO corporate_actions (stock_id, kind, effective_date, ratio) VALUES (%s, 'SPLIT', %s, 1000001)",
        make_stock(), YESTERDAY)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "write"), BEYOND)
def test_what_no_product_could_hold_is_refused_by_name(rule: str, write: Callable[[], object]) -> None:
    with pytest.raises(Exception, match=rule) as refusal:
        write()
    assert not isinstance(refusal.value, DataError)


def test_a_typed_setting_does_not_stop_prices() -> None:
    stock = make_stock()
    holding = make_holding(stock=stock, quantity=2, average=1)
    run("SET aegis.open_price_events = 'abc'")

    set_close(stock, 70)

    assert value("SELECT current_value FROM holdings WHERE holding_id = %s", holding) == 140
    run("RESET aegis.open_price_events")


def test_a_withdrawal_without_an_exchange_rate_is_no_fall() -> None:
    set_rate(1300)
    portfolio = make_portfolio(1_000_000_000, max_drawdown=10)
    make("cash_entries", portfolio_id=portfolio, currency="USD", amount=1_000_000, kind="DEPOSIT")
    run("DELETE FROM fx_rates")

    make("cash_entries", portfolio_id=portfolio, currency="USD", amount=-1_000_000, kind="WITHDRAWAL")

    facts = "SELECT current_value, peak_value, buying_halted_at FROM portfolio WHERE portfolio_id = %s"
    assert run(facts, portfolio) == [(1_000_000_000, 1_000_000_000, None)]


def test_an_order_is_lowered_in_a_halted_portfolio() -> None:
    portfolio = make_portfolio()
    order = make_order(make_holding(portfolio))
    run("UPDATE portfolio SET buying_halted_at = now() WHERE portfolio_id = %s", portfolio)

    run("UPDATE orders SET quantity = 6 WHERE order_id = %s", order)
    with refused() as refusal:
        run("UPDATE orders SET quantity = 7 WHERE order_id = %s", order)

    assert refusal.rule == "order_drawdown"


def test_what_a_holding_opened_with_covers_its_open_sales() -> None:
    holding = make_holding(quantity=10, average=100)
    make_order(holding, "SELL", 6)

    run("UPDATE holdings SET quantity = 6 WHERE holding_id = %s", holding)
    with refused() as refusal:
        run("UPDATE holdings SET quantity = 5 WHERE holding_id = %s", holding)

    assert refusal.rule == "holding_committed"


def test_a_pick_that_was_ordered_keeps_its_side() -> None:
    stock = make_stock()
    pick = make_pick(stock)
    fill(make_order(make_holding(stock=stock), pick_id=pick), 1, 100)

    with refused() as refusal:
        run("UPDATE daily_picks SET action = 'SELL' WHERE pick_id = %s", pick)

    assert refusal.rule == "pick_ordered"
    run("UPDATE daily_picks SET priority_score = 5 WHERE pick_id = %s", pick)
