"""What holdings and portfolios are worth follows the newest close and rate, by whichever door they arrive."""

from datetime import timedelta
from decimal import Decimal

import pytest

from account.valuation import revalue
from tests.trade.ledger_desk import (
    YESTERDAY,
    alerts,
    cash,
    fill,
    make,
    make_holding,
    make_order,
    make_portfolio,
    make_stock,
    refused,
    run,
    set_close,
    set_rate,
    value,
    worth,
)
from trade.reconciliation import differences

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def valuation(holding: int) -> tuple[object, ...]:
    """Value, unrealised P&L, its rate in percent, and the date of the close."""
    return run(
        "SELECT current_value, unrealized_pnl, unrealized_pnl_rate, valued_on FROM holdings WHERE holding_id = %s",
        holding,
    )[0]


def test_a_holding_is_worth_its_quantity_at_the_latest_close() -> None:
    holding = make_holding(stock=make_stock(close=75_000), quantity=7, average=69_400)

    assert valuation(holding) == (525_000, 39_200, Decimal("8.07"), YESTERDAY)


def test_a_holding_without_a_price_has_no_value_rather_than_a_wrong_one() -> None:
    portfolio = make_portfolio(1_000)
    typed = {"current_value": 700, "unrealized_pnl": 0, "unrealized_pnl_rate": 0, "valued_on": YESTERDAY}
    position = {"quantity": 7, "avg_purchase_price": 100}
    holding = make("holdings", portfolio_id=portfolio, stock_id=make_stock(), **position, **typed)

    assert valuation(holding) == (None, None, None, None)
    assert worth(portfolio) is None
    assert alerts("HIGH")


def test_a_first_close_gives_value_and_a_newer_one_changes_it() -> None:
    portfolio, stock = make_portfolio(1_000), make_stock()
    holding = make_holding(portfolio, stock, 7, 100)

    set_close(stock, 110, YESTERDAY - DAY)
    assert (valuation(holding), worth(portfolio)) == ((770, 70, 10, YESTERDAY - DAY), 1_770)

    set_close(stock, 90)
    assert (valuation(holding), worth(portfolio)) == ((630, -70, -10, YESTERDAY), 1_630)


def test_history_changes_no_value() -> None:
    stock = make_stock(close=110)
    holding = make_holding(stock=stock, quantity=1, average=100)
    before = value("SELECT xmin::text FROM holdings WHERE holding_id = %s", holding)

    set_close(stock, 5, YESTERDAY - 40 * DAY)

    assert valuation(holding) == (110, 10, 10, YESTERDAY)
    assert value("SELECT xmin::text FROM holdings WHERE holding_id = %s", holding) == before


def test_a_close_dated_ahead_is_no_price_yet() -> None:
    stock = make_stock(close=110)
    holding = make_holding(stock=stock, quantity=1, average=100)

    set_close(stock, 500, YESTERDAY + 5 * DAY)

    assert valuation(holding) == (110, 10, 10, YESTERDAY)


def test_a_corrected_close_revalues() -> None:
    stock = make_stock(close=110)
    portfolio = make_portfolio(0)
    holding = make_holding(portfolio, stock, 1, 100)

    run("UPDATE daily_prices SET close_price = 120 WHERE stock_id = %s", stock)

    assert (valuation(holding), worth(portfolio)) == ((120, 20, 20, YESTERDAY), 120)


def test_closes_that_no_statements_end_takes_along_are_valued_at_the_commit() -> None:
    holding = make_holding(stock=(stock := make_stock(close=100)), quantity=2)
    run("SELECT set_config('aegis.open_price_events', '1', true)")  # as a load that dies before it closes its event

    set_close(stock, 110)
    assert valuation(holding)[0] == 200

    run("SET CONSTRAINTS ALL IMMEDIATE")
    assert valuation(holding)[0] == 220


def test_deleting_the_newest_close_falls_back_to_the_one_before_it() -> None:
    stock = make_stock(close=110)
    set_close(stock, 105, YESTERDAY - DAY)
    portfolio = make_portfolio(0)
    holding = make_holding(portfolio, stock, 1, 100)

    run("DELETE FROM daily_prices WHERE stock_id = %s AND trade_date = %s", stock, YESTERDAY)

    assert (valuation(holding), worth(portfolio)) == ((105, 5, 5, YESTERDAY - DAY), 105)


def test_deleting_the_only_close_leaves_no_value() -> None:
    stock = make_stock(close=110)
    portfolio = make_portfolio(0)
    holding = make_holding(portfolio, stock, 1, 100)

    run("DELETE FROM daily_prices WHERE stock_id = %s", stock)

    assert (valuation(holding), worth(portfolio)) == ((None, None, None, None), None)
    assert alerts("HIGH")


def test_both_ways_of_valuing_round_alike() -> None:
    """A fill values its holding row by row, a close values all holdings at once: the same numbers to the last digit."""
    stock = make_stock(close="0.1250", market_type="NYSE")
    by_row = make_holding(stock=stock, quantity=1, average="0.001")
    by_set = make_holding(stock=stock, quantity=1, average="0.001")
    run("DELETE FROM daily_prices")
    set_close(stock, "0.1250")
    run("UPDATE holdings SET last_updated = now() WHERE holding_id = %s", by_row)

    new = make_holding(stock=stock, quantity=1, average="0.001")

    assert valuation(by_row) == valuation(by_set) == valuation(new)
    assert valuation(new) == (Decimal("0.13"), Decimal("0.12"), 12_400, YESTERDAY)


