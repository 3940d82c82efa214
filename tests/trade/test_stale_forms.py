"""A form that was opened before its row froze is refused: a dropped change must not look like one that was made."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests import desk
from tests.pages import filled_in, messages, url
from trade.models import Execution, Order
from trade.services import cancel_order, reject_order

pytestmark = pytest.mark.django_db


def cancelled(order: Order) -> None:
    cancel_order(order, actor="lee")


def rejected(order: Order) -> None:
    reject_order(order, actor="router", reason="no")


def filled(order: Order) -> None:
    desk.make_execution(order=order, executed_quantity=order.quantity)


def send(client: Client, address: str, opened: dict[str, str], **typed: Any) -> Any:
    return client.post(address, {**opened, **typed}, follow=True)


@pytest.mark.parametrize("meanwhile", [cancelled, rejected, filled])
def test_an_order_that_is_closed_meanwhile_is_not_said_to_be_changed(
    operator: Client, meanwhile: Callable[[Order], None]
) -> None:
    order = desk.make_order(quantity=10)
    address = url("trade_order", "change", order.pk)
    opened = filled_in(operator.get(address).content.decode())
    meanwhile(order)

    response = send(operator, address, opened, quantity="20")

    (told,) = response.context["messages"]
    assert told.level_tag == "error"
    assert f"#{order.pk}" in told.message
    order.refresh_from_db()
    assert order.quantity == 10


def test_what_can_still_be_changed_is(operator: Client) -> None:
    order = desk.make_order(quantity=10)
    cancelled(order)
    address = url("trade_order", "change", order.pk)
    opened = filled_in(operator.get(address).content.decode())

    response = send(operator, address, opened)

    assert response.redirect_chain[-1][0] == url("trade_order", "changelist")
    assert len(messages(response)) == 1


def test_a_holding_that_traded_meanwhile_is_not_said_to_be_corrected(operator: Client) -> None:
    holding = desk.make_holding(quantity=10)
    address = url("account_holding", "change", holding.pk)
    opened = filled_in(operator.get(address).content.decode())
    desk.make_execution(order=desk.make_order(holding=holding, quantity=5), executed_quantity=5)
    assert Execution.objects.exists()

    response = send(operator, address, opened, quantity="12")

    (told,) = response.context["messages"]
    assert told.level_tag == "error"
    holding.refresh_from_db()
    assert holding.quantity == 15
