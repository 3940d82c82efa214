"""Files that nobody has thought of: whatever they hold, each row has one fate or the file is refused.

A few seconds in the suite; AEGIS_FUZZ=100 tries a hundred times as many.
"""

import csv
import gzip
import os
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from market.ingest import csv_table, prices, stocks
from market.ingest.csv_table import CsvTable
from market.ingest.numbers import Number
from market.ingest.prices import load_prices
from market.ingest.progress import Unwatched
from market.ingest.refusal import RefusedFileError
from market.ingest.report import Report
from market.ingest.retry import retry, waiting
from market.ingest.stocks import load_stocks
from market.ingest.superseded import superseded_facts, superseded_prices
from market.ingest.told import Told
from market.models import DailyPrice

from .files import Row, aegis, as_csv, krx, listing, marcap, parquet_file, yahoo
from .test_delistings import delisted, listed

LONGER = int(os.environ.get("AEGIS_FUZZ", "1"))


def times(examples: int) -> settings:
    return settings(max_examples=examples * LONGER, deadline=None, suppress_health_check=[HealthCheck.too_slow])


FEW = times(30)
NOTHING = Told()
FRIDAY = Told(day=date(2026, 3, 20))
GOOG = Told(ticker="GOOG", market="NASDAQ")
# One row of each form, what is told with it, and its encoding.
FORMS: dict[str, tuple[Row, Told, str]] = {
    "marcap": (marcap(), Told(), "utf-8"),
    "aegis": (aegis(name="삼성전자", market_type="KOSPI"), Told(), "utf-8"),
    "listing": (listing(), FRIDAY, "utf-8-sig"),
    "krx": (krx(), FRIDAY, "cp949"),
    "yahoo": (yahoo(), GOOG, "utf-8"),
    "yahoo with tickers": (yahoo(Ticker="GOOG"), Told(market="NASDAQ"), "utf-8"),
    "master": (listed(), Told(), "utf-8-sig"),
    "delistings": (delisted(), Told(), "utf-8-sig"),
}
YFINANCE = b"Price,Close,High,Low,Open,Volume\nTicker,GOOG,GOOG,GOOG,GOOG,GOOG\nDate,,,,,\n2013-03-01,8,9,7,8,5\n"
# No lone surrogates, which no file can hold, and no NUL, which refuses it.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
# A writer that ends lines with a newline does not quote a carriage return.
LINE_SAFE = TEXT.map(lambda text: text.replace("\r", ""))
NASTY = st.one_of(
    TEXT,
    st.sampled_from(
        ["", " ", "0", "-0.0", "NaN", "inf", "1e400", "-1e-400", "9" * 50, "1,5", "٣", "0x1F", "\t7\t", '"']
    ),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.dates().map(str),
)
DAMAGE = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4)


@pytest.mark.django_db
@pytest.mark.parametrize("form", FORMS)
def test_rows_of_any_content_have_one_fate_each(tmp_path: Path, form: str) -> None:
    row, told, _ = FORMS[form]
    changes = st.lists(st.dictionaries(st.sampled_from(sorted(row)), NASTY, max_size=4), min_size=1, max_size=6)

    @times(8)
    @given(changes, st.permutations(sorted(row)), st.sampled_from([120, 1 << 20]))
    def check(changes, columns, size) -> None:
        rows = [row | change for change in changes]
        fate(tmp_path, as_csv(rows, columns).encode(), rows=len(rows), block=size, told=told)

    check()


@pytest.mark.django_db
def test_text_of_any_shape_is_loaded_or_refused(tmp_path: Path) -> None:
    header = as_csv([marcap()]).splitlines()[0]

    @FEW
    @given(st.text(max_size=300), st.sampled_from([40, 1 << 20]))
    @example("\r", 40)
    @example('"\n"\n""\n,', 40)
    def check(text, size) -> None:
        fate(tmp_path, f"{header}\n{text}".encode(errors="surrogatepass"), block=size)

    check()


