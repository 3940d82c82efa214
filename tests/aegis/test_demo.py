"""The demo: rule-abiding prices, books that agree, the same data every time, and no touch on anybody's data."""

import hashlib
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from account.models import Holding, Portfolio
from aegis.demo import load
from aegis.demo.desk import ROUTER
from aegis.demo.load import TABLES, DemoRefusedError, World, load_demo
from aegis.demo.operators import PEOPLE
from analytics.models import BacktestResult
from brain.models import DailyPick
from market.models import KOREAN_MARKETS, DailyPrice, Stock
from system.access.declaration import TRADER
from system.models import Alert, AlertType, Log, LogLevel, Severity
from system.partitions import SEOUL
from trade.models import Execution, Order, OrderStatus, OrderType, Side

UNTIL = date(2025, 6, 30)
PERIOD = {"test_period_start": UNTIL, "test_period_end": UNTIL}
pytestmark = pytest.mark.django_db  # each test in a savepoint within the one load


class UndoneError(Exception):
    """Ends a transaction without keeping it."""


@pytest.fixture(scope="module")
def world() -> World:
    """What the demo is made of, simulated once: every load of this module writes it anew."""
    return World.until(UNTIL, datetime.now(SEOUL))


@pytest.fixture(scope="module", autouse=True)
def told(world: World, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """One load by the command, seen by all tests of this module and gone afterwards; gives what the command said."""
    out = StringIO()
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(World, "until", lambda day, now: world if day == UNTIL else pytest.fail("another day"))
        try:
            with transaction.atomic():
                forget_everything()
                call_command("load_demo", until=UNTIL, stdout=out)
                yield out.getvalue()
                raise UndoneError
        except UndoneError:
            pass


@pytest.fixture
def empty() -> None:
    forget_everything()


def forget_everything() -> None:
    """Empty the eleven tables and start their numbers anew."""
    names = ", ".join(f"{model._meta.app_label}.{model._meta.db_table}" for model in TABLES)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


def rows_of_everything() -> dict[str, list[Any]]:
    """Every row of the eleven tables, without the columns that show the clock of the load."""
    clocks = {"updated_at", "last_updated"}
    return {
        model._meta.db_table: list(
            model._default_manager.order_by("pk").values_list(
                *[field.attname for field in model._meta.concrete_fields if field.name not in clocks]
            )
        )
        for model in TABLES
    }


def counts() -> dict[str, int]:
    return {model._meta.db_table: model._default_manager.count() for model in TABLES}


def test_every_one_of_the_eleven_tables_has_rows() -> None:
    assert len(counts()) == 11
    assert all(counts().values())


def test_the_command_tells_how_many_rows_each_table_got(told: str) -> None:
    lines = [line.split() for line in told.splitlines()]
    assert lines == [[table, f"{count:,}"] for table, count in counts().items()]


def test_a_second_load_writes_the_same_rows_down_to_their_numbers() -> None:
    first = rows_of_everything()
    forget_everything()
    load_demo(UNTIL)
    assert rows_of_everything() == first


def digest(world: World) -> str:
    facts = repr((world.tape.bars, world.fx, world.advice, world.events))
    return hashlib.sha256(facts.encode()).hexdigest()


def test_another_process_simulates_the_same_world(world: World) -> None:
    script = (
        "import django; django.setup(); from tests.aegis.test_demo import *; "
        "print(digest(World.until(UNTIL, datetime.now(SEOUL))))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "4", "DJANGO_SETTINGS_MODULE": "aegis.settings"}
    command = [sys.executable, "-c", script]
    there = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True)
    assert there.stdout.strip() == digest(world)


def test_a_loaded_database_is_refused_and_left_alone() -> None:
    before = counts()
    with pytest.raises(DemoRefusedError, match=r"daily_prices.*DATABASE_URL"):
        load_demo(UNTIL)
    assert counts() == before


@pytest.mark.parametrize(
    ("model", "facts"),
    [
        (Stock, {"ticker": "T1", "name": "One", "market_type": "KOSPI"}),
        (Portfolio, {"name": "Mine", "initial_capital": 1}),
        (Alert, {"alert_type": "INFO", "severity": "LOW", "message": "hello"}),
        (BacktestResult, PERIOD | {"strategy_name": "s", "initial_capital": 1, "final_value": 1, "total_return": 0}),
    ],
)
def test_a_single_row_anywhere_is_enough_to_refuse(empty: None, model: Any, facts: dict[str, Any]) -> None:
    model.objects.create(**facts)
    with pytest.raises(CommandError, match=rf"\(in {model._meta.db_table}\)"):
        call_command("load_demo", until=UNTIL)


def test_a_load_that_fails_at_the_end_leaves_nothing(empty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(load, "_analyze", fail)
    with pytest.raises(RuntimeError):
        load_demo(UNTIL)
    assert load.filled_tables() == []


def test_a_day_in_the_future_is_refused() -> None:
    tomorrow = datetime.now(SEOUL).date() + timedelta(days=1)
    with pytest.raises(DemoRefusedError, match="future"):
        load_demo(tomorrow)


def test_a_day_before_the_present_price_steps_is_refused() -> None:
    with pytest.raises(DemoRefusedError, match="2025-01-25"):
        load_demo(date(2025, 1, 23))


def test_a_day_that_is_no_day_is_refused_in_words() -> None:
    with pytest.raises(CommandError, match="2026-01-31"):
        call_command("load_demo", "--until", "yesterday")


# Prices


def krx_step(price: Decimal) -> int:
    """The KRX's table, written out a second time so that a slip in the demo's own does not go unseen."""
    for below, step in ((2000, 1), (5000, 5), (20000, 10), (50000, 50), (200000, 100), (500000, 500)):
        if price < below:
            return step
    return 1000


def bars_by_stock() -> dict[Stock, list[DailyPrice]]:
    stocks = Stock.objects.in_bulk()
    bars = defaultdict(list)
    for bar in DailyPrice.objects.order_by("trade_date"):
        bars[stocks[bar.stock_id]].append(bar)
    return bars


def traded(bar: DailyPrice) -> list[Decimal]:
    return [price for price in (bar.open_price, bar.high_price, bar.low_price, bar.close_price) if price is not None]


def test_every_price_is_on_its_markets_step() -> None:
    for stock, bars in bars_by_stock().items():
        for bar in bars:
            for price in traded(bar):
                step = krx_step(price) if stock.market_type in KOREAN_MARKETS else Decimal("0.01")
                assert price % step == 0, (stock, bar.trade_date, price)


def test_open_and_close_lie_between_low_and_high() -> None:
    for bar in DailyPrice.objects.exclude(open_price=None):
        assert bar.low_price <= min(bar.open_price, bar.close_price), bar
        assert bar.high_price >= max(bar.open_price, bar.close_price), bar


def test_no_korean_price_leaves_the_days_limits() -> None:
    reached = 0
    for stock, bars in bars_by_stock().items():
        if stock.market_type not in KOREAN_MARKETS:
            continue
        for before, bar in pairwise(bars):
            base = before.close_price
            reach = int(base * 3 / 10) // krx_step(base) * krx_step(base)
            highest = (base + reach) // krx_step(base + reach) * krx_step(base + reach)
            lowest = (base - reach) // krx_step(base - reach) * krx_step(base - reach)
            assert lowest <= min(traded(bar)) <= max(traded(bar)) <= highest, (stock, bar.trade_date)
            reached += max(traded(bar)) == highest or min(traded(bar)) == lowest
    assert reached, "two years in which no stock ever reaches its limit are not believable"


def test_the_change_is_the_return_on_the_close_before() -> None:
    for stock, bars in bars_by_stock().items():
        for before, bar in pairwise(bars):
            change = (bar.close_price - before.close_price) * 100 / before.close_price
            assert bar.changes == change.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP), (stock, bar.trade_date)


def test_the_amount_is_what_the_volume_cost_at_the_days_prices() -> None:
    for bar in DailyPrice.objects.exclude(open_price=None):
        assert bar.volume > 0
        assert bar.low_price * bar.volume - 1 <= bar.amount <= bar.high_price * bar.volume, bar


def test_halted_days_have_a_close_and_nothing_else() -> None:
    halted = DailyPrice.objects.filter(open_price=None)
    assert halted.count() >= 5
    for bar in halted:
        assert (bar.high_price, bar.low_price, bar.volume, bar.amount, bar.changes) == (None, None, 0, 0, 0)


def test_every_listed_stock_has_every_session_of_two_years() -> None:
    lengths = {stock.ticker: len(bars) for stock, bars in bars_by_stock().items()}
    assert lengths["980010"] > 480
    assert lengths["OPQL"] > 490
    short = {ticker for ticker, length in lengths.items() if length < 480}
    assert short == {"983010", "983120"}, "one stock lists late and one leaves early"
    assert Stock.objects.get(ticker="983120").is_active is False


def test_the_market_capitalisation_follows_the_last_close() -> None:
    for stock in Stock.objects.select_related("latest_price"):
        shares = stock.market_cap / stock.latest_price.close_price
        assert abs(shares - round(shares, -3)) < 1, stock


# Books


def test_holdings_agree_with_their_executions() -> None:
    books: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0), Decimal(0)])
    for fill in Execution.objects.select_related("order").order_by("executed_time", "execution_id"):
        quantity, average, realised = books[fill.order.holding_id]
        count, price, charges = fill.executed_quantity, fill.executed_price, fill.commission + fill.tax
        if fill.order.side == Side.BUY:
            average = ((quantity * average + count * price) / (quantity + count)).quantize(
                Decimal("0.000001"), rounding=ROUND_HALF_UP
            )
            quantity, realised = quantity + count, realised - charges
        else:
            quantity, realised = quantity - count, realised + (price - average) * count - charges
        assert quantity >= 0, "nothing is sold that is not there"
        books[fill.order.holding_id] = [quantity, average, realised.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)]
    for holding in Holding.objects.all():
        expected = books[holding.pk]
        assert [holding.quantity, holding.avg_purchase_price, holding.realized_pnl] == expected, holding


