"""How many shares a pick becomes when it is ordered."""

from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal

from django.db import connection

from brain.models import DailyPick
from market.models import LatestPrice

Sizing = Callable[[DailyPick], int]


def same_quantity(quantity: int) -> Sizing:
    """So many shares of every pick."""
    return lambda pick: quantity


def worth(amount: Decimal) -> Sizing:
    """The whole shares of each pick that `amount` (KRW) pays for, at the latest close; 0 without a price or a rate."""

    def shares(pick: DailyPick) -> int:
        latest = LatestPrice.objects.filter(stock_id=pick.stock_id).first()
        rate = _krw_rate(pick.stock.currency)
        if latest is None or rate is None:
            return 0
        return int((amount / (latest.close_price * rate)).to_integral_value(ROUND_FLOOR))

    return shares


def _krw_rate(currency: str) -> Decimal | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT market.krw_rate(%s)", [currency])
        rate: Decimal | None = cursor.fetchone()[0]
        return rate
