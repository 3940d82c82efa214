"""What a stock may be called."""

from pathlib import Path

import polars as pl
import pytest
from django.core.management import CommandError, call_command

from market.ingest.prices import load_prices
from market.ingest.stocks import load_stocks
from market.models import Stock

from .files import NAMED, aegis, as_csv, csv_file, krx, listing, marcap, rejects, text_file, yahoo
from .test_delistings import listed

pytestmark = pytest.mark.django_db

MISSING = ["nan", "NaN", "None", "null", "NULL", "#N/A", "<NA>", "NaT", "-1"]
INVISIBLE = ["\u200b005930", "\ufeff005930", "005930\x01", "0059\u00ad30", "\u3164"]
NO_CODES = ["A005930", "5930", "05930X1", "00593a", "KR7005930003", "5930.5", "٠٠٥٩٣٠", "AAPL"]


def codes() -> list[str]:
    return list(Stock.objects.order_by("ticker").values_list("ticker", flat=True))


@pytest.mark.parametrize("code", ["5930.0", "5930", "005930.0", " 5930 "])
def test_a_code_that_became_a_number_is_the_code(tmp_path: Path, code: str) -> None:
    load_prices(csv_file(tmp_path, [marcap(Code=code)]))
    load_prices(csv_file(tmp_path, [listing(Code=code)], "listing-2026-03-20.csv"))
    load_prices(csv_file(tmp_path, [krx(종목코드=code)], "data_20260320.csv"))
    load_stocks(csv_file(tmp_path, [listed(Code=code, Market="KOSPI")]))

    assert codes() == ["005930"]


def test_codes_of_a_column_of_floats_are_the_codes(tmp_path: Path) -> None:
    path = tmp_path / "prices.parquet"
    pl.DataFrame([marcap(Code=5930.0), marcap(Code=660.0), marcap(Code=None)]).write_parquet(path)

    report = load_prices(path)

    assert (codes(), report.rejected) == (["000660", "005930"], {"ticker_missing": 1})


@pytest.mark.parametrize("code", [*MISSING, *INVISIBLE, *(code for code in NO_CODES if code != "5930")])
def test_what_is_no_code_of_the_exchange_makes_no_stock(tmp_path: Path, code: str) -> None:
    files = [
        csv_file(tmp_path, [marcap(Code=code)], "marcap.csv"),
        csv_file(tmp_path, [listing(Code=code)], "listing-2026-03-20.csv"),
        csv_file(tmp_path, [krx(종목코드=code)], "data_20260320.csv"),
    ]

    assert [load_prices(file).rejected for file in files] == [{"ticker_malformed": 1}] * 3
    assert load_stocks(csv_file(tmp_path, [listed(Code=code)])).rejected == {"ticker_malformed": 1}
    assert codes() == []


def test_codes_with_letters_and_american_rows_of_the_same_form_are_loaded(tmp_path: Path) -> None:
    rows = [marcap(Code="00104K"), marcap(Code="0001A0"), marcap(Code="AAPL", Name="Apple", Market="NASDAQ")]

    load_prices(csv_file(tmp_path, rows))

    assert codes() == ["0001A0", "00104K", "AAPL"]


@pytest.mark.parametrize("ticker", [*MISSING, *INVISIBLE, "0059 30"])
def test_other_forms_take_no_invisible_signs_and_no_words_for_nothing(tmp_path: Path, ticker: str) -> None:
    rows = [aegis(**NAMED, ticker=ticker), *(aegis(**NAMED, ticker=other) for other in ("NA", "NAN", "BRK-B", "^KS11"))]

    report = load_prices(text_file(tmp_path, as_csv(rows)))

    assert report.rejected == {"ticker_malformed": 1}
    assert codes() == ["BRK-B", "NA", "NAN", "^KS11"]
    assert rejects() == [(2, "ticker_malformed")]


@pytest.mark.parametrize("ticker", ["A B", "", "nan", "\udcff", "G" * 21, "\u200bGOOG"])
def test_a_ticker_that_is_none_is_refused_before_any_row_is_read(tmp_path: Path, ticker: str) -> None:
    path = csv_file(tmp_path, [yahoo()])

    with pytest.raises(CommandError, match="is no ticker"):
        call_command("load_prices", str(path), "--ticker", ticker, "--market", "NASDAQ")

    assert rejects() == []
    assert codes() == []
