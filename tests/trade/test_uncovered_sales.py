"""Open SELL orders for shares that are not held any more: the fact is booked, and an operator is told."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.trade.ledger_desk import (
    alerts,
    fill,
    make_holding,
    make_order,
    make_portfolio,
    make_stock,
    position,
    reverse,
    run,
    value,
)
from trade.reconciliation import differences, uncovered_sales

pytestmark = pytest.mark.django_db


@pytest.fixture
def holding() -> int:
    return make_holding(stock=make_stock(close=10))


def bought_and_for_sale(holding: int) -> tuple[int, int]:
    """A buy of 100 that is filled, and an open order to sell them."""
    bought = fill(make_order(holding, quantity=100), 100, 10)
    return bought, make_order(holding, "SELL", 100)


def test_a_reversed_buy_under_an_open_sale_is_booked_and_told(holding: int) -> None:
    bought, sale = bought_and_for_sale(holding)

    reverse(bought)

    assert position(holding)[0] == 0
    assert len(alerts("HIGH")) == 1
    told = value("SELECT data FROM alerts WHERE severity = 'HIGH'")
    data = json.loads(told) if isinstance(told, str) else told
    assert data == {"holding_id": holding, "held": 0, "waiting": 100, "orders": [sale]}
    assert value("SELECT status FROM orders WHERE order_id = %s", sale) == "PENDING"


def test_a_fill_that_is_reversed_and_booked_right_in_one_statement_is_not_told(holding: int) -> None:
    bought, _sale = bought_and_for_sale(holding)

    order = value("SELECT order_id FROM executions")
    run(
        "INSERT INTO executions (order_id, executed_quantity, executed_price, exchange_ref, reverses_id)"
        " VALUES (%s, 100, 10, 'wrong', %s), (%s, 100, 11, 'right', NULL)",
        *(order, bought, order),
    )

    assert position(holding)[:2] == (100, 11)
    assert alerts("HIGH") == []


def test_a_late_fill_of_a_cancelled_sale_is_told_with_the_sale_that_took_its_place(holding: int) -> None:
    _bought, sale = bought_and_for_sale(holding)
    run("UPDATE orders SET status = 'CANCELLED' WHERE order_id = %s", sale)
    make_order(holding, "SELL", 100)

    fill(sale, 30, 10)

    assert (len(alerts("CRITICAL")), len(alerts("HIGH"))) == (1, 1)


def test_a_deleted_buy_is_told(holding: int) -> None:
    bought, _sale = bought_and_for_sale(holding)

    run("DELETE FROM executions WHERE execution_id = %s", bought)

    assert len(alerts("HIGH")) == 1


def test_a_covered_sale_is_not_told(holding: int) -> None:
    fill(make_order(holding, quantity=100), 100, 10)
    bought, _sale = bought_and_for_sale(holding)

    reverse(bought)

    assert alerts("HIGH") == []
    assert uncovered_sales() == []


def test_reconcile_lists_them_beside_a_ledger_that_agrees(holding: int) -> None:
    bought, sale = bought_and_for_sale(holding)
    reverse(bought)
    assert differences() == []

    def reconcile(*options: str) -> tuple[str, int]:
        out = StringIO()
        try:
            call_command("reconcile", *options, stdout=out)
        except CommandError as error:
            return out.getvalue(), error.returncode
        return out.getvalue(), 0

    told, status = reconcile()
    assert (told, status) == (f"holding {holding}: 0 shares are held, open SELL orders {sale} wait for 100\n", 1)
    found: dict[str, Any] = json.loads(reconcile("--json")[0])
    assert found == {
        "differences": [],
        "uncovered_sales": [{"holding": holding, "held": 0, "waiting": 100, "orders": [sale]}],
    }
    assert reconcile("--portfolio", str(make_portfolio()))[1] == 0
