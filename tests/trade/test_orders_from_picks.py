"""The day's picks become orders, each once, and one refusal does not stop the others."""

import pytest

from account.models import Holding, Portfolio
from brain.models import DailyPick
from market.models import Stock
from tests.trade.ledger_desk import make_holding, make_pick, make_portfolio, make_stock
from trade.services import cancel_order, orders_from_picks

pytestmark = pytest.mark.django_db


@pytest.fixture
def portfolio() -> Portfolio:
    return Portfolio.objects.get(pk=make_portfolio(1_000_000))


def make_picks(*advice: tuple[Stock, str]) -> list[DailyPick]:
    return [DailyPick.objects.get(pk=make_pick(stock.pk, action)) for stock, action in advice]


def make_stocks(number: int) -> list[Stock]:
    return [Stock.objects.get(pk=make_stock()) for _ in range(number)]


def test_each_buy_and_sell_becomes_an_order_and_a_hold_none(portfolio: Portfolio) -> None:
    bought, sold, kept, small = make_stocks(4)
    make_holding(portfolio.pk, sold.pk, 20, 100)
    picks = make_picks((bought, "BUY"), (sold, "SELL"), (kept, "HOLD"), (small, "BUY"))

    placed, refused = orders_from_picks(
        picks, portfolio, lambda pick: 0 if pick.stock_id == small.pk else 7, actor="desk"
    )

    assert refused == []
    assert [(order.side, order.quantity, order.order_type) for order in placed] == [
        ("BUY", 7, "MARKET"), ("SELL", 7, "MARKET")]  # fmt: skip
    assert [order.pick_id for order in placed] == [picks[0].pk, picks[1].pk]
    assert {order.created_by for order in placed} == {"desk"}
    assert Holding.objects.count() == 2


def test_a_second_run_places_nothing_twice(portfolio: Portfolio) -> None:
    picks = make_picks((make_stocks(1)[0], "BUY"))
    placed, _refused = orders_from_picks(picks, portfolio, lambda pick: 7, actor="desk")
    cancel_order(placed[0], actor="kim")

    assert orders_from_picks(picks, portfolio, lambda pick: 7, actor="desk") == ([], [])


def test_another_portfolio_takes_the_same_picks(portfolio: Portfolio) -> None:
    picks = make_picks((make_stocks(1)[0], "BUY"))
    orders_from_picks(picks, portfolio, lambda pick: 7, actor="desk")

    placed, _refused = orders_from_picks(
        picks, Portfolio.objects.get(pk=make_portfolio()), lambda pick: 7, actor="desk"
    )

    assert len(placed) == 1


def test_one_refusal_does_not_stop_the_others(portfolio: Portfolio) -> None:
    first, second, third = make_stocks(3)
    picks = make_picks((first, "BUY"), (second, "SELL"), (third, "BUY"))

    placed, refused = orders_from_picks(picks, portfolio, lambda pick: 7, actor="desk")

    assert [order.pick_id for order in placed] == [picks[0].pk, picks[2].pk]
    assert [(pick, refusal.rule) for pick, refusal in refused] == [(picks[1], "order_oversell")]
    assert not Holding.objects.filter(stock=second).exists()
