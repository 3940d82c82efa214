"""The stock master of the exchange and its delistings."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from market.ingest.prices import load_prices
from market.ingest.stocks import load_stocks
from market.models import Stock

from .files import Row, csv_file, marcap, rejects

pytestmark = pytest.mark.django_db

LISTED: Row = {
    "": 0,
    "Code": "060310",
    "Name": "3S",
    "Market": "KOSDAQ",
    "Sector": "벤처기업부",
    "Industry": "측정, 시험, 항해 기기 제조업",
    "Products": "반도체 웨이퍼 캐리어",
    "ListingDate": "2002-04-23",
    "SettleMonth": "03월",
    "Representative": "박종익, 김세완",
    "HomePage": "http://3s.example",
    "Region": "서울특별시",
}
DELISTED: Row = {
    "": 0,
    "Symbol": "060310",
    "Name": "3S",
    "Market": "KOSDAQ",
    "SecuGroup": "주권",
    "Kind": "보통주",
    "ListingDate": "2002-04-23",
    "DelistingDate": "2024-03-05",
    "Reason": "감사의견 의견거절",
    "ToSymbol": "",
    "ToName": "",
}


def listed(**changes: Any) -> Row:
    return LISTED | changes


def delisted(**changes: Any) -> Row:
    return DELISTED | changes


def known(ticker: str = "060310", **facts: Any) -> Stock:
    return Stock.objects.create(**{"ticker": ticker, "name": "3S", "market_type": "KOSDAQ"} | facts)


def test_the_exchanges_list_of_stocks_is_loaded(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [listed(), listed(Code="149300", Market="KONEX"), listed(Code="0001A0", ListingDate="")])

    report = load_stocks(path)

    assert (report.format, report.inserted, report.skipped) == ("master csv", 2, {"market_KONEX": 1})
    columns = ("name", "market_type", "sector", "industry", "listing_date", "is_active", "market_cap")
    facts = ("3S", "KOSDAQ", "벤처기업부", "측정, 시험, 항해 기기 제조업")
    assert list(Stock.objects.order_by("ticker").values_list(*columns)) == [
        (*facts, None, True, None),
        (*facts, date(2002, 4, 23), True, None),
    ]
    assert load_stocks(path).unchanged == 2


def test_a_delisted_stock_is_no_longer_active_and_nothing_else_is_changed(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(Code="060310", Market="KOSPI", Name="삼에스", Date="2024-03-04")]))

    report = load_stocks(csv_file(tmp_path, [delisted()]))

    assert (report.format, report.updated) == ("delistings csv", 1)
    stock = Stock.objects.get()
    assert (stock.is_active, stock.listing_date) == (False, date(2002, 4, 23))
    assert (stock.name, stock.market_type, stock.market_cap) == ("삼에스", "KOSPI", 475194690980000)
    assert load_stocks(csv_file(tmp_path, [delisted()])).unchanged == 1


def test_delistings_of_stocks_that_nobody_knows_are_skipped(tmp_path: Path) -> None:
    report = load_stocks(csv_file(tmp_path, [delisted(), delisted(Symbol="70101BA2"), delisted(Market="KONEX")]))

    assert report.skipped == {"unknown_stock": 2, "market_KONEX": 1}
    assert not Stock.objects.exists()


def test_a_delisting_of_an_earlier_stock_of_the_same_code_is_skipped(tmp_path: Path) -> None:
    known("000010", listing_date=date(2024, 3, 6))
    load_prices(csv_file(tmp_path, [marcap(Code="000020", Date="2024-03-06")]))
    rows = [delisted(Symbol="000010"), delisted(Symbol="000020")]

    report = load_stocks(csv_file(tmp_path, rows))

    assert report.skipped == {"listed_again": 1, "older": 1}
    assert Stock.objects.filter(is_active=True).count() == 2


def test_a_new_listing_of_a_delisted_code_is_active(tmp_path: Path) -> None:
    known(listing_date=date(2002, 4, 23), is_active=False)

    load_stocks(csv_file(tmp_path, [listed()]))
    assert not Stock.objects.get().is_active

    report = load_stocks(csv_file(tmp_path, [listed(ListingDate="2025-01-02", Name="새 회사")]))
    assert report.updated == 1
    assert (Stock.objects.get().is_active, Stock.objects.get().name) == (True, "새 회사")


def test_of_several_delistings_of_a_code_the_last_counts(tmp_path: Path) -> None:
    known()
    rows = [
        delisted(),
        delisted(Reason="해산 사유 발생"),
        delisted(DelistingDate="1999-01-04", ListingDate="1990-01-04"),
    ]

    report = load_stocks(csv_file(tmp_path, rows))

    assert (report.updated, report.skipped) == (1, {"older": 1, "duplicate": 1})
    assert Stock.objects.get().listing_date == date(2002, 4, 23)


def test_a_delisting_that_is_to_come_waits(tmp_path: Path) -> None:
    known()

    report = load_stocks(csv_file(tmp_path, [delisted(DelistingDate="2999-01-04"), delisted(DelistingDate="")]))

    assert report.rejected == {"trade_date_future": 1, "trade_date_missing": 1}
    assert rejects() == [(2, "trade_date_future"), (3, "trade_date_missing")]
    assert Stock.objects.get().is_active
