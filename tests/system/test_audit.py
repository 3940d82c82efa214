"""Every change of an audited row is an event: what, when, by whom, through which login and why. Nobody unwrites it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from psycopg import sql

from account.models import Holding, Portfolio
from brain.models import AIReport, DailyPick
from market.models import CorporateAction, Stock
from system.acting import acting_as
from system.audit import AuditEvent
from system.models import LoginPolicy
from tests.trade.ledger_desk import (
    everything,
    fill,
    make_holding,
    make_order,
    make_pick,
    make_portfolio,
    make_stock,
    refused,
    reverse,
    run,
    set_close,
    set_rate,
    value,
)
from trade.models import Execution, Order

pytestmark = pytest.mark.django_db

AUDITED = {Stock, CorporateAction, Portfolio, Holding, AIReport, DailyPick, Order, Execution, LoginPolicy}
EVENTS = {model for model in apps.get_models() if issubclass(model, AuditEvent)}


def events(table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Label and these columns of each event, oldest first."""
    wanted = sql.SQL(", ").join(map(sql.Identifier, ["pgh_label", *columns]))
    statement = sql.SQL("SELECT {} FROM {} ORDER BY pgh_id").format(wanted, sql.Identifier(table))
    with connection.cursor() as cursor:
        return run(statement.as_string(cursor.connection))


def test_what_the_design_names_is_audited() -> None:
    assert {model.pgh_tracked_model for model in EVENTS} == AUDITED


def test_plain_sql_leaves_before_and_after_and_the_login() -> None:
    login = value("SELECT session_user")
    stock = make_stock(name="삼성전지")
    run("UPDATE stocks SET name = '삼성전자' WHERE stock_id = %s", stock)
    run("DELETE FROM stocks WHERE stock_id = %s", stock)

    assert events("stock_events", "name", "principal", "login", "pgh_context") == [
        ("insert", "삼성전지", login, login, None),
        ("update", "삼성전자", login, login, None),
        ("delete", "삼성전자", login, login, None),
    ]


def test_changes_by_python_carry_user_reason_and_request() -> None:
    portfolio = Portfolio.objects.get(pk=make_portfolio())

    with acting_as("kim", reason="mandate changed", request="r-42"):
        portfolio.strategy_type = "VALUE"
        portfolio.save()

    event = portfolio.events.order_by("pgh_id").last()
    assert event.pgh_context == {"user": "kim", "reason": "mandate changed", "request": "r-42"}
    assert (event.pgh_label, event.strategy_type) == ("update", "VALUE")
    assert event.pgh_created_at is not None


def test_bulk_changes_by_python_are_caught_row_by_row() -> None:
    make_stock(sector="a")
    make_stock(sector="b")

    with acting_as("kim"):
        Stock.objects.update(sector="반도체")

    assert events("stock_events", "sector")[2:] == [("update", "반도체")] * 2
    assert value("SELECT count(*) FROM stock_events WHERE pgh_context ->> 'user' = 'kim'") == 2


def test_what_triggers_move_is_caught_under_the_context_of_the_fill() -> None:
    stock = make_stock(close=100)
    holding = make_holding(stock=stock)
    order = make_order(holding, pick_id=make_pick(stock))

    with acting_as("router", request="fix-7"):
        Execution.objects.create(order_id=order, executed_quantity=4, executed_price=100, exchange_ref="a")

    assert events("order_events", "status") == [("insert", "PENDING"), ("update", "PARTIAL_FILLED")]
    assert events("holding_events", "quantity", "avg_purchase_price") == [("insert", 0, 0), ("update", 4, 100)]
    assert events("daily_pick_events", "is_executed") == [("insert", False), ("update", True)]
    assert events("execution_events", "net_amount") == [("insert", -400)]
    for table in ("order_events", "holding_events", "daily_pick_events", "execution_events"):
        assert run(f"SELECT pgh_context FROM {table} ORDER BY pgh_id DESC LIMIT 1") == [
            ('{"user": "router", "request": "fix-7"}',)
        ]


def test_a_reversal_and_a_deletion_leave_their_trace() -> None:
    order = make_order(make_holding())
    wrong = fill(order, 4, 100)
    reversal = reverse(wrong)
    run("DELETE FROM executions WHERE execution_id = %s", reversal)

    told = events("execution_events", "execution_id", "reversed_at")
    assert [(label, key == wrong, at is None) for label, key, at in told] == [
        ("insert", True, True),
        ("insert", False, True),
        ("update", True, False),
        ("delete", False, True),
        ("update", True, True),
    ]


