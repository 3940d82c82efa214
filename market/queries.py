"""Questions about prices that stay fast over 240 monthly partitions.

Every one names its days, so that PostgreSQL plans the partitions of those days only: a query without a bound on
`trade_date` plans all of them. "The newest close" would have no such bound; it is kept in `market.latest_prices`.
"""

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.db import connections
from django.db.models import F, Max, Min, Q, QuerySet


class PriceQuerySet(QuerySet[Any]):
    """Daily prices, raw (`DailyPrice`) or in today's shares (`AdjustedPrice`)."""

    def history(self, stock: Any, first: date, last: date) -> Self:
        """One stock's sessions from `first` to `last`, oldest first."""
        return self.filter(stock=stock, trade_date__range=(first, last)).order_by("trade_date")

    def on(self, day: date) -> Self:
        """The cross-section of a day: every stock that has a price on it."""
        return self.filter(trade_date=day)

    def most_traded(self, day: date, count: int = 20) -> Self:
        """The `count` stocks of which most shares changed hands on a day, the most traded first."""
        chosen: Self = self.on(day).order_by("-volume")[:count]
        return chosen

    def range_52_weeks(self, day: date) -> QuerySet[Any, dict[str, Any]]:
        """For each stock its `highest` high and `lowest` low of the 52 weeks that end with `day`.

        Ask `AdjustedPrice` unless the prices as printed are wanted: a split within the year makes a false high. Halted
        days have neither high nor low and do not count. For one stock, `range_of` is faster.
        """
        stocks: QuerySet[Any, dict[str, Any]] = (
            self.filter(trade_date__range=(year_before(day), day)).order_by().values("stock")
        )
        # A bare max() makes PostgreSQL plan every partition twice more, in search of an index that would end it early.
        extremes: QuerySet[Any, dict[str, Any]] = stocks.annotate(
            highest=Max("high_price", filter=Q(high_price__isnull=False)),
            lowest=Min("low_price", filter=Q(low_price__isnull=False)),
        )
        return extremes

    def range_of(self, stock: Any, day: date) -> tuple[Decimal | None, Decimal | None]:
        """One stock's highest high and lowest low of the 52 weeks that end with `day`; (None, None) without prices.

        Of all prices, whatever this is filtered by. By `market.range_52_weeks`, whose plan the session keeps.
        """
        adjusted = self.model._meta.db_table == "adjusted_prices"
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                "SELECT * FROM market.range_52_weeks(%s, %s, %s)", [getattr(stock, "pk", stock), day, adjusted]
            )
            highest, lowest = cursor.fetchone()
            return highest, lowest


class LatestPriceQuerySet(QuerySet[Any]):
    """The newest close of each stock, one row each."""

    def of(self, stock: Any) -> Any:
        """The newest close of one stock, or None while it has no price."""
        return self.filter(stock=stock).first()

    def by_ticker(self) -> QuerySet[Any, dict[str, Any]]:
        """The newest closes of all stocks, as rows of ticker, name, trade date and close."""
        return self.order_by().values("trade_date", "close_price", ticker=F("stock__ticker"), name=F("stock__name"))


def year_before(day: date) -> date:
    """The first day of the 52 weeks that end with `day`: 52 weeks of seven days."""
    return date.fromordinal(day.toordinal() - 52 * 7 + 1)
