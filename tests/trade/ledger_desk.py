"""A desk made by plain SQL, as an engine would make it; every `make_` returns the key of its row."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from market.models import DailyPrice
from system.partitions import SEOUL, ensure
from system.schemas import SCHEMAS

# A session that is over everywhere, in New York too.
YESTERDAY = datetime.now(SEOUL).date() - timedelta(days=2)
_numbers = count(1)


def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def value(statement: str, *values: Any) -> Any:
    return run(statement, *values)[0][0]


def make(table: str, **facts: Any) -> int:
    """Insert one row; its key is the first column of its table."""
    statement = sql.SQL("INSERT INTO {} ({}) {} VALUES ({}) RETURNING {}").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, facts)),
        sql.SQL("OVERRIDING SYSTEM VALUE" if KEYS[table] in facts else ""),
        sql.SQL(", ").join(map(sql.Literal, facts.values())),
        sql.Identifier(KEYS[table]),
    )
    with connection.cursor() as cursor:
        return int(value(statement.as_string(cursor.connection)))


KEYS = {
    "stocks": "stock_id",
    "portfolio": "portfolio_id",
    "holdings": "holding_id",
    "cash_entries": "cash_entry_id",
    "ai_reports": "report_id",
    "daily_picks": "pick_id",
    "orders": "order_id",
    "executions": "execution_id",
}


def make_stock(close: Any = None, **facts: Any) -> int:
    number = next(_numbers)
    stock = make("stocks", **{"ticker": f"T{number:05}", "name": f"종목 {number}", "market_type": "KOSPI", **facts})
    if close is not None:
        set_close(stock, close)
    return stock


def set_close(stock: int, close: Any, day: date = YESTERDAY) -> None:
    ensure(DailyPrice, [day])
    run(
        "INSERT INTO daily_prices (stock_id, trade_date, close_price, volume) VALUES (%s, %s, %s, 1000)"
        " ON CONFLICT (stock_id, trade_date) DO UPDATE SET close_price = EXCLUDED.close_price",
        stock,
        day,
        close,
    )


def set_rate(rate: Any, day: date = YESTERDAY) -> None:
    run(
        "INSERT INTO fx_rates (currency, rate_date, krw_per_unit) VALUES ('USD', %s, %s)"
        " ON CONFLICT (currency, rate_date) DO UPDATE SET krw_per_unit = EXCLUDED.krw_per_unit",
        day,
        rate,
    )


def make_portfolio(capital: Any = 1_000_000, **facts: Any) -> int:
    return make("portfolio", **{"name": f"포트폴리오 {next(_numbers)}", "initial_capital": capital, **facts})


def make_holding(portfolio: int | None = None, stock: int | None = None, quantity: int = 0, average: Any = 0) -> int:
    return make(
        "holdings",
        portfolio_id=portfolio or make_portfolio(),
        stock_id=stock or make_stock(),
        quantity=quantity,
        avg_purchase_price=average,
    )


def make_pick(stock: int, action: str = "BUY") -> int:
    report = make("ai_reports", stock_id=stock, analysis_date=YESTERDAY, model_version="v1", risk_level="LOW")
    return make("daily_picks", report_id=report, pick_date=YESTERDAY, action=action)


def make_order(holding: int | None, side: str = "BUY", quantity: int = 10, **facts: Any) -> int:
    order = {"holding_id": holding, "order_type": "MARKET", "side": side, "quantity": quantity, **facts}
    return make("orders", **{fact: value for fact, value in order.items() if value is not None})


def fill(order: int, quantity: int, price: Any, **facts: Any) -> int:
    booked = {"order_id": order, "executed_quantity": quantity, "executed_price": price}
    return make("executions", **{**booked, "exchange_ref": f"F-{next(_numbers)}", **facts})


def reverse(execution: int) -> int:
    """As a client does it who knows no more than the number: everything else is taken from the original."""
    return int(value("INSERT INTO executions (reverses_id) VALUES (%s) RETURNING execution_id", execution))


def order_is(order: int) -> tuple[str, int]:
    return run("SELECT status, filled_quantity FROM orders WHERE order_id = %s", order)[0]  # type: ignore[return-value]


def position(holding: int) -> tuple[Any, ...]:
    """Quantity, average, realised P&L."""
    return run("SELECT quantity, avg_purchase_price, realized_pnl FROM holdings WHERE holding_id = %s", holding)[0]


def cash(portfolio: int, currency: str = "KRW") -> Any:
    balances = dict(run("SELECT currency, balance FROM cash_balances WHERE portfolio_id = %s", portfolio))
    return balances.get(currency, 0)


def worth(portfolio: int) -> Any:
    return value("SELECT current_value FROM portfolio WHERE portfolio_id = %s", portfolio)


def alerts(severity: str) -> list[str]:
    return [message for (message,) in run("SELECT message FROM alerts WHERE severity = %s ORDER BY alert_id", severity)]


def everything() -> dict[str, list[str]]:
    """Every row of every table of ours."""
    tables = {model._meta.db_table for model in apps.get_models() if model._meta.app_label in SCHEMAS}
    rows = sql.SQL("SELECT to_jsonb(t)::text FROM {} AS t ORDER BY 1")
    with connection.cursor() as cursor:
        return {
            table: [row for (row,) in run(rows.format(sql.Identifier(table)).as_string(cursor.connection))]
            for table in sorted(tables)
        }


@dataclass
class Refusal:
    rule: str = ""
    message: str = ""
    hint: str = ""


@contextmanager
def refused() -> Iterator[Refusal]:
    """The block is refused by a named rule of the database, and changes nothing."""
    before, refusal = everything(), Refusal()
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield refusal
    cause = caught.value.__cause__
    assert isinstance(cause, psycopg.Error)
    refusal.rule = cause.diag.constraint_name or ""
    refusal.message = cause.diag.message_primary or ""
    refusal.hint = cause.diag.message_hint or ""
    assert everything() == before
