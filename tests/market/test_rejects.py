from pathlib import Path

import pytest

from market.ingest.prices import load_prices
from market.ingest.stocks import load_stocks
from market.models import DailyPrice, Stock
from system.models import LoadReject

from .files import NAMED, aegis, as_csv, csv_file, marcap, parquet_file, rejects, text_file

pytestmark = pytest.mark.django_db

BAD_PRICES = [
    ({"Close": "abc"}, "close_unreadable"),
    ({"Close": "1,000"}, "close_unreadable"),
    ({"Close": "NaN"}, "close_unreadable"),
    ({"Close": "Infinity"}, "close_unreadable"),
    ({"Close": ""}, "close_missing"),
    ({"Close": "0.0"}, "close_not_positive"),
    ({"Close": "0.00004"}, "close_not_positive"),
    ({"Close": "-5.0"}, "close_not_positive"),
    ({"Close": "10000000000"}, "close_overflow"),
    ({"Close": "9999999999.99995"}, "close_overflow"),
    ({"Close": "1e40"}, "close_overflow"),
    ({"Open": "x"}, "open_unreadable"),
    ({"Open": "0.0"}, "open_not_positive"),
    ({"High": "-1.0"}, "high_not_positive"),
    ({"Low": "-1.0"}, "low_not_positive"),
    ({"High": "78199.0"}, "high_below_low"),
    ({"Volume": ""}, "volume_missing"),
    ({"Volume": "-1"}, "volume_negative"),
    ({"Volume": "0.5"}, "volume_fraction"),
    ({"Volume": "9223372036854775808"}, "volume_overflow"),
    ({"Amount": "-1"}, "amount_negative"),
    ({"Amount": "100000000000000000000"}, "amount_overflow"),
    ({"Amount": "nan"}, "amount_unreadable"),
    ({"ChagesRatio": "100000000.0"}, "changes_overflow"),
    ({"ChagesRatio": "?"}, "changes_unreadable"),
    ({"Marcap": "-1"}, "market_cap_negative"),
    ({"Marcap": "much"}, "market_cap_unreadable"),
    ({"Date": "2024-02-30"}, "trade_date_unreadable"),
    ({"Date": "02/01/2024"}, "trade_date_unreadable"),
    ({"Date": "2024-01-02 junk"}, "trade_date_unreadable"),
    ({"Date": ""}, "trade_date_missing"),
    ({"Date": "2999-01-01"}, "trade_date_future"),
    ({"Date": "1024-01-02"}, "trade_date_too_early"),
    ({"Code": ""}, "ticker_missing"),
    ({"Code": "A" * 21}, "ticker_overflow"),
    ({"Code": "0059 30"}, "ticker_malformed"),
    ({"Code": "000001", "Name": ""}, "unknown_ticker"),
    ({"Name": "이" * 101}, "name_overflow"),
    ({"Code": "000001", "Market": ""}, "unknown_ticker"),
    ({"Code": "AAPL"}, "ticker_malformed"),
    ({"Code": "100000"}, "market_mismatch"),
]


@pytest.mark.parametrize(("fault", "reason"), BAD_PRICES)
def test_a_bad_row_is_rejected_alone(tmp_path: Path, fault: dict[str, str], reason: str) -> None:
    Stock.objects.create(ticker="100000", name="Apple", market_type="NASDAQ")
    rows = [marcap(), marcap(Date="2024-01-03") | fault, marcap(Date="2024-01-04")]

    report = load_prices(csv_file(tmp_path, rows))

    assert (report.inserted, report.rejected) == (2, {reason: 1})
    assert DailyPrice.objects.count() == 2
    assert rejects() == [(3, reason)]


def test_a_reject_keeps_the_row_as_the_file_has_it_and_says_what_is_wrong(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(Name='이름, "우선"', Close="-5.0")], "bad.csv"))

    reject = LoadReject.objects.get()
    assert (reject.loader, reject.file_name, reject.line) == ("load_prices", "bad.csv", 2)
    assert reject.detail == "close_price “-5.0” is not above zero."
    assert (reject.raw["Name"], reject.raw["Close"], reject.raw["Code"]) == ('이름, "우선"', "-5.0", "005930")
    assert len(reject.file_digest) == 64


def test_loading_again_does_not_pile_rejects_up(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [marcap(Close="-5.0"), marcap(Close="x")])
    load_prices(path)
    renamed = path.rename(tmp_path / "renamed.csv")

    report = load_prices(renamed)

    assert report.rejected.total() == 2
    assert LoadReject.objects.count() == 2


def test_rejects_of_parquet_are_numbered_by_row_and_missing_numbers_are_missing(tmp_path: Path) -> None:
    report = load_prices(parquet_file(tmp_path, [marcap(), marcap(Close=float("nan")), marcap(Open=float("nan"))]))

    assert report.rejected == {"close_missing": 1, "duplicate": 1}
    assert rejects() == [(2, "close_missing"), (3, "duplicate")]


