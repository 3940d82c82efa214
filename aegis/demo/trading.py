"""Replays what the desk did, event by event: the one place where the demo writes orders, executions and holdings."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import singledispatchmethod

from account.models import Holding, Portfolio
from brain.models import DailyPick
from market.models import LatestPrice, Stock
from trade.models import Execution, Order, OrderStatus, Side

from .events import Ended, Event, Filled, Placed

_MILLIONTH = Decimal("0.000001")
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
        self.cash = {name: Decimal(portfolio.initial_capital) for name, portfolio in portfolios.items()}

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
            status=OrderStatus.PENDING,
            filled_quantity=0,
            order_time=event.at,
            expires_at=event.expires_at,
            created_by=event.placed_by,
        )

    @write.register
    def _fill(self, event: Filled) -> None:
        order = self.orders[event.number]
        value, charges = event.quantity * event.price, event.commission + event.tax
        net = (value if order.side == Side.SELL else -value) - charges
        Execution.objects.create(
            order=order,
            executed_quantity=event.quantity,
            executed_price=event.price,
            executed_time=event.at,
            commission=event.commission,
            tax=event.tax,
            net_amount=net,
            fx_rate=event.fx_rate,
            exchange_ref=event.reference,
        )
        order.filled_quantity += event.quantity
        is_whole = order.filled_quantity == order.quantity
        order.status = OrderStatus.FILLED if is_whole else OrderStatus.PARTIAL_FILLED
        order.save(update_fields=["filled_quantity", "status"])
        self._move(order.holding, order.side, event, charges)
        self.cash[order.holding.portfolio.name] += net * (event.fx_rate or 1)
        if order.pick and not order.pick.is_executed:
            order.pick.is_executed = True
            order.pick.save(update_fields=["is_executed"])

    @write.register
    def _end(self, event: Ended) -> None:
        order = self.orders[event.number]
        order.status, order.status_reason = event.status, event.reason
        order.save(update_fields=["status", "status_reason"])

    def value_portfolios(self, krw_per_usd: Decimal) -> None:
        """Set each portfolio's value in won: its cash, and its holdings at the latest close."""
        closes = {price.stock_id: price.close_price for price in LatestPrice.objects.all()}
        for name, portfolio in self.portfolios.items():
            value = self.cash[name]
            for (owner, _), holding in self.holdings.items():
                if owner == name and holding.quantity:
                    rate = krw_per_usd if holding.stock.currency == "USD" else Decimal(1)
                    value += holding.quantity * closes[holding.stock_id] * rate
            Portfolio.objects.filter(pk=portfolio.pk).update(current_value=value.quantize(_CENT))

    def _holding(self, portfolio: str, ticker: str) -> Holding:
        key = (portfolio, ticker)
        if key not in self.holdings:
            self.holdings[key] = Holding.objects.create(
                portfolio=self.portfolios[portfolio],
                stock=self.stocks[ticker],
                quantity=0,
                avg_purchase_price=Decimal(0),
                realized_pnl=Decimal(0),
            )
        return self.holdings[key]

    def _move(self, holding: Holding, side: str, event: Filled, charges: Decimal) -> None:
        """Weighted average cost; fees stay outside the average and reduce the realised P&L."""
        if side == Side.BUY:
            cost = holding.quantity * holding.avg_purchase_price + event.quantity * event.price
            holding.quantity += event.quantity
            holding.avg_purchase_price = (cost / holding.quantity).quantize(_MILLIONTH, rounding=ROUND_HALF_UP)
            holding.realized_pnl -= charges
        else:
            holding.quantity -= event.quantity
            gain = (event.price - holding.avg_purchase_price) * event.quantity - charges
            holding.realized_pnl = (holding.realized_pnl + gain).quantize(_CENT, rounding=ROUND_HALF_UP)
        holding.save(update_fields=["quantity", "avg_purchase_price", "realized_pnl"])
