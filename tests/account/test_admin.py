"""Portfolios, holdings and cash in the back office."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from account.models import CashBalance, CashEntry, Holding, Portfolio
from tests import desk
from tests.pages import answer, messages, submit, url

pytestmark = pytest.mark.django_db


def balances(portfolio: Portfolio) -> dict[str, Any]:
    return dict(CashBalance.objects.filter(portfolio=portfolio).values_list("currency", "balance"))


def halted_portfolio() -> Portfolio:
    """A portfolio that fell by half under a maximum drawdown of 10 %."""
    portfolio = desk.make_portfolio(initial_capital=0, max_drawdown=10)
    price = desk.make_price()
    desk.make_holding(portfolio=portfolio, stock=price.stock, quantity=10)
    desk.make_price(
        stock=price.stock, trade_date=desk.SESSION + timedelta(days=1), close_price=35_000, low_price=35_000
    )
    portfolio.refresh_from_db()
    assert portfolio.buying_halted_at
    return portfolio


def test_a_holding_shows_what_the_database_computed_in_red_or_blue(operator: Client) -> None:
    risen = desk.make_price(stock=desk.make_stock())
    fallen = desk.make_price(stock=desk.make_stock(), close_price=60_000, low_price=60_000)
    for price in (risen, fallen):
        desk.make_holding(stock=price.stock, quantity=10, avg_purchase_price="69400")
    page = operator.get(url("account_holding", "changelist")).content.decode()
    for text in ("₩710,000", 'rose">+₩16,000<', 'rose">+2.31%<', 'fell">-₩94,000<', 'fell">-13.54%<'):
        assert text in page


def test_a_portfolio_shows_its_holdings_and_cash_to_look_at(operator: Client) -> None:
    holding = desk.make_holding(stock=desk.make_price().stock)
    desk.make_fx_rate()
    desk.make_cash_entry(portfolio=holding.portfolio, currency="USD", amount="1234.5")
    page = operator.get(url("account_portfolio", "change", holding.portfolio_id)).content.decode()
    for text in ("₩710,000", "₩100,000,000", "$1,234.50", "₩102,414,227.25"):
        assert text in page
    assert 'name="holdings-0-quantity"' not in page
    assert 'name="cash_balances-0-balance"' not in page


def test_a_portfolio_that_is_not_there_yet_shows_nothing_computed(operator: Client) -> None:
    form = operator.get(url("account_portfolio", "add")).context["adminform"]
    assert set(form.form.fields) >= {"name", "initial_capital"}
    assert "created_by" not in str(form.fieldsets)
    assert "peak_value" not in str(form.fieldsets)


def test_the_initial_capital_is_given_once(operator: Client) -> None:
    submit(operator, url("account_portfolio", "add"), name="코어", initial_capital="1000000")
    portfolio = Portfolio.objects.get()
    submit(operator, url("account_portfolio", "change", portfolio.pk), name="핵심", initial_capital="5")
    portfolio.refresh_from_db()
    assert (portfolio.name, portfolio.initial_capital, portfolio.created_by) == ("핵심", 1_000_000, "kim")


def test_a_portfolio_tells_how_it_stands_against_its_capital_and_its_peak(operator: Client) -> None:
    portfolio = desk.make_portfolio(initial_capital=1_000_000)
    price = desk.make_price()
    desk.make_holding(portfolio=portfolio, stock=price.stock, quantity=10)
    desk.make_price(stock=price.stock, trade_date=desk.SESSION + timedelta(days=1), close_price=70_200)
    page = operator.get(url("account_portfolio", "changelist")).content.decode()
    assert "+70.20%" in page
    assert "-0.47%" in page


def test_a_portfolio_through_which_money_moved_is_kept_and_says_why(operator: Client) -> None:
    portfolio = desk.make_cash_entry().portfolio
    response = operator.post(url("account_portfolio", "delete", portfolio.pk), {"post": "yes"}, follow=True)
    assert messages(response) == ["자금이 오간 포트폴리오입니다. 삭제하지 말고 비활성으로 바꾸세요."]
    assert Portfolio.objects.exists()


# Money in and out.


def test_money_is_deposited_and_withdrawn_in_the_name_of_the_operator(operator: Client) -> None:
    portfolio = desk.make_portfolio(initial_capital=1_000)
    for name, amount in (("deposit", "500"), ("withdraw", "200")):
        page = url("account_portfolio", f"{name}_this", portfolio.pk)
        response = answer(operator, page, amount=amount, currency="KRW", memo="증자")
        assert response.headers["HX-Redirect"] == url("account_portfolio", "change", portfolio.pk)
    assert balances(portfolio) == {"KRW": 1_300}
    booked = (
        CashEntry.objects.exclude(kind="OPENING").order_by("pk").values_list("kind", "amount", "memo", "created_by")
    )
    assert list(booked) == [("DEPOSIT", 500, "증자", "kim"), ("WITHDRAWAL", -200, "증자", "kim")]


def test_more_than_is_there_cannot_be_withdrawn_and_the_dialog_says_so(operator: Client) -> None:
    portfolio = desk.make_portfolio(initial_capital=1_000)
    page = url("account_portfolio", "withdraw_this", portfolio.pk)
    response = answer(operator, page, amount="1001", currency="KRW")
    assert "출금액은 가지고 있는 현금을 넘을 수 없습니다." in response.content.decode()
    assert 'value="1001"' in response.content.decode()
    assert balances(portfolio) == {"KRW": 1_000}


@pytest.mark.parametrize("amount", ["0", "-5", "NaN", "", "1.234"])
def test_an_amount_that_is_none_is_refused_in_the_dialog(operator: Client, amount: str) -> None:
    portfolio = desk.make_portfolio()
    response = answer(operator, url("account_portfolio", "deposit_this", portfolio.pk), amount=amount, currency="KRW")
    assert response.status_code == 200
    assert "HX-Redirect" not in response.headers
    assert CashEntry.objects.filter(kind="DEPOSIT").count() == 0


def test_currency_is_exchanged_at_the_rate_as_banks_quote_it_both_ways(operator: Client) -> None:
    portfolio = desk.make_portfolio(initial_capital=2_000_000)
    page = url("account_portfolio", "convert_this", portfolio.pk)
    answer(operator, page, sell="KRW", amount="1380000", buy="USD", krw_per_unit="1380")
    assert balances(portfolio) == {"KRW": 620_000, "USD": 1_000}
    answer(operator, page, sell="USD", amount="400", buy="KRW", krw_per_unit="1390.5")
    assert balances(portfolio) == {"KRW": 1_176_200, "USD": 600}
    memos = CashEntry.objects.filter(kind="FX").order_by("pk").values_list("memo", flat=True)
    assert list(memos) == ["KRW → USD @ 1380 KRW"] * 2 + ["USD → KRW @ 1390.5 KRW"] * 2


def test_an_exchange_of_a_currency_for_itself_is_refused_in_the_dialog(operator: Client) -> None:
    page = url("account_portfolio", "convert_this", desk.make_portfolio().pk)
    response = answer(operator, page, sell="KRW", amount="1", buy="KRW", krw_per_unit="1")
    assert "서로 다른 두 통화를 고르세요." in response.content.decode()


def test_a_halt_is_cleared_by_an_operator_who_says_why(operator: Client) -> None:
    portfolio = halted_portfolio()
    assert "매수 중단" in operator.get(url("account_portfolio", "changelist")).content.decode()
    page = url("account_portfolio", "clear_halt_this", portfolio.pk)
    assert page in operator.get(url("account_portfolio", "change", portfolio.pk)).content.decode()
    answer(operator, page, reason="위험 한도 재승인")
    portfolio.refresh_from_db()
    assert (portfolio.buying_halted_at, portfolio.peak_value) == (None, portfolio.current_value)
    assert portfolio.events.latest("pgh_id").pgh_context["reason"] == "위험 한도 재승인"
    assert page not in operator.get(url("account_portfolio", "change", portfolio.pk)).content.decode()


def test_a_halt_that_somebody_else_has_cleared_is_told(operator: Client) -> None:
    page = url("account_portfolio", "clear_halt_this", desk.make_portfolio().pk)
    assert "매수가 중단된 포트폴리오가 아닙니다." in answer(operator, page, reason="x").content.decode()


def test_who_may_only_look_moves_no_money(client: Client) -> None:
    portfolio = desk.make_portfolio()
    visitor = desk.make_operator(is_superuser=False)
    visitor.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(visitor)
    page = client.get(url("account_portfolio", "change", portfolio.pk)).content.decode()
    for name in ("deposit", "withdraw", "convert", "clear_halt"):
        address = url("account_portfolio", f"{name}_this", portfolio.pk)
        assert address not in page
        assert answer(client, address, amount="1", currency="KRW", reason="x").status_code == 403
    assert not CashEntry.objects.exclude(kind="OPENING").exists()


# Cash entries.


def test_an_entry_is_added_and_a_withdrawal_needs_no_minus(operator: Client) -> None:
    portfolio = desk.make_portfolio(initial_capital=1_000)
    for kind, amount in (("WITHDRAWAL", "300"), ("WITHDRAWAL", "-200"), ("DIVIDEND", "50"), ("ADJUSTMENT", "-7")):
        typed = {"portfolio": portfolio.pk, "kind": kind, "amount": amount, "currency": "KRW"}
        response = submit(operator, url("account_cashentry", "add"), **typed)
        assert response.redirect_chain == [(url("account_cashentry", "changelist"), 302)]
    assert balances(portfolio) == {"KRW": 543}
    assert set(CashEntry.objects.exclude(kind="OPENING").values_list("created_by", flat=True)) == {"kim"}


def test_what_the_ledger_books_itself_is_not_offered(operator: Client) -> None:
    form = operator.get(url("account_cashentry", "add")).context["adminform"].form
    assert [kind for kind, _label in form.fields["kind"].choices] == [
        "", "DEPOSIT", "WITHDRAWAL", "DIVIDEND", "ADJUSTMENT"]  # fmt: skip
    typed = {"portfolio": desk.make_portfolio().pk, "kind": "TRADE", "amount": "1", "currency": "KRW"}
    response = submit(operator, url("account_cashentry", "add"), **typed)
    assert "kind" in response.context["adminform"].form.errors


def test_an_entry_that_the_ledger_refuses_says_so_on_the_form(operator: Client) -> None:
    typed = {"portfolio": desk.make_portfolio(initial_capital=5).pk, "currency": "KRW", "amount": "6"}
    response = submit(operator, url("account_cashentry", "add"), kind="WITHDRAWAL", **typed)
    assert response.context["adminform"].form.non_field_errors() == ["출금액은 가지고 있는 현금을 넘을 수 없습니다."]


def test_an_entry_stays_as_it_is(operator: Client) -> None:
    entry = desk.make_cash_entry()
    page = operator.get(url("account_cashentry", "change", entry.pk)).content.decode()
    assert 'name="_save"' not in page
    assert operator.post(url("account_cashentry", "change", entry.pk), {"amount": "5"}).status_code == 403
    assert operator.post(url("account_cashentry", "delete", entry.pk), {"post": "yes"}).status_code == 403
    assert CashEntry.objects.get(pk=entry.pk).amount == 1_000_000


def test_entries_are_found_by_portfolio_kind_memo_and_day(operator: Client) -> None:
    entry = desk.make_cash_entry(portfolio=desk.make_portfolio(name="코어", initial_capital=0), memo="배당 재투자")
    desk.make_cash_entry(kind="ADJUSTMENT", amount=-5)
    today = timezone.localdate().isoformat()
    for query in (
        {"q": "재투자"},
        {"q": "코어"},
        {"portfolio__portfolio_id__exact": entry.portfolio_id},
        {"kind__exact": "DEPOSIT"},
        {"kind__exact": "DEPOSIT", "created_at_from": today, "created_at_to": today},
    ):
        response = operator.get(url("account_cashentry", "changelist"), query)
        assert list(response.context["cl"].result_list) == [entry], query


# Holdings.


def test_what_a_holding_is_of_stays(operator: Client) -> None:
    holding, other = desk.make_holding(), desk.make_stock()
    submit(operator, url("account_holding", "change", holding.pk), stock=other.pk, quantity="3")
    changed = Holding.objects.get()
    assert (changed.stock_id, changed.quantity) == (holding.stock_id, 3)


def test_what_a_holding_opened_with_is_put_right_until_it_trades(operator: Client) -> None:
    holding = desk.make_holding(quantity=10)
    typed = {"quantity": "12", "avg_purchase_price": "70000"}
    submit(operator, url("account_holding", "change", holding.pk), **typed)
    holding.refresh_from_db()
    assert (holding.quantity, holding.opening_quantity, holding.opening_price) == (12, 12, 70_000)

    desk.make_execution(order=desk.make_order(holding=holding), executed_quantity=4)
    form = operator.get(url("account_holding", "change", holding.pk)).context["adminform"].form
    assert list(form.fields) == []
    submit(operator, url("account_holding", "change", holding.pk), quantity="99")
    holding.refresh_from_db()
    assert holding.quantity == 16


def test_a_new_holding_opens_with_nothing_unless_told(operator: Client) -> None:
    form = operator.get(url("account_holding", "add")).context["adminform"].form
    assert (form["quantity"].value(), form["avg_purchase_price"].value()) == (0, 0)


def test_a_second_holding_of_a_stock_is_refused(operator: Client) -> None:
    holding = desk.make_holding()
    typed = {"portfolio": holding.portfolio_id, "stock": holding.stock_id, "quantity": "1", "avg_purchase_price": "1"}
    response = submit(operator, url("account_holding", "add"), **typed)
    assert response.context["adminform"].form.non_field_errors() == [
        "이 포트폴리오는 이미 이 종목을 보유하고 있습니다."
    ]


def test_holdings_are_filtered_by_portfolio_market_and_return(operator: Client) -> None:
    holding = desk.make_holding(stock=desk.make_price().stock)
    desk.make_holding(stock=desk.make_stock(market_type="NYSE"))
    for query in (
        {"portfolio__portfolio_id__exact": holding.portfolio_id},
        {"stock__market_type__exact": "KOSPI"},
        {"unrealized_pnl_rate_from": "1"},
    ):
        response = operator.get(url("account_holding", "changelist"), query)
        assert list(response.context["cl"].result_list) == [holding], query
