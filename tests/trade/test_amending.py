"""Open orders are amended by a whole statement, judged by what it leaves, without getting into the way of fills."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from tests.trade.ledger_desk import fill, make_holding, make_order, order_is, refused, run, value


def test_orders_that_swap_their_quantities_are_judged_together(db: None) -> None:
    holding = make_holding(quantity=10, average=100)
    first, second = make_order(holding, "SELL", 4), make_order(holding, "SELL", 6)

    run("UPDATE orders SET quantity = 10 - quantity")

    assert dict(run("SELECT order_id, quantity FROM orders")) == {first: 6, second: 4}
    with refused() as refusal:
        run("UPDATE orders SET quantity = 6")
    assert refusal.rule == "order_oversell"


def test_orders_may_change_places_between_holdings(db: None) -> None:
    here, there = make_holding(quantity=10, average=100), make_holding(quantity=10, average=100)
    run("UPDATE holdings SET portfolio_id = (SELECT max(portfolio_id) FROM portfolio)")
    first, second = make_order(here, "SELL", 10), make_order(there, "SELL", 10)

    run("UPDATE orders SET holding_id = CASE holding_id WHEN %s THEN %s ELSE %s END", here, there, here)

    assert dict(run("SELECT order_id, holding_id FROM orders")) == {first: there, second: here}


@pytest.mark.django_db(transaction=True)
def test_amending_several_orders_and_filling_one_of_them_do_not_deadlock() -> None:
    """Orders are locked before holdings, however many of them a statement amends."""
    holding = make_holding(quantity=10, average=100)
    first, second = make_order(holding, "SELL", 4), make_order(holding, "SELL", 6)

    def amend() -> str:
        try:
            run("UPDATE orders SET quantity = 5 WHERE order_id = ANY (%s)", [first, second])
        except IntegrityError as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "amended"

    with ThreadPoolExecutor(1) as elsewhere:
        with transaction.atomic():
            run("SELECT FROM orders WHERE order_id = %s FOR NO KEY UPDATE", second)
            amended = elsewhere.submit(amend)
            wait_for_a_lock()
            fill(second, 6, 110)
        answer = amended.result(timeout=10)

    assert answer.startswith("order_terminal")
    assert (order_is(first), order_is(second)) == (("PENDING", 0), ("FILLED", 6))


def wait_for_a_lock() -> None:
    """Until somebody waits for this connection."""
    for _ in range(100):
        if value("SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"):
            return
        time.sleep(0.05)
    pytest.fail("nobody waits")
