"""A day's closes arrive, and 100,000 holdings are valued anew: against a bare UPDATE of one column of them.

The closes come by plain SQL, as an engine sends them; the triggers on prices do the rest, portfolios included.
"""

import time
from statistics import median

import psycopg

from system.postgres import Cluster
from tests.bench.report import Figure, ratio

STOCKS, PORTFOLIOS, HELD, ROUNDS = 2_500, 1_000, 100, 5
DESK = f"""
    INSERT INTO market.stocks (ticker, name, market_type)
    SELECT 'V' || n, 'Value ' || n, CASE WHEN n % 4 = 0 THEN 'NASDAQ' ELSE 'KOSPI' END
      FROM generate_series(1, {STOCKS}) n;
    INSERT INTO market.fx_rates (currency, rate_date, krw_per_unit) VALUES ('USD', current_date - 20, 1350);
    INSERT INTO account.portfolio (name, initial_capital, max_drawdown)
    SELECT 'Value ' || n, 1000000000, 90 FROM generate_series(1, {PORTFOLIOS}) n;
    INSERT INTO account.holdings (portfolio_id, stock_id, quantity, avg_purchase_price)
    SELECT portfolio_id, stock_id, 10, 100
      FROM account.portfolio
     CROSS JOIN LATERAL (SELECT 1 + (portfolio_id * 37 + n * 25) % {STOCKS} AS stock_id
                           FROM generate_series(1, {HELD}) n) s;
"""
CLOSES = """
    INSERT INTO market.daily_prices (stock_id, trade_date, close_price, volume)
    SELECT stock_id, current_date - %s::int, 100 + (stock_id + %s) %% 17, 1 FROM market.stocks
"""
BARE = "UPDATE account.holdings SET last_updated = now()"


def run(server: Cluster) -> list[Figure]:
    with psycopg.connect(server.url, autocommit=True) as owner:
        owner.execute(DESK)
        days = owner.execute(
            "SELECT DISTINCT date_trunc('month', day)::date"
            "  FROM generate_series(current_date - 40, current_date, '1 day') AS day"
        )
        for (month,) in days.fetchall():
            _ensure_month(owner, month)
        owner.execute(CLOSES, [ROUNDS + 2, 0])
        owner.execute("VACUUM ANALYZE")
        ours, bare = [], []
        for number in range(ROUNDS):
            bare.append(_bare(owner))
            owner.execute("VACUUM account.holdings, account.portfolio, market.latest_prices")
            ours.append(_timed(owner, CLOSES, [ROUNDS + 1 - number, number]))
            owner.execute("VACUUM account.holdings, account.portfolio, market.latest_prices")
    detail = f"{median(ours):.2f} s / {median(bare):.2f} s"
    return [Figure("valuation", "a day's closes / bare UPDATE", ratio(ours, bare), 2.5, True, detail)]


def _ensure_month(owner: psycopg.Connection, month: object) -> None:
    name = f"market.daily_prices_y{month:%Y}m{month:%m}"
    owner.execute(
        f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF market.daily_prices"
        f" FOR VALUES FROM ('{month}') TO ('{month}'::date + interval '1 month')"
    )


def _bare(owner: psycopg.Connection) -> float:
    owner.execute("ALTER TABLE account.holdings DISABLE TRIGGER USER")
    try:
        return _timed(owner, BARE)
    finally:
        owner.execute("ALTER TABLE account.holdings ENABLE TRIGGER USER")


def _timed(owner: psycopg.Connection, statement: str, values: list[int] | None = None) -> float:
    start = time.perf_counter()
    owner.execute(statement, values)
    return time.perf_counter() - start
