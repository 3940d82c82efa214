"""Loads that are killed, and loads at the same time: whole files or nothing, each row once."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from market.ingest.prices import load_prices
from market.ingest.refusal import RefusedFileError
from market.ingest.report import Report
from market.models import DailyPrice, LatestPrice, Stock
from system.models import JobRun, JobState, LoadReject
from system.partitions import ensure

from .files import as_csv, csv_file, marcap, text_file

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [marcap(Code=f"{number:06}", Date=day) for day in ("2024-01-30", "2024-02-01") for number in range(50)]
BAD = marcap(Code="000000", Close=-1.0)


@pytest.mark.parametrize("waits_for", ["market.stocks", "market.daily_prices", "system.load_rejects"])
def test_a_killed_load_leaves_nothing_and_a_rerun_completes(tmp_path: Path, waits_for: str) -> None:
    path = csv_file(tmp_path, [*ROWS, BAD])

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {waits_for} IN SHARE MODE")
        loader = start_loader(path)
        wait_until("SELECT count(*) = 1 FROM pg_stat_activity WHERE {others} AND wait_event_type = 'Lock'")
        loader.send_signal(signal.SIGKILL)
        loader.wait()
    wait_until("SELECT count(*) = 0 FROM pg_stat_activity WHERE {others}")

    assert not any(model.objects.exists() for model in (Stock, DailyPrice, LatestPrice, LoadReject))

    assert start_loader(path).wait() == 0

    assert (DailyPrice.objects.count(), LatestPrice.objects.count(), LoadReject.objects.count()) == (100, 50, 1)
    states = JobRun.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [JobState.FAILED, JobState.SUCCEEDED]


def test_two_loads_of_the_same_file_at_once_store_each_row_once(tmp_path: Path) -> None:
    path = csv_file(tmp_path, ROWS)

    first, second = at_once(path, path)

    assert sorted([first.inserted, second.inserted]) == [0, 100]
    assert sorted([first.unchanged, second.unchanged]) == [0, 100]
    assert DailyPrice.objects.count() == 100


def test_loads_of_overlapping_files_at_once_wait_for_each_other(tmp_path: Path) -> None:
    paths = [csv_file(tmp_path, rows, f"{number}.csv") for number, rows in enumerate((ROWS, ROWS[::-1], ROWS[25:75]))]

    reports = at_once(*paths, *paths)

    assert sum(report.inserted for report in reports) == 100
    assert DailyPrice.objects.count() == 100


def at_once(*paths: Path) -> list[Report]:
    start = Barrier(len(paths))

    def load(path: Path) -> Report:
        try:
            start.wait(timeout=30)
            return load_prices(path)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(paths)) as pool:
        return list(pool.map(load, paths))


def start_loader(path: Path) -> subprocess.Popen[bytes]:
    """The command in a process of its own, on the database of this test."""
    command = [sys.executable, "manage.py", "load_prices", str(path), "--json"]
    environment = os.environ | {"DATABASE_URL": url_of_this_database()}
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL)


def url_of_this_database() -> str:
    facts = connection.get_connection_params()
    password = f":{quote(facts['password'])}" if facts.get("password") else ""
    where = urlencode({"host": facts.get("host", ""), "port": facts.get("port", "")})
    return f"postgres://{quote(facts['user'])}{password}@/{facts['dbname']}?{where}"


def wait_until(question: str) -> None:
    deadline = time.monotonic() + 30
    others = "datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw at first
            cursor.execute(question.format(others=others))
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError(f"Not within 30 seconds: {question}")


MONTHS = [marcap(Code=f"{number:06}", Date=f"2023-{month:02}-02") for month in range(1, 13) for number in range(50)]


@pytest.fixture(autouse=True)
def no_months() -> None:
    """The months that an earlier test made outlive its rows."""
    forget_2023()


def partitions() -> set[str]:
    """The tables of 2023's prices, attached or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'daily_prices_y2023m%'")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_a_load_killed_while_it_builds_months_leaves_no_table_behind(tmp_path: Path, share: float) -> None:
    many = [
        row | {"Date": f"2023-{month:02}-{day:02}"}
        for month in range(1, 13)
        for day in range(1, 29)
        for row in MONTHS[:50]
    ]
    path = csv_file(tmp_path, many)
    started = time.monotonic()
    assert start_loader(path).wait() == 0
    whole = time.monotonic() - started
    complete = DailyPrice.objects.count()
    forget_2023()

    loader = start_loader(path)
    time.sleep(whole * share)
    loader.send_signal(signal.SIGKILL)
    loader.wait()
    wait_until("SELECT count(*) = 0 FROM pg_stat_activity WHERE {others}")

    assert (partitions(), DailyPrice.objects.count()) in ((set(), 0), ({*partitions()}, complete))
    assert start_loader(path).wait() == 0
    assert (DailyPrice.objects.count(), LatestPrice.objects.count()) == (complete, 50)


def test_a_file_that_fails_in_the_middle_leaves_no_month_half_made(tmp_path: Path) -> None:
    text = as_csv(MONTHS) + 'an "open quotation mark'

    with pytest.raises(RefusedFileError):
        load_prices(text_file(tmp_path, text))

    assert not partitions()
    assert not Stock.objects.exists()


def test_an_engine_that_has_made_the_month_is_waited_for_and_heeded(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [marcap(Date="2023-03-02"), marcap(Date="2023-03-03")])
    stock = Stock.objects.create(ticker="005930", name="삼성전자", market_type="KOSPI")
    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            ensure(DailyPrice, [date(2023, 3, 1)])
            DailyPrice.objects.create(stock=stock, trade_date=date(2023, 3, 2), close_price=1, volume=1)
            loading = pool.submit(closing_connections, load_prices, path)
            wait_until("SELECT count(*) = 1 FROM pg_stat_activity WHERE {others} AND wait_event_type = 'Lock'")
        report = loading.result()

    assert (report.inserted, report.updated) == (1, 1)
    assert LatestPrice.objects.get().trade_date == date(2023, 3, 3)


def test_an_engine_that_inserts_the_same_price_meanwhile_is_heeded(tmp_path: Path) -> None:
    ensure(DailyPrice, [date(2023, 3, 1)])
    path = csv_file(tmp_path, [marcap(Date="2023-03-02")])
    stock = Stock.objects.create(ticker="005930", name="삼성전자", market_type="KOSPI")
    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            DailyPrice.objects.create(stock=stock, trade_date=date(2023, 3, 2), close_price=1, volume=1)
            loading = pool.submit(closing_connections, load_prices, path)
            wait_until("SELECT count(*) = 1 FROM pg_stat_activity WHERE {others} AND wait_event_type = 'Lock'")
        report = loading.result()

    assert (report.inserted, report.updated) == (0, 1)
    assert LatestPrice.objects.get().close_price == 79600


def closing_connections(load, path: Path) -> Report:
    try:
        return load(path)
    finally:
        connections.close_all()


def forget_2023() -> None:
    with connection.cursor() as cursor:
        for name in partitions():
            cursor.execute(f"DROP TABLE market.{name}")
        cursor.execute("TRUNCATE market.latest_prices, market.stocks CASCADE")
