"""Orders and executions in the back office."""

from datetime import datetime

import pytest
from django.test import Client

from tests import desk
from tests.pages import submit, url
from trade.models import Order

pytestmark = pytest.mark.django_db


def test_status_and_filled_quantity_cannot_be_typed(operator: Client) -> None:
    order = desk.make_order()
    forged = {"status": "FILLED", "filled_quantity": "10", "status_reason": "x", "created_by": "somebody"}
    submit(operator, url("trade_order", "change", order.pk), **forged)
    order.refresh_from_db()
    assert (order.status, order.filled_quantity, order.status_reason) == ("PENDING", 0, None)


def test_a_limit_order_without_a_limit_is_refused(operator: Client) -> None:
    typed = {"holding": desk.make_holding().pk, "side": "BUY", "order_type": "LIMIT", "quantity": "1"}
    response = submit(operator, url("trade_order", "add"), **typed)
    assert "지정가 주문에는 지정가" in response.context["adminform"].form.non_field_errors()[0]
    assert not Order.objects.exists()


def test_an_order_shows_its_executions_to_look_at(operator: Client) -> None:
    execution = desk.make_execution()
    page = operator.get(url("trade_order", "change", execution.order_id)).content.decode()
    assert execution.exchange_ref in page
    assert 'name="executions-0-executed_price"' not in page


def test_a_proposal_shows_its_picks_stock(operator: Client) -> None:
    order = desk.make_order(pick=desk.make_pick())
    assert str(order.pick.stock) in operator.get(url("trade_order", "changelist")).content.decode()


def test_an_order_with_executions_is_kept_and_says_how_many(operator: Client) -> None:
    order = desk.make_execution().order
    desk.make_backtest(order=order)
    response = operator.get(url("trade_order", "delete", order.pk))
    assert sorted(response.context["protected"]) == ["백테스트: 1", "체결: 1"]


def test_a_fill_that_is_booked_already_is_refused(operator: Client) -> None:
    execution = desk.make_execution(exchange_ref="KRX-1")
    typed = {"executed_quantity": "1", "executed_price": "1", "exchange_ref": "KRX-1"}
    response = submit(operator, url("trade_execution", "add"), order=execution.order_id, **typed)
    assert response.context["adminform"].form.non_field_errors() == ["이미 기록된 체결입니다."]


def test_orders_are_found_by_number_stock_and_portfolio_and_filtered_by_state_and_day(operator: Client) -> None:
    holding = desk.make_holding(
        stock=desk.make_stock(ticker="005930"), portfolio=desk.make_portfolio(name="코어 모멘텀")
    )
    order = desk.make_order(
        holding=holding,
        side="SELL",
        status="CANCELLED",
        order_time=datetime(2025, 6, 2, 23, 59, tzinfo=desk.SEOUL),
    )
    desk.make_order()
    for query in (
        {"q": str(order.pk)},
        {"q": "005930"},
        {"q": "모멘텀"},
        {"status__exact": "CANCELLED"},
        {"side__exact": "SELL"},
        {"order_time_from": "2025-06-02", "order_time_to": "2025-06-02"},
    ):
        response = operator.get(url("trade_order", "changelist"), query)
        assert list(response.context["cl"].result_list) == [order], query
