"""The questions of `market.queries` over monthly partitions, and the same SQL over one table with the same indexes."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from typing import Any

from django.db import connection
from django.db.models import Max

from market.models import DailyPrice, LatestPrice

ROUNDS = 25
FLAT = """
    CREATE SCHEMA bench;
    CREATE TABLE bench.flat (LIKE market.daily_prices INCLUDING DEFAULTS);
    INSERT INTO bench.flat SELECT * FROM market.daily_prices ORDER BY trade_date;
    ALTER TABLE bench.flat ADD PRIMARY KEY (stock_id, trade_date);
    CREATE INDEX ON bench.flat USING brin (trade_date) WITH (autosummarize = true);
    CREATE INDEX ON bench.flat (trade_date, volume DESC);
    CREATE INDEX ON bench.flat USING brin (price_id) WITH (autosummarize = true, pages_per_range = 32);
"""
Run = Callable[[], float]


def compare() -> dict[str, tuple[float, float]]:
    """Of each question the median milliseconds on months and on one table, in turn; 0 where there is no twin."""
    with connection.cursor() as cursor:
        cursor.execute(FLAT)
        cursor.execute("VACUUM ANALYZE bench.flat")
    return {name: _alternately(*pair) for name, pair in _questions().items()}


def _questions() -> dict[str, tuple[Run, Run | None]]:
    day: date = LatestPrice.objects.aggregate(day=Max("trade_date"))["day"]
    stock = LatestPrice.objects.order_by("stock_id")[STOCK].stock_id
    prices = DailyPrice.objects
    ranged = {
        "history of a stock, 1 year": prices.history(stock, day - timedelta(days=365), day),
        "history of a stock, 10 years": prices.history(stock, day - timedelta(days=3650), day),
        "a day's cross-section": prices.on(day),
        "most traded of a day": prices.most_traded(day),
        "52-week range of all stocks": prices.range_52_weeks(day),
    }
    latest = {
        "latest close of a stock": LatestPrice.objects.filter(stock=stock),
        "latest close of all stocks": LatestPrice.objects.by_ticker(),
    }
    of_one = prices.filter(stock=stock).range_52_weeks(day)
    return (
        {name: (_run(question), None) for name, question in latest.items()}
        | {name: (_run(question), _run(question, "bench.flat")) for name, question in ranged.items()}
        | {"52-week range of a stock": (_timed(lambda: prices.range_of(stock, day)), _run(of_one, "bench.flat"))}
    )


STOCK = 1_300


def _run(question: Any, table: str = '"daily_prices"') -> Run:
    statement, values = question.query.sql_with_params()
    # The table keeps its name as an alias, so that the columns' names stand.
    twin = f'{table} AS "daily_prices"' if table != '"daily_prices"' else table
    statement = statement.replace('FROM "daily_prices"', f"FROM {twin}")

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            cursor.fetchall()

    return _timed(run)


def _timed(work: Callable[[], Any]) -> Run:
    def run() -> float:
        start = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - start)

    return run


def _alternately(ours: Run, flat: Run | None) -> tuple[float, float]:
    pairs = [(ours(), flat() if flat else 0.0) for _ in range(ROUNDS + 2)][2:]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
