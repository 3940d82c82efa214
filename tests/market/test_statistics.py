"""What the planner is told of the prices as a whole."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from market.ingest import statistics

from .files import csv_file, marcap, text_file

pytestmark = pytest.mark.django_db
MANY = [marcap(Code=f"{number:06}") for number in range(30)]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "AT_LEAST", 10)
    monkeypatch.setattr(statistics, "SHARE", 0)


def known() -> float:
    """How many rows the planner takes the prices for. ANALYZE tells it for good, also in a test that is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'market.daily_prices'::regclass")
        return float(cursor.fetchone()[0])


def told(before: float, *sizes: int) -> list[float]:
    return [float(size) if connection.pg_version >= 180000 else before for size in sizes]


def test_a_load_of_many_rows_tells_and_one_of_few_does_not(tmp_path: Path) -> None:
    sizes = [known()]
    for rows in ([marcap(Date="2023-12-28")], MANY, [marcap(Date="2024-01-03")]):
        call_command("load_prices", str(csv_file(tmp_path, rows)))
        sizes.append(known())

    assert sizes[1:] == [sizes[0], *told(sizes[0], 31, 31)]


def test_days_that_add_up_tell_once_their_months_are_analysed(tmp_path: Path) -> None:
    before = known()
    call_command("load_prices", str(csv_file(tmp_path, MANY)))
    for day in (3, 4):
        call_command("load_prices", str(csv_file(tmp_path, [row | {"Date": f"2024-01-0{day}"} for row in MANY[:10]])))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE market.daily_prices_y2024m01")

    call_command("load_prices", str(csv_file(tmp_path, [marcap(Date="2024-01-05")])))

    assert [known()] == told(before, 51)


def test_files_that_were_refused_do_not_keep_the_others_from_telling(tmp_path: Path) -> None:
    before = known()
    with pytest.raises(CommandError):
        call_command("load_prices", str(csv_file(tmp_path, MANY)), str(text_file(tmp_path, "a,b\n1,2\n", "bad.csv")))

    assert [known()] == told(before, 30)
