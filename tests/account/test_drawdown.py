"""Money that moves is neither gain nor loss: what a portfolio fell from its peak, in percent, stays what it was."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.trade.ledger_desk import alerts, make_holding, make_portfolio, make_stock, run, set_close, set_rate, value

pytestmark = pytest.mark.django_db


def book(portfolio: int, amount: Any, kind: str = "", currency: str = "KRW") -> None:
    kind = kind or ("DEPOSIT" if Decimal(amount) > 0 else "WITHDRAWAL")
    entry = "INSERT INTO cash_entries (portfolio_id, currency, amount, kind) VALUES (%s, %s, %s, %s)"
    run(entry, portfolio, currency, amount, kind)


def measure(portfolio: int) -> tuple[Any, ...]:
    """Value, peak, and whether buying is halted."""
    facts = "SELECT current_value, peak_value, buying_halted_at IS NOT NULL FROM portfolio WHERE portfolio_id = %s"
    return run(facts, portfolio)[0]


def fallen(to: Any, peak: Any = 10_000_000, **facts: Any) -> int:
    """A portfolio that was worth `peak` and has lost all but `to` of it."""
    portfolio = make_portfolio(peak, **{"max_drawdown": 10, **facts})
    book(portfolio, Decimal(to) - peak, "ADJUSTMENT")
    return portfolio


@pytest.mark.parametrize(
    ("amount", "now", "peak"),
    [
        (-8_000_000, 1_500_000, "1578947.36"),
        (9_500_000, 19_000_000, 20_000_000),
        (95_000_000, 104_500_000, 110_000_000),
    ],
)
def test_a_fall_stays_what_it_was_when_money_moves(amount: int, now: int, peak: Any) -> None:
    portfolio = fallen(to=9_500_000)

    book(portfolio, amount)

    assert measure(portfolio) == (now, Decimal(peak), False)
    assert alerts("CRITICAL") == []


def test_a_deposit_after_a_fall_hides_none_of_it() -> None:
    portfolio = fallen(to=9_100_000)
    book(portfolio, 900_900_000)
    assert measure(portfolio)[:2] == (910_000_000, 1_000_000_000)

    book(portfolio, "-10000000.01", "ADJUSTMENT")

    assert measure(portfolio)[2]
    assert len(alerts("CRITICAL")) == 1


def test_the_capital_that_a_portfolio_opens_with_is_its_first_peak() -> None:
    portfolio = make_portfolio(10_000, max_drawdown=15)
    book(portfolio, -5_000)
    book(portfolio, 95_000)

    assert measure(portfolio) == (100_000, 100_000, False)


def test_a_portfolio_of_nothing_is_measured_from_what_is_brought_in() -> None:
    portfolio = fallen(to=9_100_000)
    book(portfolio, -9_100_000)
    assert measure(portfolio) == (0, 0, False)

    book(portfolio, 500)

    assert measure(portfolio) == (500, 500, False)


def test_a_value_below_zero_has_no_percentage_and_is_measured_anew() -> None:
    portfolio = fallen(to=-100, peak=1_000, max_drawdown=None)
    book(portfolio, 50)
    assert measure(portfolio)[:2] == (-50, -50)

    run("UPDATE portfolio SET max_drawdown = 10")
    assert not measure(portfolio)[2]
    book(portfolio, -6, "ADJUSTMENT")

    assert measure(portfolio)[2]


def test_a_halt_below_zero_can_be_cleared() -> None:
    portfolio = fallen(to=-100)
    assert measure(portfolio)[2]

    run("UPDATE portfolio SET buying_halted_at = NULL")

    assert measure(portfolio) == (-100, -100, False)


def test_a_gain_in_the_statement_that_brings_money_counts_before_it() -> None:
    portfolio = make_portfolio(1_000, max_drawdown=10)
    run(
        "INSERT INTO cash_entries (portfolio_id, currency, amount, kind)"
        " SELECT portfolio_id, 'KRW', amount, kind FROM portfolio,"
        " (VALUES (1000, 'DEPOSIT'), (1000, 'ADJUSTMENT')) AS entry (amount, kind)"
    )
    assert measure(portfolio) == (3_000, 3_000, False)


def test_what_moves_while_a_price_is_missing_leaves_no_peak() -> None:
    portfolio = fallen(to=9_500_000)
    stock = make_stock()
    make_holding(portfolio, stock, 1, 100)
    book(portfolio, -8_000_000)
    assert measure(portfolio) == (None, None, False)

    set_close(stock, 100)

    assert measure(portfolio) == (1_500_100, 1_500_100, False)


def test_no_peak_outgrows_its_column() -> None:
    portfolio = fallen(to="0.01", peak=10**14, max_drawdown=None)
    book(portfolio, 10**23)

    assert measure(portfolio)[:2] == (10**23 + Decimal("0.01"), Decimal(10**35))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    left=some.integers(90_00, 100_00),
    flows=some.lists(some.decimals("-3000", "5000", places=2).filter(bool), max_size=8),
    in_dollars=some.booleans(),
)
def test_no_flow_alone_halts_buying(left: int, flows: list[Decimal], in_dollars: bool) -> None:
    set_rate("1380.37")
    portfolio = fallen(to=Decimal(left).scaleb(-2), peak=100)
    assert not measure(portfolio)[2]
    kept = {"KRW": Decimal(left).scaleb(-2), "USD": Decimal(0)}
    currency = "USD" if in_dollars else "KRW"
    for asked in flows:
        # All but a cent of what is there, if more is asked for.
        amount = max(asked, (0 if in_dollars else Decimal("0.01")) - kept[currency])
        if amount:
            book(portfolio, amount, currency=currency)
            kept[currency] += amount

    assert not measure(portfolio)[2]
    assert value("SELECT count(*) FROM alerts WHERE severity = 'CRITICAL'") == 0
