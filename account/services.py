"""Money in and out of portfolios. Each service is one transaction; the balances follow by trigger."""

from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction

from account.models import CashEntry, CashKind, Portfolio
from market.models import Currency
from system.acting import acting_as
from system.asked import Asked
from system.refused import INVALID, Refused, refusals_as

CENT = Decimal("0.01")
# What a column of money cannot hold any more.
LARGEST = Decimal(10) ** 18


class CashRefused(Refused):
    """Cash cannot move as asked."""


class PortfolioRefused(Refused):
    """A portfolio cannot be changed as asked."""


CASH = Asked(CashRefused)


def deposit(
    portfolio: Portfolio, amount: Decimal, *, actor: str, currency: str = Currency.KRW, memo: str | None = None
) -> CashEntry:
    """Bring `amount` (in `currency`, above zero) into a portfolio. Raises `CashRefused`."""
    return _book(portfolio, CashKind.DEPOSIT, currency, _money(amount), actor=actor, memo=memo)


def withdraw(
    portfolio: Portfolio, amount: Decimal, *, actor: str, currency: str = Currency.KRW, memo: str | None = None
) -> CashEntry:
    """Take `amount` (in `currency`, above zero) out; `CashRefused` when it is more than the balance."""
    return _book(portfolio, CashKind.WITHDRAWAL, currency, -_money(amount), actor=actor, memo=memo)


def convert_currency(
    portfolio: Portfolio, *, sell: str, buy: str, amount: Decimal, rate: Decimal, actor: str, memo: str | None = None
) -> tuple[CashEntry, CashEntry]:
    """Exchange `amount` of the currency `sell` for `buy`, at `rate` units of `buy` for one of `sell`.

    Returns the entry that pays and the one that receives, rounded to the cent (half up). The rate is the bank's, given
    by the caller: nothing is looked up. Raises `CashRefused` when the balance does not cover it.
    """
    CASH.row("portfolio", portfolio, Portfolio)
    for name, currency in (("sell", sell), ("buy", buy)):
        CASH.text(name, currency, 3)
    _check(actor, memo)
    if sell == buy:
        raise CashRefused("cash_same_currency", f"{sell} is exchanged for itself.", "Name two currencies.")
    paid = _money(amount)
    received = _cents(paid * _positive(rate, "rate"))
    if not received:
        raise CashRefused("cash_exchange_nothing", f"{amount} {sell} @ {rate} is below a cent.", "Exchange more.")
    memo = memo or f"{sell} → {buy} @ {rate}"
    facts = {"portfolio": portfolio, "kind": CashKind.FX, "memo": memo, "created_by": actor}
    with refusals_as(CashRefused), acting_as(actor), transaction.atomic():
        locked = Portfolio.objects.select_for_update(no_key=True).get(pk=portfolio.pk)
        balance = locked.cash_balances.filter(currency=sell).values_list("balance", flat=True).first() or Decimal(0)
        if balance < paid:
            raise CashRefused("cash_exchange", f"Only {balance} {sell} are there.", "Exchange less, or deposit first.")
        # In one statement: after the first of two, the portfolio would be worth less by what is on its way.
        pay, receive = CashEntry.objects.bulk_create(
            [CashEntry(currency=sell, amount=-paid, **facts), CashEntry(currency=buy, amount=received, **facts)]
        )
        return pay, receive


def clear_drawdown_halt(portfolio: Portfolio, *, actor: str, reason: str) -> None:
    """Take BUY orders again after a drawdown; the fall is measured from today's value on.

    Raises `PortfolioRefused` when buying is not halted, or not any more.
    """
    asked = Asked(PortfolioRefused)
    asked.actor(actor)
    asked.text("reason", reason)
    asked.row("portfolio", portfolio, Portfolio)
    with refusals_as(PortfolioRefused), acting_as(actor, reason=reason):
        halted = Portfolio.objects.filter(pk=portfolio.pk, buying_halted_at__isnull=False)
        cleared = halted.update(buying_halted_at=None)
    if not cleared:
        raise PortfolioRefused("portfolio_not_halted", f"Buying is not halted in portfolio {portfolio.pk}.")
    portfolio.refresh_from_db()


def _book(
    portfolio: Portfolio, kind: str, currency: str, amount: Decimal, *, actor: str, memo: str | None
) -> CashEntry:
    _check(actor, memo)
    CASH.row("portfolio", portfolio, Portfolio)
    CASH.text("currency", currency, 3)
    with refusals_as(CashRefused), acting_as(actor), transaction.atomic():
        return CashEntry.objects.create(
            portfolio=portfolio, kind=kind, currency=currency, amount=amount, memo=memo, created_by=actor
        )


def _check(actor: str, memo: str | None) -> None:
    CASH.actor(actor)
    if memo:
        CASH.text("memo", memo, 200)


def _cents(amount: Decimal) -> Decimal:
    if amount >= LARGEST:
        raise CashRefused(INVALID, f"{amount} is more money than there is.", "Check amount and rate.")
    return amount.quantize(CENT, ROUND_HALF_UP)


def _money(amount: Decimal) -> Decimal:
    """What can be paid: an amount above zero, in whole cents."""
    exact = _positive(amount)
    if exact != _cents(exact):
        raise CashRefused("cash_cents", f"{amount} has parts of a cent.", "Give two decimals at most.")
    return exact


def _positive(amount: Decimal, name: str = "amount") -> Decimal:
    CASH.number(name, amount)
    exact = Decimal(amount)
    if not exact.is_finite() or exact <= 0:
        raise CashRefused("cash_positive", f"{amount} is not an amount above zero.", "Give the amount without a sign.")
    return exact