def test_a_rate_too_large_for_its_column_stops_no_price() -> None:
    stock = make_stock()
    holding = make_holding(stock=stock, quantity=1, average="0.000001")

    set_close(stock, 1_200_000)

    assert valuation(holding)[2] == Decimal("9999999999.99")
    run("UPDATE holdings SET last_updated = now()")
    assert valuation(holding)[2] == Decimal("9999999999.99")


def test_a_holding_of_nothing_is_worth_nothing_at_any_price() -> None:
    stock = make_stock(close=110)
    by_row = make_holding(stock=stock)
    by_set = make_holding(stock=stock, average=100)
    set_close(stock, 120)

    assert valuation(by_row) == valuation(by_set) == (0, 0, 0, YESTERDAY)


def test_dollars_are_valued_in_won_at_the_newest_rate_not_after_today() -> None:
    stock = make_stock(close=100, market_type="NASDAQ")
    portfolio = make_portfolio(1_000_000)
    set_rate(1_300, YESTERDAY - 30 * DAY)
    set_rate("1350.25")
    set_rate(9_999, YESTERDAY + 5 * DAY)
    order = make_order(make_holding(portfolio, stock))

    fill(order, 10, 90, commission="0.25")

    assert cash(portfolio, "USD") == Decimal("-900.25")
    assert cash(portfolio) == 1_000_000
    assert worth(portfolio) == Decimal("1134687.44")  # 1,000,000 + (1,000 - 900.25) * 1,350.25


def test_without_a_rate_there_is_no_value_and_an_alert_says_what_is_missing() -> None:
    portfolio = make_portfolio(1_000_000)
    order = make_order(make_holding(portfolio, make_stock(close=100, market_type="NYSE")))

    fill(order, 1, 100)

    assert worth(portfolio) is None
    assert run("SELECT severity, data #>> '{missing,currencies}' FROM alerts") == [("HIGH", '["USD"]')]

    set_rate(1_400)
    assert worth(portfolio) == 1_000_000

    run("DELETE FROM fx_rates")
    assert worth(portfolio) is None


def test_a_held_stock_may_change_its_market_within_its_currency() -> None:
    stock = make_stock(close=100, market_type="KOSDAQ")
    portfolio = make_portfolio(0)
    make_holding(portfolio, stock, 10, 90)

    run("UPDATE stocks SET market_type = 'KOSPI' WHERE stock_id = %s", stock)

    assert worth(portfolio) == 1_000


def test_a_changed_rate_revalues_who_holds_the_currency() -> None:
    set_rate(1_400)
    portfolio = make_portfolio(0)
    make_holding(portfolio, make_stock(close=10, market_type="NYSE"), 1, 10)
    assert worth(portfolio) == 14_000

    set_rate(1_500)

    assert worth(portfolio) == 15_000


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ("UPDATE holdings SET quantity = 0 WHERE holding_id = %s", 1_000),
        ("UPDATE holdings SET quantity = 3 WHERE holding_id = %s", 1_300),
        ("UPDATE holdings SET portfolio_id = -1 WHERE holding_id = %s", 1_000),
        ("DELETE FROM holdings WHERE holding_id = %s", 1_000),
    ],
)
def test_a_corrected_opening_position_changes_what_its_portfolio_is_worth(change: str, left: int) -> None:
    make_portfolio(50, portfolio_id=-1)
    portfolio = make_portfolio(1_000)
    holding = make_holding(portfolio, make_stock(close=100), 10, 100)
    assert worth(portfolio) == 2_000

    run(change, holding)

    assert worth(portfolio) == left
    assert differences() == []


def test_a_fall_below_the_maximum_drawdown_alerts_and_stops_buying_until_cleared() -> None:
    stock = make_stock(close=100)
    portfolio = make_portfolio(0, max_drawdown=15)
    holding = make_holding(portfolio, stock, 10, 100)
    set_close(stock, 200)
    set_close(stock, 170)  # 15 percent below the peak is not yet more than 15
    make_order(holding)

    set_close(stock, "169.9")

    assert len(alerts("CRITICAL")) == 1
    with refused() as refusal:
        make_order(holding)
    assert refusal.rule == "order_drawdown"
    make_order(holding, "SELL", 1)
    set_close(stock, 50)
    assert len(alerts("CRITICAL")) == 1

    run("UPDATE portfolio SET buying_halted_at = NULL WHERE portfolio_id = %s", portfolio)

    make_order(holding)
    assert value("SELECT peak_value FROM portfolio WHERE portfolio_id = %s", portfolio) == 500


def test_an_open_buy_order_is_still_filled_while_buying_is_halted() -> None:
    portfolio = make_portfolio(10_000, max_drawdown=15)
    order = make_order(make_holding(portfolio, make_stock(close=1)))
    fill(order, 5, 1_000)  # paid 5,000 for what is worth 5
    assert alerts("CRITICAL")

    fill(order, 5, 1)

    assert value("SELECT status FROM orders") == "FILLED"


def test_revalue_brings_what_has_come_of_age_up_to_date_once() -> None:
    stock = make_stock(close=100)
    portfolio = make_portfolio(0)
    make_holding(portfolio, stock, 10, 100)
    run("ALTER TABLE daily_prices DISABLE TRIGGER USER")
    set_close(stock, 120)
    run("ALTER TABLE daily_prices ENABLE TRIGGER USER")
    assert worth(portfolio) == 1_000

    assert revalue()["portfolios"] == 1
    assert worth(portfolio) == 1_200
    assert revalue() == {"holdings": 0, "portfolios": 0}