def test_holdings_are_valued_at_the_last_close() -> None:
    for holding in Holding.objects.select_related("stock__latest_price"):
        assert holding.current_value == holding.quantity * holding.stock.latest_price.close_price


def test_orders_agree_with_their_executions() -> None:
    filled: dict[int, int] = defaultdict(int)
    for fill in Execution.objects.all():
        filled[fill.order_id] += fill.executed_quantity
    for order in Order.objects.all():
        assert order.filled_quantity == filled[order.pk], order


def test_there_are_orders_of_every_type_side_and_status() -> None:
    seen = set(Order.objects.values_list("status", flat=True))
    assert seen == set(OrderStatus)
    assert set(Order.objects.values_list("order_type", "side").distinct()) == {
        (kind, side) for kind in OrderType for side in Side
    }
    closed = Order.objects.filter(status__in=[OrderStatus.CANCELLED, OrderStatus.REJECTED])
    assert not closed.filter(status_reason=None).exists()
    assert {"expired", "operator"} <= set(closed.values_list("status_reason", flat=True))


def test_each_trader_has_portfolios_and_orders_of_their_own() -> None:
    traders = [person.username for person in PEOPLE if person.group == TRADER]
    assert len(traders) == 2
    for trader in traders:
        assert Portfolio.objects.filter(created_by=trader).exists()
        assert Order.objects.filter(created_by=trader, holding__isnull=False).exists()
        foreign = Order.objects.filter(created_by=trader).exclude(holding__portfolio__created_by=trader)
        assert not foreign.filter(holding__isnull=False).exists()
    assert set(Portfolio.objects.values_list("created_by", flat=True)) == set(traders)
    assert set(Order.objects.values_list("created_by", flat=True)) == {*traders, ROUTER}


