"""Corporate actions and their entries in the back office."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from account.models import Holding, Portfolio
from market.models import ActionKind, CorporateAction, Stock
from tests import desk
from tests.pages import answer, choose, messages, submit, url
from tests.trade.actions.desk import dividend, merge, split, state, today
from trade.models import ActionEntry

pytestmark = pytest.mark.django_db
ACTION = "market_corporateaction"


def page(action: CorporateAction) -> str:
    return url(ACTION, "change", action.pk)


def test_an_operator_enters_a_split_in_her_name_and_sees_what_prices_are_divided_by(
    operator: Client, stock: Stock
) -> None:
    typed = {"stock": stock.pk, "kind": "SPLIT", "effective_date": today().isoformat(), "ratio": "50", "per": "1"}
    submit(operator, url(ACTION, "add"), **typed)

    action = CorporateAction.objects.get()
    assert (action.created_by, action.price_factor) == ("kim", 50)
    assert ">50<" in operator.get(page(action)).content.decode()


def test_a_ratio_of_new_shares_alone_is_refused_in_words(operator: Client, stock: Stock) -> None:
    typed = {"stock": stock.pk, "kind": "BONUS", "effective_date": today().isoformat(), "ratio": "0.1", "per": "1"}
    response = submit(operator, url(ACTION, "add"), **typed)

    assert "10주당 1주면 1.1" in response.content.decode()
    assert not CorporateAction.objects.exists()


def test_a_split_is_applied_and_taken_back_in_the_name_of_the_operator(
    operator: Client, holding: Holding, stock: Stock
) -> None:
    action = split(stock, 5)
    apply, take_back = url(ACTION, "apply_this", action.pk), url(ACTION, "reverse_this", action.pk)
    assert take_back not in operator.get(page(action)).content.decode()

    assert answer(operator, apply, reason="공시").headers["HX-Redirect"] == page(action)
    assert state(holding)[0] == 50
    assert ActionEntry.objects.get().created_by == "kim"
    assert holding.events.latest("pgh_id").pgh_context.items() >= {"user": "kim", "reason": "공시"}.items()

    answer(operator, take_back, reason="정정 공시")
    assert state(holding)[0] == 10
    assert take_back not in operator.get(page(action)).content.decode()


def test_what_is_booked_is_frozen_but_the_memo(operator: Client, holding: Holding, stock: Stock) -> None:
    action = split(stock, 5)
    answer(operator, url(ACTION, "apply_this", action.pk), reason="공시")

    submit(operator, page(action), ratio="7", effective_date="2020-01-02", memo="위조")
    submit(operator, page(action), memo="공시 확인")

    action.refresh_from_db()
    assert (action.ratio, action.effective_date, action.memo) == (5, today(), "공시 확인")


def test_a_second_application_says_that_it_is_booked(operator: Client, holding: Holding, stock: Stock) -> None:
    action = split(stock, 5)
    apply = url(ACTION, "apply_this", action.pk)
    answer(operator, apply, reason="공시")

    assert "이미 반영된 기업행위" in answer(operator, apply, reason="다시").content.decode()
    assert state(holding)[0] == 50


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"day": today() + timedelta(days=2)}, "아직 효력이 발생하지 않은"),
        ({"kind": ActionKind.RIGHTS, "subscription_price": 5, "cum_price": 9}, "유상증자 참여 여부"),
    ],
)
def test_what_cannot_be_applied_yet_or_at_all_is_told(
    operator: Client, holding: Holding, stock: Stock, facts: dict[str, object], words: str
) -> None:
    action = split(stock, 5, **facts)
    assert words in answer(operator, url(ACTION, "apply_this", action.pk), reason="공시").content.decode()
    assert not ActionEntry.objects.exists()


def test_rights_are_not_offered_to_be_applied(operator: Client, stock: Stock) -> None:
    rights = split(stock, 5, kind=ActionKind.RIGHTS, subscription_price=5, cum_price=9)
    assert url(ACTION, "apply_this", rights.pk) not in operator.get(page(rights)).content.decode()


def test_a_stock_that_nobody_holds_has_nothing_to_apply(operator: Client) -> None:
    action = split(desk.make_stock(), 5)
    assert (
        "보유 수량도 미체결 주문도 없었습니다"
        in answer(operator, url(ACTION, "apply_this", action.pk), reason="공시").content.decode()
    )


def test_an_action_is_applied_on_all_holdings_or_on_none(operator: Client) -> None:
    unpriced = desk.make_stock()
    for quantity in (9, 10):  # a third of ten shares would be paid at a price that nobody knows
        desk.make_holding(stock=unpriced, quantity=quantity)
    action = merge(unpriced, 1, per=3)

    told = answer(operator, url(ACTION, "apply_this", action.pk), reason="공시").content.decode()

    assert "시세를 먼저 적재하세요" in told
    assert not ActionEntry.objects.exists()


def test_selected_actions_are_applied_one_after_the_other(
    operator: Client, holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    other = desk.make_holding(portfolio=portfolio, quantity=4)
    chosen = [split(stock, 5), dividend(other.stock, 100), split(desk.make_stock(), 2)]

    response = choose(operator, ACTION, "apply_selected", chosen, reason="공시")

    told = messages(response)
    assert told[0] == "기업행위 2건을 반영했습니다."
    assert "보유 수량도 미체결 주문도 없었습니다" in told[1]
    assert (state(holding)[0], state(other)[2]) == (50, Decimal(400))


def test_entries_tell_what_became_of_each_holding(operator: Client, holding: Holding, stock: Stock) -> None:
    action = split(stock, 5)
    for deed in ("apply_this", "reverse_this"):
        answer(operator, url(ACTION, deed, action.pk), reason="공시")

    listed = operator.get(url("trade_actionentry", "changelist")).content.decode()
    assert "주식분할" in listed
    entry = ActionEntry.objects.earliest("pk")
    assert f"#{entry.pk}" in listed
    assert operator.get(url("trade_actionentry", "change", entry.pk)).status_code == 200


def test_a_holding_that_was_split_is_not_typed_over(operator: Client, portfolio: Portfolio, stock: Stock) -> None:
    opened = desk.make_holding(portfolio=portfolio, stock=stock, quantity=4)
    answer(operator, url(ACTION, "apply_this", split(stock, 5).pk), reason="공시")

    submit(operator, url("account_holding", "change", opened.pk), quantity="9")

    assert state(opened)[0] == 20


def test_who_may_only_look_applies_nothing(client: Client, holding: Holding, stock: Stock) -> None:
    visitor = desk.make_operator(is_superuser=False)
    visitor.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(visitor)
    action = split(stock, 5)

    assert answer(client, url(ACTION, "apply_this", action.pk), reason="x").status_code == 403
    assert state(holding)[0] == 10
