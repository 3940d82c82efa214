"""Stocks and prices in the back office."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from market import admin as market_admin
from market.models import DailyPrice, Stock
from system.back_office import large_tables
from system.partitions import ensure
from tests import desk
from tests.pages import messages, submit, url

pytestmark = pytest.mark.django_db
PRICES = "market_dailyprice"
NEWEST = "daily_prices_y2025m06"


def listed(response: Any) -> list[Any]:
    return list(response.context["cl"].result_list)


def load(months: int, stocks: int = 60) -> None:
    """Fill `months` partitions up to June 2025 with a price a day for each stock, and analyse them."""
    first, last = date(2025, 6, 1) - timedelta(days=31 * (months - 1)), date(2025, 6, 30)
    ensure(DailyPrice, [first + timedelta(days=day) for day in range((last - first).days + 1)])
    with connection.cursor() as cursor:
        # Pages that rolled back tests have left full of dead rows would mislead the planner.
        cursor.execute("TRUNCATE market.daily_prices")
        cursor.execute(
            "INSERT INTO stocks (ticker, name, market_type)"
            " SELECT lpad(i::text, 6, '0'), '종목 ' || i, 'KOSPI' FROM generate_series(1, %s) i",
            [stocks],
        )
        cursor.execute(
            "INSERT INTO daily_prices (stock_id, trade_date, close_price, volume)"
            " SELECT stock_id, day::date, 1000, stock_id * 7919 %% 100003"
            "   FROM stocks, generate_series(%s::date, %s::date, '1 day') AS day",
            [first, last],
        )
        cursor.execute("ANALYZE market.daily_prices")


def page(**query: str) -> Any:
    """The rows of a page of prices, unread."""
    request = RequestFactory().get("/", query)
    request.user = desk.make_operator()
    return admin.site.get_model_admin(DailyPrice).get_changelist_instance(request).result_list


def scans(rows: Any) -> dict[str, int]:
    """The partitions in the plan of `rows`, and how often each is really read; those ahead of the data are empty."""
    plan = json.loads(rows.explain(format="json", analyze=True))[0]["Plan"]
    tables = {node["Relation Name"]: node["Actual Loops"] for node in nodes(plan) if "Relation Name" in node}
    return {name: loops for name, loops in tables.items() if name.startswith("daily_prices") and name <= NEWEST}


def nodes(plan: Any) -> Any:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def test_the_first_page_of_prices_reads_only_the_newest_partition_that_has_any() -> None:
    load(months=5)
    read = scans(page())
    assert len(read) >= 5
    assert [name for name, loops in read.items() if loops] == [NEWEST]


def test_where_the_newest_partitions_fill_all_pages_the_others_are_not_even_planned(monkeypatch: Any) -> None:
    load(months=12)
    monkeypatch.setattr(large_tables, "LIMIT", 3000)  # rows on all pages; a month has 1,800
    assert set(scans(page())) == {NEWEST, "daily_prices_y2025m05"}
    everything = DailyPrice.objects.order_by("-trade_date", "-volume", "-pk")
    assert list(page(p="30")) == list(everything[2900:3000])


def test_partitions_that_lost_rows_since_their_last_analyze_hide_none(monkeypatch: Any) -> None:
    load(months=3)
    monkeypatch.setattr(large_tables, "LIMIT", 1000)
    DailyPrice.objects.filter(trade_date__gte="2025-06-02").delete()
    assert len(list(page(p="10"))) == 100


def test_a_range_of_days_reads_only_its_partitions() -> None:
    load(months=12)
    read = scans(page(trade_date_from="2024-11-20", trade_date_to="2024-12-10"))
    assert set(read) == {"daily_prices_y2024m11", "daily_prices_y2024m12"}


def test_prices_stand_newest_session_first_and_the_most_traded_on_top(operator: Client) -> None:
    older = desk.make_price(trade_date=desk.SESSION - timedelta(days=3), volume=9)
    quiet, busy = desk.make_price(volume=1), desk.make_price(volume=5)
    assert listed(operator.get(url(PRICES, "changelist"))) == [busy, quiet, older]


def test_a_search_finds_the_stocks_first_and_then_their_prices_by_number(operator: Client) -> None:
    samsung = desk.make_price(stock=desk.make_stock(ticker="005930", name="삼성전자"))
    desk.make_price()
    for term in ("00593", "삼성", "삼성 전자", "005930 삼성"):
        with CaptureQueriesContext(connection) as captured:
            response = operator.get(url(PRICES, "changelist"), {"q": term})
        assert listed(response) == [samsung]
        about_prices = [query["sql"] for query in captured if 'FROM "daily_prices"' in query["sql"]]
        assert about_prices
        assert all("LIKE" not in statement for statement in about_prices)
    assert listed(operator.get(url(PRICES, "changelist"), {"q": "no such"})) == []


def test_a_search_that_finds_too_many_stocks_says_so(operator: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(market_admin, "STOCKS_SEARCHED", 1)
    small = desk.make_price(stock=desk.make_stock(name="삼성 A"))
    large = desk.make_price(stock=desk.make_stock(name="삼성 B", market_cap=5))
    response = operator.get(url(PRICES, "changelist"), {"q": "삼성"})
    assert listed(response) == [large]
    assert messages(response) == [
        "검색어와 맞는 종목이 1개를 넘어 시가총액이 큰 종목만 찾았습니다. 검색어를 더 입력하세요."
    ]
    assert small not in listed(response)


def test_prices_are_filtered_by_day_stock_and_market(operator: Client) -> None:
    korean = desk.make_price()
    american = desk.make_price(
        stock=desk.make_stock(ticker="IBM", market_type="NYSE"), trade_date=desk.SESSION + timedelta(days=1)
    )
    for query, row in (
        ({"trade_date_from": "2025-06-03"}, american),
        ({"trade_date_to": "2025-06-02"}, korean),
        ({"stock__stock_id__exact": str(american.stock_id)}, american),
        ({"stock__market_type__exact": "KOSPI"}, korean),
    ):
        assert listed(operator.get(url(PRICES, "changelist"), query)) == [row], query


def test_a_few_days_can_be_sorted_by_any_column_and_all_of_history_only_by_day(operator: Client) -> None:
    quiet, busy = desk.make_price(volume=1), desk.make_price(volume=5)
    by_volume = {"o": "8"}
    june = {"trade_date_from": "2025-06-01", "trade_date_to": "2025-06-30"}
    assert listed(operator.get(url(PRICES, "changelist"), {**june, **by_volume})) == [quiet, busy]
    assert operator.get(url(PRICES, "changelist"), by_volume).status_code == 302
    whole_year = {"trade_date_from": "2025-01-01", "trade_date_to": "2025-12-31"}
    assert operator.get(url(PRICES, "changelist"), {**whole_year, **by_volume}).status_code == 302


def test_a_price_reads_in_its_stocks_currency(operator: Client) -> None:
    desk.make_price()
    desk.make_price(stock=desk.make_stock(ticker="IBM", market_type="NYSE"), close_price="228.37")
    page = operator.get(url(PRICES, "changelist")).content.decode()
    for text in ("₩71,000", "$228.37", "+1.43%", "12,345,678", "₩876,543,210,000"):
        assert text in page


def test_a_stock_shows_its_newest_close_or_none(operator: Client) -> None:
    desk.make_price(stock=desk.make_stock(name="with"))
    desk.make_stock(name="without")
    page = operator.get(url("market_stock", "changelist")).content.decode()
    assert page.count("₩71,000") == 1


def test_stocks_without_a_market_value_come_last_from_the_largest_down(operator: Client) -> None:
    none, small, large = desk.make_stock(), desk.make_stock(market_cap=1), desk.make_stock(market_cap=2)
    assert listed(operator.get(url("market_stock", "changelist"), {"o": "-7"})) == [large, small, none]


def test_the_currency_is_shown_and_never_typed(operator: Client) -> None:
    stock = desk.make_stock(ticker="IBM", market_type="NYSE")
    response = submit(operator, url("market_stock", "change", stock.pk), currency="KRW", name="IBM")
    assert response.redirect_chain
    assert Stock.objects.get().currency == "USD"


def test_a_duplicate_ticker_is_refused_in_korean(operator: Client) -> None:
    desk.make_stock(ticker="005930")
    typed = {"ticker": "005930", "name": "x", "market_type": "KOSPI"}
    response = submit(operator, url("market_stock", "add"), **typed)
    assert response.context["adminform"].form.non_field_errors() == ["같은 종목코드의 종목이 이미 있습니다."]
