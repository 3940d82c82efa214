"""One Django process that places and fills orders for some seconds: `client.py orm|service SECONDS`.

Works a little until its session has its plans, prints a line when it is ready, waits for a line, and prints how many
transactions it did from then on.
"""

import os
import random
import sys
import time
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aegis.settings")
django.setup()

from django.db import transaction  # noqa: E402
from django.db.models import F, Sum  # noqa: E402
from django.utils import timezone  # noqa: E402

from account.models import CashBalance, CashEntry, Holding, Portfolio  # noqa: E402
from market.models import FxRate, LatestPrice  # noqa: E402
from trade.models import Execution, Order, OrderStatus  # noqa: E402
from trade.services import Fill, place_order, record_execution  # noqa: E402

SHARES, PRICE, FEE = 10, Decimal(99), Decimal(1)
WARM_UP = 10  # transactions; PostgreSQL settles on a plan after five


def by_service(holding: Holding) -> None:
    with transaction.atomic():
        order = place_order(holding.portfolio, holding.stock, side="BUY", quantity=SHARES, actor="bench")
        record_execution(Fill(order.pk, SHARES, PRICE, "bench", commission=FEE), actor="bench")


def by_orm(known: Holding) -> None:
    with transaction.atomic():
        order = Order.objects.create(
            holding=known, order_type="MARKET", side="BUY", quantity=SHARES, owned_by=known.portfolio.created_by
        )
        order = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
        holding = Holding.objects.select_for_update(no_key=True, of=("self",)).select_related("stock").get(pk=known.pk)
        portfolio = Portfolio.objects.select_for_update(no_key=True).get(pk=holding.portfolio_id)
        if portfolio.buying_halted_at or not (portfolio.is_active and holding.stock.is_active):
            raise ValueError("no new BUY orders")
        if order.status == OrderStatus.REJECTED or order.filled_quantity + SHARES > order.quantity:
            raise ValueError("cannot be booked")
        net = -(SHARES * PRICE + FEE)
        execution = Execution.objects.create(
            order=order,
            executed_quantity=SHARES,
            executed_price=PRICE,
            commission=FEE,
            net_amount=net,
            exchange_ref="bench",
        )
        order.filled_quantity += SHARES
        order.status = OrderStatus.FILLED
        order.save(update_fields=["filled_quantity", "status"])
        _move(holding)
        currency = str(holding.stock.currency)
        CashEntry.objects.create(
            portfolio=portfolio, currency=currency, amount=net, kind="TRADE", execution_id=execution.pk
        )
        CashBalance.objects.filter(portfolio=portfolio, currency=currency).update(balance=F("balance") + net)
        _value(portfolio)


def _move(holding: Holding) -> None:
    close = LatestPrice.objects.get(stock_id=holding.stock_id)
    cost = holding.quantity * holding.avg_purchase_price + SHARES * PRICE
    holding.quantity += SHARES
    holding.avg_purchase_price = cost / holding.quantity
    holding.realized_pnl -= FEE
    holding.current_value = holding.quantity * close.close_price
    holding.unrealized_pnl = holding.current_value - cost
    holding.unrealized_pnl_rate = (close.close_price / holding.avg_purchase_price - 1) * 100
    holding.valued_on = close.trade_date
    holding.last_updated = timezone.now()
    holding.save()


def _value(portfolio: Portfolio) -> None:
    owned = dict(CashBalance.objects.filter(portfolio=portfolio).values_list("currency", "balance"))
    held = Holding.objects.filter(portfolio=portfolio, quantity__gt=0).values("stock__currency")
    for row in held.annotate(value=Sum("current_value")):
        owned[row["stock__currency"]] = owned.get(row["stock__currency"], 0) + row["value"]
    value = sum(amount * _rate(currency) for currency, amount in owned.items())
    portfolio.current_value = value
    portfolio.peak_value = max(portfolio.peak_value, value)
    if value < portfolio.peak_value * (1 - portfolio.max_drawdown / 100):
        portfolio.buying_halted_at = timezone.now()
    portfolio.save()


def _rate(currency: str) -> Decimal:
    if currency == "KRW":
        return Decimal(1)
    return FxRate.objects.filter(currency=currency).order_by("-rate_date")[0].krw_per_unit


def main(kind: str, seconds: float) -> None:
    random.seed(os.environ["SEED"])
    holdings = list(Holding.objects.select_related("portfolio", "stock"))
    work, done = {"orm": by_orm, "service": by_service}[kind], 0
    for _transaction in range(WARM_UP):
        work(random.choice(holdings))
    print("ready", flush=True)
    sys.stdin.readline()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        work(random.choice(holdings))
        done += 1
    print(done, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
