"""Prices of days on which their exchange was closed."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from market import calendars
from market.calendars import open_days
from market.ingest import csv_table
from market.ingest.prices import load_prices
from market.ingest.refusal import RefusedFileError
from market.ingest.told import Told
from market.models import DailyPrice, SessionOverride, Stock

from .files import aegis, csv_file, listing, marcap, parquet_file, rejects, stored

pytestmark = pytest.mark.django_db

FRIDAY, SUNDAY = date(2026, 3, 20), date(2026, 3, 22)


def test_a_sundays_copy_of_friday_is_refused_and_taken_as_of_friday(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [listing(), listing(Code="149300", Market="KONEX")], "listing-krx-2026-03-22.csv")

    with pytest.raises(RefusedFileError) as caught:
        load_prices(path)

    assert "2026-03-22, when the Korea Exchange was closed; the last session was 2026-03-20." in str(caught.value)
    assert "load them with --date 2026-03-20" in str(caught.value)
    assert not Stock.objects.exists()
    assert load_prices(path, told=Told(day=FRIDAY)).inserted == 1
    assert stored()[0][1] == FRIDAY


def test_a_day_told_is_looked_at_like_any_other(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [listing()], "listing-krx-2026-03-20.csv")

    with pytest.raises(RefusedFileError, match="the last session was 2026-03-20"):
        load_prices(path, told=Told(day=SUNDAY))
    with pytest.raises(RefusedFileError, match="is yet to come"):
        load_prices(path, told=Told(day=timezone.localdate() + timedelta(days=2)))


@pytest.mark.parametrize("write", [csv_file, parquet_file])
def test_a_file_of_one_closed_day_is_refused_whatever_else_is_in_it(tmp_path: Path, write) -> None:
    rows = [marcap(Date="2024-01-01"), marcap(Code="000660", Date="2024-01-01", Close=-1.0)]

    with pytest.raises(RefusedFileError, match=r"2024-01-01, when the Korea Exchange was closed; .* 2023-12-28"):
        load_prices(write(tmp_path, rows))

    report = load_prices(write(tmp_path, rows), told=Told(day=date(2023, 12, 28)))
    assert (report.inserted, report.rejected) == (1, {"close_not_positive": 1})
    assert stored()[0][1] == date(2023, 12, 28)


def test_several_closed_days_and_no_other_refuse_a_file(tmp_path: Path) -> None:
    rows = [marcap(Date=day) for day in ("2024-01-06", "2024-01-07")]

    with pytest.raises(RefusedFileError, match="2 days from 2024-01-06 to 2024-01-07") as caught:
        load_prices(csv_file(tmp_path, rows))

    assert "--date" not in str(caught.value)


@pytest.mark.parametrize("size", [300, 1 << 20])
def test_rows_of_closed_days_amid_others_are_rejected(tmp_path: Path, monkeypatch, size: int) -> None:
    monkeypatch.setattr(csv_table, "BLOCK", size)
    rows = [marcap(Date=day) for day in ("2024-01-05", "2024-01-06", "2024-01-08")]

    report = load_prices(csv_file(tmp_path, [*rows, marcap(Code="149300", Market="KONEX", Date="2024-01-06")]))

    assert (report.inserted, report.rejected, report.skipped) == (2, {"closed_day": 1}, {"market_KONEX": 1})
    assert rejects() == [(3, "closed_day")]


def test_each_stock_is_asked_of_its_own_exchange(tmp_path: Path) -> None:
    Stock.objects.create(ticker="AAPL", name="Apple", market_type="NASDAQ")
    Stock.objects.create(ticker="005930", name="삼성전자", market_type="KOSPI")
    days = ("2024-01-15", "2024-02-09")  # Martin Luther King's day, and the eve of the lunar new year

    report = load_prices(csv_file(tmp_path, [aegis(trade_date=day, ticker=code) for day in days for code in TICKERS]))

    assert report.rejected == {"closed_day": 2}
    assert [row[:2] for row in stored()] == [("005930", date(2024, 1, 15)), ("AAPL", date(2024, 2, 9))]


TICKERS = ("AAPL", "005930")


def test_an_override_opens_and_closes_a_day(tmp_path: Path) -> None:
    SessionOverride.objects.create(exchange="XKRX", session_date=SUNDAY, is_open=True, reason="test")
    SessionOverride.objects.create(exchange="XKRX", session_date=FRIDAY, is_open=False, reason="test")

    assert load_prices(csv_file(tmp_path, [listing()]), told=Told(day=SUNDAY)).inserted == 1
    with pytest.raises(RefusedFileError, match="the last session was 2026-03-19"):
        load_prices(csv_file(tmp_path, [listing()]), told=Told(day=FRIDAY))


def test_the_operator_does_not_redate_a_session_nor_many_days(tmp_path: Path) -> None:
    one, two = [marcap(Date="2024-01-05")], [marcap(Date="2024-01-06"), marcap(Date="2024-01-07")]

    with pytest.raises(RefusedFileError, match=r"of 2024-01-05, which was a session.*Leave --date away"):
        load_prices(csv_file(tmp_path, one), told=Told(day=date(2024, 1, 8)))
    with pytest.raises(RefusedFileError, match=r"2 days, from 2024-01-06 to 2024-01-07.*Leave --date away"):
        load_prices(csv_file(tmp_path, two), told=Told(day=date(2024, 1, 5)))
    assert load_prices(csv_file(tmp_path, one), told=Told(day=date(2024, 1, 5))).inserted == 1


def test_what_the_calendar_does_not_know_is_not_judged(tmp_path: Path) -> None:
    days = (
        "1962-06-03",
        "1998-12-05",
        "1998-12-12",
    )  # before it begins; the last Saturday in Seoul; the first free one

    report = load_prices(csv_file(tmp_path, [marcap(Date=day) for day in days]))

    assert (report.inserted, report.rejected) == (2, {"closed_day": 1})
    assert rejects() == [(4, "closed_day")]


def test_days_to_come_are_rejected_as_such(tmp_path: Path) -> None:
    report = load_prices(csv_file(tmp_path, [marcap(Date="2199-01-05"), marcap(Date="2199-01-06", Close=-1.0)]))

    assert report.rejected == {"trade_date_future": 2}
    assert not DailyPrice.objects.exists()


def test_calendars_are_computed_once_and_kept(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "AEGIS_VAR", tmp_path / "var")
    monkeypatch.setattr(calendars, "_computed", lambda exchange, end: (FRIDAY,))
    calendars._open_days.cache_clear()
    try:
        assert open_days("XKRX") == (FRIDAY,)
        monkeypatch.setattr(calendars, "_computed", lambda exchange, end: ())
        calendars._open_days.cache_clear()
        assert open_days("XKRX") == (FRIDAY,)

        kept = next((tmp_path / "var" / "calendars").iterdir())
        kept.write_text("[1, 2")
        calendars._open_days.cache_clear()
        assert open_days("XKRX") == ()
    finally:
        calendars._open_days.cache_clear()
