"""Open orders follow a corporate action."""

from decimal import Decimal
from typing import Any

import pytest

from account.models import Holding, Portfolio
from market.models import Stock
from tests.trade.actions.desk import apply_all, before, fill, merge, opened_yesterday, split, terms
from trade.actions import reverse_action
from trade.models import Order
from trade.services import place_order

pytestmark = pytest.mark.django_db


def test_open_orders_follow_a_split_on_the_price_grid_and_never_for_the_worse(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    def order(**facts: Any) -> Order:
        return opened_yesterday(place_order(portfolio, stock, actor="ann", **facts))

    buy = order(side="BUY", quantity=3, order_type="LIMIT", limit_price=Decimal(48_950))
    sell = order(side="SELL", quantity=4, order_type="LIMIT", limit_price=Decimal(52_100))
    stop = order(side="SELL", quantity=2, order_type="STOP", stop_price=Decimal(45_150))
    market = order(side="BUY", quantity=1)
    split(stock, 3)

    apply_all()

    assert terms(buy) == (9, 0, Decimal(16_310), None, "PENDING")
    assert terms(sell) == (12, 0, Decimal(17_370), None, "PENDING")
    assert terms(stop) == (6, 0, None, Decimal(15_050), "PENDING")
    assert terms(market) == (3, 0, None, None, "PENDING")


def test_of_a_partially_filled_order_only_the_rest_is_split(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    order = opened_yesterday(place_order(portfolio, stock, side="BUY", quantity=10, actor="ann"))
    fill(order, 4, 40_000, before())
    split(stock, 5)

    apply_all()

    assert terms(order) == (34, 4, None, None, "PARTIAL_FILLED")
    fill(order, 30, 10_000)
    assert terms(order)[-1] == "FILLED"


def test_an_order_of_which_less_than_a_share_is_left_is_cancelled_and_comes_back(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    order = opened_yesterday(place_order(portfolio, stock, side="BUY", quantity=2, actor="ann"))
    action = merge(stock, 1, per=3)
    apply_all()
    assert terms(order)[-1] == "CANCELLED"
    assert order.status_reason == "corporate action"

    reverse_action(action, actor="ann", reason="wrong company")

    assert terms(order) == (2, 0, None, None, "PENDING")
    assert order.status_reason is None


def test_an_order_of_today_is_of_new_shares_and_stays(holding: Holding, stock: Stock, portfolio: Portfolio) -> None:
    order = place_order(portfolio, stock, side="BUY", quantity=10, actor="ann")
    split(stock, 5)

    apply_all()

    assert terms(order)[0] == 10


def test_a_first_buy_that_waits_is_split_though_nothing_is_held_yet(stock: Stock, portfolio: Portfolio) -> None:
    order = opened_yesterday(place_order(portfolio, stock, side="BUY", quantity=10, actor="ann"))
    split(stock, 5)

    apply_all()

    assert terms(order)[0] == 50
