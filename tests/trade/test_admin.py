"""Orders, executions and the ordering of picks in the back office."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client

from account.models import CashBalance, Holding, Portfolio
from tests import desk
from tests.pages import answer, choose, messages, submit, url
from trade.models import Execution, Order
from trade.services import cancel_order

pytestmark = pytest.mark.django_db


def state(order: Order) -> tuple[str, int, str | None]:
    order.refresh_from_db()
    return order.status, order.filled_quantity, order.status_reason


def refused(response: Any) -> list[str]:
    return list(response.context["adminform"].form.non_field_errors())


def test_status_and_filled_quantity_cannot_be_typed(operator: Client) -> None:
    order = desk.make_order()
    forged = {"status": "FILLED", "filled_quantity": "10", "status_reason": "x", "created_by": "somebody"}
    submit(operator, url("trade_order", "change", order.pk), **forged)
    order.refresh_from_db()
    assert (order.status, order.filled_quantity, order.status_reason) == ("PENDING", 0, None)


def test_a_new_order_starts_pending_in_the_name_of_the_operator(operator: Client) -> None:
    typed = {"holding": desk.make_holding().pk, "side": "BUY", "order_type": "MARKET", "quantity": "1"}
    submit(operator, url("trade_order", "add"), **typed)
    order = Order.objects.get()
    assert (order.status, order.created_by) == ("PENDING", "kim")


def test_a_limit_order_without_a_limit_is_refused(operator: Client) -> None:
    typed = {"holding": desk.make_holding().pk, "side": "BUY", "order_type": "LIMIT", "quantity": "1"}
    response = submit(operator, url("trade_order", "add"), **typed)
    assert "지정가 주문에는 지정가" in refused(response)[0]
    assert not Order.objects.exists()


def test_more_than_is_held_is_not_sold_and_the_form_keeps_what_was_typed(operator: Client) -> None:
    holding = desk.make_holding(quantity=10)
    desk.make_order(holding=holding, side="SELL", quantity=6)
    typed = {"holding": holding.pk, "side": "SELL", "order_type": "MARKET", "quantity": "5"}
    response = submit(operator, url("trade_order", "add"), **typed)
    assert refused(response) == ["보유 수량에서 미체결 매도 주문을 뺀 수량보다 많이 매도할 수 없습니다."]
    assert 'value="5"' in response.content.decode()
    assert Order.objects.count() == 1


def test_an_order_keeps_more_and_more_of_itself(operator: Client) -> None:
    order = desk.make_order()

    def open_fields() -> set[str]:
        return set(operator.get(url("trade_order", "change", order.pk)).context["adminform"].form.fields)

    prices = {"order_type", "limit_price", "stop_price", "order_time", "expires_at"}
    assert open_fields() == {"holding", "pick", "quantity"} | prices
    desk.make_execution(order=order)
    assert open_fields() == prices
    cancel_order(order, actor="lee")
    assert open_fields() == set()
    assert submit(operator, url("trade_order", "change", order.pk)).redirect_chain


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


def test_orders_are_found_by_number_stock_and_portfolio_and_filtered_by_state_and_day(operator: Client) -> None:
    holding = desk.make_holding(
        stock=desk.make_stock(ticker="005930"), portfolio=desk.make_portfolio(name="코어 모멘텀")
    )
    with connection.cursor() as cursor:  # a number that is part of no other text
        cursor.execute("SELECT setval(pg_get_serial_sequence('trade.orders', 'order_id'), 7000000)")
    facts = {"side": "SELL", "order_time": datetime(2025, 6, 2, 23, 59, tzinfo=desk.SEOUL)}
    order = cancel_order(desk.make_order(holding=holding, **facts), actor="kim")
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


# Cancelling and rejecting.


def test_cancelling_asks_first_and_names_the_orders(operator: Client) -> None:
    orders = [desk.make_order(), desk.make_order()]
    response = choose(operator, "trade_order", "cancel_selected", orders)
    first = orders[0]
    named = f"#{first.pk} 매수 10 · {first.holding.stock} · {first.holding.portfolio}"
    assert response.context["named"][0] == named
    assert len(response.context["named"]) == 2
    assert "주문 취소" in response.content.decode()
    assert {state(order)[0] for order in orders} == {"PENDING"}


def test_a_reason_is_needed(operator: Client) -> None:
    order = desk.make_order()
    response = choose(operator, "trade_order", "cancel_selected", [order], reason=" ")
    assert response.context["form"].errors.keys() == {"reason"}
    assert state(order)[0] == "PENDING"


def test_the_refusal_of_one_order_does_not_stop_the_others(operator: Client) -> None:
    first, closed, last = desk.make_order(), desk.make_order(quantity=4), desk.make_execution().order
    desk.make_execution(order=closed)
    response = choose(operator, "trade_order", "cancel_selected", [first, closed, last], reason="정정")
    assert messages(response) == [
        "주문 2건을 취소했습니다.",
        f"#{closed.pk} 매수 4 · {closed.holding.stock} · {closed.holding.portfolio} · 체결 4:"
        " 종료된 주문은 더 바꿀 수 없습니다. 새로 주문하세요.",
    ]
    assert (state(first), state(last)) == (("CANCELLED", 0, "정정"), ("CANCELLED", 4, "정정"))
    assert state(closed)[0] == "FILLED"
    assert first.events.latest("pgh_id").pgh_context.items() >= {"user": "kim", "reason": "정정"}.items()


def test_only_pending_orders_are_recorded_as_rejected(operator: Client) -> None:
    pending, partial = desk.make_order(), desk.make_execution().order
    response = choose(operator, "trade_order", "reject_selected", [pending, partial], reason="증거금 부족")
    assert messages(response)[0] == "주문 1건을 거부로 기록했습니다."
    assert (state(pending), state(partial)[0]) == (("REJECTED", 0, "증거금 부족"), "PARTIAL_FILLED")


def test_an_order_is_cancelled_from_its_page_which_offers_no_more_than_can_be_done(operator: Client) -> None:
    order = desk.make_order()
    page, cancel = url("trade_order", "change", order.pk), url("trade_order", "cancel_this", order.pk)
    reject = url("trade_order", "reject_this", order.pk)
    assert {cancel in (html := operator.get(page).content.decode()), reject in html} == {True}
    assert answer(operator, cancel, reason="정정").headers["HX-Redirect"] == page
    assert state(order) == ("CANCELLED", 0, "정정")
    assert cancel not in (html := operator.get(page).content.decode())
    assert reject not in html
    assert "종료된 주문" in answer(operator, cancel, reason="다시").content.decode()


def test_a_dialog_of_a_row_that_is_gone_says_so(operator: Client) -> None:
    for key in ("999999", "nonsense"):
        response = answer(operator, url("trade_order", "cancel_this", key), reason="x")
        assert "더 이상 없습니다" in response.content.decode()


def test_who_may_only_look_is_offered_no_action(client: Client) -> None:
    visitor = desk.make_operator(is_superuser=False)
    visitor.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(visitor)
    order, execution, pick = desk.make_order(), desk.make_execution(), desk.make_pick()
    for entity, action, row in (
        ("trade_order", "cancel_selected", order),
        ("trade_execution", "reverse_selected", execution),
        ("brain_dailypick", "order_selected", pick),
    ):
        choose(client, entity, action, [row], reason="x", portfolio=desk.make_portfolio().pk, quantity="1")
    assert answer(client, url("trade_order", "cancel_this", order.pk), reason="x").status_code == 403
    assert state(order)[0] == "PENDING"
    assert (Order.objects.count(), Execution.objects.count()) == (2, 1)


def test_too_many_rows_at_once_are_refused(operator: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("system.back_office.actions.MOST", 1)
    response = choose(operator, "trade_order", "cancel_selected", [desk.make_order(), desk.make_order()], reason="x")
    assert messages(response) == ["한 번에 1건까지 고를 수 있습니다."]


def test_many_refusals_are_told_in_part_and_counted(operator: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("system.back_office.actions.SHOWN", 1)
    closed = [cancel_order(desk.make_order(), actor="lee") for _ in range(3)]
    response = choose(operator, "trade_order", "cancel_selected", closed, reason="x")
    assert messages(response)[1:] == ["그 밖에 2건이 거부되었습니다."]


# Executions.


def test_an_execution_that_is_added_moves_order_holding_and_cash(operator: Client) -> None:
    order = desk.make_order()
    typed = {"executed_quantity": "4", "executed_price": "70000", "exchange_ref": "KRX-1", "commission": "42"}
    submit(operator, url("trade_execution", "add"), order=order.pk, **typed)
    assert state(order)[:2] == ("PARTIAL_FILLED", 4)
    assert Holding.objects.get().quantity == 14
    assert CashBalance.objects.get().balance == 100_000_000 - 280_042


def test_a_fill_that_is_booked_already_is_refused(operator: Client) -> None:
    execution = desk.make_execution(exchange_ref="KRX-1")
    typed = {"executed_quantity": "1", "executed_price": "1", "exchange_ref": "KRX-1"}
    response = submit(operator, url("trade_execution", "add"), order=execution.order_id, **typed)
    assert refused(response) == ["이미 기록된 체결입니다."]


@pytest.mark.parametrize(
    ("make", "quantity", "words"),
    [
        (lambda: desk.make_order(quantity=3), "4", "주문 수량을 넘겨 체결할 수 없습니다. 증권사에 체결을 확인하세요."),
        (
            lambda: desk.make_order(pick=desk.make_pick()),
            "1",
            "보유종목이 없는 제안 주문입니다. 먼저 보유종목을 정하세요.",
        ),
    ],
)
def test_a_fill_that_cannot_be_is_refused_in_korean(operator: Client, make: Any, quantity: str, words: str) -> None:
    typed = {"executed_quantity": quantity, "executed_price": "1", "exchange_ref": "KRX-1"}
    response = submit(operator, url("trade_execution", "add"), order=make().pk, **typed)
    assert refused(response) == [words]


def test_of_a_booked_execution_only_the_reference_is_mended(operator: Client) -> None:
    execution = desk.make_execution()
    page = url("trade_execution", "change", execution.pk)
    assert list(operator.get(page).context["adminform"].form.fields) == ["exchange_ref"]
    submit(operator, page, exchange_ref="KRX-NEW", executed_quantity="9", executed_price="1")
    execution.refresh_from_db()
    assert (execution.exchange_ref, execution.executed_quantity) == ("KRX-NEW", 4)


def test_the_last_execution_is_deleted_and_un_booked(operator: Client) -> None:
    execution = desk.make_execution()
    operator.post(url("trade_execution", "delete", execution.pk), {"post": "yes"})
    assert state(execution.order)[:2] == ("PENDING", 0)
    assert CashBalance.objects.get().balance == 100_000_000


def test_an_execution_that_others_followed_is_not_deleted_and_points_at_the_reversal(operator: Client) -> None:
    first = desk.make_execution()
    desk.make_execution(order=first.order)
    response = operator.post(url("trade_execution", "delete", first.pk), {"post": "yes"}, follow=True)
    assert messages(response) == [
        "같은 보유종목에 뒤이은 체결이나 기업행위가 있습니다. 삭제하지 말고 체결 취소로 되돌리세요."
    ]
    assert Execution.objects.count() == 2


def test_an_execution_is_reversed_from_its_page_with_a_reason(operator: Client) -> None:
    execution = desk.make_execution()
    page, reverse = url("trade_execution", "change", execution.pk), url("trade_execution", "reverse_this", execution.pk)
    assert reverse in operator.get(page).content.decode()
    assert "HX-Redirect" not in answer(operator, reverse, reason="").headers
    answer(operator, reverse, reason="착오 체결")
    assert state(execution.order)[:2] == ("PENDING", 0)
    assert CashBalance.objects.get().balance == 100_000_000
    reversal = Execution.objects.get(reverses=execution)
    assert reversal.events.latest("pgh_id").pgh_context.items() >= {"user": "kim", "reason": "착오 체결"}.items()
    for key in (execution.pk, reversal.pk):
        page = url("trade_execution", "change", key)
        assert url("trade_execution", "reverse_this", key) not in operator.get(page).content.decode()
    listed = operator.get(url("trade_execution", "changelist")).content.decode()
    assert f"#{execution.pk} 취소분" in listed
    assert "취소됨" in listed


def test_a_sale_is_taken_back_before_the_buy_that_it_needs(operator: Client) -> None:
    holding = desk.make_holding(quantity=0, avg_purchase_price=0)
    bought = desk.make_execution(order=desk.make_order(holding=holding))
    sold = desk.make_execution(order=desk.make_order(holding=holding, side="SELL", quantity=4))
    response = choose(operator, "trade_execution", "reverse_selected", [bought], reason="착오")
    assert messages(response) == [
        f"#{bought.pk} 매수 4 @ ₩70,000 · {holding.stock} · {bought.exchange_ref}:"
        " 이후의 매도에 필요한 체결입니다. 그 매도를 먼저 취소하세요."
    ]
    response = choose(operator, "trade_execution", "reverse_selected", [bought, sold], reason="착오")
    assert messages(response) == ["체결 2건을 취소했습니다."]
    holding.refresh_from_db()
    assert (holding.quantity, holding.realized_pnl) == (0, 0)


# Ordering picks.


def test_picks_are_ordered_into_a_portfolio_so_many_shares_each(operator: Client) -> None:
    portfolio = desk.make_portfolio()
    buy, hold, sell = desk.make_pick(), desk.make_pick(action="HOLD"), desk.make_pick(action="SELL")
    asked = choose(operator, "brain_dailypick", "order_selected", [buy, hold, sell])
    assert len(asked.context["named"]) == 3
    typed = {"portfolio": portfolio.pk, "quantity": "7"}
    response = choose(operator, "brain_dailypick", "order_selected", [buy, hold, sell], **typed)
    assert messages(response) == [
        "주문 1건을 냈습니다.",
        "추천종목 1건은 건너뛰었습니다. 관망 의견이거나, 이미 주문했거나, 금액으로 한 주도 살 수 없습니다.",
        f"2025-06-02 매도 {sell.stock}: 보유 수량에서 미체결 매도 주문을 뺀 수량보다 많이 매도할 수 없습니다.",
    ]
    order = Order.objects.get()
    assert (order.pick, order.side, order.quantity, order.created_by) == (buy, "BUY", 7, "kim")
    assert order.holding.portfolio == portfolio


def test_picks_are_ordered_for_an_amount_at_the_latest_close_and_rate(operator: Client) -> None:
    desk.make_fx_rate(krw_per_unit=1_400)
    korean = desk.make_pick(report=desk.make_report(stock=desk.make_price().stock))
    american = desk.make_stock(market_type="NYSE")
    bar = {"open_price": 150, "high_price": 151, "low_price": 149, "close_price": 150}
    foreign = desk.make_pick(report=desk.make_report(stock=desk.make_price(stock=american, **bar).stock))
    unpriced = desk.make_pick()
    typed = {"portfolio": desk.make_portfolio().pk, "amount": "1000000"}
    response = choose(operator, "brain_dailypick", "order_selected", [korean, foreign, unpriced], **typed)
    assert messages(response)[0] == "주문 2건을 냈습니다."
    assert dict(Order.objects.values_list("pick_id", "quantity")) == {korean.pk: 14, foreign.pk: 4}
    assert 14 * 71_000 <= 1_000_000 < 15 * 71_000
    assert 4 * Decimal(150) * 1_400 <= 1_000_000 < 5 * 150 * 1_400


@pytest.mark.parametrize("typed", [{}, {"quantity": "1", "amount": "1"}, {"quantity": "0"}])
def test_either_shares_or_an_amount_is_given(operator: Client, typed: dict[str, str]) -> None:
    facts = {"portfolio": desk.make_portfolio().pk, **typed}
    response = choose(operator, "brain_dailypick", "order_selected", [desk.make_pick()], **facts)
    assert response.context["form"].errors
    assert "수량과 금액 가운데 하나만 입력하세요." in response.content.decode() or "quantity" in typed
    assert not Order.objects.exists()


def test_a_portfolio_that_is_not_active_is_not_offered(operator: Client) -> None:
    desk.make_portfolio(is_active=False)
    asked = choose(operator, "brain_dailypick", "order_selected", [desk.make_pick()])
    assert list(asked.context["form"].fields["portfolio"].queryset) == list(Portfolio.objects.none())