def test_something_is_left_open_for_the_operator() -> None:
    waiting = Order.objects.filter(expires_at__gt=datetime(2025, 7, 1, tzinfo=SEOUL))
    assert waiting.filter(status=OrderStatus.PENDING, holding=None).exists(), "a proposal"
    for portfolio in Portfolio.objects.all():
        own = waiting.filter(holding__portfolio=portfolio)
        assert set(own.values_list("status", flat=True)) >= {OrderStatus.PENDING, OrderStatus.PARTIAL_FILLED}


def test_every_fill_happened_at_a_price_and_time_of_that_day() -> None:
    bars = {(bar.stock_id, bar.trade_date): bar for bar in DailyPrice.objects.all()}
    for fill in Execution.objects.select_related("order__holding__stock"):
        order = fill.order
        stock = order.holding.stock
        zone_hours = 9 if stock.market_type in KOREAN_MARKETS else -5
        bar = bars[stock.pk, (fill.executed_time + timedelta(hours=zone_hours)).date()]
        assert bar.low_price <= fill.executed_price <= bar.high_price, fill
        assert order.order_time < fill.executed_time < order.expires_at, fill
        if order.limit_price:
            better = fill.executed_price <= order.limit_price
            assert better if order.side == Side.BUY else fill.executed_price >= order.limit_price, fill


