"""Every constraint refuses, under its own name, what it is there to refuse: by plain SQL, as an engine would write.

A case is the row as it should be, and what to put wrong in it. `test_every_constraint_has_a_case` keeps the list whole.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from psycopg import sql

from system.schemas import SCHEMAS

STOCK = {"ticker": "T", "name": "n", "market_type": "KOSPI"}
PRICE = {"stock_id": -1, "trade_date": "2024-01-02", "close_price": 100, "volume": 10}
PORTFOLIO = {"name": "p", "initial_capital": 1000}
HOLDING = {"portfolio_id": -1, "stock_id": -2, "quantity": 0, "avg_purchase_price": 0}
REPORT = {"stock_id": -1, "analysis_date": "2024-01-03", "model_version": "v1", "risk_level": "LOW"}
PICK = {"report_id": -1, "pick_date": "2024-01-03", "action": "BUY"}
ORDER = {"holding_id": -1, "order_type": "MARKET", "side": "BUY", "quantity": 10}
EXECUTION = {"order_id": -1, "executed_quantity": 1, "executed_price": 100, "exchange_ref": "new"}
BACKTEST = {
    "strategy_name": "s",
    "test_period_start": "2024-01-01",
    "test_period_end": "2024-02-01",
    "initial_capital": 100,
    "final_value": 100,
    "total_return": 0,
}
ALERT = {"alert_type": "INFO", "severity": "LOW", "message": "m"}
LOG = {"log_level": "INFO", "message": "m"}
JOB = {"job": "j"}
REJECT = {"loader": "l", "file_name": "f", "file_digest": "d", "line": 2, "reason": "r", "detail": "d", "raw": "{}"}
FX = {"currency": "USD", "rate_date": "2024-01-03", "krw_per_unit": 1300}
CASH = {"portfolio_id": -1, "currency": "KRW", "amount": 5, "kind": "DEPOSIT"}
LATEST = {"stock_id": -2, "trade_date": "2024-01-02", "close_price": 1}
SESSION = {"exchange": "XKRX", "session_date": "2024-01-03", "is_open": False, "reason": "storm"}
SPLIT = {"stock_id": -1, "kind": "SPLIT", "effective_date": "2024-01-03", "ratio": 5}
DIVIDEND = SPLIT | {"kind": "CASH_DIVIDEND", "ratio": None, "amount": 5}
RIGHTS = SPLIT | {"kind": "RIGHTS", "subscription_price": 5, "cum_price": 10}
ENTRY = {"action_id": -1, "holding_id": -2}

VALID = {
    "stocks": STOCK,
    "daily_prices": PRICE,
    "latest_prices": LATEST,
    "fx_rates": FX,
    "cash_entries": CASH,
    "portfolio": PORTFOLIO,
    "holdings": HOLDING,
    "ai_reports": REPORT,
    "daily_picks": PICK,
    "orders": ORDER,
    "executions": EXECUTION,
    "backtest_results": BACKTEST,
    "alerts": ALERT,
    "logs": LOG,
    "job_runs": JOB,
    "load_rejects": REJECT,
    "login_policy": {"policy_id": 1},
    "session_overrides": SESSION,
    "corporate_actions": SPLIT,
    "action_entries": ENTRY,
}

# (table, what is wrong, the constraint that says so)
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("stocks", {"ticker": "A"}, "idx_stocks_ticker"),
    ("stocks", {"market_type": "KONEX"}, "chk_stocks_market_type"),
    ("stocks", {"ticker": ""}, "chk_stocks_named"),
    ("stocks", {"market_cap": -1}, "chk_stocks_market_cap"),
    ("stocks", {"market_cap": "NaN"}, "chk_stocks_market_cap"),
    ("daily_prices", {"stock_id": -99}, "fk_daily_prices_stock"),
    ("daily_prices", {"close_price": 0}, "chk_price_positive"),
    ("daily_prices", {"close_price": -1}, "chk_price_positive"),
    ("daily_prices", {"close_price": "NaN"}, "chk_price_positive"),
    ("daily_prices", {"volume": -1}, "chk_price_positive"),
    ("daily_prices", {"open_price": -1}, "chk_daily_prices_range"),
    ("daily_prices", {"open_price": "NaN"}, "chk_daily_prices_range"),
    ("daily_prices", {"high_price": 1, "low_price": 500}, "chk_daily_prices_range"),
    ("daily_prices", {"amount": -1}, "chk_daily_prices_amount"),
    ("latest_prices", {"stock_id": -99}, "fk_latest_prices_stock"),
    ("latest_prices", {"close_price": "NaN"}, "chk_latest_prices_close"),
    ("fx_rates", {"rate_date": "2024-01-02"}, "uniq_fx_rates_day"),
    ("fx_rates", {"currency": "JPY"}, "chk_fx_rates_currency"),
    ("fx_rates", {"currency": "KRW"}, "chk_fx_rates_foreign"),
    ("fx_rates", {"krw_per_unit": "NaN"}, "chk_fx_rates_positive"),
    ("cash_entries", {"portfolio_id": -99}, "fk_cash_entries_portfolio"),
    ("cash_entries", {"currency": "JPY"}, "chk_cash_entries_currency"),
    ("cash_entries", {"kind": "GIFT"}, "chk_cash_entries_kind"),
    ("cash_entries", {"amount": -5}, "chk_cash_entries_sign"),
    ("cash_entries", {"amount": "NaN", "kind": "DIVIDEND"}, "chk_cash_entries_sign"),
    ("cash_entries", {"execution_id": 5}, "chk_cash_entries_execution"),
    ("portfolio", {"initial_capital": -1}, "chk_portfolio_capital"),
    ("portfolio", {"initial_capital": "NaN"}, "chk_portfolio_capital"),
    ("portfolio", {"max_drawdown": 0}, "chk_portfolio_drawdown"),
    ("portfolio", {"max_drawdown": 101}, "chk_portfolio_drawdown"),
    ("portfolio", {"name": ""}, "chk_portfolio_named"),
    ("holdings", {"portfolio_id": -99}, "fk_holdings_portfolio"),
    ("holdings", {"stock_id": -99}, "fk_holdings_stock"),
    ("holdings", {"stock_id": -1}, "idx_holdings_portfolio"),
    ("holdings", {"quantity": -1}, "chk_holdings_quantity"),
    ("holdings", {"avg_purchase_price": -1}, "chk_holdings_average"),
    ("holdings", {"avg_purchase_price": "NaN"}, "chk_holdings_average"),
    ("ai_reports", {"stock_id": -99}, "fk_ai_reports_stock"),
    ("ai_reports", {"analysis_date": "2024-01-02"}, "idx_ai_reports_stock_date"),
    ("ai_reports", {"sentiment_score": 11}, "chk_ai_reports_sentiment"),
    ("ai_reports", {"sentiment_score": "NaN"}, "chk_ai_reports_sentiment"),
    ("ai_reports", {"confidence_score": 1.1}, "chk_ai_reports_confidence"),
    ("ai_reports", {"target_price": 0}, "chk_ai_reports_target"),
    ("ai_reports", {"risk_level": "NONE"}, "chk_ai_reports_risk"),
    ("daily_picks", {"report_id": -99, "stock_id": -1}, "fk_daily_picks_report"),
    ("daily_picks", {"stock_id": -2}, "pick_stock"),
    ("daily_picks", {"pick_date": "2024-01-02"}, "uniq_daily_pick"),
    ("daily_picks", {"pick_date": "2024-01-02", "action": "SELL"}, "uniq_daily_picks_one_action"),
    ("daily_picks", {"action": "WAIT"}, "chk_daily_picks_action"),
    ("daily_picks", {"holding_period": 0}, "chk_daily_picks_period"),
    ("daily_picks", {"priority_score": "NaN"}, "chk_daily_picks_priority"),
    ("orders", {"holding_id": -99}, "fk_orders_holding"),
    ("orders", {"pick_id": -99}, "fk_orders_pick"),
    ("orders", {"order_type": "ICEBERG"}, "chk_orders_type"),
    ("orders", {"side": "HOLD"}, "chk_orders_side"),
    ("orders", {"status": "DONE"}, "chk_orders_status"),
    ("orders", {"quantity": 0}, "chk_order_quantity"),
    ("orders", {"holding_id": None}, "chk_orders_instrument"),
    ("orders", {"order_type": "LIMIT"}, "chk_orders_price_for_type"),
    ("orders", {"order_type": "STOP", "limit_price": 5}, "chk_orders_price_for_type"),
    ("orders", {"limit_price": 5}, "chk_orders_price_for_type"),
    ("orders", {"order_type": "LIMIT", "limit_price": "NaN"}, "chk_orders_price_positive"),
    ("orders", {"order_type": "STOP", "stop_price": 0}, "chk_orders_price_positive"),
    ("orders", {"filled_quantity": 11, "status": "CANCELLED"}, "chk_orders_filled"),
    ("orders", {"status": "FILLED"}, "chk_orders_status_filled"),
    ("orders", {"status": "PARTIAL_FILLED"}, "chk_orders_status_filled"),
    ("orders", {"filled_quantity": 3}, "chk_orders_status_filled"),
    ("orders", {"order_time": "2024-01-02", "expires_at": "2024-01-01"}, "chk_orders_expiry"),
    ("executions", {"order_id": -99}, "fk_executions_order"),
    ("executions", {"exchange_ref": "known"}, "idx_executions_order"),
    ("executions", {"executed_quantity": 0}, "chk_executions_positive"),
    ("executions", {"executed_price": -1}, "chk_executions_positive"),
    ("executions", {"executed_price": "NaN"}, "chk_executions_positive"),
    ("executions", {"commission": -1}, "chk_executions_charges"),
    ("executions", {"tax": "NaN"}, "chk_executions_charges"),
    ("executions", {"fx_rate": 0}, "chk_executions_fx"),
    ("executions", {"exchange_ref": ""}, "chk_executions_ref"),
    ("backtest_results", {"order_id": -99}, "fk_backtest_results_order"),
    ("backtest_results", {"test_period_end": "2023-12-31"}, "chk_backtest_results_period"),
    ("backtest_results", {"initial_capital": 0}, "chk_backtest_results_capital"),
    ("backtest_results", {"final_value": -1}, "chk_backtest_results_capital"),
    ("backtest_results", {"max_drawdown": -5}, "chk_backtest_results_rates"),
    ("backtest_results", {"win_rate": 101}, "chk_backtest_results_rates"),
    ("backtest_results", {"total_trades": -1}, "chk_backtest_results_trades"),
    ("alerts", {"alert_type": "NEWS"}, "chk_alerts_type"),
    ("alerts", {"severity": "FATAL"}, "chk_alerts_severity"),
    ("alerts", {"acknowledged_at": "2024-01-01"}, "chk_alerts_acknowledged"),
    ("logs", {"log_level": "WARNING"}, "chk_logs_level"),
    ("job_runs", {"state": "LOST", "finished_at": "2024-01-01"}, "chk_job_runs_state"),
    ("job_runs", {"state": "FAILED"}, "chk_job_runs_finished"),
    ("load_rejects", {"line": -1}, "chk_load_rejects_line"),
    ("load_rejects", {"line": 1}, "uniq_load_rejects_row"),
    ("login_policy", {"policy_id": 2}, "chk_login_policy_one"),
    ("session_overrides", {"session_date": "2024-01-02"}, "uniq_session_overrides_day"),
    ("session_overrides", {"exchange": "XTKS"}, "chk_session_overrides_exchange"),
    ("session_overrides", {"reason": ""}, "chk_session_overrides_reason"),
    ("corporate_actions", {"stock_id": -99}, "fk_corporate_actions_stock"),
    ("corporate_actions", {"effective_date": "2024-01-02"}, "uniq_corporate_actions_day"),
    ("corporate_actions", {"kind": "MERGER"}, "chk_corporate_actions_kind"),
    ("corporate_actions", {"ratio": None}, "chk_corporate_actions_ratio"),
    ("corporate_actions", {"ratio": 0.2}, "chk_corporate_actions_ratio"),
    ("corporate_actions", {"ratio": "NaN"}, "chk_corporate_actions_ratio"),
    ("corporate_actions", {"per": 0}, "chk_corporate_actions_ratio"),
    ("corporate_actions", {"per": "NaN"}, "chk_corporate_actions_ratio"),
    ("corporate_actions", {"kind": "BONUS", "ratio": 0.1}, "chk_corporate_actions_ratio"),
    ("corporate_actions", {"kind": "REVERSE_SPLIT", "ratio": 5}, "chk_corporate_actions_ratio"),
    ("corporate_actions", DIVIDEND | {"ratio": 2}, "chk_corporate_actions_ratio"),
    (
        "corporate_actions",
        {"kind": "REVERSE_SPLIT", "ratio": "0.5", "per": 1_000_000},
        "chk_corporate_actions_smallest_ratio",
    ),
    ("corporate_actions", DIVIDEND | {"amount": None}, "chk_corporate_actions_amount"),
    ("corporate_actions", DIVIDEND | {"amount": 0}, "chk_corporate_actions_amount"),
    ("corporate_actions", DIVIDEND | {"amount": "NaN"}, "chk_corporate_actions_amount"),
    ("corporate_actions", {"amount": 5}, "chk_corporate_actions_amount"),
    ("corporate_actions", RIGHTS | {"subscription_price": None}, "chk_corporate_actions_rights"),
    ("corporate_actions", RIGHTS | {"cum_price": None}, "chk_corporate_actions_rights"),
    ("corporate_actions", RIGHTS | {"cum_price": "NaN"}, "chk_corporate_actions_rights"),
    (
        "corporate_actions",
        RIGHTS | {"cum_price": 1, "subscription_price": -1, "ratio": 2},
        "chk_corporate_actions_rights",
    ),
    ("corporate_actions", {"cum_price": 5}, "chk_corporate_actions_rights"),
    ("action_entries", {"action_id": -99}, "fk_action_entries_action"),
    ("action_entries", {"holding_id": -99}, "fk_action_entries_holding"),
    ("stocks", {"listing_date": "infinity"}, "chk_stocks_dates"),
    ("fx_rates", {"rate_date": "-infinity"}, "chk_fx_rates_date"),
    ("session_overrides", {"session_date": "2200-01-01"}, "chk_session_overrides_date"),
    ("corporate_actions", {"effective_date": "1799-12-31"}, "chk_corporate_actions_date"),
    ("ai_reports", {"analysis_date": "0044-03-15 BC"}, "chk_ai_reports_date"),
    ("daily_picks", {"pick_date": "infinity"}, "chk_daily_picks_date"),
    ("alerts", {"created_at": "infinity"}, "chk_alerts_times"),
    ("job_runs", {"started_at": "-infinity"}, "chk_job_runs_times"),
    ("load_rejects", {"created_at": "1969-12-31 00:00+00"}, "chk_load_rejects_times"),
    ("backtest_results", {"test_period_end": "infinity"}, "chk_backtest_results_dates"),
]

# Only the ledger's triggers write there, or they refuse before the constraint could: it holds against their mistakes.
BEHIND_A_TRIGGER = {
    "fk_daily_picks_stock",
    "fk_cash_balances_portfolio",
    "uniq_cash_balances_currency",
    "chk_cash_balances_currency",
    "uniq_cash_entries_execution",
    "fk_executions_reverses",
    "uniq_executions_reverses",
    "chk_cash_entries_action",
    "uniq_cash_entries_action",
    "fk_action_entries_reverses",
    "uniq_action_entries_reverses",
    "chk_action_entries_numbers",
    "chk_action_entries_quantity",
}

REQUIRED = {
    "stocks": "ticker name market_type is_active",
    "daily_prices": "stock_id close_price volume",
    "portfolio": "name initial_capital created_by",
    "holdings": "portfolio_id stock_id quantity avg_purchase_price",
    "ai_reports": "stock_id analysis_date model_version risk_level",
    "daily_picks": "report_id pick_date action is_executed",
    "orders": "order_type side quantity status order_time created_by",
    "executions": "order_id executed_quantity executed_price exchange_ref commission tax",
    "backtest_results": "strategy_name test_period_start test_period_end initial_capital final_value total_return",
    "alerts": "alert_type severity message is_acknowledged",
    "logs": "log_level message",
    "fx_rates": "currency rate_date krw_per_unit",
    "session_overrides": "exchange session_date is_open reason",
    "corporate_actions": "stock_id kind effective_date per created_by",
    "cash_entries": "portfolio_id currency amount kind created_by",
    "action_entries": "action_id holding_id created_by",
}


def insert(table: str, **values: Any) -> None:
    statement = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.Literal, values.values())),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection))


@pytest.fixture(autouse=True)
def desk(db: None) -> Iterator[None]:
    """One row of everything, under key 1, and a second stock."""
    insert("stocks", **STOCK | {"stock_id": -1, "ticker": "A"})
    insert("stocks", **STOCK | {"stock_id": -2, "ticker": "B"})
    insert("portfolio", **PORTFOLIO, portfolio_id=-1)
    insert("holdings", **HOLDING | {"holding_id": -1, "stock_id": -1})
    insert("ai_reports", **REPORT | {"report_id": -1, "analysis_date": "2024-01-02"})
    insert("daily_picks", **PICK | {"pick_id": -1, "pick_date": "2024-01-02"})
    insert("orders", **ORDER, order_id=-1)
    insert("executions", **EXECUTION | {"exchange_ref": "known"})
    insert("load_rejects", **REJECT | {"line": 1})
    insert("fx_rates", **FX | {"rate_date": "2024-01-02"})
    insert("session_overrides", **SESSION | {"session_date": "2024-01-02"})
    insert("corporate_actions", **SPLIT | {"action_id": -1, "effective_date": "2024-01-02"})
    insert("portfolio", **PORTFOLIO, portfolio_id=-2)
    insert("holdings", **HOLDING | {"holding_id": -2, "portfolio_id": -2, "stock_id": -1, "quantity": 10})
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM login_policy")  # its one row is made by the migration
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS market.daily_prices_y2024m01"
            " PARTITION OF market.daily_prices FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')"
        )
    return


@pytest.mark.parametrize("table", VALID)
def test_a_row_that_names_only_the_documents_columns_is_taken(table: str) -> None:
    insert(table, **VALID[table])


@pytest.mark.parametrize(("table", "wrong", "constraint"), REFUSED, ids=str)
def test_a_wrong_value_is_refused_by_name(table: str, wrong: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        insert(table, **VALID[table] | wrong)

    cause = refusal.value.__cause__
    assert isinstance(cause, psycopg.Error)
    assert cause.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table, columns in REQUIRED.items() for column in columns.split()]
)
def test_a_null_is_refused_where_a_fact_is_needed(table: str, column: str) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        insert(table, **VALID[table] | {column: None})

    cause = refusal.value.__cause__
    assert isinstance(cause, psycopg.errors.NotNullViolation)
    assert cause.diag.column_name == column


def test_every_constraint_has_a_case() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid"
            " WHERE connamespace::regnamespace::text = ANY (%s) AND contype IN ('c', 'f', 'u') AND NOT relispartition",
            [list(SCHEMAS)],
        )
        named = {name for (name,) in cursor.fetchall()}

    assert named - {constraint for _, _, constraint in REFUSED} == BEHIND_A_TRIGGER


@pytest.mark.parametrize(("table", "column"), [("daily_prices", "trade_date"), ("logs", "created_at")])
def test_a_row_without_its_partition_key_has_no_place(table: str, column: str) -> None:
    with pytest.raises(IntegrityError, match="no partition of relation"), transaction.atomic():
        insert(table, **VALID[table] | {column: None})


@pytest.mark.parametrize(
    ("table", "constraint"),
    [
        ("stocks", "fk_holdings_stock"),
        ("portfolio", "portfolio_has_cash"),
        ("holdings", "fk_orders_holding"),
        ("ai_reports", "fk_daily_picks_report"),
        ("orders", "fk_executions_order"),
    ],
)
def test_a_row_that_a_ledger_hangs_on_cannot_be_deleted(table: str, constraint: str) -> None:
    keys = {"stocks": "stock_id", "portfolio": "portfolio_id", "holdings": "holding_id", "ai_reports": "report_id"}
    statement = sql.SQL("DELETE FROM {} WHERE {} = -1").format(
        sql.Identifier(table), sql.Identifier(keys.get(table, "order_id"))
    )
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection))

    cause = refusal.value.__cause__
    assert isinstance(cause, psycopg.Error)
    others = {"fk_daily_prices_stock", "fk_ai_reports_stock", "fk_corporate_actions_stock"}
    assert cause.diag.constraint_name in {constraint} | others
