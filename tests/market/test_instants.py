"""Days that are written as instants: on which clock, and what is no day at all."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from market.ingest.prices import load_prices
from market.ingest.told import Told

from .files import as_csv, marcap, rejects, stored, text_file, yahoo

pytestmark = pytest.mark.django_db

DAYS = [datetime(2024, 1, 3), datetime(2024, 1, 4)]
GOOG = Told(ticker="GOOG", market="NASDAQ")


def csv_of(folder: Path, rows: pl.DataFrame) -> Path:
    return text_file(folder, as_csv(rows.with_columns(pl.col("Date").cast(pl.String)).to_dicts()))


def parquet_of(folder: Path, rows: pl.DataFrame) -> Path:
    path = folder / "prices.parquet"
    rows.write_parquet(path)
    return path


@pytest.mark.parametrize("write", [csv_of, parquet_of])
@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "Asia/Seoul"])
def test_an_instant_that_begins_a_day_at_the_exchange_is_that_day(tmp_path: Path, write, zone: str) -> None:
    days = pl.Series("Date", DAYS).dt.replace_time_zone("Asia/Seoul").dt.convert_time_zone(zone)

    load_prices(write(tmp_path, pl.DataFrame([marcap(), marcap()]).with_columns(days)))

    assert [row[1] for row in stored()] == [date(2024, 1, 3), date(2024, 1, 4)]


@pytest.mark.parametrize("write", [csv_of, parquet_of])
def test_american_instants_are_days_in_new_york(tmp_path: Path, write) -> None:
    summer = [datetime(2024, 1, 3), datetime(2024, 7, 3)]
    days = pl.Series("Date", summer).dt.replace_time_zone("America/New_York").dt.convert_time_zone("UTC")
    bars = pl.DataFrame([yahoo(), yahoo()]).drop("").with_columns(days)

    load_prices(write(tmp_path, bars), told=GOOG)

    assert [row[1] for row in stored()] == [date(2024, 1, 3), date(2024, 7, 3)]


@pytest.mark.parametrize("write", [csv_of, parquet_of])
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_an_instant_that_begins_no_day_is_rejected(tmp_path: Path, write, zone: str | None) -> None:
    days = pl.Series("Date", [datetime(2024, 1, 3), datetime(2024, 1, 4, 7, 30)]).dt.replace_time_zone(zone)

    report = load_prices(write(tmp_path, pl.DataFrame([marcap(), marcap()]).with_columns(days)))

    assert (report.inserted, report.rejected) == (1, {"trade_date_unreadable": 1})
    assert stored()[0][1] == date(2024, 1, 3)


@pytest.mark.parametrize("day", ["0000-01-02", "-0001-01-01", "0000-01-02 00:00:00", "+10000-01-01", "00000102"])
def test_a_year_that_no_calendar_has_rejects_its_row_alone(tmp_path: Path, day: str) -> None:
    report = load_prices(text_file(tmp_path, as_csv([marcap(), marcap(Date=day)])))

    assert (report.inserted, report.rejected) == (1, {"trade_date_unreadable": 1})
    bars = load_prices(text_file(tmp_path, as_csv([yahoo(), yahoo() | {"": day}])), told=GOOG)
    assert (bars.inserted, bars.rejected) == (1, {"trade_date_unreadable": 1})
    assert [line for line, _ in rejects()] == [3, 3]
