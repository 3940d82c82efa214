"""Cash: every movement is an entry, balances follow, and the services are doors to the same rules."""

from decimal import Decimal

import pytest

from account.models import CashEntry, Portfolio
from account.services import CashRefused, convert_currency, deposit, withdraw
from tests.trade.ledger_desk import (
    alerts,
    cash,
    everything,
    fill,
    make_holding,
    make_order,
    make_portfolio,
    make_stock,
    reverse,
    run,
    set_rate,
    value,
    worth,
)
from trade.reconciliation import differences

pytestmark = pytest.mark.django_db


@pytest.fixture
def portfolio() -> Portfolio:
    return Portfolio.objects.get(pk=make_portfolio(1_000_000))


def test_the_initial_capital_is_the_opening_entry(portfolio: Portfolio) -> None:
    assert run("SELECT currency, amount, kind FROM cash_entries") == [("KRW", 1_000_000, "OPENING")]
    assert cash(portfolio.pk) == worth(portfolio.pk) == 1_000_000


def test_a_portfolio_without_capital_opens_without_an_entry() -> None:
    portfolio = make_portfolio(0)

    assert run("SELECT * FROM cash_entries") == []
    assert worth(portfolio) == 0


def test_a_portfolio_through_which_no_money_moved_can_be_deleted(portfolio: Portfolio) -> None:
    run("DELETE FROM portfolio WHERE portfolio_id = %s", portfolio.pk)

    assert value("SELECT count(*) FROM cash_entries") == value("SELECT count(*) FROM cash_balances") == 0


def test_a_deposit_adds_to_balance_value_and_peak(portfolio: Portfolio) -> None:
    entry = deposit(portfolio, Decimal("500000"), actor="kim", memo="October")

    assert (entry.kind, entry.amount, entry.memo, entry.created_by) == ("DEPOSIT", 500_000, "October", "kim")
    assert cash(portfolio.pk) == 1_500_000
    assert run("SELECT current_value, peak_value FROM portfolio") == [(1_500_000, 1_500_000)]


def test_a_withdrawal_takes_out_what_is_there_and_not_more(portfolio: Portfolio) -> None:
    entry = withdraw(portfolio, Decimal("1000000"), actor="kim")
    assert (entry.kind, entry.amount, cash(portfolio.pk)) == ("WITHDRAWAL", -1_000_000, 0)

    with pytest.raises(CashRefused, match="cannot exceed the cash that is there") as refusal:
        withdraw(portfolio, Decimal("0.01"), actor="kim")

    assert refusal.value.rule == "cash_withdrawal"
    assert refusal.value.hint == "Withdraw less, or convert currency first."
    assert cash(portfolio.pk) == 0


def test_currencies_are_kept_apart(portfolio: Portfolio) -> None:
    deposit(portfolio, Decimal("100.25"), actor="kim", currency="USD")

    assert (cash(portfolio.pk), cash(portfolio.pk, "USD")) == (1_000_000, Decimal("100.25"))
    with pytest.raises(CashRefused):
        withdraw(portfolio, Decimal("100.26"), actor="kim", currency="USD")


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "-Infinity"])
def test_an_amount_is_above_zero(portfolio: Portfolio, amount: str) -> None:
    before = everything()

    for move in (deposit, withdraw):
        with pytest.raises(CashRefused) as refusal:
            move(portfolio, Decimal(amount), actor="kim")
        assert (refusal.value.rule, bool(refusal.value.hint)) == ("cash_positive", True)

    assert everything() == before


def test_an_amount_below_a_cent_is_refused(portfolio: Portfolio) -> None:
    with pytest.raises(CashRefused) as refusal:
        deposit(portfolio, Decimal("0.004"), actor="kim")

    assert refusal.value.rule == "cash_cents"


def test_an_unknown_currency_is_refused_by_name(portfolio: Portfolio) -> None:
    with pytest.raises(CashRefused) as refusal:
        deposit(portfolio, Decimal(1), actor="kim", currency="EUR")

    assert refusal.value.rule == "chk_cash_entries_currency"


