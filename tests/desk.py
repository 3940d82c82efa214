"""A small desk for tests: one function for each kind of row, with believable facts that keywords override."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group, User

from account.models import CashEntry, Holding, Portfolio
from analytics.models import BacktestResult
from brain.models import AIReport, DailyPick
from market.models import CorporateAction, DailyPrice, FxRate, SessionOverride, Stock
from system.models import Alert, JobRun, LoadReject, Log
from system.partitions import ensure
from trade.models import ActionEntry, Execution, Order

SEOUL = ZoneInfo("Asia/Seoul")
SESSION = date(2025, 6, 2)  # a Monday
_numbers = count(1)


def make_operator(**facts: Any) -> User:
    """Someone who may do everything."""
    rights = {"is_staff": True, "is_superuser": True}
    return User.objects.create_user(**{"username": f"operator{next(_numbers)}", **rights, **facts})


def make_member(role: str, **facts: Any) -> User:
    """Someone who works in the back office by the rights of one role."""
    user = make_operator(is_superuser=False, **facts)
    user.groups.add(Group.objects.get(name=role))
    return user


def make_stock(**facts: Any) -> Stock:
    number = next(_numbers)
    defaults = {"ticker": f"{number:06}", "name": f"종목 {number}", "market_type": "KOSPI", "sector": "반도체"}
    return Stock.objects.create(**{**defaults, **facts})


def make_price(**facts: Any) -> DailyPrice:
    """A session's bar; its partition is made if it is missing."""
    bar = {"open_price": 70_000, "high_price": 71_500, "low_price": 69_500, "close_price": 71_000, "changes": "1.43"}
    traded = {"volume": 12_345_678, "amount": 876_543_210_000}
    whole = {"stock": facts.get("stock") or make_stock(), "trade_date": SESSION, **bar, **traded, **facts}
    ensure(DailyPrice, [whole["trade_date"]])
    return DailyPrice.objects.create(**whole)


def make_fx_rate(**facts: Any) -> FxRate:
    """What a dollar was worth on a day of its own."""
    day = SESSION - timedelta(days=next(_numbers))
    return FxRate.objects.create(**{"currency": "USD", "rate_date": day, "krw_per_unit": "1380.5", **facts})


def make_session_override(**facts: Any) -> SessionOverride:
    """An exchange that was closed on a day of its own."""
    day = SESSION - timedelta(days=next(_numbers))
    return SessionOverride.objects.create(
        **{"exchange": "XKRX", "session_date": day, "is_open": False, "reason": "태풍", **facts}
    )


def make_corporate_action(**facts: Any) -> CorporateAction:
    """A split of one share into five."""
    split = {"kind": "SPLIT", "effective_date": SESSION, "ratio": 5}
    return CorporateAction.objects.create(**{**split, **facts, "stock": facts.get("stock") or make_stock()})


def make_portfolio(**facts: Any) -> Portfolio:
    defaults = {"name": f"포트폴리오 {next(_numbers)}", "strategy_type": "MOMENTUM", "initial_capital": 100_000_000}
    return Portfolio.objects.create(**{**defaults, **facts})


def make_holding(**facts: Any) -> Holding:
    position = {"quantity": 10, "avg_purchase_price": "69400"}
    portfolio, stock = facts.get("portfolio") or make_portfolio(), facts.get("stock") or make_stock()
    return Holding.objects.create(**{**position, **facts, "portfolio": portfolio, "stock": stock})


def make_cash_entry(**facts: Any) -> CashEntry:
    defaults = {"kind": "DEPOSIT", "currency": "KRW", "amount": 1_000_000, "memo": "증자"}
    return CashEntry.objects.create(**{**defaults, **facts, "portfolio": facts.get("portfolio") or make_portfolio()})


