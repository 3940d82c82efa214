"""After a reversal: the same fill again, the right fill instead, and references that somebody used already."""

from decimal import Decimal

import pytest
from django.test import Client

from tests.pages import choose, messages
from tests.trade.ledger_desk import everything, make_holding, make_order, order_is
from trade.models import Execution
from trade.reconciliation import differences
from trade.services import ExecutionRefused, Fill, record_execution, reverse_execution

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> int:
    return make_order(make_holding())


def booked_and_reversed(order: int) -> Execution:
    booked = record_execution(Fill(order, 10, Decimal(70_000), "K1"), actor="router")
    reverse_execution(booked, actor="lee", reason="wrong")
    return booked


@pytest.mark.parametrize("price", [70_000, 69_000])
def test_a_reversed_fill_is_not_told_as_booked(order: int, price: int) -> None:
    booked_and_reversed(order)
    before = everything()

    with pytest.raises(ExecutionRefused) as refusal:
        record_execution(Fill(order, 10, Decimal(price), "K1"), actor="router")

    assert refusal.value.rule == "execution_reversed"
    assert refusal.value.hint == "If it counts after all, book it under a reference of its own."
    assert everything() == before


def test_it_is_booked_under_a_reference_of_its_own(order: int) -> None:
    booked_and_reversed(order)

    again = record_execution(Fill(order, 10, Decimal(69_000), "K1 corrected"), actor="router")

    assert (again.executed_price, order_is(order)) == (69_000, ("FILLED", 10))
    assert differences() == []


def test_a_fill_under_the_reference_of_a_reversal_is_not_told_as_booked(order: int) -> None:
    booked = booked_and_reversed(order)

    with pytest.raises(ExecutionRefused) as refusal:
        record_execution(Fill(order, 10, Decimal(70_000), f"reversal of #{booked.pk}"), actor="router")

    assert refusal.value.rule == "execution_reversed"


def test_another_fill_under_the_reference_is_told_what_to_do(order: int) -> None:
    record_execution(Fill(order, 5, Decimal(70_000), "K1"), actor="router")

    with pytest.raises(ExecutionRefused) as refusal:
        record_execution(Fill(order, 5, Decimal(69_000), "K1"), actor="router")

    assert refusal.value.rule == "execution_conflict"
    assert "book the right one under a reference of its own" in refusal.value.hint


def test_a_reversal_finds_a_name_that_no_broker_took(order: int) -> None:
    booked = record_execution(Fill(order, 4, Decimal(100), "K1"), actor="router")
    for taken in (f"reversal of #{booked.pk}", f"reversal of #{booked.pk} (2)"):
        record_execution(Fill(order, 1, Decimal(100), taken), actor="router")

    reversal = reverse_execution(booked, actor="lee", reason="wrong")

    assert reversal.exchange_ref == f"reversal of #{booked.pk} (3)"
    assert order_is(order) == ("PARTIAL_FILLED", 2)
    assert differences() == []


def test_the_back_office_says_that_a_fill_is_reversed_already(operator: Client, order: int) -> None:
    booked = booked_and_reversed(order)

    response = choose(operator, "trade_execution", "reverse_selected", [booked], reason="again")

    (words,) = messages(response)
    assert "이미 취소된 체결입니다." in words
