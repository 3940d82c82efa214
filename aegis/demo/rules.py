"""The markets' rules that the demo's prices and charges keep to, as arithmetic in minor units (won, cents).

Ticks of the KRX hold since 2023-01-25; the tax rates are those in force on the settlement date.
"""

from datetime import date
from decimal import ROUND_DOWN, Decimal

KRX_RULES_SINCE = date(2023, 1, 25)
_KRX_TICKS = ((2_000, 1), (5_000, 5), (20_000, 10), (50_000, 50), (200_000, 100), (500_000, 500))
_KRX_LAST_TICK = 1_000
_ONE_DOLLAR = 100

# From which settlement date on, and how many percent of what is sold: securities transaction tax and special tax for
# rural development together, the same for KOSPI and KOSDAQ.
_KRX_TAX = (
    (date(2023, 1, 1), Decimal("0.20")),
    (date(2024, 1, 1), Decimal("0.18")),
    (date(2025, 1, 1), Decimal("0.15")),
    (date(2026, 1, 1), Decimal("0.20")),
)
# The demo's broker: percent of the traded amount.
_COMMISSION = {"KRW": Decimal("0.015"), "USD": Decimal("0.07")}
_SMALLEST = {"KRW": Decimal("1"), "USD": Decimal("0.01")}


def tick(price: int, currency: str) -> int:
    """The step between prices at `price`."""
    if currency == "USD":
        return 1
    return next((step for below, step in _KRX_TICKS if price < below), _KRX_LAST_TICK)


def on_tick(price: float, currency: str) -> int:
    """The valid price at or next below `price`, and not below the smallest one."""
    whole = max(int(price), _ONE_DOLLAR)
    step = tick(whole, currency)
    return whole // step * step


def limits(base: int, currency: str) -> tuple[int, int]:
    """The lowest and the highest price of a day whose base price (the previous close) is `base`.

    The KRX truncates 30 % of the base to the base's tick, and the resulting price to its own. There is no daily limit
    in the United States; half and double the base stand for it.
    """
    if currency == "USD":
        return max(base // 2, _ONE_DOLLAR), base * 2
    step = tick(base, currency)
    reach = base * 3 // 10 // step * step
    return on_tick(base - reach, currency), on_tick(base + reach, currency)


def money(minor: int, currency: str) -> Decimal:
    """An amount in minor units as money."""
    return Decimal(minor) if currency == "KRW" else Decimal(minor).scaleb(-2)


def settlement_lag(exchange: str) -> int:
    """How many sessions after the trade it settles: the KRX two, the United States one since 2024-05-28."""
    return 2 if exchange == "XKRX" else 1


def commission(amount: Decimal, currency: str) -> Decimal:
    """The broker's commission on a fill, cut to the currency's smallest coin."""
    return _percent(amount, _COMMISSION[currency], currency)


def tax(amount: Decimal, side: str, currency: str, settles: date) -> Decimal:
    """The tax on a fill of `amount` that settles on `settles`: on Korean sales only."""
    if side != "SELL" or currency != "KRW":
        return Decimal(0)
    rate = next(rate for since, rate in reversed(_KRX_TAX) if settles >= since)
    return _percent(amount, rate, currency)


def _percent(amount: Decimal, rate: Decimal, currency: str) -> Decimal:
    return (amount * rate / 100).quantize(_SMALLEST[currency], rounding=ROUND_DOWN)
