from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from market.ingest import csv_table, parquet_table
from market.ingest.prices import load_prices
from market.ingest.report import Report
from market.models import DailyPrice, LatestPrice, SessionOverride, Stock
from market.sessions import last_session, sessions
from system.models import LoadReject

from .files import HALTED, NAMED, aegis, as_csv, csv_file, gzip_file, marcap, parquet_file, rejects, stored, text_file

pytestmark = pytest.mark.django_db

SAMSUNG = (
    "005930",
    date(2024, 1, 2),
    Decimal("78200.0000"),
    Decimal("79800.0000"),
    Decimal("78200.0000"),
    Decimal("79600.0000"),
    17142847,
    Decimal("1356958225913"),
    Decimal("1.40"),
)


def counts(report: Report) -> tuple[int, int, int, int, int, int]:
    told = (report.inserted, report.updated, report.unchanged, report.skipped.total(), report.rejected.total())
    assert report.rows == sum(told), "each row has one fate"
    return report.rows, *told


@pytest.mark.parametrize("write", [csv_file, gzip_file, parquet_file])
def test_a_marcap_file_is_loaded_from_each_container(tmp_path: Path, write) -> None:
    report = load_prices(write(tmp_path, [marcap()]))

    assert counts(report) == (1, 1, 0, 0, 0, 0)
    assert stored() == [SAMSUNG]


def test_the_container_is_told_by_the_content_and_not_by_the_name(tmp_path: Path) -> None:
    assert load_prices(gzip_file(tmp_path, [marcap()], "prices.parquet")).format == "marcap csv.gz"
    assert load_prices(parquet_file(tmp_path, [marcap()], "prices.csv")).format == "marcap parquet"
    assert load_prices(csv_file(tmp_path, [marcap()], "prices.gz")).format == "marcap csv"


def test_columns_are_found_by_their_names_in_any_order(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap()], columns=sorted(marcap())))

    assert stored() == [SAMSUNG]


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_the_data(tmp_path: Path) -> None:
    text = "\ufeff" + as_csv([marcap()]).replace("\n", "\r\n")

    load_prices(text_file(tmp_path, text))

    assert stored() == [SAMSUNG]


def test_a_file_creates_the_stocks_that_it_names(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(), marcap(Code="00088K", Name="한화3우B", Marcap=407040000000.0)]))

    facts = Stock.objects.order_by("ticker").values_list("ticker", "name", "market_type", "market_cap", "currency")
    assert list(facts) == [
        ("00088K", "한화3우B", "KOSPI", 407040000000, "KRW"),
        ("005930", "삼성전자", "KOSPI", 475194690980000, "KRW"),
    ]


def test_kosdaq_global_is_kosdaq_and_konex_is_skipped(tmp_path: Path) -> None:
    rows = [
        marcap(Code="091990", Market="KOSDAQ GLOBAL"),
        marcap(Code="112190", Market="KONEX"),
        marcap(Market="K-OTC"),
    ]

    report = load_prices(csv_file(tmp_path, rows))

    assert counts(report) == (3, 1, 0, 0, 2, 0)
    assert report.skipped == {"market_KONEX": 1, "market_other": 1}
    assert list(Stock.objects.values_list("ticker", "market_type")) == [("091990", "KOSDAQ")]


def test_a_halted_day_has_a_close_but_no_open_high_and_low(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(**HALTED)]))

    assert stored()[0][2:7] == (None, None, None, Decimal("79600.0000"), 0)


def test_codes_that_lost_their_zeros_get_them_back(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(Code="5930")]))

    assert stored() == [SAMSUNG]


def test_numbers_are_exact_to_the_last_digit(tmp_path: Path) -> None:
    rows = [
        aegis(
            **NAMED,
            open_price="0.1",
            high_price="9999999999.9999",
            low_price="0.0001",
            close_price="104.05995",
            volume="9223372036854775807",
            amount="99999999999999999999",
            changes="29948.08",
        )
    ]

    load_prices(csv_file(tmp_path, rows))

    assert stored()[0][2:] == (
        Decimal("0.1000"),
        Decimal("9999999999.9999"),
        Decimal("0.0001"),
        Decimal("104.0600"),
        9223372036854775807,
        Decimal("99999999999999999999"),
        Decimal("29948.08"),
    )


def test_floats_of_parquet_bring_no_noise(tmp_path: Path) -> None:
    load_prices(parquet_file(tmp_path, [marcap(Close=0.1 + 0.2, ChagesRatio=-29.93, Amount=9007199254740993.0)]))

    assert stored()[0][5] == Decimal("0.3000")
    assert stored()[0][7:] == (Decimal("9007199254740992"), Decimal("-29.93"))


def test_of_two_return_columns_the_one_that_is_filled_counts(tmp_path: Path) -> None:
    rows = [
        marcap(Code="000001", ChagesRatio=1.4, ChangesRatio=None),
        marcap(Code="000002", ChagesRatio=None, ChangesRatio=1.4),
    ]

    load_prices(parquet_file(tmp_path, rows))

    assert [row[-1] for row in stored()] == [Decimal("1.40"), Decimal("1.40")]


