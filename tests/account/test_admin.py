"""Portfolios and holdings in the back office."""

import pytest
from django.test import Client

from account.models import Holding, Portfolio
from tests import desk
from tests.pages import submit, url

pytestmark = pytest.mark.django_db


def test_a_holding_shows_what_the_database_computed_in_red_or_blue(operator: Client) -> None:
    risen = desk.make_price(stock=desk.make_stock())
    fallen = desk.make_price(stock=desk.make_stock(), close_price=60_000, low_price=60_000)
    for price in (risen, fallen):
        desk.make_holding(stock=price.stock, quantity=10, avg_purchase_price="69400")
    page = operator.get(url("account_holding", "changelist")).content.decode()
    for text in ("₩710,000", 'rose">+₩16,000<', 'rose">+2.31%<', 'fell">-₩94,000<', 'fell">-13.54%<'):
        assert text in page


def test_a_portfolio_shows_its_holdings_to_look_at(operator: Client) -> None:
    holding = desk.make_holding(stock=desk.make_price().stock)
    page = operator.get(url("account_portfolio", "change", holding.portfolio_id)).content.decode()
    assert "₩710,000" in page
    assert 'name="holdings-0-quantity"' not in page


def test_a_portfolio_that_is_not_there_yet_shows_nothing_computed(operator: Client) -> None:
    form = operator.get(url("account_portfolio", "add")).context["adminform"]
    assert {name for fieldset in form.fieldsets for name in fieldset[1]["fields"] if isinstance(name, str)} >= {
        "initial_capital"
    }
    assert not form.readonly_fields or "created_by" not in str(form.fieldsets)


def test_the_return_of_a_portfolio_is_of_its_initial_capital(operator: Client) -> None:
    portfolio = desk.make_portfolio(initial_capital=100)
    Portfolio.objects.filter(pk=portfolio.pk).update(current_value=112)
    desk.make_portfolio(initial_capital=0, current_value=5)
    page = operator.get(url("account_portfolio", "changelist")).content.decode()
    assert page.count("+12.00%") == 1


def test_what_a_holding_is_of_stays(operator: Client) -> None:
    holding, other = desk.make_holding(), desk.make_stock()
    submit(operator, url("account_holding", "change", holding.pk), stock=other.pk, quantity="3")
    changed = Holding.objects.get()
    assert (changed.stock_id, changed.quantity) == (holding.stock_id, 3)


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
