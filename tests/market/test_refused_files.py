import gzip
import re
from pathlib import Path

import pytest

from market.ingest import csv_table, parquet_table
from market.ingest.prices import load_prices
from market.ingest.refusal import RefusedFileError
from market.ingest.stocks import load_stocks
from market.models import DailyPrice, Stock

from .files import as_csv, csv_file, gzip_file, marcap, parquet_file, text_file

pytestmark = pytest.mark.django_db

GOOD = as_csv([marcap()])
MANY = [marcap(Code=f"{number:06}") for number in range(500)]


def refusal(path: Path) -> str:
    """What is said of a file that is refused; it names the file, says what to do, and nothing is loaded."""
    with pytest.raises(RefusedFileError) as caught:
        load_prices(path)
    assert not DailyPrice.objects.exists()
    assert not Stock.objects.exists()
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "Nothing of this file was loaded." in message
    return message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n \n", "empty"),
        (b"\x00\x01\x02\x03" * 500, "column names"),
        (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0rest", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (GOOD.encode("utf-16"), "UTF-16"),
        (b"<!DOCTYPE html><html>Not found</html>", "web page"),
        (GOOD.encode("cp949"), "line 2 there are bytes that are not UTF-8"),
        (GOOD.encode().replace(b"Code", "코드".encode("cp949")), "line 1 there are bytes that are not UTF-8"),
        (b"a,b,c\n1,2,3\n", "no known format: a, b, c"),
        (GOOD.replace('"Market"', '"Mkt"').encode(), "lacks the columns Market"),
        (GOOD.replace('"Rank"', '"Close"').encode(), "Two of its columns are called Close"),
        (GOOD.splitlines()[0].encode(), "no rows"),
        (GOOD.replace('"삼성전자"', '"삼성전자').encode(), "line 2 a quotation mark is never closed"),
        (GOOD.replace("삼성", "삼\0성").encode(), "line 2 there is binary data"),
        (b"PAR1" + b"x" * 100, "Parquet"),
        (b"\x1f\x8b" + b"x" * 100, "damaged"),
    ],
)
def test_a_file_that_is_not_what_it_claims_is_refused_whole(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in refusal(text_file(tmp_path, content))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "absent.csv")
    assert "folder" in refusal(tmp_path)


@pytest.mark.parametrize("write", [gzip_file, parquet_file])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused_whole(tmp_path: Path, write, share: float) -> None:
    path = write(tmp_path, MANY)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])

    refusal(path)


@pytest.mark.parametrize("junk", [b"junk", b"<html>not compressed</html>"])
def test_a_gzipped_file_that_something_follows_is_refused_and_told_so(tmp_path: Path, junk: bytes) -> None:
    path = gzip_file(tmp_path, MANY)
    path.write_bytes(path.read_bytes() + junk)

    assert "something follows what is compressed" in refusal(path)


def test_a_damaged_byte_in_a_gzipped_file_refuses_it_whole(tmp_path: Path) -> None:
    path = gzip_file(tmp_path, MANY)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)

    refusal(path)


def test_a_parquet_file_that_ends_the_process_that_reads_it_is_refused(tmp_path: Path, monkeypatch) -> None:
    program = text_file(tmp_path, "import os, sys\nsys.stdout.write('H')\nsys.stdout.flush()\nos.abort()\n", "dies.py")
    monkeypatch.setattr(parquet_table.parquet_process, "__file__", str(program))

    assert "ends the process that reads it" in refusal(parquet_file(tmp_path, MANY))


def test_a_quotation_mark_that_nothing_closes_does_not_swallow_the_memory(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(csv_table, "BLOCK", 1000)
    monkeypatch.setattr(csv_table, "LONGEST_ROW", 2000)
    rows = as_csv(MANY).splitlines()
    rows[10] = rows[10].replace('"KOSPI"', '"KOSPI')

    assert "On line 11 a quotation mark opens that nothing closes" in refusal(text_file(tmp_path, "\n".join(rows)))


def test_a_refusal_in_the_last_batch_takes_back_the_first(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(csv_table, "BLOCK", 5000)
    path = csv_file(tmp_path, MANY)
    path.write_bytes(path.read_bytes() + b'"005930","\xff\xfe"\n')

    assert "line 502" in refusal(path)


def test_a_price_file_is_no_stock_master(tmp_path: Path) -> None:
    columns = "ticker,name,market_type,trade_date,open_price,high_price,low_price,close_price,volume"
    path = text_file(tmp_path, f"{columns}\n005930,삼성전자,KOSPI,2024-01-02,1,1,1,1,1\n")

    with pytest.raises(RefusedFileError, match=re.escape("no known format")):
        load_stocks(path)


def test_a_gzipped_file_of_two_parts_is_read_to_its_end(tmp_path: Path) -> None:
    text = as_csv([marcap()]).encode()
    second = text.splitlines(keepends=True)[1].replace(b"2024-01-02", b"2024-01-03")
    path = text_file(tmp_path, gzip.compress(text) + gzip.compress(second))

    assert load_prices(path).inserted == 2