@pytest.mark.parametrize(
    ("amount", "rate", "received"),
    [
        ("1350250", "0.000740603", "1000.00"),  # 999.9992…
        ("1350000", "0.0007405", "999.68"),  # 999.675: half goes up
        ("1000", "0.0007", "0.70"),
    ],
)
def test_exchanged_money_arrives_rounded_to_the_cent(amount: str, rate: str, received: str) -> None:
    portfolio = Portfolio.objects.get(pk=make_portfolio(2_000_000))

    paid, bought = convert_currency(
        portfolio, sell="KRW", buy="USD", amount=Decimal(amount), rate=Decimal(rate), actor="kim"
    )

    assert (paid.kind, paid.currency, paid.amount) == ("FX", "KRW", -Decimal(amount))
    assert (bought.kind, bought.currency, bought.amount) == ("FX", "USD", Decimal(received))
    assert paid.memo == bought.memo == f"KRW → USD @ {rate}"
    assert (cash(portfolio.pk), cash(portfolio.pk, "USD")) == (2_000_000 - Decimal(amount), Decimal(received))
    assert CashEntry.objects.filter(created_by="kim").count() == 2


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"amount": Decimal(1_000_001)}, "cash_exchange"),
        ({"sell": "USD", "buy": "KRW"}, "cash_exchange"),
        ({"buy": "KRW"}, "cash_same_currency"),
        ({"amount": Decimal(0)}, "cash_positive"),
        ({"rate": Decimal(-1)}, "cash_positive"),
        ({"amount": Decimal(1), "rate": Decimal("0.0007")}, "cash_exchange_nothing"),
    ],
)
def test_an_exchange_that_cannot_be_is_refused(portfolio: Portfolio, wrong: dict[str, Decimal], rule: str) -> None:
    before = everything()
    asked = {"sell": "KRW", "buy": "USD", "amount": Decimal(1_000_000), "rate": Decimal("0.0007")}

    with pytest.raises(CashRefused) as refusal:
        convert_currency(portfolio, **{**asked, **wrong}, actor="kim")

    assert refusal.value.rule == rule
    assert refusal.value.hint
    assert everything() == before


def test_an_exchange_is_no_fall_and_no_rise_on_the_way() -> None:
    portfolio = Portfolio.objects.get(pk=make_portfolio(1_000_000, max_drawdown=15))
    set_rate(1_000)

    convert_currency(portfolio, sell="KRW", buy="USD", amount=Decimal(900_000), rate=Decimal("0.001"), actor="kim")

    assert run("SELECT current_value, peak_value, buying_halted_at FROM portfolio") == [(1_000_000, 1_000_000, None)]
    assert alerts("CRITICAL") == []


def test_a_trade_in_dollars_is_paid_in_dollars_and_taken_back_whole(portfolio: Portfolio) -> None:
    deposit(portfolio, Decimal(1_000), actor="kim", currency="USD")
    order = make_order(make_holding(portfolio.pk, make_stock(market_type="NASDAQ")))

    booked = fill(order, 3, "33.3333", commission="0.01")

    assert cash(portfolio.pk, "USD") == 1_000 - Decimal("100.01")  # 99.9999 and a cent
    reverse(booked)
    assert cash(portfolio.pk, "USD") == 1_000
    assert cash(portfolio.pk) == 1_000_000
    assert differences() == []


def test_one_statement_books_entries_of_several_portfolios(portfolio: Portfolio) -> None:
    other = make_portfolio(0)

    run(
        "INSERT INTO cash_entries (portfolio_id, currency, amount, kind) VALUES (%s, 'KRW', 5, 'DIVIDEND'),"
        " (%s, 'KRW', 7, 'DEPOSIT'), (%s, 'USD', 1.5, 'DIVIDEND'), (%s, 'KRW', -6, 'ADJUSTMENT')",
        *(other, portfolio.pk, other, other),
    )

    assert (cash(portfolio.pk), cash(other), cash(other, "USD")) == (1_000_007, -1, Decimal("1.5"))
    assert differences() == []


def test_who_moved_cash_and_why_is_on_the_entry_whatever_the_login(portfolio: Portfolio) -> None:
    deposit(portfolio, Decimal(5), actor="kim", memo="from the bank")
    plain = "INSERT INTO cash_entries (portfolio_id, currency, amount, kind) VALUES (%s, 'KRW', 5, 'DEPOSIT')"
    run(plain, portfolio.pk)

    login = value("SELECT session_user")
    rows = run("SELECT created_by, memo FROM cash_entries WHERE kind = 'DEPOSIT' ORDER BY cash_entry_id")
    assert rows == [("kim", "from the bank"), (login, None)]
