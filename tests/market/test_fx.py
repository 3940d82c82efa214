"""Exchange rates from files: the same outputs and the same care as for prices."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from account.models import Portfolio
from account.services import deposit
from market.fx import load_fx
from market.ingest.refusal import RefusedFileError
from market.models import FxRate
from system.models import JobRun, LoadReject

from .files import text_file

pytestmark = pytest.mark.django_db


def rates(folder: Path, *rows: str, header: str = "currency,date,rate") -> Path:
    return text_file(folder, "\n".join([header, *rows]) + "\n", "fx.csv")


def stored() -> list[tuple[str, str, Decimal]]:
    return [(rate.currency, str(rate.rate_date), rate.krw_per_unit) for rate in FxRate.objects.order_by("rate_date")]


def test_rates_are_loaded_and_a_second_load_changes_nothing(tmp_path: Path) -> None:
    path = rates(tmp_path, "USD,2024-01-02,1289.4", "USD,2024-01-03,1299.3000005")

    first, second = load_fx(path), load_fx(path)

    assert stored() == [("USD", "2024-01-02", Decimal("1289.4")), ("USD", "2024-01-03", Decimal("1299.300001"))]
    assert (first.format, first.rows, first.inserted) == ("fx csv", 2, 2)
    assert (second.inserted, second.updated, second.unchanged) == (0, 0, 2)


def test_a_changed_rate_is_updated(tmp_path: Path) -> None:
    load_fx(rates(tmp_path, "USD,2024-01-02,1289.4", "USD,2024-01-03,1299"))

    report = load_fx(rates(tmp_path, "USD,2024-01-02,1290", "USD,2024-01-03,1299", "USD,2024-01-04,1310"))

    assert (report.inserted, report.updated, report.unchanged) == (1, 1, 1)
    assert stored()[0] == ("USD", "2024-01-02", Decimal(1290))


def test_other_currencies_are_skipped_and_columns_may_come_in_any_order(tmp_path: Path) -> None:
    path = rates(
        tmp_path, "1289,x,2024-01-02,USD", "1,x,2024-01-02,KRW", "9,x,2024-01-02,JPY", header="rate,note,date,currency"
    )

    report = load_fx(path)

    assert len(stored()) == 1
    assert report.skipped == {"currency_other": 2}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("USD,2024-01-02", "field_count"),
        (",2024-01-02,1289", "currency_missing"),
        ("dollar,2024-01-02,1289", "currency_unreadable"),
        ("USD,,1289", "date_missing"),
        ("USD,02/01/2024,1289", "date_unreadable"),
        ("USD,1066-10-14,1289", "date_too_early"),
        ("USD,2999-01-01,1289", "date_future"),
        ("USD,2024-01-02,", "rate_missing"),
        ("USD,2024-01-02,many", "rate_unreadable"),
        ("USD,2024-01-02,NaN", "rate_unreadable"),
        ("USD,2024-01-02,inf", "rate_unreadable"),
        ("USD,2024-01-02,0", "rate_not_positive"),
        ("USD,2024-01-02,-3", "rate_not_positive"),
        ("USD,2024-01-02,0.0000001", "rate_not_positive"),
        ("USD,2024-01-02,1000000000000", "rate_overflow"),
        ("USD,2024-01-02,1e40", "rate_overflow"),
        ("USD,2024-01-05,9", "duplicate"),
    ],
)
def test_a_bad_row_is_rejected_alone_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    report = load_fx(rates(tmp_path, "USD,2024-01-05,1315", row, "USD,2024-01-08,1316"))

    assert report.rejected == {reason: 1}
    assert [day for _currency, day, _rate in stored()] == ["2024-01-05", "2024-01-08"]
    reject = LoadReject.objects.get()
    assert (reject.loader, reject.line, reject.reason) == ("load_fx", 3, reason)
    assert reject.detail


def test_a_row_that_repeats_another_is_skipped(tmp_path: Path) -> None:
    report = load_fx(rates(tmp_path, "USD,2024-01-02,1289.40", "USD,2024-01-02,1289.4"))

    assert (report.inserted, report.skipped) == (1, {"duplicate": 1})


@pytest.mark.parametrize("text", ["", "currency,date,rate\n", "currency,day,rate\nUSD,2024-01-02,1\n", "<html>"])
def test_a_file_that_is_none_is_refused_whole(tmp_path: Path, text: str) -> None:
    with pytest.raises(RefusedFileError, match="Nothing of this file was loaded"):
        load_fx(text_file(tmp_path, text, "fx.csv"))


def test_a_new_rate_values_the_portfolios_that_hold_its_currency(tmp_path: Path) -> None:
    portfolio = Portfolio.objects.create(name="p", initial_capital=1000)
    deposit(portfolio, Decimal(10), actor="ann", currency="USD")
    portfolio.refresh_from_db()
    assert portfolio.current_value is None

    load_fx(rates(tmp_path, "USD,2024-01-02,1300"))

    portfolio.refresh_from_db()
    assert portfolio.current_value == 14_000


@pytest.mark.django_db(transaction=True)
def test_the_command_prints_one_document_and_keeps_a_job_run(tmp_path: Path) -> None:
    output = StringIO()

    call_command("load_fx", str(rates(tmp_path, "USD,2024-01-02,1289", "USD,bad,1")), "--json", stdout=output)

    total = json.loads(output.getvalue())["total"]
    assert (total["rows"], total["inserted"]) == (2, 1)
    assert total["rejected"] == {"total": 1, "date_unreadable": 1}
    assert JobRun.objects.get().job == "load_fx"
    with pytest.raises(CommandError, match="no such file"):
        call_command("load_fx", str(tmp_path / "absent.csv"))
