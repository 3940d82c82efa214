import json
import os
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from market.models import DailyPrice, Stock
from system.models import Alert, JobRun, JobState

from .files import csv_file, gzip_file, marcap, text_file

pytestmark = pytest.mark.django_db

COUNTS = ("rows", "inserted", "updated", "unchanged", "skipped", "rejected", "seconds")


def test_json_prints_one_document_and_nothing_else(tmp_path: Path, capsys) -> None:
    first = csv_file(tmp_path, [marcap(), marcap(Code="112190", Market="KONEX")], "1.csv")
    second = gzip_file(tmp_path, [marcap(), marcap(Date="2024-01-03", Close=-1.0)], "2.csv.gz")

    call_command("load_prices", str(first), str(second), "--json")

    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert printed.err == ""
    assert [file["format"] for file in document["files"]] == ["marcap csv", "marcap csv.gz"]
    assert tuple(document["total"]) == COUNTS
    total = document["total"]
    assert (total["rows"], total["inserted"], total["updated"], total["unchanged"]) == (4, 1, 0, 1)
    assert total["skipped"] == {"total": 1, "market_KONEX": 1}
    assert total["rejected"] == {"total": 1, "close_not_positive": 1}


def test_without_json_a_person_can_read_it(tmp_path: Path, capsys) -> None:
    call_command("load_prices", str(csv_file(tmp_path, [marcap()])), str(csv_file(tmp_path, [marcap()], "2.csv")))

    lines = capsys.readouterr().out.splitlines()
    assert "1 inserted" in lines[0]
    assert "1 unchanged" in lines[1]
    assert lines[2].startswith("total (all): 2 rows")


def test_stocks_are_loaded_by_their_command(tmp_path: Path, capsys) -> None:
    path = text_file(tmp_path, "ticker,name,market_type\n005930,삼성전자,KOSPI\n")

    call_command("load_stocks", str(path), "--json")

    assert json.loads(capsys.readouterr().out)["total"]["inserted"] == 1
    assert Stock.objects.get().name == "삼성전자"
    assert JobRun.objects.get().job == "load_stocks"


def test_a_run_is_on_record_with_what_it_printed(tmp_path: Path, capsys) -> None:
    path = csv_file(tmp_path, [marcap()])

    call_command("load_prices", str(path), "--json")

    run = JobRun.objects.get()
    assert (run.job, run.state, run.arguments) == ("load_prices", JobState.SUCCEEDED, {"files": [str(path)]})
    assert run.result == json.loads(capsys.readouterr().out)


def test_a_refused_file_fails_the_run_and_stops_no_other_file(tmp_path: Path, capsys) -> None:
    good, late = csv_file(tmp_path, [marcap()], "1.csv"), csv_file(tmp_path, [marcap(Code="000660")], "3.csv")
    bad = text_file(tmp_path, "a,b\n1,2\n", "2.csv")

    with pytest.raises(CommandError, match=r"2\.csv: .*no known format") as caught:
        call_command("load_prices", str(good), str(bad), str(late), "--json")

    assert caught.value.returncode == 1
    document = json.loads(capsys.readouterr().out)
    assert [Path(file["file"]).name for file in document["files"]] == ["1.csv", "3.csv"]
    assert [Path(file["file"]).name for file in document["refused"]] == ["2.csv"]
    assert list(DailyPrice.objects.values_list("stock__ticker", flat=True)) == ["005930", "000660"]
    run = JobRun.objects.get()
    assert (run.state, run.result) == (JobState.FAILED, document)
    assert "2.csv" in run.error
    alert = Alert.objects.get()
    assert (alert.alert_type, alert.severity, alert.module) == ("ERROR", "HIGH", "market")


def test_what_the_database_refuses_is_told_in_one_sentence(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [marcap()])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE market.stocks ADD CONSTRAINT no_samsung CHECK (ticker <> '005930')")

    with pytest.raises(CommandError, match=r"prices\.csv: the database refused it .*no_samsung.*Nothing of this file"):
        call_command("load_prices", str(path))

    assert not Stock.objects.exists()
    assert JobRun.objects.get().state == JobState.FAILED


def test_a_terminal_sees_bars_on_standard_error(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")

    call_command("load_prices", str(csv_file(tmp_path, [marcap()], os.fsdecode(b"\xff.csv"))), "--json")

    printed = capsys.readouterr()
    assert json.loads(printed.out)["total"]["inserted"] == 1
    assert "\\xff.csv: read" in printed.err
    assert "\\xff.csv: store" in printed.err
    assert "rows/s" in printed.err
