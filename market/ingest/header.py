"""What the first lines of a CSV file say of its columns and its encoding."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from market.ingest.refusal import RefusedFileError

# The close, by its Korean name. Only a header that says so in CP949 makes a file one of CP949, which takes almost any
# bytes for text: a guess from the rows would read damage as names.
KOREAN_SIGN = "종가".encode("cp949")
# The first cells of the three lines with which yfinance heads a download: kind of price, ticker, name of the index.
YFINANCE = ("Price", "Ticker", "Date")


@dataclass(frozen=True)
class Header:
    """The names of the fields of a row, columns that are the same in all rows, and how many lines say so."""

    names: list[str]
    constants: dict[str, str] = field(default_factory=dict)
    lines: int = 1


def encoding_of(line: bytes) -> str:
    """UTF-8, unless the first line is Korean in CP949."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return "cp949" if KOREAN_SIGN in line else "utf-8"
    return "utf-8"


def read_header(path: Path, lines: Iterable[str]) -> Header:
    """The header that a file's first lines are; raises `RefusedFileError` where two columns have one name."""
    rows = map(_fields, lines)
    first = next(rows)
    if first[:1] == [YFINANCE[0]]:
        head = [first, *islice(rows, 2)]
        if tuple(row[0] if row else "" for row in head) == YFINANCE:
            return _yfinance(path, head)
    names = [name or f"column {number}" for number, name in enumerate(first, 1)]
    for name in names:
        if names.count(name) > 1:
            raise RefusedFileError(path, f"Two of its columns are called {name}.", "Rename or remove one.")
    return Header(names)


def _yfinance(path: Path, rows: Sequence[Sequence[str]]) -> Header:
    prices, tickers = rows[0][1:], set(rows[1][1:])
    if len(tickers) != 1 or len(set(prices)) != len(prices):
        problem = f"It has columns of their own for each of {len(tickers)} stocks."
        remedy = "Save it with a column Ticker: `.stack(level=1)` of the frame that yfinance gives does so."
        raise RefusedFileError(path, problem, remedy)
    return Header(["Date", *prices], {"Ticker": tickers.pop()}, lines=len(YFINANCE))


def _fields(line: str) -> list[str]:
    return [name.strip() for name in next(csv.reader([line.rstrip("\r")]), [])]