def test_of_two_return_columns_that_disagree_the_one_that_fits_the_close_counts(tmp_path: Path) -> None:
    rows = [
        marcap(Code="000001", Close=79600.0, Changes=1100.0, ChagesRatio=1.4, ChangesRatio=140.0),
        marcap(Code="000002", Close=79600.0, Changes=1100.0, ChagesRatio=0.0, ChangesRatio=1.4),
        marcap(Code="000003", Close=79600.0, Changes=None, ChagesRatio=5.0, ChangesRatio=7.0),
    ]

    load_prices(parquet_file(tmp_path, rows))

    assert [row[-1] for row in stored()] == [Decimal("1.40"), Decimal("1.40"), Decimal("7.00")]


def test_loading_again_changes_nothing(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [marcap(), marcap(Date="2024-02-01", **HALTED), marcap(Code="00088K")])
    load_prices(path)
    before = list(DailyPrice.objects.order_by("pk").values())

    report = load_prices(path)

    assert counts(report) == (3, 0, 0, 3, 0, 0)
    assert list(DailyPrice.objects.order_by("pk").values()) == before


def test_changed_rows_are_updated_and_new_rows_are_inserted(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(), marcap(Code="000660")]))

    report = load_prices(csv_file(tmp_path, [marcap(Close=79500.0), marcap(Code="000660"), marcap(Code="035420")]))

    assert counts(report) == (3, 1, 1, 1, 0, 0)
    assert {row[0]: row[5] for row in stored()}["005930"] == 79500


def test_a_correction_can_say_that_a_day_was_halted(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap()]))

    load_prices(csv_file(tmp_path, [marcap(**HALTED)]))

    assert stored()[0][2:5] == (None, None, None)


def test_what_the_file_has_no_column_for_stays(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap()]))
    columns = [name for name in aegis() if name not in {"amount", "changes"}]

    report = load_prices(csv_file(tmp_path, [aegis(close_price="79000")], columns=columns))

    assert report.updated == 1
    assert stored()[0][5:] == (79000, 17142847, Decimal("1356958225913"), Decimal("1.40"))


def test_an_empty_cell_says_that_there_is_nothing(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap()]))

    load_prices(csv_file(tmp_path, [aegis(amount="", changes="")]))

    assert stored()[0][7:] == (None, None)


def test_the_order_of_files_and_rows_does_not_matter(tmp_path: Path) -> None:
    old = marcap(Name="옛이름", Market="KOSDAQ", Marcap=1.0, Date="2023-12-28", Close=100.0)
    new = marcap(Name="새이름", Market="KOSPI", Marcap=2.0, Date="2024-02-01", Close=300.0)
    middle = marcap(Name="중간", Market="KOSDAQ", Marcap=3.0, Date="2024-01-05", Close=200.0)

    load_prices(csv_file(tmp_path, [new, middle]))
    load_prices(csv_file(tmp_path, [old]))

    stock = Stock.objects.get()
    assert (stock.name, stock.market_type, stock.market_cap) == ("새이름", "KOSPI", 2)
    latest = LatestPrice.objects.get()
    assert (latest.trade_date, latest.close_price) == (date(2024, 2, 1), 300)
    assert [row[5] for row in stored()] == [100, 200, 300]


def test_names_and_market_capitalisation_follow_the_newest_row(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(Name="옛이름")]))

    load_prices(csv_file(tmp_path, [marcap(Name="새이름", Marcap=5.0, Date="2024-01-03")]))

    stock = Stock.objects.get()
    assert (stock.name, stock.market_cap) == ("새이름", 5)


def test_what_an_earlier_day_says_of_a_stock_is_not_news(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(Name="새이름", Marcap=5.0, Date="2024-01-03")]))

    load_prices(csv_file(tmp_path, [marcap(Name="옛이름", Marcap=9.0, Date="2024-01-02")]))

    stock = Stock.objects.get()
    assert (stock.name, stock.market_cap) == ("새이름", 5)


def test_a_corrected_close_of_the_newest_day_is_the_latest_price(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(), marcap(Date="2024-01-03")]))

    load_prices(csv_file(tmp_path, [marcap(Date="2024-01-03", Close=1.0)]))

    assert LatestPrice.objects.get().close_price == 1


def test_the_partitions_of_a_file_are_made(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(Date="1998-06-01"), marcap(Date="2001-02-28")]))

    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM market.daily_prices ORDER BY trade_date")
        assert cursor.fetchall() == [("daily_prices_y1998m06",), ("daily_prices_y2001m02",)]


def test_many_months_are_loaded_whether_in_order_of_dates_or_not(tmp_path: Path) -> None:
    days = [last_session("KOSPI", date(2020, month, 20)) for month in range(1, 13)]
    rows = [marcap(Code=code, Date=str(day)) for code in ("000001", "000002") for day in days]

    assert counts(load_prices(csv_file(tmp_path, rows))) == (24, 24, 0, 0, 0, 0)
    assert counts(load_prices(csv_file(tmp_path, sorted(rows, key=lambda row: row["Date"])))) == (24, 0, 0, 24, 0, 0)