def make_report(**facts: Any) -> AIReport:
    opinion = {"sentiment_score": "3.5", "confidence_score": "0.8", "risk_level": "MEDIUM", "target_price": 80_000}
    defaults = {"analysis_date": SESSION, "model_version": "v1", "summary": "실적 개선", **opinion}
    return AIReport.objects.create(**{**defaults, **facts, "stock": facts.get("stock") or make_stock()})


def make_pick(**facts: Any) -> DailyPick:
    """Advice on the report's stock, which the database fills in."""
    defaults = {"pick_date": SESSION, "action": "BUY", "priority_score": "87.5", "expected_return": "12.5"}
    pick = DailyPick.objects.create(**{**defaults, **facts, "report": facts.get("report") or make_report()})
    pick.refresh_from_db()
    return pick


def make_order(**facts: Any) -> Order:
    """A pending limit order to buy 10, of a holding unless a pick is given."""
    if not facts.keys() & {"holding", "pick"}:
        facts["holding"] = make_holding()
    defaults = {"side": "BUY", "order_type": "LIMIT", "quantity": 10, "limit_price": 70_000}
    return Order.objects.create(**{**defaults, **facts})


def make_execution(**facts: Any) -> Execution:
    order = facts.get("order") or make_order()
    fill = {"executed_quantity": 4, "executed_price": 70_000, "commission": 42, "exchange_ref": f"KRX-{next(_numbers)}"}
    return Execution.objects.create(**{**fill, **facts, "order": order})


def make_action_entry(**facts: Any) -> ActionEntry:
    """A split that a holding has been through."""
    holding = facts.get("holding") or make_holding()
    action = facts.get("action") or make_corporate_action(stock=holding.stock)
    entry = ActionEntry.objects.create(**{**facts, "holding": holding, "action": action})
    entry.refresh_from_db()
    return entry


def make_backtest(**facts: Any) -> BacktestResult:
    period = {"test_period_start": date(2023, 1, 2), "test_period_end": date(2024, 12, 30)}
    result = {"initial_capital": 100_000_000, "final_value": 123_000_000, "total_return": 23, "sharpe_ratio": "1.2"}
    return BacktestResult.objects.create(**{"strategy_name": "모멘텀", **period, **result, **facts})


def make_alert(**facts: Any) -> Alert:
    defaults = {"alert_type": "WARNING", "severity": "HIGH", "module": "market", "message": "시세가 늦습니다"}
    return Alert.objects.create(**{**defaults, **facts})


def make_log(**facts: Any) -> Log:
    """A line of today, unless `created_at` says otherwise; its partition is made if it is missing."""
    if "created_at" in facts:
        ensure(Log, [facts["created_at"].astimezone(SEOUL).date()])
    defaults = {"log_level": "INFO", "logger": "aegis.market", "message": "1,000 rows loaded", "request_id": "r-1"}
    return Log.objects.create(**{**defaults, **facts})


def make_job_run(**facts: Any) -> JobRun:
    ended = {"state": "SUCCEEDED", "finished_at": datetime.now(SEOUL) + timedelta(seconds=75)}
    return JobRun.objects.create(**{"job": "load_prices", "result": {"rows": 10}, **ended, **facts})


def make_load_reject(**facts: Any) -> LoadReject:
    where = {"loader": "load_prices", "file_name": "marcap-2025.csv.gz", "file_digest": "ab" * 32, "line": 7}
    why = {"reason": "close_not_positive", "detail": "close is 0", "raw": {"Code": "005930", "Close": "0"}}
    return LoadReject.objects.create(**{**where, **why, **facts})


MAKERS = {
    "market_stock": make_stock,
    "market_dailyprice": make_price,
    "market_fxrate": make_fx_rate,
    "market_sessionoverride": make_session_override,
    "market_corporateaction": make_corporate_action,
    "account_portfolio": make_portfolio,
    "account_holding": make_holding,
    "brain_aireport": make_report,
    "brain_dailypick": make_pick,
    "trade_order": make_order,
    "trade_execution": make_execution,
    "analytics_backtestresult": make_backtest,
    "system_alert": make_alert,
    "system_log": make_log,
}
