"""What another client does at the same moment, and is not seen yet, counts."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from tests.trade.ledger_desk import (
    YESTERDAY,
    fill,
    make_holding,
    make_order,
    make_pick,
    make_portfolio,
    make_stock,
    reverse,
    run,
    value,
)

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"


def beside(threads: ThreadPoolExecutor, do: Callable[[], Any]) -> Future[str]:
    """Do it on a connection of its own; the rule that refuses it, or nothing."""

    def attempt() -> str:
        try:
            with transaction.atomic():
                do()
        except DatabaseError as refusal:
            cause = refusal.__cause__
            assert isinstance(cause, psycopg.Error)
            return cause.diag.constraint_name or str(cause)
        finally:
            connection.close()
        return ""

    return threads.submit(attempt)


def wait_until_it_waits(other: Future[str]) -> None:
    until = time.monotonic() + 10
    while value(WAITING) == 0:
        assert not other.done(), other.result()
        assert time.monotonic() < until, "it does not wait"
        time.sleep(0.02)


def test_a_stock_keeps_its_currency_under_a_holding_that_is_being_opened() -> None:
    stock, portfolio = make_stock(), make_portfolio()

    with ThreadPoolExecutor(1) as elsewhere, transaction.atomic():
        make_order(make_holding(portfolio, stock))
        other = beside(elsewhere, lambda: run("UPDATE stocks SET market_type = 'NASDAQ' WHERE stock_id = %s", stock))
        wait_until_it_waits(other)

    assert other.result(timeout=10) == "stock_currency"


def test_a_holding_opens_in_the_currency_that_its_stock_gets_at_the_same_moment() -> None:
    stock, portfolio = make_stock(), make_portfolio()

    with ThreadPoolExecutor(1) as elsewhere:
        with transaction.atomic():
            run("UPDATE stocks SET market_type = 'NASDAQ' WHERE stock_id = %s", stock)
            other = beside(elsewhere, lambda: fill(make_order(make_holding(portfolio, stock)), 1, 100))
            wait_until_it_waits(other)
        assert other.result(timeout=10) == ""

    assert run("SELECT currency FROM cash_entries WHERE kind = 'TRADE'") == [("USD",)]


def an_action(stock: int) -> int:
    return int(
        value(
            "INSERT INTO corporate_actions (stock_id, kind, effective_date, ratio) VALUES (%s, 'SPLIT', %s, 2)"
            " RETURNING action_id",
            stock,
            YESTERDAY,
        )
    )


ENTRY = "INSERT INTO action_entries (action_id, holding_id) VALUES (%s, %s)"


def test_an_action_is_booked_as_it_is_corrected_at_the_same_moment() -> None:
    stock = make_stock(close=100)
    holding = make_holding(stock=stock, quantity=10, average=100)
    action = an_action(stock)

    with ThreadPoolExecutor(1) as elsewhere:
        with transaction.atomic():
            run("UPDATE corporate_actions SET ratio = 5 WHERE action_id = %s", action)
            other = beside(elsewhere, lambda: run(ENTRY, action, holding))
            wait_until_it_waits(other)
        assert other.result(timeout=10) == ""

    assert value("SELECT quantity FROM holdings WHERE holding_id = %s", holding) == 50


def test_an_action_that_is_being_booked_is_not_corrected() -> None:
    stock = make_stock(close=100)
    holding = make_holding(stock=stock, quantity=10, average=100)
    action = an_action(stock)

    with ThreadPoolExecutor(1) as elsewhere, transaction.atomic():
        run(ENTRY, action, holding)
        other = beside(elsewhere, lambda: run("UPDATE corporate_actions SET ratio = 5 WHERE action_id = %s", action))
        wait_until_it_waits(other)

    assert other.result(timeout=10) == "action_applied"


def test_a_pick_on_which_an_order_is_being_placed_keeps_its_side() -> None:
    stock = make_stock()
    pick, holding = make_pick(stock), make_holding(stock=stock)

    with ThreadPoolExecutor(1) as elsewhere, transaction.atomic():
        make_order(holding, pick_id=pick)
        other = beside(elsewhere, lambda: run("UPDATE daily_picks SET action = 'SELL' WHERE pick_id = %s", pick))
        wait_until_it_waits(other)

    assert other.result(timeout=10) == "pick_ordered"


def test_a_snapshot_from_before_does_not_leave_a_pick_executed() -> None:
    stock = make_stock()
    pick = make_pick(stock)
    first, second = (fill(make_order(make_holding(stock=stock), pick_id=pick), 1, 100) for _ in range(2))

    with ThreadPoolExecutor(1) as elsewhere, pytest.raises(DatabaseError) as refused, transaction.atomic():
        run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        run("SELECT FROM orders")
        assert beside(elsewhere, lambda: reverse(second)).result(timeout=10) == ""
        reverse(first)
    rule = "execution_isolation"
    assert str(refused.value).startswith(rule)
    reverse(first)

    assert value("SELECT is_executed FROM daily_picks WHERE pick_id = %s", pick) is False
