"""What row security costs: a trader's order list over 100,000 orders of 200 traders.

Against the same query with the owner's name typed into it, by a role that row security does not limit.
"""

import time
from statistics import median

import psycopg

from system.postgres import Cluster
from tests.bench.report import Figure, ratio

TRADERS, ORDERS, ROUNDS, REPEATS = 200, 100_000, 15, 10
BOUND = 1.2
DESK = f"""
    INSERT INTO market.stocks (ticker, name, market_type)
    SELECT 'A' || n, 'Access ' || n, 'KOSPI' FROM generate_series(1, 50) n;
    INSERT INTO account.portfolio (name, initial_capital, created_by)
    SELECT 'Access ' || n, 1000000000, 'trader' || n % {TRADERS} FROM generate_series(0, 2 * {TRADERS} - 1) n;
    INSERT INTO account.holdings (portfolio_id, stock_id, quantity, avg_purchase_price)
    SELECT portfolio_id, stock_id, 10, 100 FROM account.portfolio
     CROSS JOIN LATERAL (SELECT stock_id FROM market.stocks ORDER BY (stock_id * 7 + portfolio_id) % 50 LIMIT 10) AS s;
    ALTER TABLE trade.orders DISABLE TRIGGER USER;
    INSERT INTO trade.orders (holding_id, order_type, side, quantity, limit_price, order_time, created_by, owned_by)
    SELECT holding_id, 'LIMIT', 'BUY', 1, 100, now() - n * interval '1 second', created_by, created_by
      FROM (SELECT n, (n * 7919) % (20 * {TRADERS}) AS place FROM generate_series(1, {ORDERS}) n) AS drawn
      JOIN (SELECT row_number() OVER (ORDER BY holding_id) - 1 AS place, holding_id, created_by
              FROM account.holdings JOIN account.portfolio USING (portfolio_id)) AS held USING (place);
    ALTER TABLE trade.orders ENABLE TRIGGER USER;
    ALTER TABLE trade.executions DISABLE TRIGGER USER;
    INSERT INTO trade.executions (order_id, executed_quantity, executed_price, executed_time, exchange_ref)
    SELECT order_id, 1, 100, order_time, 'r' FROM trade.orders;
    ALTER TABLE trade.executions ENABLE TRIGGER USER;
"""
LIST = "SELECT * FROM trade.orders {where} ORDER BY order_time DESC LIMIT 100"
NAMED = LIST.format(where="WHERE owned_by = %(name)s")
COUNT = "SELECT count(*) FROM trade.orders"
FILLS = "SELECT * FROM trade.executions {where} ORDER BY executed_time DESC, execution_id DESC LIMIT 100"
OF_OWNER = "order_id = ANY (ARRAY (SELECT order_id FROM trade.orders WHERE owned_by = %(name)s))"


def run(server: Cluster) -> list[Figure]:
    with psycopg.connect(server.url, autocommit=True) as owner:
        owner.execute(DESK)
        owner.execute("VACUUM ANALYZE")
    with (
        psycopg.connect(server.url.replace("//aegis@", "//aegis_app@"), autocommit=True) as trader,
        psycopg.connect(server.url.replace("//aegis@", "//aegis_app@"), autocommit=True) as admin,
    ):
        trader.execute("SET ROLE aegis_trader")
        admin.execute("SET ROLE aegis_admin")
        pairs = {
            "a trader's newest orders / owner named": (LIST.format(where=""), NAMED),
            "count of a trader's orders / owner named": (COUNT, f"{COUNT} WHERE owned_by = %(name)s"),
            "a trader's fills / owner named": (FILLS.format(where=""), FILLS.format(where=f"WHERE {OF_OWNER}")),
        }
        return [_compare(trader, admin, name, *pair) for name, pair in pairs.items()]


def _compare(trader: psycopg.Connection, admin: psycopg.Connection, name: str, secured: str, explicit: str) -> Figure:
    ours, theirs = [], []
    for number in range(ROUNDS):
        login = f"trader{number * 13 % TRADERS}"
        trader.execute("SELECT set_config('aegis.user', %s, false)", [login])
        mine, named = trader.execute(secured).fetchall(), admin.execute(explicit, {"name": login}).fetchall()
        if mine != named or not mine:
            raise AssertionError(f"{name}: row security and the explicit query differ")
        ours.append(_timed(trader, secured, login))
        theirs.append(_timed(admin, explicit, login))
    detail = f"{median(ours) * 1000:.2f} ms / {median(theirs) * 1000:.2f} ms"
    return Figure("access", name, ratio(ours, theirs), BOUND, True, detail)


def _timed(session: psycopg.Connection, query: str, login: str) -> float:
    start = time.perf_counter()
    for _ in range(REPEATS):
        session.execute(query, {"name": login} if "%(name)s" in query else None).fetchall()
    return (time.perf_counter() - start) / REPEATS
