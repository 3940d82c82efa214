"""What corporate actions do to shares, averages, cash and value."""

from datetime import timedelta
from decimal import Decimal

import pytest

from account.models import CashEntry, Holding, Portfolio
from account.valuation import revalue
from market.models import Stock
from tests.trade.actions.desk import apply_all, before, cash, dividend, fill, merge, price, split, state, today, value
from trade.services import place_order

pytestmark = pytest.mark.django_db


def test_a_split_multiplies_shares_and_divides_the_average_and_leaves_the_value(holding: Holding, stock: Stock) -> None:
    worth = value(holding)
    split(stock, 5)

    apply_all()

    assert state(holding) == (50, Decimal(8_000), Decimal(0))
    assert holding.current_value == 500_000
    assert holding.unrealized_pnl == 100_000
    assert value(holding) == worth


def test_after_a_split_the_first_close_of_the_new_shares_is_taken_as_it_is(holding: Holding, stock: Stock) -> None:
    split(stock, 5)
    apply_all()

    price(stock, today(), 11_000)

    holding.refresh_from_db()
    assert holding.current_value == 550_000
    assert revalue() == {"holdings": 0, "portfolios": 0}


def test_a_fill_between_a_split_and_the_next_close_is_valued_in_new_shares(
    holding: Holding, stock: Stock, portfolio: Portfolio
) -> None:
    split(stock, 5)
    apply_all()

    fill(place_order(portfolio, stock, side="BUY", quantity=50, actor="ann"), 50, 10_000)

    holding.refresh_from_db()
    assert (holding.quantity, holding.current_value) == (100, 1_000_000)


def test_a_reverse_split_pays_what_is_left_below_a_share_at_the_close_in_new_shares(
    holding: Holding, stock: Stock
) -> None:
    before = cash(holding)
    merge(stock, 1, per=3)

    apply_all()

    # 10 / 3 = 3 shares and a third, at 50,000 × 3; it cost a third of 120,000.
    assert state(holding) == (3, Decimal(120_000), Decimal(10_000))
    assert cash(holding) - before == 50_000
    entry = CashEntry.objects.get(kind="ADJUSTMENT")
    assert entry.amount == 50_000
    assert value(holding) == 10_000_000 + 100_000


def test_a_third_of_nine_shares_is_three(holding: Holding, stock: Stock, portfolio: Portfolio) -> None:
    fill(place_order(portfolio, stock, side="SELL", quantity=1, actor="ann"), 1, 40_000, before())
    merge(stock, 1, per=3)

    apply_all()

    assert state(holding)[0] == 3
    assert not CashEntry.objects.filter(kind="ADJUSTMENT").exists()


def test_a_dividend_becomes_cash_in_the_currency_of_the_stock(portfolio: Portfolio) -> None:
    goog = Stock.objects.create(ticker="GOOG", name="Alphabet", market_type="NASDAQ")
    holding = Holding.objects.create(portfolio=portfolio, stock=goog, quantity=30, avg_purchase_price=100)
    price(goog, today() - timedelta(days=3), 150)
    day = today() - timedelta(days=2)
    dividend(goog, "0.21", day)

    apply_all(day)

    assert state(holding) == (30, Decimal(100), Decimal("6.30"))
    assert cash(holding, "USD") == Decimal("6.30")
    assert CashEntry.objects.get(kind="DIVIDEND").currency == "USD"


def test_capital_and_profit_equal_cash_and_holdings_after_split_and_dividend(holding: Holding, stock: Stock) -> None:
    dividend(stock, 361)
    merge(stock, 1, per=3)
    apply_all()

    holding.refresh_from_db()
    unrealized, worth = holding.unrealized_pnl, holding.current_value
    assert unrealized is not None
    assert worth is not None
    assert 10_000_000 + holding.realized_pnl + unrealized == cash(holding) + worth