def test_a_nul_in_a_parquet_text_does_not_stop_the_file(tmp_path: Path) -> None:
    load_prices(parquet_file(tmp_path, [marcap(Name="삼\0성"), marcap(Name="\0", Close=-1.0)]))

    assert Stock.objects.get().name == "삼\N{REPLACEMENT CHARACTER}성"
    assert LoadReject.objects.count() == 1


@pytest.mark.parametrize("quoted", [True, False])
@pytest.mark.parametrize("bad", ["005930,2024-01-03", "005930,2024-01-03,1,1,1,1,1,1,1,1,1,1", "junk"])
def test_a_row_with_the_wrong_number_of_fields_is_rejected_alone(tmp_path: Path, bad: str, quoted: bool) -> None:
    header, good = as_csv([aegis(**NAMED)]).splitlines()
    text = "\n".join([header, good, bad, good.replace("2024-01-02", "2024-01-04")])

    report = load_prices(text_file(tmp_path, text if quoted else text.replace('"', "")))

    assert (report.rows, report.inserted) == (3, 2)
    assert report.rejected == {"field_count": 1}
    assert LoadReject.objects.get().raw == {"row": bad}


def test_a_row_that_an_extra_comma_shifts_is_rejected_and_not_skipped_for_its_market(tmp_path: Path) -> None:
    text = as_csv([marcap()], sorted(marcap())).replace('"삼성전자"', "삼성,전자")

    report = load_prices(text_file(tmp_path, text))

    assert (report.skipped, report.rejected) == ({}, {"field_count": 1})


def test_empty_lines_are_no_rows(tmp_path: Path) -> None:
    header, good = as_csv([aegis(**NAMED)]).splitlines()

    report = load_prices(text_file(tmp_path, f"{header}\n\n{good}\n   \n\n{good.replace('79600', '-1')}\n\n"))

    assert (report.rows, report.inserted) == (2, 1)
    assert rejects() == [(6, "close_not_positive")]


def test_a_row_over_two_lines_is_numbered_by_its_first(tmp_path: Path) -> None:
    rows = [marcap(Name="두\n줄"), marcap(Name="또\n두\n줄", Close="-1.0"), marcap(Close="x")]

    report = load_prices(csv_file(tmp_path, rows))

    assert report.inserted == 1
    assert rejects() == [(4, "close_not_positive"), (7, "close_unreadable")]
    assert Stock.objects.get().name == "두 줄"


def test_a_line_that_ends_a_copy_is_text_like_any_other(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(Name="a\n\\.\nb"), marcap(Close="1\n\\.\n2")]))

    assert Stock.objects.get().name == "a \\. b"
    assert LoadReject.objects.get().raw["Close"] == "1\n\\.\n2"


def test_stray_quotation_marks_are_text(tmp_path: Path) -> None:
    header, good = as_csv([aegis(**NAMED)]).replace('"', "").splitlines()
    inches = good.replace("삼성전자", '5" TV')

    report = load_prices(text_file(tmp_path, "\n".join([header, inches, inches.replace("2024-01-02", "2024-01-03")])))

    assert report.inserted == 2
    assert Stock.objects.get().name == '5" TV'


def test_the_rejects_of_a_refused_file_are_not_kept(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [marcap(Close="-5.0"), marcap()])
    path.write_bytes(path.read_bytes() + b'"005930",\xff\xfe\n')

    with pytest.raises(Exception, match="UTF-8"):
        load_prices(path)

    assert not LoadReject.objects.exists()
    assert not DailyPrice.objects.exists()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"ticker": ""}, "ticker_missing"),
        ({"name": ""}, "name_missing"),
        ({"market_type": ""}, "market_missing"),
        ({"sector": "가" * 101}, "sector_overflow"),
        ({"market_cap": "-1"}, "market_cap_negative"),
        ({"market_cap": "100000000000000000000"}, "market_cap_overflow"),
        ({"listing_date": "1975"}, "listing_date_unreadable"),
        ({"is_active": "perhaps"}, "is_active_unreadable"),
        ({"ticker": "AAPL"}, "market_mismatch"),
    ],
)
def test_a_bad_stock_is_rejected_alone(tmp_path: Path, fault: dict[str, str], reason: str) -> None:
    Stock.objects.create(ticker="AAPL", name="Apple", market_type="NASDAQ")
    good = {
        "ticker": "005930",
        "name": "삼성전자",
        "market_type": "KOSPI",
        "sector": "전기전자",
        "market_cap": "475194690980000",
        "listing_date": "1975-06-11",
        "is_active": "true",
    }

    report = load_stocks(csv_file(tmp_path, [good, good | {"ticker": "000660"} | fault]))

    assert (report.inserted, report.rejected) == (1, {reason: 1})
    assert LoadReject.objects.get().loader == "load_stocks"


def test_a_carriage_return_amid_a_row_does_not_stop_the_file(tmp_path: Path) -> None:
    header, good = as_csv([aegis(**NAMED)]).replace('"', "").splitlines()
    rows = [good.replace("삼성전자", "삼성\r전자"), "a,b\r", good.replace("2024-01-02", "2024-01-03")]

    report = load_prices(text_file(tmp_path, "\n".join([header, *rows])))

    assert (report.inserted, report.rejected) == (2, {"field_count": 1})
