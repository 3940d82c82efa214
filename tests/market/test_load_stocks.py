from datetime import date
from pathlib import Path
from typing import Any

import pytest

from market.ingest import csv_table
from market.ingest.prices import load_prices
from market.ingest.stocks import load_stocks
from market.models import Stock

from .files import Row, csv_file, gzip_file, marcap, parquet_file, rejects

pytestmark = pytest.mark.django_db

MASTER: Row = {
    "ticker": "005930",
    "name": "삼성전자",
    "market_type": "KOSPI",
    "sector": "전기전자",
    "industry": "반도체, 전자",
    "market_cap": "475194690980000",
    "listing_date": "1975-06-11",
    "is_active": "true",
}


def master(**changes: Any) -> Row:
    return MASTER | changes


def facts() -> list[tuple[Any, ...]]:
    columns = ("ticker", "name", "market_type", "sector", "industry", "market_cap", "listing_date", "is_active")
    return list(Stock.objects.order_by("ticker").values_list(*columns))


def test_the_stock_master_is_loaded(tmp_path: Path) -> None:
    report = load_stocks(csv_file(tmp_path, [master(), master(ticker="AAPL", market_type="NASDAQ", is_active="0")]))

    assert (report.format, report.rows, report.inserted) == ("aegis csv", 2, 2)
    samsung = ("삼성전자", "KOSPI", "전기전자", "반도체, 전자", 475194690980000, date(1975, 6, 11), True)
    assert facts() == [("005930", *samsung), ("AAPL", samsung[0], "NASDAQ", *samsung[2:6], False)]


def test_loading_the_master_again_changes_nothing(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [master(), master(ticker="000660")])
    load_stocks(path)
    before = list(Stock.objects.order_by("pk").values())

    report = load_stocks(path)

    assert (report.inserted, report.updated, report.unchanged) == (0, 0, 2)
    assert list(Stock.objects.order_by("pk").values()) == before


def test_changed_stocks_are_updated(tmp_path: Path) -> None:
    load_stocks(csv_file(tmp_path, [master(), master(ticker="000660")]))

    report = load_stocks(csv_file(tmp_path, [master(name="새이름", sector="", is_active="F"), master(ticker="000660")]))

    assert (report.inserted, report.updated, report.unchanged) == (0, 1, 1)
    stock = Stock.objects.get(ticker="005930")
    assert (stock.name, stock.sector, stock.is_active) == ("새이름", None, False)


def test_what_the_master_has_no_column_for_stays(tmp_path: Path) -> None:
    load_stocks(csv_file(tmp_path, [master(is_active="no")]))

    report = load_stocks(csv_file(tmp_path, [master(name="새이름")], columns=["ticker", "name", "market_type"]))

    assert report.updated == 1
    assert facts()[0][3:] == ("전기전자", "반도체, 전자", 475194690980000, date(1975, 6, 11), False)


def test_a_stock_told_twice_is_a_repeat_or_a_contradiction(tmp_path: Path) -> None:
    report = load_stocks(csv_file(tmp_path, [master(), master(), master(name="다른이름")]))

    assert (report.inserted, report.skipped, report.rejected) == (1, {"duplicate": 1}, {"duplicate": 1})
    assert rejects() == [(4, "duplicate")]
    assert facts()[0][1] == "삼성전자"


@pytest.mark.parametrize("size", [300, 1 << 20])
@pytest.mark.parametrize("write", [csv_file, gzip_file, parquet_file])
def test_of_marcap_the_newest_row_of_each_stock_counts(tmp_path: Path, monkeypatch, write, size: int) -> None:
    monkeypatch.setattr(csv_table, "BLOCK", size)
    rows = [
        marcap(Date="2024-01-03", Name="중간", Marcap=2.0),
        marcap(Date="2024-01-04", Name="새이름", Marcap=3.0, Market="KOSDAQ GLOBAL"),
        marcap(Date="2024-01-02", Name="옛이름", Marcap=1.0),
        marcap(Code="112190", Market="KONEX"),
    ]

    report = load_stocks(write(tmp_path, rows))

    assert (report.rows, report.inserted, report.skipped) == (4, 1, {"older": 2, "market_KONEX": 1})
    assert facts() == [("005930", "새이름", "KOSDAQ", None, None, 3, None, True)]


def test_marcap_does_not_take_back_what_newer_prices_told(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(Date="2024-02-01", Name="새이름", Marcap=2.0)]))

    report = load_stocks(csv_file(tmp_path, [marcap(Name="옛이름", Marcap=1.0)]))

    assert (report.updated, report.skipped) == (0, {"older": 1})
    assert (facts()[0][1], facts()[0][5]) == ("새이름", 2)


def test_marcap_leaves_sector_and_listing_alone(tmp_path: Path) -> None:
    load_stocks(csv_file(tmp_path, [master()]))

    load_stocks(csv_file(tmp_path, [marcap(Name="새이름")]))

    assert facts()[0][1:5] == ("새이름", "KOSPI", "전기전자", "반도체, 전자")
