"""Many clients at once, killed clients, a killed server: the ledger agrees with itself and keeps what it promised."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import IsolationLevel
from psycopg.conninfo import make_conninfo

from market.ingest.prices import load_prices
from market.models import DailyPrice
from system.partitions import ensure
from tests.servers import kill_server, migrate, throwaway_server
from tests.trade.crew import Crew, Report, disagreements, furnish

Client = psycopg.Connection[Any]

DAYS = """
SELECT DISTINCT market.today(market) - age FROM (VALUES ('KOSPI'), ('NYSE')) AS m (market), generate_series(0, 1) AS age
"""
HOLDING = """
SELECT holding_id, portfolio_id, stock_id FROM account.holdings JOIN market.stocks USING (stock_id)
 WHERE ticker = %s ORDER BY holding_id LIMIT 1
"""
CLOSES = """
INSERT INTO market.daily_prices (stock_id, trade_date, close_price, volume)
SELECT stock_id, market.today(market_type), %s, 1 FROM market.stocks WHERE ticker = ANY (%s)
    ON CONFLICT (stock_id, trade_date) DO UPDATE SET close_price = EXCLUDED.close_price
"""
SELL = "INSERT INTO trade.orders (holding_id, order_type, side, quantity) VALUES (%s, 'MARKET', 'SELL', %s)"
FILL = """
INSERT INTO trade.executions (order_id, executed_quantity, executed_price, exchange_ref)
SELECT order_id, 1, 100, 'one' FROM trade.orders WHERE holding_id = %s AND side = 'BUY'
"""
HOLDING_UPDATES = "SELECT pg_stat_get_xact_tuples_updated('account.holdings'::regclass)"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def dsn(transactional_db: None) -> str:
    """The test database, furnished, for connections of our own."""
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(DAYS)
        ensure(DailyPrice, [day for (day,) in cursor.fetchall()])
    address = make_conninfo(connection.connection.info.dsn, password=connection.settings_dict["PASSWORD"] or None)
    with psycopg.connect(address, autocommit=True) as client:
        furnish(client)
    return address


@pytest.fixture
def connect(dsn: str) -> Iterator[Callable[[], Client]]:
    clients: list[Client] = []

    def new() -> Client:
        clients.append(psycopg.connect(dsn, autocommit=True))
        return clients[-1]

    yield new
    for client in clients:
        client.close()


@pytest.fixture
def meanwhile() -> Iterator[Callable[..., Future[Any]]]:
    """Runs statements beside the test, until they are done or wait."""
    with ThreadPoolExecutor() as threads:
        yield threads.submit


def wait_for_waiting(client: Client, count: int) -> None:
    until = time.monotonic() + 10
    while client.execute(WAITING).fetchone() != (count,):
        assert time.monotonic() < until, "nobody waits"
        time.sleep(0.01)


def assert_kept(client: Client, report: Report) -> None:
    """Each fill that was acknowledged is there, each other one only if it was sent and its answer never came."""
    booked = {reference for (reference,) in client.execute("SELECT exchange_ref FROM trade.executions")}
    assert report.acknowledged - booked == set()
    assert booked - report.acknowledged - report.unknown == set()


def test_eight_clients_that_are_killed_now_and_then_leave_a_ledger_that_agrees(dsn: str, tmp_path: Path) -> None:
    crew = Crew(dsn, tmp_path, seconds=12)

    crew.start()
    crew.kill_some(every=1.2)
    crew.wait()

    report = crew.report()
    assert report.complaints == []
    assert report.tally["booked"] > 500
    with psycopg.connect(dsn) as client:
        assert disagreements(client) == []
        assert_kept(client, report)


def test_a_killed_server_comes_back_with_every_acknowledged_fill(tmp_path: Path) -> None:
    with throwaway_server() as server:
        migrate(server.url)
        with psycopg.connect(server.url, autocommit=True) as client:
            furnish(client)
        crew = Crew(server.url, tmp_path, seconds=30)
        crew.start()
        while not crew.all_at_work() or crew.report().tally["booked"] < 300:
            time.sleep(0.1)

        kill_server(server)
        crew.wait()
        server.start()

        report = crew.report()
        assert report.complaints == []
        assert report.tally["lost"] == crew.size
        with psycopg.connect(server.url) as client:
            assert disagreements(client) == []
            assert_kept(client, report)


def test_new_and_corrected_closes_in_one_statement_value_holdings_in_one_go(
    connect: Callable[[], Client], meanwhile: Callable[..., Future[Any]]
) -> None:
    """Else the second go would wait for the holding of a fill, and the fill for the portfolio of the first go."""
    new, known = ("DRILL2",), ("DRILL1",)
    client, collector, router = connect(), connect(), connect()
    holding, portfolio, _stock = client.execute(HOLDING, new).fetchone()

    with client.transaction():
        client.execute("SELECT FROM account.portfolio WHERE portfolio_id = %s FOR UPDATE", [portfolio])
        closes = meanwhile(collector.execute, CLOSES, [110, [*new, *known]])
        wait_for_waiting(client, 1)
        fill = meanwhile(router.execute, FILL, [holding])
        wait_for_waiting(client, 2)

    assert (closes.result(10).rowcount, fill.result(10).rowcount) == (2, 1)
    assert disagreements(client) == []


def test_a_file_of_many_months_values_holdings_once_at_its_end(dsn: str, tmp_path: Path) -> None:
    days = [date.today() - timedelta(days=age) for age in (70, 35, 3)]
    file = tmp_path / "prices.csv"
    columns = "ticker,trade_date,open_price,high_price,low_price,close_price,volume\n"
    file.write_text(columns + "".join(f"DRILL2,{day},,,,{day.month},1\n" for day in days))

    with transaction.atomic(), connection.cursor() as cursor:
        load_prices(file)
        cursor.execute(HOLDING_UPDATES)
        assert cursor.fetchone() == (3,)

    with psycopg.connect(dsn) as client:
        assert disagreements(client) == []


def test_a_position_that_opens_while_its_close_arrives_is_valued_at_that_close(
    connect: Callable[[], Client], meanwhile: Callable[..., Future[Any]]
) -> None:
    client, collector = connect(), connect()
    stock = client.execute("SELECT stock_id FROM market.stocks WHERE ticker = 'DRILL7'").fetchone()[0]

    with client.transaction():
        client.execute(
            "INSERT INTO account.holdings (portfolio_id, stock_id, quantity, avg_purchase_price)"
            " SELECT portfolio_id, %s, 10, 100 FROM account.portfolio LIMIT 1",
            [stock],
        )
        close = meanwhile(collector.execute, CLOSES, [110, ["DRILL7"]])
        wait_for_waiting(client, 1)

    assert close.result(10).rowcount == 1
    assert disagreements(client) == []


def test_two_old_snapshots_cannot_both_sell_the_same_shares(connect: Callable[[], Client]) -> None:
    holding = connect().execute(HOLDING, ["DRILL1"]).fetchone()[0]
    one, other = connect(), connect()
    one.isolation_level = other.isolation_level = IsolationLevel.REPEATABLE_READ
    one.autocommit = other.autocommit = False
    other.execute("SELECT 1")

    one.execute(SELL, [holding, 20])
    one.commit()

    with pytest.raises(psycopg.errors.SerializationFailure):
        other.execute(SELL, [holding, 20])
