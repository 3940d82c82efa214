"""The rules of an order's row, over all that it may meet: on a copy of the table that has its CHECKs alone."""

from itertools import product
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from psycopg import sql

from system.constraints import Among
from trade.models import OrderStatus, OrderType

pytestmark = pytest.mark.django_db

ORDER = {"holding_id": 1, "order_type": "MARKET", "side": "BUY", "quantity": 10}
LEVELS = {0: {"PENDING", "REJECTED", "CANCELLED"}, 4: {"PARTIAL_FILLED", "CANCELLED"}, 10: {"FILLED", "CANCELLED"}}
PRICES = {"MARKET": (None, None), "LIMIT": (5, None), "STOP": (None, 5)}


@pytest.fixture(autouse=True)
def _copy() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied_orders (LIKE orders INCLUDING ALL) ON COMMIT DROP")


def refused_by(**facts: Any) -> str | None:
    """The CHECK that refuses an order with these facts, or None."""
    row = ORDER | {"order_id": 1} | facts
    statement = sql.SQL("INSERT INTO copied_orders ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(map(sql.Literal, row.values()))
    )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.as_string(cursor.connection))
            cursor.execute("DELETE FROM copied_orders")
    except IntegrityError as refusal:
        cause = refusal.__cause__
        assert isinstance(cause, psycopg.Error)
        return cause.diag.constraint_name
    return None


@pytest.mark.parametrize(("status", "filled"), [*product(OrderStatus.values, LEVELS)])
def test_a_state_goes_with_what_is_filled(status: str, filled: int) -> None:
    fits = status in LEVELS[filled]
    assert refused_by(status=status, filled_quantity=filled) == (None if fits else "chk_orders_status_filled")


@pytest.mark.parametrize(("kind", "limit", "stop"), [*product(OrderType.values, (None, 5), (None, 5))])
def test_a_type_has_its_price_and_no_other(kind: str, limit: int | None, stop: int | None) -> None:
    fits = (limit, stop) == PRICES[kind]
    refusal = refused_by(order_type=kind, limit_price=limit, stop_price=stop)
    assert refusal == (None if fits else "chk_orders_price_for_type")


@pytest.mark.parametrize("words", [["buy"], ["A B"], ["A'"], ["A,B"], ["{A}"], [""]])
def test_words_that_sql_would_have_to_quote_are_refused_when_they_are_declared(words: list[str]) -> None:
    with pytest.raises(ValueError, match="need not quote"):
        Among("side", words)
