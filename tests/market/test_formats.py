"""Each publisher's form of a price file, and what stands in it."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from market.ingest import csv_table
from market.ingest.prices import load_prices
from market.ingest.refusal import RefusedFileError
from market.ingest.stocks import load_stocks
from market.ingest.told import Told
from market.models import DailyPrice, Stock
from system.models import LoadReject

from .files import as_csv, csv_file, krx, listing, rejects, stored, text_file, yahoo

pytestmark = pytest.mark.django_db

FRIDAY = date(2026, 3, 20)
SAMSUNG = (
    "005930",
    FRIDAY,
    Decimal(202000),
    Decimal(202500),
    Decimal(199000),
    Decimal(199400),
    35279762,
    Decimal(7019725077866),
    Decimal("-0.55"),
)
GOOG = ("GOOG", date(2013, 3, 1), Decimal("797.8"), Decimal("807.14"), Decimal("796.15"), Decimal("806.19"), 2175400)
NASDAQ = Told(ticker="GOOG", market="NASDAQ")


@pytest.mark.parametrize("encoding", ["cp949", "utf-8", "utf-8-sig"])
def test_the_exchanges_download_is_loaded_in_each_of_its_encodings(tmp_path: Path, encoding: str) -> None:
    text = as_csv([krx(), krx(종목코드="0001A0", 종목명="덕양에너젠", 시장구분="KOSDAQ GLOBAL")])

    report = load_prices(text_file(tmp_path, text.encode(encoding), "data_5014_20260320.csv"))

    assert (report.format, report.inserted, report.rows) == ("krx csv", 2, 2)
    assert stored()[1] == SAMSUNG
    facts = Stock.objects.order_by("ticker").values_list("ticker", "name", "market_type", "market_cap")
    assert list(facts) == [
        ("0001A0", "덕양에너젠", "KOSDAQ", 1180375801646800),
        ("005930", "삼성전자", "KOSPI", 1180375801646800),
    ]


@pytest.mark.parametrize("size", [100, 333])
def test_cp949_is_read_at_any_size_of_blocks(tmp_path: Path, monkeypatch, size: int) -> None:
    monkeypatch.setattr(csv_table, "BLOCK", size)
    rows = [krx(종목코드=f"{number:06}", 종목명=f"뷁똠방 {number}") for number in range(30)]
    rows[7]["종가"] = "-5"
    text = as_csv(rows) + "뷁,1\n"

    report = load_prices(text_file(tmp_path, text.encode("cp949")), told=Told(day=FRIDAY))

    assert (report.inserted, report.rejected) == (29, {"close_not_positive": 1, "field_count": 1})
    assert rejects() == [(9, "close_not_positive"), (32, "field_count")]
    assert LoadReject.objects.get(line=9).raw["종목명"] == "뷁똠방 7"
    assert set(Stock.objects.values_list("name", flat=True)) == {f"뷁똠방 {number}" for number in range(30)} - {
        "뷁똠방 7"
    }


def test_bytes_that_are_not_cp949_refuse_a_file_of_it(tmp_path: Path) -> None:
    text = as_csv([krx(), krx()]).encode("cp949") + b'"\xff\xff"\n'

    with pytest.raises(RefusedFileError, match="line 4 there are bytes that are not CP949"):
        load_prices(text_file(tmp_path, text), told=Told(day=FRIDAY))


def test_numbers_wear_the_dress_of_a_spreadsheet_or_none(tmp_path: Path) -> None:
    bare = {name: str(value).replace(",", "") for name, value in krx().items()}
    dressed = krx(종목코드="000660", 등락률="+1.25%", 시가총액="-")

    load_prices(csv_file(tmp_path, [bare, dressed]), told=Told(day=FRIDAY))

    assert stored()[1] == SAMSUNG
    assert stored()[0][2:] == (*SAMSUNG[2:8], Decimal("1.25"))
    assert Stock.objects.get(ticker="000660").market_cap is None


@pytest.mark.parametrize("text", ["1,99,400", "199.400,5", "19,94,00", ",199"])
def test_commas_that_group_no_thousands_are_not_read_over(tmp_path: Path, text: str) -> None:
    report = load_prices(csv_file(tmp_path, [krx(), krx(종목코드="000660", 종가=text)]), told=Told(day=FRIDAY))

    assert (report.inserted, report.rejected) == (1, {"close_unreadable": 1})


def test_a_halted_day_of_the_exchanges_download_has_no_range(tmp_path: Path) -> None:
    zero = dict.fromkeys(("시가", "고가", "저가", "거래량", "거래대금", "등락률"), "0")
    dash = dict.fromkeys(("시가", "고가", "저가"), "-")

    load_prices(csv_file(tmp_path, [krx(**zero), krx(종목코드="000660") | zero | dash]), told=Told(day=FRIDAY))

    assert [row[2:5] for row in stored()] == [(None, None, None)] * 2


def test_a_column_of_days_goes_before_the_name_of_the_file(tmp_path: Path) -> None:
    rows = [krx(일자="2026/03/19"), krx(일자="20260320")]

    load_prices(csv_file(tmp_path, rows, "data_20260318.csv"))

    assert [row[1] for row in stored()] == [date(2026, 3, 19), FRIDAY]


def test_a_days_listing_with_english_headers_is_loaded(tmp_path: Path) -> None:
    rows = [listing(), listing(Code="149300", Market="KONEX"), listing(Code="00088K", Open=0, High=0, Low=0)]

    report = load_prices(csv_file(tmp_path, rows, "listing-krx-2026-03-20.csv"))

    assert (report.format, report.inserted, report.skipped) == ("listing csv", 2, {"market_KONEX": 1})
    assert stored()[1] == SAMSUNG
    assert stored()[0][2:5] == (None, None, None)


def test_the_listing_and_the_download_of_a_day_say_the_same(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [listing()]), told=Told(day=FRIDAY))

    assert load_prices(csv_file(tmp_path, [krx()]), told=Told(day=FRIDAY)).unchanged == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("prices.csv", "its name says no day"),
        ("data_20260230.csv", "its name says no day"),
        ("1202603200.csv", "its name says no day"),
        ("data_20260319_20260320.csv", "its name says several days"),
    ],
)
def test_without_a_day_a_listing_is_refused(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(RefusedFileError, match=f"{said}.*Give --date"):
        load_prices(csv_file(tmp_path, [listing()], name))


def test_a_listing_is_a_stock_master_too(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [listing(Name="새이름")], "listing-2026-03-20.csv"))

    older = load_stocks(csv_file(tmp_path, [listing(Name="옛이름"), listing(Code="000660")], "listing-2026-03-19.csv"))
    undated = load_stocks(csv_file(tmp_path, [krx(종목명="이름")]))

    assert (older.inserted, older.skipped, undated.updated) == (1, {"older": 1}, 1)
    assert Stock.objects.get(ticker="005930").name == "이름"


def test_the_bars_of_one_stock_are_loaded_and_make_it_known(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [yahoo(), yahoo(Close="") | {"": "2013-03-04"}])

    report = load_prices(path, told=NASDAQ)

    assert (report.format, report.inserted, report.rejected) == ("yahoo csv", 1, {"close_missing": 1})
    assert stored() == [(*GOOG, None, None)]
    stock = Stock.objects.get()
    assert (stock.ticker, stock.name, stock.market_type, stock.currency) == ("GOOG", "GOOG", "NASDAQ", "USD")
    assert load_prices(path, told=NASDAQ).unchanged == 1


def test_bars_leave_what_is_known_of_their_stock(tmp_path: Path) -> None:
    Stock.objects.create(ticker="GOOG", name="Alphabet", market_type="NYSE", market_cap=5)

    load_prices(csv_file(tmp_path, [yahoo()]), told=NASDAQ)

    stock = Stock.objects.get()
    assert (stock.name, stock.market_type, stock.market_cap) == ("Alphabet", "NYSE", 5)


def test_bars_are_not_booked_on_a_stock_of_another_country(tmp_path: Path) -> None:
    Stock.objects.create(ticker="005930", name="삼성전자", market_type="KOSPI")

    report = load_prices(
        csv_file(tmp_path, [yahoo() | {"": "2013-03-04"}]), told=Told(ticker="005930", market="NASDAQ")
    )

    assert report.rejected == {"market_mismatch": 1}


def test_the_close_is_read_and_never_the_adjusted_one(tmp_path: Path) -> None:
    row = {"Date": "2013-03-01", **yahoo(), "Adj Close": "1.23"}
    columns = ["Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"]

    load_prices(csv_file(tmp_path, [row], columns=columns), told=NASDAQ)

    assert stored()[0][5] == Decimal("806.19")
    with pytest.raises(RefusedFileError, match="lacks the columns Close"):
        load_prices(csv_file(tmp_path, [row], columns=[name for name in columns if name != "Close"]), told=NASDAQ)


def test_a_column_of_tickers_holds_several_stocks(tmp_path: Path) -> None:
    Stock.objects.create(ticker="IBM", name="IBM", market_type="NYSE")
    rows = [yahoo(Ticker="GOOG"), yahoo(Ticker="IBM"), yahoo(Ticker="AAPL")]
    path = csv_file(tmp_path, rows)

    unknown = load_prices(path)
    told = load_prices(path, told=Told(market="NASDAQ"))

    assert (unknown.inserted, unknown.rejected) == (1, {"unknown_ticker": 2})
    assert (told.inserted, told.unchanged) == (2, 1)
    markets = Stock.objects.order_by("ticker").values_list("ticker", "market_type")
    assert list(markets) == [("AAPL", "NASDAQ"), ("GOOG", "NASDAQ"), ("IBM", "NYSE")]


def test_the_three_lines_that_yfinance_heads_a_download_with_are_no_rows(tmp_path: Path) -> None:
    text = (
        "Price,Close,High,Low,Open,Volume\nTicker,GOOG,GOOG,GOOG,GOOG,GOOG\nDate,,,,,\n"
        "2013-03-01,806.19,807.14,796.15,797.8,2175400\n2013-03-04,-1,1,1,1,1\n"
    )

    report = load_prices(text_file(tmp_path, text), told=Told(market="NASDAQ"))

    assert (report.rows, report.inserted) == (2, 1)
    assert stored() == [(*GOOG, None, None)]
    assert rejects() == [(5, "close_not_positive")]
    assert LoadReject.objects.get().raw["Ticker"] == "GOOG"


def test_a_download_of_several_stocks_side_by_side_is_refused(tmp_path: Path) -> None:
    text = "Price,Close,Close,Volume,Volume\nTicker,GOOG,AAPL,GOOG,AAPL\nDate,,,,\n2013-03-01,1,1,1,1\n"

    with pytest.raises(RefusedFileError, match=r"columns of their own for each of 2 stocks.*column Ticker"):
        load_prices(text_file(tmp_path, text))


@pytest.mark.parametrize(
    "instant", ["2013-03-01 00:00:00", "2013-03-01 00:00:00-05:00", "2013-03-01T00:00:00.000Z", "20130301"]
)
def test_a_midnight_is_a_day_and_another_hour_is_not(tmp_path: Path, instant: str) -> None:
    rows = [yahoo() | {"": instant}, yahoo() | {"": "2013-03-04 09:30:00-05:00"}]

    report = load_prices(csv_file(tmp_path, rows), told=NASDAQ)

    assert report.rejected == {"trade_date_unreadable": 1}
    assert stored()[0][1] == date(2013, 3, 1)


@pytest.mark.parametrize(
    ("row", "told", "said"),
    [
        (yahoo(), Told(), "does not say which stock.*Give --ticker"),
        (yahoo(), Told(ticker="GOOG"), "GOOG is not a known stock.*give --market"),
        (yahoo(Ticker="GOOG"), Told(ticker="GOOG"), "says itself which stocks.*Leave --ticker away"),
        (listing(), Told(market="KOSPI", day=FRIDAY), "says itself of which market.*Leave --market away"),
        ({name: value for name, value in yahoo().items() if name}, NASDAQ, "of which day a row is"),
    ],
)
def test_what_a_file_says_is_not_for_the_operator_and_the_rest_is(
    tmp_path: Path, row: dict[str, str], told: Told, said: str
) -> None:
    with pytest.raises(RefusedFileError, match=said):
        load_prices(csv_file(tmp_path, [row]), told=told)
    assert not DailyPrice.objects.exists()
