"""A desk of one stock, one portfolio and one holding; and the ledger must agree at the end of every test."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from account.models import Holding, Portfolio
from market.models import Stock
from tests.trade.actions.desk import before, fill, price, today
from trade.reconciliation import differences
from trade.services import place_order


@pytest.fixture
def stock() -> Stock:
    stock = Stock.objects.create(ticker="005930", name="Samsung", market_type="KOSPI")
    price(stock, today() - timedelta(days=1), 50_000)
    return stock


@pytest.fixture
def portfolio() -> Portfolio:
    return Portfolio.objects.create(name="Desk", initial_capital=10_000_000)


@pytest.fixture
def holding(stock: Stock, portfolio: Portfolio) -> Holding:
    """Ten shares, bought yesterday at 40,000."""
    order = place_order(portfolio, stock, side="BUY", quantity=10, actor="ann")
    fill(order, 10, 40_000, before())
    return Holding.objects.get(stock=stock)


@pytest.fixture(autouse=True)
def the_ledger_agrees_at_the_end() -> Iterator[None]:
    yield
    assert [str(difference) for difference in differences()] == []
