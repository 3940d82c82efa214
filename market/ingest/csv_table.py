import csv
import re
from collections.abc import Iterator
from io import BufferedReader, StringIO
from pathlib import Path

import polars as pl
from isal.igzip import IGzipFile as GzipFile  # the same, and thrice as fast
from isal.igzip_lib import IsalError
from polars.exceptions import PanicException, PolarsError

from market.ingest.header import Header, encoding_of, read_header
from market.ingest.refusal import RefusedFileError

BLOCK = 4 << 20
LONGEST_ROW = 1 << 20
HEADER_LINES = 3
UTF8_MARK = b"\xef\xbb\xbf"
QUOTED = re.compile(rb'"[^"]*"')
FETCH_AGAIN = "Fetch it again, or save it again as UTF-8 text."


class CsvTable:
    """Comma-separated text with a header, gzipped or not: UTF-8, or CP949 under a header in Korean.

    Polars parses a block at a time. A block that it does not take, or takes without telling that a row is too short,
    is read again row by row, so that one bad row is one bad row.
    """

    def __init__(self, path: Path, container: str) -> None:
        self.path, self.container = path, container
        self._file = path.open("rb")
        self._size = max(path.stat().st_size, 1)
        self._text: GzipFile | BufferedReader = GzipFile(fileobj=self._file) if container == "csv.gz" else self._file
        start = self._first_lines().removeprefix(UTF8_MARK)
        self._encoding = encoding_of(start.partition(b"\n")[0])
        self._header, self._rest = self._read_header(start)
        self.columns = [*self._header.names, *self._header.constants]
        self._schema = dict.fromkeys(self._header.names, pl.String())

    def batches(self) -> Iterator[pl.DataFrame]:
        constants = [pl.lit(value).alias(name) for name, value in self._header.constants.items()]
        for line, text in self._blocks():
            if b"\0" in text:
                raise self._refusal(line, "there is binary data")
            block = text if self._encoding == "utf-8" else self._decoded(text, line).encode()
            frame = self._at_once(block)
            if frame is None:
                yield self._row_by_row(block, line).with_columns(constants)
            else:
                numbers = pl.int_range(line, line + frame.height, dtype=pl.Int64, eager=True).alias("#line")
                yield frame.select(numbers, pl.lit(None, pl.String).alias("#misfit"), pl.all(), *constants)

    def reopened(self) -> "CsvTable":
        """The same file, to be read once more."""
        return CsvTable(self.path, self.container)

    def share_read(self) -> float:
        return self._file.tell() / self._size

    def close(self) -> None:
        self._file.close()

    def _first_lines(self) -> bytes:
        text = more = self._read()
        while more and text.count(b"\n") < HEADER_LINES and len(text) <= LONGEST_ROW:
            more = self._read()
            text += more
        return text

    def _read_header(self, start: bytes) -> tuple[Header, bytes]:
        """The header, and what of the first bytes comes after it."""
        lines = start.split(b"\n", HEADER_LINES)
        if len(lines[0]) > LONGEST_ROW or b"\0" in lines[0]:
            raise RefusedFileError(self.path, "It does not begin with a line of column names.", FETCH_AGAIN)
        decoded = (self._decoded(line, number) for number, line in enumerate(lines, 1))
        try:
            header = read_header(self.path, decoded)
        except csv.Error as error:
            raise self._refusal(1, f"it cannot be read ({error})") from error
        return header, b"\n".join(lines[header.lines :])

    def _blocks(self) -> Iterator[tuple[int, bytes]]:
        """Blocks of whole rows, each with the number of its first line."""
        line, rest = self._header.lines + 1, self._rest
        while chunk := self._read():
            text = rest + chunk
            end = _end_of_rows(text)
            if len(text) - end > LONGEST_ROW + BLOCK:
                raise self._refusal(line + text.count(b"\n", 0, end), "a quotation mark opens that nothing closes")
            if end:
                yield line, text[:end]
            line, rest = line + text.count(b"\n", 0, end), text[end:]
        if rest.count(b'"') % 2:
            raise self._refusal(line + rest.count(b"\n", 0, _end_of_rows(rest)), "a quotation mark is never closed")
        if rest:
            yield line, rest

    def _read(self) -> bytes:
        try:
            return self._text.read(BLOCK)
        except (EOFError, OSError, IsalError) as error:  # type: ignore[misc]
            problem = f"It is cut off, damaged, or something follows what is compressed ({error})."
            raise RefusedFileError(self.path, problem, "Fetch it again.") from error

    def _at_once(self, block: bytes) -> pl.DataFrame | None:
        """The rows as columns of text, or None where a row does not have as many fields as the header."""
        rows = block.count(b"\n") + (not block.endswith(b"\n"))
        try:
            frame = pl.read_csv(
                block, has_header=False, schema=self._schema, infer_schema=False, empty_string_is_null=False
            )
        except (PolarsError, PanicException):
            return None
        # Polars fills a row that is too short with empty fields, so rows that end in one are suspect.
        if (frame.to_series(-1) == "").any():
            commas = (QUOTED.sub(b"", block) if b'"' in block else block).count(b",")
            return frame if commas == rows * (len(self._schema) - 1) and frame.height == rows else None
        return frame if frame.height == rows else None

    def _row_by_row(self, block: bytes, line: int) -> pl.DataFrame:
        rows: list[list[str | int | None]] = []
        # A carriage return that ends no line is a blank; the csv module would give the whole block up for it.
        text = self._decoded(block, line, "utf-8").replace("\r\n", "\n").replace("\r", " ")
        reader = csv.reader(StringIO(text, newline="\n"))
        before = 0
        try:
            for fields in reader:
                if any(field.strip() for field in fields) or len(fields) > 1:  # an empty line is no row
                    rows.append([line + before, *self._fitted(fields)])
                before = reader.line_num
        except csv.Error as error:
            raise self._refusal(line + before, f"it cannot be read ({error})") from error
        return pl.DataFrame(rows, schema={"#line": pl.Int64(), "#misfit": pl.String(), **self._schema}, orient="row")

    def _fitted(self, fields: list[str]) -> list[str | None]:
        """The whole row as text where its number of fields is wrong, and as many fields as there are columns."""
        width = len(self._schema)
        misfit = None if len(fields) == width else ",".join(fields)
        return [misfit, *(fields + [""] * width)[:width]]

    def _decoded(self, text: bytes, line: int, encoding: str = "") -> str:
        encoding = encoding or self._encoding
        try:
            return text.decode(encoding)
        except UnicodeDecodeError as error:
            problem = f"there are bytes that are not {encoding.upper()}"
            raise self._refusal(line + text.count(b"\n", 0, error.start), problem) from None

    def _refusal(self, line: int, problem: str) -> RefusedFileError:
        return RefusedFileError(self.path, f"On line {line} {problem}.", FETCH_AGAIN)


def _end_of_rows(text: bytes) -> int:
    """Where the last whole row of `text` ends: after the last newline that is not inside of quotation marks."""
    end = text.rfind(b"\n") + 1
    is_inside = text.count(b'"', 0, end) % 2
    while end and is_inside:
        before = text.rfind(b"\n", 0, end - 1) + 1
        is_inside = (is_inside + text.count(b'"', before, end)) % 2
        end = before
    return end
