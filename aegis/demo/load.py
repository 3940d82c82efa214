"""Puts the demo into an empty database: all of it in one transaction, or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, models, transaction
from django.db.models.functions import Now
from psycopg import sql

from account.models import Holding, Portfolio
from analytics.models import BacktestResult
from brain.models import AIReport, DailyPick
from market.models import Currency, DailyPrice, FxRate, Stock
from system.models import Alert, Log
from system.partitions import SEOUL, ensure
from trade.models import Execution, Order

from .backtests import STRATEGIES, Outcome, run_backtest
from .companies import COMPANIES, DELISTED_BEFORE, LISTS_AFTER, Company
from .desk import run_desk
from .events import KIM, MANDATES, Event, Placed
from .journal import Line, Notice, log_lines, notices
from .prices import Tape, simulate, simulate_fx
from .research import Advice, advise
from .rules import KRX_RULES_SINCE, money
from .sessions import EXCHANGES, Timetable, timetable, two_years_before
from .trading import Replay

TABLES: tuple[type[models.Model], ...] = (
    Stock,
    DailyPrice,
    Portfolio,
    Holding,
    AIReport,
    DailyPick,
    Order,
    Execution,
    BacktestResult,
    Alert,
    Log,
)
_LOCK = "aegis demo"
_COPY = """
    COPY market.daily_prices
        (stock_id, trade_date, open_price, high_price, low_price, close_price, volume, amount, changes, created_at)
    FROM STDIN"""


class DemoRefusedError(Exception):
    """The demo cannot be loaded here; the message says what to do."""


@dataclass(frozen=True)
class World:
    """Everything the demo is made of, computed before the first row is written."""

    timetables: dict[str, Timetable]
    tape: Tape
    fx: dict[date, Decimal]
    advice: list[Advice]
    events: list[Event]

    @classmethod
    def until(cls, day: date, now: datetime) -> "World":
        """Simulate the two years that end with the last session up to `day` that is finished `now`."""
        timetables = {exchange: timetable(exchange, day, now) for exchange in EXCHANGES}
        finished = {exchange: table.finished for exchange, table in timetables.items()}
        tape = simulate(COMPANIES, finished)
        fx = simulate_fx(sorted({session.day for sessions in finished.values() for session in sessions}))
        advice = advise(tape, finished)
        return cls(timetables, tape, fx, advice, run_desk(advice, tape, fx, timetables))


def filled_tables() -> list[str]:
    """The names of those of the eleven tables that have rows."""
    return [model._meta.db_table for model in TABLES if model._default_manager.exists()]


def load_demo(until: date | None = None) -> dict[str, int]:
    """Load the demo up to `until` (the last finished session when None); give back the rows of each table.

    Raises `DemoRefusedError` when the database has data, or when the demo's rules do not reach back so far.
    """
    now = datetime.now(SEOUL)
    day = _end(until, now)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # A second load waits here, and then finds the database filled.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_LOCK])
        _require_tables()
        if filled := filled_tables():
            raise DemoRefusedError(
                f"The database has data already (in {', '.join(filled)}), and the demo goes only into an empty one. "
                "Name another database in DATABASE_URL, or another folder in AEGIS_VAR for a second embedded server."
            )
        _write(World.until(day, now))
        _analyze()
        return {model._meta.db_table: model._default_manager.count() for model in TABLES}


def _require_tables() -> None:
    if {model._meta.db_table for model in TABLES} - set(connection.introspection.table_names()):
        raise DemoRefusedError("The database has no AEGIS tables yet. Run `manage.py migrate` first.")


def _end(until: date | None, now: datetime) -> date:
    day = until or now.date()
    if day > now.date():
        raise DemoRefusedError(f"{day} is in the future. Choose today or an earlier day.")
    if two_years_before(day) < KRX_RULES_SINCE:
        earliest = KRX_RULES_SINCE.replace(year=KRX_RULES_SINCE.year + 2)
        raise DemoRefusedError(
            f"The demo knows the KRX's price steps since {KRX_RULES_SINCE} and shows two years. "
            f"Choose {earliest} or a later day."
        )
    return day


def _write(world: World) -> None:
    stocks = _write_stocks(world)
    _copy_prices(world, stocks)
    _write_fx(world.fx)
    picks = _write_research(world.advice, stocks)
    portfolios = _write_portfolios(world)
    replay = Replay(portfolios, stocks, picks)
    replay.run(world.events)
    _watch(portfolios)
    _delist(stocks)
    _write_backtests(world, replay)
    _write_journal(world)


def _write_stocks(world: World) -> dict[str, Stock]:
    start = min(table.finished[0].opens for table in world.timetables.values())
    rows = [_stock(company, world, start) for company in COMPANIES]
    return {stock.ticker: stock for stock in Stock.objects.bulk_create(rows)}


def _stock(company: Company, world: World, start: datetime) -> Stock:
    bars = world.tape.bars[company.ticker]
    return Stock(
        ticker=company.ticker,
        name=company.name,
        market_type=company.market,
        sector=company.sector,
        industry=company.industry,
        market_cap=int(money(company.shares * bars[-1].close, company.currency)),
        listing_date=bars[0].day if company.ticker in LISTS_AFTER else company.listed,
        created_at=start,
    )


def _copy_prices(world: World, stocks: dict[str, Stock]) -> None:
    """All bars in the order of their dates, as they would have arrived."""
    closes = {(table.exchange, one.day): one.closes for table in world.timetables.values() for one in table.finished}
    rows = sorted(
        (
            (bar.day, stocks[company.ticker].pk, company, bar)
            for company in COMPANIES
            for bar in world.tape.bars[company.ticker]
        ),
        key=lambda row: row[:2],
    )
    ensure(DailyPrice, {row[0] for row in rows})
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for day, stock, company, bar in rows:
            prices = (bar.open, bar.high, bar.low, bar.close)
            amounts = [None if price is None else money(price, company.currency) for price in prices]
            turnover = int(money(bar.turnover, company.currency))
            copy.write_row((stock, day, *amounts, bar.volume, turnover, bar.change, closes[company.exchange, day]))


def _write_research(advice: Iterable[Advice], stocks: dict[str, Stock]) -> dict[tuple[str, date], DailyPick]:
    reports = AIReport.objects.bulk_create(_report(one, stocks[one.ticker]) for one in advice)
    pairs = [(one, report) for one, report in zip(advice, reports, strict=True) if one.is_pick]
    picks = DailyPick.objects.bulk_create(_pick(one, report) for one, report in pairs)
    return {one.key: pick for (one, _), pick in zip(pairs, picks, strict=True)}


def _report(one: Advice, stock: Stock) -> AIReport:
    return AIReport(
        stock=stock,
        analysis_date=one.day,
        model_version=one.version,
        sentiment_score=one.sentiment,
        confidence_score=one.confidence,
        target_price=money(one.target, str(stock.currency)),
        risk_level=one.risk,
        summary=one.summary,
        raw_data=one.raw,
        created_at=one.reported_at,
    )


def _pick(one: Advice, report: AIReport) -> DailyPick:
    return DailyPick(
        report=report,
        stock=report.stock,
        pick_date=one.day,
        action=one.action,
        priority_score=one.priority,
        expected_return=one.expected,
        holding_period=one.period,
        created_at=one.reported_at,
    )


def _write_portfolios(world: World) -> dict[str, Portfolio]:
    rows = [
        Portfolio(
            name=mandate.name,
            strategy_type=mandate.strategy,
            target_return=mandate.target_return,
            initial_capital=mandate.capital,
            created_by=mandate.trader,
            created_at=world.timetables[mandate.exchange].finished[0].opens,
        )
        for mandate in MANDATES
    ]
    return {portfolio.name: portfolio for portfolio in Portfolio.objects.bulk_create(rows)}


def _write_fx(rates: dict[date, Decimal]) -> None:
    rows = [FxRate(currency=Currency.USD, rate_date=day, krw_per_unit=rate) for day, rate in rates.items()]
    FxRate.objects.bulk_create(rows, ignore_conflicts=True)  # what a DBA loaded before is not the demo's to change


def _watch(portfolios: dict[str, Portfolio]) -> None:
    """Watch the drawdown from here on: while two years pass in a moment, values at today's prices mean nothing."""
    for mandate in MANDATES:
        row = Portfolio.objects.filter(pk=portfolios[mandate.name].pk)
        row.update(buying_halted_at=Now())
        row.update(buying_halted_at=None, max_drawdown=mandate.max_drawdown)


