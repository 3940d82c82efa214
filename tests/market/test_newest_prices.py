"""The newest price of a stock while two transactions change prices at once: each sees what the other leaves."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, connections, transaction

from market.models import DailyPrice, LatestPrice, Stock
from system.partitions import ensure

pytestmark = pytest.mark.django_db(transaction=True)

FIRST, SECOND, THIRD = (date(2024, 3, day) for day in (4, 5, 6))
WAITING = """
    SELECT count(*) > 0 FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'
"""


@pytest.fixture
def stock() -> Stock:
    ensure(DailyPrice, [FIRST])
    made = Stock.objects.create(ticker="005930", name="삼성전자", market_type="KOSPI")
    for close, day in enumerate((FIRST, SECOND, THIRD), 1):
        DailyPrice.objects.create(stock=made, trade_date=day, close_price=close, volume=1)
    return made


def prices(day: date) -> object:
    return DailyPrice.objects.filter(trade_date=day)


def while_uncommitted(first: Callable[[], object], second: Callable[[], object]) -> None:
    """Do the second in a transaction of its own before the first commits; it has to wait for it."""

    def in_another_connection() -> None:
        try:
            second()
        finally:
            connections.close_all()

    other = threading.Thread(target=in_another_connection)
    with transaction.atomic():
        first()
        other.start()
        for _attempt in range(500):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_stat_clear_snapshot()")
                cursor.execute(WAITING)
                if cursor.fetchone()[0]:
                    break
            other.join(0.02)
        else:
            raise AssertionError("The second transaction did not wait.")
    other.join(30)


def newest() -> tuple[date, int]:
    found = LatestPrice.objects.get()
    return found.trade_date, int(found.close_price)


def test_a_price_that_is_corrected_while_the_newer_one_is_deleted(stock: Stock) -> None:
    while_uncommitted(lambda: prices(THIRD).delete(), lambda: prices(SECOND).update(close_price=22))

    assert newest() == (SECOND, 22)


def test_a_price_whose_newer_one_is_deleted_while_it_is_corrected(stock: Stock) -> None:
    while_uncommitted(lambda: prices(SECOND).update(close_price=22), lambda: prices(THIRD).delete())

    assert newest() == (SECOND, 22)


@pytest.mark.parametrize(("first", "second"), [(SECOND, THIRD), (THIRD, SECOND)])
def test_the_two_newest_prices_deleted_at_once(stock: Stock, first: date, second: date) -> None:
    while_uncommitted(lambda: prices(first).delete(), lambda: prices(second).delete())

    assert newest() == (FIRST, 1)


def test_a_price_that_moves_to_another_day_while_the_newer_one_is_deleted(stock: Stock) -> None:
    while_uncommitted(lambda: prices(THIRD).delete(), lambda: prices(SECOND).update(trade_date=date(2024, 3, 1)))

    assert newest() == (FIRST, 1)


def test_of_the_rows_of_many_days_only_the_newest_counts(stock: Stock) -> None:
    DailyPrice.objects.update(close_price=7)

    assert newest() == (THIRD, 7)


def test_the_last_price_of_a_stock_takes_the_newest_with_it(stock: Stock) -> None:
    DailyPrice.objects.all().delete()

    assert not LatestPrice.objects.exists()
