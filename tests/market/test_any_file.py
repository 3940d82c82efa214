"""Files that nobody has thought of: whatever they hold, each row has one fate or the file is refused."""

import csv
import gzip
from decimal import ROUND_HALF_UP, Decimal, localcontext
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from market.ingest import csv_table
from market.ingest.csv_table import CsvTable
from market.ingest.numbers import Number
from market.ingest.prices import load_prices
from market.ingest.refusal import RefusedFileError
from market.ingest.stocks import load_stocks
from market.models import DailyPrice

from .files import as_csv, marcap, parquet_file

FEW = settings(max_examples=30, deadline=None)
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
ROWS = st.lists(st.dictionaries(st.sampled_from(sorted(marcap())), NASTY, max_size=4), min_size=1, max_size=6)


@pytest.mark.django_db
def test_rows_of_any_content_have_one_fate_each(tmp_path: Path) -> None:
    @FEW
    @given(ROWS, st.permutations(sorted(marcap())), st.sampled_from([120, 1 << 20]))
    def check(changes, columns, size) -> None:
        rows = [marcap() | change for change in changes]
        fate(tmp_path, as_csv(rows, columns).encode(), rows=len(rows), block=size)

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
@pytest.mark.parametrize(("container", "examples"), [("csv", 30), ("csv.gz", 30), ("parquet", 10)])
def test_files_with_damaged_bytes_are_loaded_or_refused(tmp_path: Path, container: str, examples: int) -> None:
    rows = [marcap(Code=f"{number:06}") for number in range(5)]
    whole = parquet_file(tmp_path, rows).read_bytes() if container == "parquet" else as_csv(rows).encode()
    whole = gzip.compress(whole) if container == "csv.gz" else whole

    @settings(max_examples=examples, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), max_size=4), st.integers(0, len(whole))
    )
    def check(damage, end) -> None:
        content = bytearray(whole)
        for place, byte in damage:
            content[place] = byte
        fate(tmp_path, bytes(content[:end]))

    check()


def fate(folder: Path, content: bytes, rows: int | None = None, block: int = 1 << 20) -> None:
    path = folder / "any"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(csv_table, "BLOCK", block)
        try:
            load_stocks(path)
            report = load_prices(path)
            again = load_prices(path)
        except RefusedFileError:
            assert not DailyPrice.objects.exists()
        else:
            stored = DailyPrice.objects.count()
            assert report.inserted == stored
            assert (again.inserted, again.updated, again.unchanged) == (0, 0, stored)
            assert report.rows == stored + report.skipped.total() + report.rejected.total()
            assert rows in (None, report.rows)
        transaction.set_rollback(True)


@settings(max_examples=60, deadline=None)
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