def test_charges_follow_the_rates_of_the_settlement_day() -> None:
    won, cent = Decimal(1), Decimal("0.01")
    # The first trading days whose settlement, two sessions on, falls into the next year.
    percent = {date(2023, 1, 1): "0.20", date(2023, 12, 27): "0.18", date(2024, 12, 27): "0.15"}
    for fill in Execution.objects.select_related("order__holding__stock"):
        amount = fill.executed_quantity * fill.executed_price
        is_korean, is_sale = fill.order.holding.stock.market_type in KOREAN_MARKETS, fill.order.side == Side.SELL
        day = fill.executed_time.astimezone(SEOUL).date()
        rate = (
            Decimal(percent[max(since for since in percent if since <= day)]) if is_korean and is_sale else Decimal(0)
        )
        broker, coin = (Decimal("0.015"), won) if is_korean else (Decimal("0.07"), cent)
        assert fill.tax == (amount * rate / 100).quantize(coin, rounding=ROUND_DOWN), fill
        assert fill.commission == (amount * broker / 100).quantize(coin, rounding=ROUND_DOWN), fill
        assert fill.net_amount == (amount if is_sale else -amount) - fill.commission - fill.tax, fill


def test_no_portfolio_ever_spends_more_than_it_has() -> None:
    cash = {portfolio.pk: portfolio.initial_capital for portfolio in Portfolio.objects.all()}
    for fill in Execution.objects.select_related("order__holding").order_by("executed_time"):
        cash[fill.order.holding.portfolio_id] += fill.net_amount * (fill.fx_rate or 1)
        assert min(cash.values()) >= 0, fill


def test_portfolios_state_their_aims() -> None:
    for portfolio in Portfolio.objects.all():
        assert portfolio.strategy_type
        assert portfolio.target_return > 0
        assert portfolio.max_drawdown > 0
        assert portfolio.current_value > 0


def test_executed_picks_are_those_with_fills() -> None:
    executed = set(DailyPick.objects.filter(is_executed=True).values_list("pk", flat=True))
    with_fills = Execution.objects.exclude(order__pick=None).values_list("order__pick_id", flat=True)
    assert executed == set(with_fills)
    assert DailyPick.objects.filter(is_executed=False).exists()


def test_one_backtest_argued_for_an_order_that_came_after_it() -> None:
    linked = BacktestResult.objects.exclude(order=None).get()
    assert linked.order.order_time > linked.created_at
    for result in BacktestResult.objects.all():
        assert result.total_return == round((result.final_value / result.initial_capital - 1) * 100, 2)


def test_alerts_and_logs_are_of_every_kind_and_none_is_later_than_the_last_close() -> None:
    assert set(Alert.objects.values_list("alert_type", flat=True)) == set(AlertType)
    assert set(Alert.objects.values_list("severity", flat=True)) == set(Severity)
    assert set(Alert.objects.values_list("is_acknowledged", flat=True)) == {True, False}
    assert set(Log.objects.values_list("log_level", flat=True)) == set(LogLevel)
    last_close = datetime(2025, 7, 1, 5, 0, tzinfo=SEOUL)
    assert not Log.objects.filter(created_at__gt=last_close).exists()
    assert not Alert.objects.filter(created_at__gt=last_close).exists()