def _delist(stocks: dict[str, Stock]) -> None:
    gone = [stocks[ticker].pk for ticker in DELISTED_BEFORE]
    Stock.objects.filter(pk__in=gone).update(is_active=False)


def _write_backtests(world: World, replay: Replay) -> None:
    """Results of three backtests; each argued for the first order that its portfolio placed afterwards."""
    placed = [event for event in world.events if isinstance(event, Placed) and event.side == "BUY"]
    rows = []
    for strategy in STRATEGIES:
        outcome = run_backtest(strategy, world.tape, world.timetables[strategy.exchange].finished)
        orders = [event for event in placed if event.portfolio == strategy.portfolio and event.at > outcome.ran_at]
        is_followed = strategy is STRATEGIES[-1] and bool(orders)
        rows.append(_backtest(outcome, replay.orders[orders[0].number] if is_followed else None))
    BacktestResult.objects.bulk_create(rows)


def _backtest(outcome: Outcome, order: Order | None) -> BacktestResult:
    return BacktestResult(
        strategy_name=outcome.strategy.name,
        test_period_start=outcome.start,
        test_period_end=outcome.end,
        initial_capital=outcome.strategy.capital,
        final_value=outcome.final_value,
        total_return=outcome.total_return,
        annual_return=outcome.annual_return,
        sharpe_ratio=outcome.sharpe,
        max_drawdown=outcome.max_drawdown,
        win_rate=outcome.win_rate,
        total_trades=outcome.trades,
        parameters=outcome.strategy.parameters,
        order=order,
        created_at=outcome.ran_at,
    )


def _write_journal(world: World) -> None:
    tables = list(world.timetables.values())
    lines = log_lines(tables, world.events)
    ensure(Log, {line.at.astimezone(SEOUL).date() for line in lines})
    Log.objects.bulk_create(_log(line) for line in lines)
    Alert.objects.bulk_create(_alert(notice) for notice in notices(tables, world.events, world.advice, world.tape))


def _log(line: Line) -> Log:
    return Log(
        log_level=line.level,
        logger=line.logger,
        message=line.message,
        stack_trace=line.stack,
        request_id=line.request,
        user_id=line.user,
        created_at=line.at,
    )


def _alert(notice: Notice) -> Alert:
    is_acknowledged = notice.acknowledged_at is not None
    return Alert(
        alert_type=notice.kind,
        severity=notice.severity,
        module=notice.module,
        message=notice.message,
        data=notice.data,
        is_acknowledged=is_acknowledged,
        acknowledged_by=KIM if is_acknowledged else None,
        acknowledged_at=notice.acknowledged_at,
        created_at=notice.at,
    )


def _analyze() -> None:
    """Give the planner and the admin's estimated counts something to go by at once."""
    names = [sql.Identifier(model._meta.app_label, model._meta.db_table) for model in TABLES]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(names)).as_string(cursor.connection))