def test_a_breach_of_the_drawdown_is_in_the_history_of_the_portfolio() -> None:
    stock = make_stock(close=100)
    make_holding(make_portfolio(0, max_drawdown=10), stock, 10, 100)

    set_close(stock, 10)

    told = [(label, halted is None) for label, halted in events("portfolio_events", "buying_halted_at")]
    assert told == [("insert", True), ("update", False)]


def test_valuations_leave_no_events() -> None:
    stock = make_stock(market_type="NASDAQ")
    portfolio = make_portfolio()
    holding = make_holding(portfolio, stock, 10, 100)
    before = (events("holding_events"), events("portfolio_events"), events("stock_events"))

    set_close(stock, 150)
    set_rate(1_300)
    set_close(stock, 160)
    run("UPDATE stocks SET market_cap = 5 WHERE stock_id = %s", stock)
    run("UPDATE holdings SET last_updated = now() WHERE holding_id = %s", holding)
    run("UPDATE portfolio SET updated_at = now() WHERE portfolio_id = %s", portfolio)

    assert value("SELECT current_value FROM holdings") == 1_600
    assert (events("holding_events"), events("portfolio_events"), events("stock_events")) == before


def test_an_update_that_changes_nothing_leaves_no_event() -> None:
    stock = make_stock()

    run("UPDATE stocks SET name = name, sector = sector WHERE stock_id = %s", stock)

    assert events("stock_events") == [("insert",)]


def test_a_key_that_changes_is_caught() -> None:
    stock = make_stock()

    run("UPDATE stocks SET stock_id = %s WHERE stock_id = %s", -stock, stock)

    assert events("stock_events", "stock_id", "pgh_obj_id")[-1] == ("update", -stock, -stock)


@pytest.mark.parametrize("model", sorted(EVENTS, key=lambda model: model.__name__), ids=lambda model: model.__name__)
@pytest.mark.parametrize("change", ["UPDATE {} SET principal = 'nobody'", "DELETE FROM {}"])
def test_history_is_neither_changed_nor_deleted(model: Any, change: str) -> None:
    stock = make_stock()
    fill(make_order(make_holding(stock=stock), pick_id=make_pick(stock)), 1, 100)
    CorporateAction.objects.create(stock_id=stock, kind="SPLIT", effective_date=date(2024, 1, 2), ratio=5)
    LoginPolicy.objects.update(second_factor_required=True)
    assert model.objects.exists()

    with refused() as refusal:
        run(change.format(model._meta.db_table))

    assert refusal.rule == "history_append_only"
    assert refusal.message.startswith("history_append_only: ")


def test_the_history_outlives_its_row() -> None:
    order = make_order(make_holding())
    gone = Order.objects.get(pk=order)

    run("DELETE FROM orders WHERE order_id = %s", order)

    assert [event.pgh_label for event in gone.events.order_by("pgh_id")] == ["insert", "delete"]


def test_no_setting_keeps_a_change_out_of_the_history() -> None:
    names = [name for (name,) in run("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_audit_%'")]
    assert len(names) == 3 * len(AUDITED)
    names += ["stocks:audit_insert", "stocks:audit_update", "market.Stock:audit_update"]
    run("SELECT set_config('pgtrigger.ignore', %s, true)", f"{{{','.join(names)}}}")

    stock = make_stock()
    run("UPDATE stocks SET name = 'b' WHERE stock_id = %s", stock)

    assert events("stock_events") == [("insert",), ("update",)]


def test_what_is_undone_leaves_no_event() -> None:
    before = everything()

    with transaction.atomic():
        make_stock()
        transaction.set_rollback(True)

    assert everything() == before


def test_clients_need_no_rights_on_the_history_that_they_write() -> None:
    run("CREATE ROLE engine_of_the_audit_test")
    run("GRANT engine_of_the_audit_test TO CURRENT_USER")
    run("GRANT USAGE ON SCHEMA market, system TO engine_of_the_audit_test")
    run("GRANT INSERT ON stocks TO engine_of_the_audit_test")

    run("SET LOCAL ROLE engine_of_the_audit_test")
    run("INSERT INTO stocks (ticker, name, market_type) VALUES ('A', 'a', 'KOSPI')")
    with refused_by_rights():
        run("SELECT * FROM stock_events")
    run("RESET ROLE")

    assert events("stock_events", "ticker") == [("insert", "A")]


@contextmanager
def refused_by_rights() -> Iterator[None]:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        yield
