"""What the commands take: files, folders, patterns, standard input, and what is told of a file."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from market.models import DailyPrice, Stock
from system.models import JobRun, LoadReject

from .files import as_csv, csv_file, gzip_file, listing, marcap, parquet_file, text_file, yahoo

pytestmark = pytest.mark.django_db


def run(capsys: Any, *arguments: object) -> Any:
    """What a run prints as JSON."""
    call_command("load_prices", *map(str, arguments), "--json")
    return json.loads(capsys.readouterr().out)


def names(document: Any) -> list[str]:
    return [Path(file["file"]).name for file in document["files"]]


def feed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_a_folder_is_its_files_in_order(tmp_path: Path, capsys) -> None:
    (tmp_path / "2023").mkdir()
    (tmp_path / ".git").mkdir()
    parquet_file(tmp_path, [marcap()], "b.parquet")
    gzip_file(tmp_path, [marcap(Code="000660")], "c.CSV.GZ")
    csv_file(tmp_path / "2023", [marcap(Date="2023-12-28")], "a.csv")
    csv_file(tmp_path / ".git", [marcap(Date="2023-12-27")], "x.csv")
    text_file(tmp_path, "Not prices.", "README.md")

    assert names(run(capsys, tmp_path)) == ["a.csv", "b.parquet", "c.CSV.GZ"]


def test_a_pattern_is_its_files_and_a_file_may_be_called_like_one(tmp_path: Path, capsys) -> None:
    csv_file(tmp_path, [marcap()], "a1.csv")
    csv_file(tmp_path, [marcap()], "a2.csv")
    odd = csv_file(tmp_path, [marcap()], "a[1].csv")

    assert names(run(capsys, tmp_path / "a?.csv")) == ["a1.csv", "a2.csv"]
    assert names(run(capsys, odd)) == ["a[1].csv"]


def test_what_names_no_file_fails_the_run_and_stops_no_other(tmp_path: Path, capsys) -> None:
    (tmp_path / "empty").mkdir()
    good = csv_file(tmp_path, [marcap()])

    with pytest.raises(CommandError) as caught:
        call_command("load_prices", str(tmp_path / "empty"), str(tmp_path / "*.txt"), str(good))

    assert str(caught.value).count("No file is meant by it.") == 2
    assert DailyPrice.objects.count() == 1


@pytest.mark.parametrize("command", ["load_prices", "load_stocks", "load_fx"])
def test_an_empty_argument_does_not_mean_all_that_is_here(tmp_path: Path, monkeypatch, command: str) -> None:
    monkeypatch.chdir(tmp_path)
    csv_file(tmp_path, [marcap()])

    with pytest.raises(CommandError, match=r"No file is meant by it\..*Name a file, a folder or a pattern\."):
        call_command(command, "")

    assert not Stock.objects.exists()


@pytest.mark.parametrize("write", [csv_file, gzip_file, parquet_file])
@pytest.mark.parametrize("name", [b"x\xff", b"\xbd\xc3\xbc\xbc", "시세".encode()])
def test_a_name_that_is_no_text_is_told_as_one(tmp_path: Path, capsys, write, name: bytes) -> None:
    folder = tmp_path / os.fsdecode(name)
    folder.mkdir()
    path = write(folder, [marcap(), marcap(Date="2024-01-03", Close=-1.0)], os.fsdecode(name))
    shown = name.decode(errors="backslashreplace")

    [file] = run(capsys, path)["files"]
    assert (file["file"], file["inserted"]) == (f"{tmp_path}/{shown}/{shown}", 1)
    call_command("load_stocks", str(path))
    call_command("load_prices", "--retry-rejects", str(path))

    assert f"{shown} (rejects): 1 rows" in capsys.readouterr().out
    assert LoadReject.objects.filter(loader="load_prices").get().file_name == shown
    assert JobRun.objects.first().arguments["files"] == [f"{tmp_path}/{shown}/{shown}"]


def test_a_folder_and_a_refusal_may_have_names_that_are_no_text(tmp_path: Path, capsys) -> None:
    csv_file(tmp_path, [marcap()], os.fsdecode(b"x\xff.csv"))
    bad = text_file(tmp_path, "a,b\n1,2\n", os.fsdecode(b"y\xff.txt"))

    with pytest.raises(CommandError, match=r"y\\xff\.txt: Its columns are those of no known format"):
        call_command("load_prices", str(tmp_path), str(bad), os.fsdecode(b"none\xff.csv"))

    assert DailyPrice.objects.count() == 1
    assert "y\\xff.txt" in JobRun.objects.get().error


def test_standard_input_is_a_file_like_any_other(tmp_path: Path, monkeypatch, capsys) -> None:
    feed(monkeypatch, gzip_file(tmp_path, [marcap(), marcap(Close=5.0)]).read_bytes())

    document = run(capsys, "-")

    assert document["files"][0] | {"seconds": 0} == {
        "file": "standard input",
        "format": "marcap csv.gz",
        "rows": 2,
        "inserted": 1,
        "updated": 0,
        "unchanged": 0,
        "skipped": {"total": 0},
        "rejected": {"total": 1, "duplicate": 1},
        "seconds": 0,
    }


def test_a_refusal_of_standard_input_calls_it_so(monkeypatch) -> None:
    feed(monkeypatch, b"")

    with pytest.raises(CommandError, match=r"^standard input: It is empty\."):
        call_command("load_prices", "-")


def test_stocks_come_by_standard_input_too(monkeypatch, capsys) -> None:
    feed(monkeypatch, "ticker,name,market_type\n005930,삼성전자,KOSPI\n".encode())

    call_command("load_stocks", "-")

    assert Stock.objects.get().name == "삼성전자"


def test_the_operator_tells_what_a_file_does_not(tmp_path: Path, capsys) -> None:
    day = csv_file(tmp_path, [listing()], "listing-krx-2026-03-22.csv")
    bars = csv_file(tmp_path, [yahoo()], "GOOG.csv")

    with pytest.raises(CommandError, match="the last session was 2026-03-20"):
        call_command("load_prices", str(day))
    assert run(capsys, day, "--date", "2026-03-20")["total"]["inserted"] == 1
    assert run(capsys, bars, "--ticker", "GOOG", "--market", "NASDAQ")["total"]["inserted"] == 1
    told = {"files": [str(bars)], "ticker": "GOOG", "market": "NASDAQ"}
    assert JobRun.objects.order_by("pk").values_list("arguments", flat=True).last() == told
    with pytest.raises(CommandError, match="is not a date like 2024-01-31"):
        call_command("load_prices", str(day), "--date", "20.3.2026")
    with pytest.raises(CommandError, match="of which stock one file is"):
        call_command("load_prices", str(bars), str(bars), "--ticker", "GOOG")


def test_bars_with_a_mark_and_the_line_ends_of_windows_are_the_same(tmp_path: Path, capsys) -> None:
    text = "\ufeff" + as_csv([yahoo(), yahoo() | {"": "2013-03-04"}]).replace("\n", "\r\n")

    document = run(capsys, text_file(tmp_path, text), "--ticker", "GOOG", "--market", "NASDAQ")

    assert (document["total"]["inserted"], document["total"]["rejected"]) == (2, {"total": 0})