def test_an_aegis_file_without_names_loads_known_stocks_only(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap()]))

    report = load_prices(csv_file(tmp_path, [aegis(trade_date="2024-01-03"), aegis(ticker="999999")]))

    assert counts(report) == (2, 1, 0, 0, 0, 1)
    assert report.rejected == {"unknown_ticker": 1}


def test_an_aegis_file_with_names_creates_stocks(tmp_path: Path) -> None:
    report = load_prices(csv_file(tmp_path, [aegis(ticker="AAPL", name="Apple", market_type="NASDAQ")]))

    assert (report.format, report.inserted) == ("aegis csv", 1)
    assert Stock.objects.get().currency == "USD"


def test_a_repeated_row_is_skipped_and_a_contradicting_one_rejected(tmp_path: Path) -> None:
    rows = [marcap(), marcap(), marcap(Close=1.0), marcap(Date="2024-01-03")]

    report = load_prices(csv_file(tmp_path, rows))

    assert counts(report) == (4, 2, 0, 0, 1, 1)
    assert (report.skipped, report.rejected) == ({"duplicate": 1}, {"duplicate": 1})
    assert [row[5] for row in stored()] == [79600, 79600]
    reject = LoadReject.objects.get()
    assert (reject.line, reject.raw["Close"]) == (4, "1.0")


@pytest.mark.parametrize("size", [200, 1000])
def test_repeats_are_found_across_batches(tmp_path: Path, monkeypatch, size: int) -> None:
    monkeypatch.setattr(csv_table, "BLOCK", size)
    rows = [marcap(Code=f"{number:06}") for number in range(20)]

    report = load_prices(csv_file(tmp_path, [*rows, marcap(Code="000019"), marcap(Code="000000", Close=5.0)]))

    assert counts(report) == (22, 20, 0, 0, 1, 1)
    assert rejects() == [(23, "duplicate")]


def test_repeats_are_found_in_a_file_that_is_in_no_order_of_dates(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(csv_table, "BLOCK", 500)
    later = [marcap(Code=f"{number:06}", Date="2024-01-05") for number in range(20)]

    report = load_prices(csv_file(tmp_path, [marcap(), *later, marcap(Close=5.0)]))

    assert counts(report) == (22, 21, 0, 0, 0, 1)
    assert rejects() == [(23, "duplicate")]


@pytest.mark.parametrize("write", [csv_file, gzip_file, parquet_file])
def test_a_file_of_many_batches_is_the_same_as_one_of_one(tmp_path: Path, monkeypatch, write) -> None:
    monkeypatch.setattr(csv_table, "BLOCK", 700)
    monkeypatch.setattr(parquet_table, "READ_ROWS", 7)
    monkeypatch.setattr(parquet_table, "BATCH_ROWS", 3)
    days = sessions("KOSPI", date(2024, 1, 2), date(2024, 1, 11))
    rows = [marcap(Code=f"{number % 5:06}", Date=str(days[number // 5]), Close=number + 1.0) for number in range(40)]
    rows[17]["Close"] = -1.0

    report = load_prices(write(tmp_path, rows))

    assert counts(report) == (40, 39, 0, 0, 0, 1)
    assert [row[5] for row in stored()] == [number + 1 for number in range(40) if number != 17]
    assert rejects() == [(19 if write is not parquet_file else 18, "close_not_positive")]


def test_today_is_loaded_and_tomorrow_is_not(tmp_path: Path) -> None:
    today = timezone.localdate()
    SessionOverride.objects.create(exchange="XKRX", session_date=today, is_open=True, reason="also on a weekend")

    report = load_prices(csv_file(tmp_path, [marcap(Date=str(today)), marcap(Date=str(today + timedelta(days=2)))]))

    assert counts(report) == (2, 1, 0, 0, 0, 1)
    assert report.rejected == {"trade_date_future": 1}


def test_holdings_follow_the_loaded_close(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap()]))
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO account.portfolio (name, initial_capital) VALUES ('p', 0) RETURNING portfolio_id")
        portfolio = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO account.holdings (portfolio_id, stock_id, quantity, avg_purchase_price)"
            " VALUES (%s, %s, 10, 70000)",
            [portfolio, Stock.objects.get().pk],
        )

    load_prices(csv_file(tmp_path, [marcap(Date="2024-01-03", Close=80000.0), marcap(Date="2023-12-28", Close=1.0)]))

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_value, valued_on FROM account.holdings")
        assert cursor.fetchone() == (800_000, date(2024, 1, 3))


def test_new_block_ranges_are_summarised(tmp_path: Path) -> None:
    load_prices(csv_file(tmp_path, [marcap(Code=f"{number:06}") for number in range(5000)]))

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size('market.daily_prices_y2024m01') / 8192 > 32")
        assert cursor.fetchone()[0], "more than the first block range, which is summarised from the start"
        cursor.execute("SELECT brin_summarize_new_values('market.daily_prices_y2024m01_price_id_idx')")
        assert cursor.fetchone() == (0,), "nothing is left to summarise"
