"""Parquet whose columns are of other types than anyone expects."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from django.db import transaction

from market.ingest.prices import load_prices
from market.ingest.refusal import RefusedFileError
from market.ingest.stocks import load_stocks

from .files import marcap, rejects, stored

pytestmark = pytest.mark.django_db

DAYS = [datetime(2024, 1, 2), datetime(2024, 1, 3)]
ODD = {
    "integers": pl.Series([5, 6]),
    "beyond 64 bits": pl.Series([2**100, 1], dtype=pl.Int128),
    "truths": pl.Series([True, None]),
    "bytes": pl.Series([b"\xff\xfe", b"KOSPI"]),
    "categories": pl.Series(["KOSPI", "x"], dtype=pl.Categorical),
    "choices": pl.Series(["KOSPI", "x"], dtype=pl.Enum(["KOSPI", "x"])),
    "hours": pl.Series([time(1), None]),
    "spans": pl.Series([timedelta(1), None]),
    "decimals": pl.Series([Decimal("1.23456789012"), None]),
    "nothing": pl.Series([None, None]),
    "days beyond calendars": pl.Series([2**31 - 1, -(2**31)], dtype=pl.Int32).cast(pl.Date),
    "instants beyond calendars": pl.Series([2**62, -(2**62)]).cast(pl.Datetime("us")),
    "instants": pl.Series(DAYS).cast(pl.Datetime("ns")),
}


def parquet(folder: Path, **columns: pl.Series) -> Path:
    path = folder / "prices.parquet"
    rows = pl.DataFrame([marcap(Code="000660", ChangesRatio=1.4), marcap(ChangesRatio=1.5)])
    rows.with_columns(**columns).write_parquet(path)
    return path


@pytest.mark.parametrize("column", ["Code", "Name", "Market", "Close", "Volume", "ChangesRatio", "Changes", "Date"])
def test_columns_of_odd_types_are_loaded_rejected_or_refused(tmp_path: Path, column: str) -> None:
    for values in ODD.values():
        path = parquet(tmp_path, **{column: values})
        for load in (load_prices, load_stocks):
            with transaction.atomic():
                try:
                    report = load(path)
                    assert report.rows == 2
                except RefusedFileError:
                    pass
                transaction.set_rollback(True)


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Asia/Seoul", "America/New_York"])
def test_an_instant_is_the_day_on_its_own_clock(tmp_path: Path, unit: str, zone: str | None) -> None:
    days = pl.Series(DAYS).cast(pl.Datetime(unit)).dt.replace_time_zone(zone)

    load_prices(parquet(tmp_path, Date=days))

    assert [row[1] for row in stored()] == [date(2024, 1, 2), date(2024, 1, 3)]


def test_an_instant_beyond_all_calendars_is_no_day(tmp_path: Path) -> None:
    beyond = pl.Series([datetime(2024, 1, 2), None]).dt.cast_time_unit("us").set(pl.Series([False, True]), None)
    days = beyond.to_physical().fill_null(2**62).cast(pl.Datetime("us"))

    assert load_prices(parquet(tmp_path, Date=days)).inserted == 1
    assert rejects() == [(2, "trade_date_missing")]


def test_of_two_return_columns_without_the_change_the_newer_counts(tmp_path: Path) -> None:
    path = parquet(tmp_path)
    pl.read_parquet(path).drop("Changes").write_parquet(path)

    load_prices(path)

    assert [row[-1] for row in stored()] == [Decimal("1.40"), Decimal("1.50")]
