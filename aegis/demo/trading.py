"""Replays what the desk did, event by event, into the ledger: the one place where the demo writes orders and fills.

Orders, holdings, cash and values follow by the ledger's own triggers. What is written here is what an engine would
write, at the times at which it happened.
"""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import singledispatchmethod

from account.models import CashEntry, CashKind, Holding, Portfolio
from brain.models import DailyPick
from market.models import Currency, Stock
from trade.models import Execution, Order, Side

from .events import Ended, Event, Filled, Placed

_CENT = Decimal("0.01")


class Replay:
    """Writes events in the order of time: an order, its fills, its end."""

    def __init__(
        self,
        portfolios: dict[str, Portfolio],
        stocks: dict[str, Stock],
        picks: dict[tuple[str, date], DailyPick],
    ) -> None:
        self.portfolios, self.stocks, self.picks = portfolios, stocks, picks
        self.orders: dict[int, Order] = {}
        self.holdings: dict[tuple[str, str], Holding] = {}

    def run(self, events: Iterable[Event]) -> None:
        for event in events:
            self.write(event)

    @singledispatchmethod
    def write(self, event: Event) -> None:
        raise TypeError(f"{type(event).__name__} is no event of an order")

    @write.register
    def _place(self, event: Placed) -> None:
        self.orders[event.number] = Order.objects.create(
            holding=None if event.is_proposal else self._holding(event.portfolio, event.ticker),
            pick=self.picks[event.pick] if event.pick else None,
            order_type=event.order_type,
            side=event.side,
            quantity=event.quantity,
            limit_price=event.limit_price,
            stop_price=event.stop_price,
            order_time=event.at,
            expires_at=event.expires_at,
            created_by=event.placed_by,
        )

    @write.register
    def _fill(self, event: Filled) -> None:
        order = self.orders[event.number]
        Execution.objects.create(
            order=order,
            executed_quantity=event.quantity,
            executed_price=event.price,
            executed_time=event.at,
            commission=event.commission,
            tax=event.tax,
            fx_rate=event.fx_rate,
            exchange_ref=event.reference,
        )
        if event.fx_rate is not None:
            self._exchange(order, event, event.fx_rate)

    @write.register
    def _end(self, event: Ended) -> None:
        Order.objects.filter(pk=self.orders[event.number].pk).update(status=event.status, status_reason=event.reason)

    def _exchange(self, order: Order, event: Filled, krw_per_usd: Decimal) -> None:
        """The broker pays a fill in dollars out of won, and turns what a sale brings into won, at the day's rate."""
        value, charges = event.quantity * event.price, event.commission + event.tax
        dollars = (value if order.side == Side.SELL else -value) - charges
        won = (dollars * krw_per_usd).quantize(_CENT, ROUND_HALF_UP)
        facts = {"portfolio": order.holding.portfolio, "kind": CashKind.FX, "created_at": event.at}
        memo = f"USD @ {krw_per_usd}"
        CashEntry.objects.bulk_create(
            [
                CashEntry(currency=Currency.USD, amount=-dollars.quantize(_CENT, ROUND_HALF_UP), memo=memo, **facts),
                CashEntry(currency=Currency.KRW, amount=won, memo=memo, **facts),
            ]
        )

    def _holding(self, portfolio: str, ticker: str) -> Holding:
        key = (portfolio, ticker)
        if key not in self.holdings:
            self.holdings[key] = Holding.objects.create(
                portfolio=self.portfolios[portfolio],
                stock=self.stocks[ticker],
                quantity=0,
                avg_purchase_price=Decimal(0),
            )
        return self.holdings[key]
