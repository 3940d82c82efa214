"""A file opened as batches of its raw rows, whatever it is packed in. What it is packed in is read from its content."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import polars as pl

from market.ingest.csv_table import CsvTable
from market.ingest.parquet_table import ParquetTable
from market.ingest.refusal import RefusedFileError

GZIP, PARQUET, UTF8_MARK = b"\x1f\x8b", b"PAR1", b"\xef\xbb\xbf"
# What people hand over by mistake, by how it begins.
MISTAKES = {
    b"PK\x03\x04": "It is a zip archive or an Excel workbook.",
    b"\xd0\xcf\x11\xe0": "It is an old Excel workbook.",
    b"%PDF": "It is a PDF document.",
    b"\xff\xfe": "It is UTF-16 text.",
    b"\xfe\xff": "It is UTF-16 text.",
    b"<": "It is a web page, perhaps an error message in place of the download.",
}
GIVE_TEXT = "Give a CSV file in UTF-8 (gzipped or not) or a Parquet file."


class Table(Protocol):
    """Rows of a file, in batches.

    A batch has the file's columns under their own names, `#line` (the 1-based number of the row's first line; in
    Parquet, which has no lines, of the row), and `#misfit`: NULL, or the text of a row that does not have as many
    fields as the header.
    """

    path: Path
    container: str
    columns: list[str]

    def batches(self) -> Iterator[pl.DataFrame]: ...

    def share_read(self) -> float:
        """How much of the file has been read, from 0 to 1."""
        ...

    def reopened(self) -> "Table":
        """The same rows, to be read once more."""
        ...

    def close(self) -> None: ...


def open_table(path: Path) -> Table:
    """Open a file; raises `RefusedFileError` where it is missing, empty, or neither text nor Parquet."""
    start = _first_bytes(path)
    if start.startswith(PARQUET):
        return ParquetTable(path)
    if start.startswith(GZIP):
        return CsvTable(path, "csv.gz")
    for magic, problem in MISTAKES.items():
        if start.removeprefix(UTF8_MARK).lstrip().startswith(magic):
            raise RefusedFileError(path, problem, GIVE_TEXT)
    return CsvTable(path, "csv")


def _first_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise RefusedFileError(path, "It is a folder.", "Name the files in it.")
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except FileNotFoundError:
        raise RefusedFileError(path, "There is no such file.", "Check the name.") from None
    except OSError as error:
        raise RefusedFileError(path, f"It cannot be read: {error.strerror}.", "Check its permissions.") from error
    if not start.strip():
        raise RefusedFileError(path, "It is empty.", GIVE_TEXT)
    return start
