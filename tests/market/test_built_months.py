"""Months that are built aside and attached: nothing that an INSERT would have done is missing."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, connection

from market.ingest import months
from market.ingest.prices import load_prices
from market.models import DailyPrice, LatestPrice, Stock
from system.partitions import ensure

from .files import HALTED, aegis, csv_file, marcap, stored

pytestmark = pytest.mark.django_db

DAYS = [f"2023-{month:02}-{day:02}" for month in (1, 2, 3) for day in (2, 3)]
ROWS = [marcap(Code=f"{number:06}", Date=day, Close=100.0 + number) for day in DAYS for number in range(5)]
CATALOGUE = """
    SELECT array_agg(what ORDER BY what) FROM (
        SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'market.{name}'::regclass
        UNION ALL
        SELECT regexp_replace(pg_get_indexdef(indexrelid), '{name}\\w*', '', 'g')
          FROM pg_index WHERE indrelid = 'market.{name}'::regclass
        UNION ALL
        SELECT attname || coalesce(pg_get_expr(adbin, adrelid), '')
          FROM pg_attribute LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum)
         WHERE attrelid = 'market.{name}'::regclass AND attnum > 0) AS facts (what)
"""


def catalogue(name: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(CATALOGUE.format(name=name))
        return cursor.fetchone()[0]


def test_a_built_month_is_like_any_other(tmp_path: Path) -> None:
    ensure(DailyPrice, [date(2023, 12, 1)])

    load_prices(csv_file(tmp_path, ROWS))

    assert catalogue("daily_prices_y2023m01") == catalogue("daily_prices_y2023m12")


def test_the_latest_prices_follow_built_months(tmp_path: Path) -> None:
    stock = Stock.objects.create(ticker="000001", name="t", market_type="KOSPI")
    ensure(DailyPrice, [date(2023, 5, 1)])
    DailyPrice.objects.create(stock=stock, trade_date=date(2023, 5, 2), close_price=7, volume=1)

    load_prices(csv_file(tmp_path, ROWS))

    newest = dict(LatestPrice.objects.values_list("stock__ticker", "trade_date"))
    assert newest == {f"{number:06}": date(2023, 3, 3) for number in (0, 2, 3, 4)} | {"000001": date(2023, 5, 2)}
    assert LatestPrice.objects.get(stock__ticker="000002").close_price == 102


def test_a_trigger_that_wants_each_row_sees_each_row(tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE seen (price_id bigint)")
        cursor.execute(
            "CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN INSERT INTO seen VALUES (NEW.price_id); RETURN NULL; END'"
        )
        cursor.execute("CREATE TRIGGER see AFTER INSERT ON market.daily_prices FOR EACH ROW EXECUTE FUNCTION see()")

    assert load_prices(csv_file(tmp_path, ROWS)).inserted == len(ROWS)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM seen")
        assert cursor.fetchone() == (len(ROWS),)


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_the_days_does_not_matter(tmp_path: Path, order: int) -> None:
    repeated = [*ROWS, ROWS[3], ROWS[4] | {"Close": 1.0}][::order]

    report = load_prices(csv_file(tmp_path, repeated))

    assert (report.inserted, report.skipped["duplicate"], report.rejected["duplicate"]) == (len(ROWS), 1, 1)
    assert LatestPrice.objects.count() == 5


def test_a_stock_that_somebody_adds_meanwhile_is_the_stock_of_its_prices(tmp_path: Path, monkeypatch) -> None:
    finish = months.Months.finish

    def finish_late(self, month: date) -> None:
        finish(self, month)
        if not Stock.objects.filter(ticker="000003").exists():
            Stock.objects.create(ticker="000003", name="theirs", market_type="KOSPI")

    monkeypatch.setattr(months.Months, "finish", finish_late)

    load_prices(csv_file(tmp_path, ROWS))

    assert DailyPrice.objects.filter(stock__ticker="000003").count() == len(DAYS)
    assert Stock.objects.count() == 5


def test_so_it_is_where_the_month_exists(tmp_path: Path, monkeypatch) -> None:
    ensure(DailyPrice, [date(2023, month, 1) for month in (1, 2, 3)])
    holds = months.Months.holds

    def holds_late(self, *asked: object) -> bool | None:
        if not Stock.objects.filter(ticker="000003").exists():
            Stock.objects.create(ticker="000003", name="theirs", market_type="KOSPI")
        return holds(self, *asked)

    monkeypatch.setattr(months.Months, "holds", holds_late)

    load_prices(csv_file(tmp_path, ROWS))

    assert DailyPrice.objects.filter(stock__ticker="000003").count() == len(DAYS)
    assert Stock.objects.count() == 5


def test_a_stored_month_is_known_by_every_value(tmp_path: Path) -> None:
    rows = [aegis(trade_date="2023-01-02", changes="-0.05", amount=""), aegis(trade_date="2023-01-03", high_price="")]
    named = [row | {"name": "t", "market_type": "KOSPI"} for row in rows]
    load_prices(csv_file(tmp_path, named))
    assert load_prices(csv_file(tmp_path, named)).unchanged == 2

    for column, value in (("open_price", "78200.0001"), ("volume", "1"), ("amount", "5"), ("changes", "0.05")):
        report = load_prices(csv_file(tmp_path, [named[0] | {column: value}, named[1]]))
        assert (report.updated, report.unchanged) == (1, 1), column
        load_prices(csv_file(tmp_path, named))
    assert stored()[0][7:] == (None, Decimal("-0.05"))


def test_after_a_month_that_differs_each_later_one_is_still_known_by_all_its_days(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, ROWS))
    changed = [row | {"Volume": 7.0} if row["Date"] in ("2023-01-02", "2023-02-03") else row for row in ROWS]
    added = [marcap(Code="000001", Date=day) for day in ("2023-01-04", "2023-03-06")]

    report = load_prices(csv_file(tmp_path, sorted([*changed, *added], key=lambda row: row["Date"])))

    assert (report.inserted, report.updated, report.unchanged) == (2, 10, 20)
    assert DailyPrice.objects.filter(volume=7).count() == 10


def test_halted_days_are_known_too(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [marcap(Date="2023-01-02", **HALTED)])

    assert [load_prices(path).inserted, load_prices(path).unchanged] == [1, 1]


def test_a_price_of_no_stock_is_refused_when_a_month_is_attached(tmp_path: Path, monkeypatch) -> None:
    def lose_stock(self, month: date) -> None:
        self.cursor.execute(f"UPDATE market.daily_prices_y{month:%Y}m{month:%m} SET stock_id = -1 WHERE volume > 0")

    rows = [marcap(Date=day) for day in DAYS[::2]]
    monkeypatch.setattr(months.Months, "finish", lose_stock)

    with pytest.raises(IntegrityError):
        load_prices(csv_file(tmp_path, rows))