@pytest.mark.django_db
@pytest.mark.parametrize(("container", "examples"), [("csv.gz", 15), ("parquet", 8), *((form, 6) for form in FORMS)])
def test_files_with_damaged_bytes_are_loaded_or_refused(tmp_path: Path, container: str, examples: int) -> None:
    row, told, encoding = FORMS.get(container, FORMS["marcap"])
    code = next(name for name in ("Code", "종목코드", "ticker", "Symbol", "Ticker", "") if name in row)
    rows = [row | {code: f"{number:06}"} for number in range(5)] if code else [row]
    whole = parquet_file(tmp_path, rows).read_bytes() if container == "parquet" else as_csv(rows).encode(encoding)
    whole = gzip.compress(whole) if container == "csv.gz" else whole

    @times(examples)
    @given(DAMAGE, st.floats(0, 1))
    def check(damage, end) -> None:
        fate(tmp_path, damaged(whole, damage, end), told=told)

    check()


@pytest.mark.django_db
def test_bytes_of_any_kind_are_loaded_or_refused(tmp_path: Path) -> None:
    starts = [as_csv([row]).encode(encoding).splitlines(keepends=True)[0] for row, _, encoding in FORMS.values()]

    @times(25)
    @given(st.sampled_from([b"", b"PAR1", b"\x1f\x8b", YFINANCE, *starts]), st.binary(max_size=200), DAMAGE)
    def check(start, content, damage) -> None:
        fate(tmp_path, damaged(start, damage, 1) + content, told=FRIDAY)

    check()


def damaged(whole: bytes, damage: list[tuple[float, int]], end: float) -> bytes:
    """These bytes with some others in the places of some, and the last of them cut off."""
    content = bytearray(whole)
    for place, byte in damage:
        if content:
            content[int(place * len(content))] = byte
    return bytes(content[: int(end * len(content))])


def fate(folder: Path, content: bytes, rows: int | None = None, block: int = 1 << 20, told: Told = NOTHING) -> None:
    path = folder / "any"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(csv_table, "BLOCK", block)
        of_stocks = whole(lambda: load_stocks(path), rows)
        of_prices = whole(lambda: load_prices(path, told=told), rows)
        assert (of_prices.inserted if of_prices else 0) == DailyPrice.objects.count()
        for waits in [*waiting("load_prices"), *waiting("load_stocks")]:
            again = retry(waits, *(FACTS if waits.loader == "load_stocks" else PRICES), Unwatched())
            assert again.rows == again.inserted + again.updated + again.unchanged + lost(again)
        assert not of_stocks or of_stocks.updated == 0
        transaction.set_rollback(True)


FACTS, PRICES = (stocks.load, superseded_facts), (prices.load, superseded_prices)


def whole(load: Callable[[], Report], rows: int | None) -> Report | None:
    """What a load reports, None if the file is refused; a second one changes nothing."""
    try:
        report, again = load(), load()
    except RefusedFileError:
        return None
    kept = report.inserted + report.unchanged + report.updated
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, kept)
    assert report.rows == kept + lost(report)
    assert rows in (None, report.rows)
    return report


def lost(report: Report) -> int:
    return report.skipped.total() + report.rejected.total()


@times(60)
@given(
    st.lists(st.lists(LINE_SAFE, min_size=3, max_size=3), min_size=1, max_size=20), st.integers(1, 200), st.booleans()
)
def test_a_table_reads_what_a_writer_wrote_at_any_size_of_blocks(tmp_path_factory, rows, size, quoted) -> None:
    text, lines = StringIO(), []
    writer = csv.writer(text, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL, lineterminator="\n")
    writer.writerow("abc")
    for row in rows:
        lines.append(text.getvalue().count("\n") + 1)
        writer.writerow(row)
    path = tmp_path_factory.mktemp("csv") / "any.csv"
    path.write_text(text.getvalue(), newline="")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_table, "BLOCK", size)
        whole = pl.concat(CsvTable(path, "csv").batches())

    assert whole.select("a", "b", "c").rows() == [tuple(row) for row in rows]
    assert whole["#line"].to_list() == lines
    assert whole["#misfit"].null_count() == len(rows)


@example(Decimal("1.00005"), 4)
@example(Decimal("-1.00015"), 4)
@example(Decimal("0.125"), 2)
@example(Decimal("-2.5"), 0)
@given(st.decimals(min_value=-(10**20), max_value=10**20, places=8), st.sampled_from([0, 2, 4]))
def test_a_number_is_rounded_as_postgresql_does(number: Decimal, scale: int) -> None:
    text = pl.DataFrame({"text": [f"{number:f}"]})

    read = text.select(Number(10**20, scale).read(pl.col("text"))).item()

    with localcontext(prec=60):
        assert read == number.quantize(Decimal(10) ** -scale, ROUND_HALF_UP)
