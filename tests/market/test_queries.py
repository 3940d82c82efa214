"""What is read of prices, and that it reaches the partitions of its days only."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from market.models import AdjustedPrice, CorporateAction, DailyPrice, LatestPrice, Stock
from market.queries import year_before
from system.partitions import ensure

pytestmark = pytest.mark.django_db

DAY = date(2024, 3, 4)
DAYS = [date(2023, 3, 3), date(2023, 3, 7), date(2023, 9, 1), date(2024, 3, 4)]


@pytest.fixture
def stocks() -> list[Stock]:
    """Three stocks; the third trades most. Each day's close is the day's number times the stock's."""
    ensure(DailyPrice, [date(year, month, 1) for year in (2022, 2023, 2024) for month in range(1, 13)])
    made = [Stock.objects.create(ticker=f"T{number}", name="t", market_type="KOSPI") for number in (1, 2, 3)]
    for number, stock in enumerate(made, 1):
        for step, day in enumerate(DAYS, 1):
            close = 100 * number * step
            DailyPrice.objects.create(
                stock=stock, trade_date=day, open_price=close, high_price=close + 5, low_price=close - 5,
                close_price=close, volume=number,
            )  # fmt: skip
    return made


def partitions(queryset: QuerySet[Any]) -> set[str]:
    """The partitions that PostgreSQL would look into."""
    names = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            names.update(name for key, name in node.items() if key == "Relation Name" and name.startswith("daily_"))
            node = list(node.values())
        if isinstance(node, list):
            for child in node:
                walk(child)

    statement, parameters = queryset.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT json) {statement}", parameters)
        walk(cursor.fetchone()[0])
    return names


def test_the_latest_close_of_one_and_of_all_stocks(stocks: list[Stock]) -> None:
    Stock.objects.create(ticker="NEW", name="n", market_type="KOSPI")

    newest = LatestPrice.objects.of(stocks[1])
    assert (newest.trade_date, newest.close_price) == (DAY, 800)
    assert {row["ticker"]: row["close_price"] for row in LatestPrice.objects.by_ticker()} == {
        "T1": 400, "T2": 800, "T3": 1200,
    }  # fmt: skip
    assert LatestPrice.objects.of(Stock.objects.get(ticker="NEW")) is None


def test_a_history_is_in_order_and_bounded(stocks: list[Stock]) -> None:
    history = DailyPrice.objects.history(stocks[0], DAYS[1], DAYS[2])

    assert [price.trade_date for price in history] == DAYS[1:3]
    assert len(partitions(history)) == 7


def test_the_cross_section_of_a_day_is_one_partition(stocks: list[Stock]) -> None:
    section = DailyPrice.objects.on(DAY)

    assert {price.stock_id for price in section} == {stock.pk for stock in stocks}
    assert partitions(section) == {"daily_prices_y2024m03"}


def test_the_most_traded_come_first(stocks: list[Stock]) -> None:
    top = DailyPrice.objects.most_traded(DAY, 2)

    assert [price.stock_id for price in top] == [stocks[2].pk, stocks[1].pk]
    assert partitions(top) == {"daily_prices_y2024m03"}


def test_the_range_of_52_weeks_leaves_out_what_is_older(stocks: list[Stock]) -> None:
    ranges = {row["stock"]: (row["highest"], row["lowest"]) for row in DailyPrice.objects.range_52_weeks(DAY)}

    assert ranges[stocks[0].pk] == (405, 195)
    assert len(ranges) == 3
    assert len(partitions(DailyPrice.objects.range_52_weeks(DAY))) == 13


def test_in_todays_shares_a_split_makes_no_false_high(stocks: list[Stock]) -> None:
    CorporateAction.objects.create(stock=stocks[0], kind="SPLIT", effective_date=DAY, ratio=10)

    [row] = AdjustedPrice.objects.filter(stock=stocks[0]).range_52_weeks(DAY)

    assert (row["highest"], row["lowest"]) == (405, Decimal("19.5"))
    assert len(partitions(AdjustedPrice.objects.filter(stock=stocks[0]).range_52_weeks(DAY))) == 13


def test_halted_days_do_not_count_in_a_range(stocks: list[Stock]) -> None:
    DailyPrice.objects.create(stock=stocks[0], trade_date=date(2024, 2, 1), close_price=1, volume=0)

    [row] = DailyPrice.objects.filter(stock=stocks[0]).range_52_weeks(DAY)

    assert row["lowest"] == 195


def test_the_range_of_one_stock_is_that_of_all_stocks(stocks: list[Stock]) -> None:
    CorporateAction.objects.create(stock=stocks[0], kind="SPLIT", effective_date=DAY, ratio=10)
    DailyPrice.objects.create(stock=stocks[1], trade_date=date(2024, 2, 1), close_price=1, volume=0)

    for prices in (DailyPrice.objects, AdjustedPrice.objects):
        for day in (DAY, DAYS[2], DAYS[1], year_before(DAYS[0])):
            every = {row["stock"]: (row["highest"], row["lowest"]) for row in prices.range_52_weeks(day)}
            for stock in stocks:
                assert prices.range_of(stock, day) == every.get(stock.pk, (None, None))
    assert DailyPrice.objects.range_of(stocks[0], DAY) == (405, 195)
    assert AdjustedPrice.objects.range_of(stocks[0].pk, DAY) == (405, Decimal("19.5"))


def test_the_plan_of_one_stocks_range_is_kept_and_reads_a_years_months(stocks: list[Stock]) -> None:
    read = "SELECT relname, seq_scan + idx_scan FROM pg_stat_xact_user_tables WHERE relname LIKE 'daily_prices_y%'"
    with connection.cursor() as cursor:
        cursor.execute(read)
        before = dict(cursor.fetchall())
        DailyPrice.objects.range_of(stocks[0], date(2022, 12, 31))
        cursor.execute(read)
        months = {name for name, scans in cursor.fetchall() if scans > before.get(name, 0)}

    assert months == {f"daily_prices_y2022m{month:02d}" for month in range(1, 13)}


def test_52_weeks_are_364_days_with_the_last_one() -> None:
    assert year_before(date(2024, 3, 4)) == date(2023, 3, 7)
