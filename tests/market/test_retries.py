"""Rejected rows tried again."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from market.ingest.prices import load_prices
from market.ingest.stocks import load_stocks
from market.ingest.told import Told
from market.models import DailyPrice, FxRate, SessionOverride, Stock
from system.models import LoadReject

from .files import NAMED, aegis, as_csv, csv_file, krx, marcap, parquet_file, rejects, stored, text_file, yahoo

pytestmark = pytest.mark.django_db


def again(capsys: Any, *arguments: str, command: str = "load_prices") -> Any:
    """The total of a run with --retry-rejects."""
    call_command(command, "--retry-rejects", "--json", *arguments)
    return json.loads(capsys.readouterr().out)["total"]


def repair(**values: Any) -> None:
    """Change the only reject that waits, as an operator does."""
    mend({"resolved_at": None}, **values)


def mend(which: dict[str, Any], **values: Any) -> None:
    reject = LoadReject.objects.get(**which)
    reject.raw |= values
    reject.save()


@pytest.mark.parametrize("write", [csv_file, parquet_file])
def test_a_repaired_row_is_loaded_and_resolved(tmp_path: Path, capsys, write) -> None:
    load_prices(write(tmp_path, [marcap(), marcap(Date="2024-01-03", Close=-5.0)]))
    repair(Close="5.0", Low=5)

    total = again(capsys)

    assert (total["rows"], total["inserted"], total["rejected"]) == (1, 1, {"total": 0})
    assert [row[5] for row in stored()] == [79600, 5]
    reject = LoadReject.objects.get()
    assert reject.resolved_at is not None
    assert reject.retried_at is not None
    assert again(capsys)["rows"] == 0


def test_a_row_that_is_still_wrong_waits_with_the_new_reason(tmp_path: Path, capsys) -> None:
    load_prices(csv_file(tmp_path, [marcap(), marcap(Date="2024-01-03", Close=-5.0)]))
    repair(Close="5,0")

    total = again(capsys)

    assert total["rejected"] == {"total": 1, "close_unreadable": 1}
    reject = LoadReject.objects.get()
    assert (reject.reason, reject.detail) == ("close_unreadable", "close_price “5,0” is not a number.")
    assert (reject.line, reject.resolved_at) == (3, None)
    assert reject.retried_at is not None


def test_a_row_of_a_closed_day_waits_until_the_day_is_told_to_be_open(tmp_path: Path, capsys) -> None:
    load_prices(csv_file(tmp_path, [marcap(), marcap(Date="2024-01-06")]))

    assert again(capsys)["rejected"] == {"total": 1, "closed_day": 1}
    SessionOverride.objects.create(exchange="XKRX", session_date=date(2024, 1, 6), is_open=True, reason="test")
    assert again(capsys)["inserted"] == 1


def test_rows_are_loaded_when_their_cause_is_mended(tmp_path: Path, capsys) -> None:
    load_prices(csv_file(tmp_path, [aegis(ticker="000660"), aegis(ticker="000661"), aegis(trade_date="2024-01-06")]))
    load_prices(csv_file(tmp_path, [marcap()]))
    for ticker in ("000660", "005930"):
        Stock.objects.get_or_create(ticker=ticker, defaults={"name": ticker, "market_type": "KOSPI"})
    SessionOverride.objects.create(exchange="XKRX", session_date=date(2024, 1, 6), is_open=True, reason="test")

    total = again(capsys)

    assert (total["rows"], total["inserted"]) == (3, 2)
    assert total["rejected"] == {"total": 1, "unknown_ticker": 1}
    assert {row[:2] for row in stored()} == {
        ("005930", date(2024, 1, 2)),
        ("000660", date(2024, 1, 2)),
        ("005930", date(2024, 1, 6)),
    }


def test_what_was_told_of_the_file_is_told_of_its_rows(tmp_path: Path, capsys) -> None:
    load_prices(csv_file(tmp_path, [krx(종가="0")], "data_20260320.csv"))
    load_prices(csv_file(tmp_path, [yahoo(Close="x")]), told=Told(ticker="GOOG", market="NASDAQ"))
    mend({"file_name": "data_20260320.csv"}, 종가="199,400")
    mend({"file_name": "prices.csv"}, Close="806.19")

    assert again(capsys)["inserted"] == 2
    assert [(row[0], row[1], row[5]) for row in stored()] == [
        ("GOOG", date(2013, 3, 1), Decimal("806.19")),
        ("005930", date(2026, 3, 20), Decimal(199400)),
    ]


def test_a_row_with_the_wrong_number_of_fields_is_repaired_as_text(tmp_path: Path, capsys) -> None:
    header, good = as_csv([aegis(**NAMED)]).replace('"', "").splitlines()
    load_prices(text_file(tmp_path, f"{header}\n{good}\n{good.replace('삼성전자', '삼성,전자')}\n"))
    repair(row=good.replace("삼성전자", '"삼성,전자"').replace("2024-01-02", "2024-01-03"))

    total = again(capsys)

    assert (total["inserted"], total["rejected"]) == (1, {"total": 0})
    assert Stock.objects.get().name == "삼성,전자"


def test_what_was_stored_meanwhile_is_overwritten_by_repaired_rows_only(tmp_path: Path, capsys) -> None:
    load_prices(csv_file(tmp_path, [aegis(), aegis(trade_date="2024-01-03")]))
    load_prices(csv_file(tmp_path, [marcap(Close=5.0), marcap(Date="2024-01-03")], "newer.csv"))

    total = again(capsys, "prices.csv")

    assert total["rejected"] == {"total": 1, "superseded": 1}
    assert total["unchanged"] == 1
    assert [row[5] for row in stored()] == [5, 79600]

    repair(close_price="7")
    assert again(capsys)["updated"] == 1
    assert [row[5] for row in stored()] == [7, 79600]


def test_a_row_that_contradicts_its_file_is_not_loaded_unless_repaired(tmp_path: Path, capsys) -> None:
    load_prices(csv_file(tmp_path, [marcap(), marcap(Close=5.0)]))

    assert again(capsys)["rejected"] == {"total": 1, "superseded": 1}
    assert stored()[0][5] == 79600


def test_stocks_and_rates_are_tried_again_too(tmp_path: Path, capsys) -> None:
    master = {"ticker": "005930", "name": "", "market_type": "KOSPI"}
    rows = [master, master | {"name": "삼성전자", "ticker": "000660"}, master | {"name": "다른", "ticker": "000660"}]
    load_stocks(csv_file(tmp_path, rows))
    call_command("load_fx", str(text_file(tmp_path, "currency,date,rate\nUSD,2024-01-02,-5\n", "fx.csv")))
    capsys.readouterr()
    mend({"loader": "load_fx"}, rate="5")
    mend({"reason": "name_missing"}, name="이름")

    stocks = again(capsys, command="load_stocks")
    rates = again(capsys, command="load_fx")

    assert (stocks["inserted"], stocks["rejected"]) == (1, {"total": 1, "superseded": 1})
    assert again(capsys, command="load_stocks")["rejected"] == {"total": 1, "superseded": 1}
    assert rates["inserted"] == FxRate.objects.count() == 1
    assert Stock.objects.get(ticker="005930").name == "이름"
    assert Stock.objects.get(ticker="000660").name == "삼성전자"


@pytest.mark.parametrize("raw", [{"a": "1"}, [], "text", {"row": "a,b"}])
def test_a_repair_that_makes_no_row_says_so(tmp_path: Path, capsys, raw: Any) -> None:
    load_prices(csv_file(tmp_path, [marcap(Close=-5.0)]))
    LoadReject.objects.update(raw=raw)

    total = again(capsys)

    assert total["rejected"] == {"total": 1, "refused": 1}
    assert "no known format" in LoadReject.objects.get().detail


def test_loading_a_file_again_renews_the_reason_and_leaves_what_was_repaired(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [aegis(close_price="-1"), aegis(close_price="-2")])
    load_prices(path)
    LoadReject.objects.filter(line=3).update(raw=aegis(close_price="2"))
    load_prices(csv_file(tmp_path, [marcap()], "stock.csv"))

    load_prices(path)

    assert rejects() == [(2, "close_not_positive"), (3, "unknown_ticker")]
    assert LoadReject.objects.get(line=3).repaired_at is not None


@pytest.mark.parametrize("others", [[], [aegis(ticker="000661")]])
def test_a_row_that_loads_with_its_file_waits_no_more(tmp_path: Path, others: list[Any]) -> None:
    path = csv_file(tmp_path, [aegis(ticker="000660"), *others])
    load_prices(path)
    load_prices(csv_file(tmp_path, [aegis(ticker="000660", close_price="1")], "other.csv"))
    load_stocks(text_file(tmp_path, "ticker,name,market_type\n000660,SK,KOSPI\n", "stocks.csv"))

    assert load_prices(path).inserted == 1

    waiting = LoadReject.objects.filter(resolved_at=None).order_by("pk").values_list("file_name", "line")
    assert list(waiting) == [("prices.csv", 3)] * len(others) + [("other.csv", 2)]


def test_a_repaired_row_waits_though_its_file_is_loaded_again(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [aegis(ticker="000660")])
    load_prices(path)
    repair(close_price="5")
    Stock.objects.create(ticker="000660", name="SK", market_type="KOSPI")

    load_prices(path)

    assert LoadReject.objects.get().resolved_at is None


def test_an_unchanged_row_is_not_repaired(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(Close=-5.0)]))

    LoadReject.objects.get().save()

    assert LoadReject.objects.get().repaired_at is None


def test_a_resolved_row_that_is_repaired_waits_again(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(Close=-5.0)]))
    LoadReject.objects.update(resolved_at="2024-01-02T00:00Z")

    with connection.cursor() as cursor:
        cursor.execute("""UPDATE system.load_rejects SET raw = raw || '{"Close": "5"}'""")

    assert LoadReject.objects.get().resolved_at is None


def test_without_files_a_command_says_what_it_takes(capsys) -> None:
    with pytest.raises(CommandError, match="--retry-rejects"):
        call_command("load_prices")
    call_command("load_prices", "--retry-rejects")

    assert "No rejected row waits." in capsys.readouterr().out
    assert not DailyPrice.objects.exists()
