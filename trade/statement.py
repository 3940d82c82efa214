"""A broker's statement as it is read from a CSV file; `trade.broker` asks whether it agrees with AEGIS."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TextIO

POSITION, FILL = "position", "fill"
POSITION_COLUMNS = frozenset({"portfolio", "ticker", "quantity", "average"})
FILL_COLUMNS = frozenset({"exchange_ref", "quantity", "price"})
# What a fill is told by besides its reference, as far as the file has it.
TELLING = frozenset({"portfolio", "ticker", "order", "side"})
KNOWN_COLUMNS = POSITION_COLUMNS | FILL_COLUMNS | TELLING
OTHER_NAMES = {"account": "portfolio", "order_id": "order"}
SIDES = {"BUY": "BUY", "B": "BUY", "매수": "BUY", "SELL": "SELL", "S": "SELL", "매도": "SELL"}
# Commas stand between thousands or not at all: "79,26" may be a decimal of other countries, and is no number here.
WITH_COMMAS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
# Korean codes have six digits; spreadsheets take the zeros before them for nothing.
CODE_LENGTH = 6
# No portfolio holds 10^18, and no price has more decimals.
MOST_PLACES, LEAST_PLACE = 18, -18


class StatementRefused(Exception):
    """The file is not a broker's statement; the message names the line and what to do."""


@dataclass(frozen=True)
class Line:
    """One position or fill; what the file does not have is ''."""

    where: str
    portfolio: str
    ticker: str
    order: str
    reference: str
    side: str
    quantity: int
    price: Decimal


@dataclass(frozen=True)
class Statement:
    kind: str
    columns: frozenset[str]
    lines: list[Line]


def read_statement(path: Path) -> Statement:
    """Read a file of positions or of fills. Raises `StatementRefused`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(file, path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StatementRefused(f"{path} cannot be read: {error}. Give a CSV file in UTF-8.") from error


def _read(file: TextIO, path: Path) -> Statement:
    reader = csv.DictReader(file)
    header = _header(reader.fieldnames or [], path)
    if header >= POSITION_COLUMNS:
        kind, columns, price = POSITION, POSITION_COLUMNS, "average"
    elif header >= FILL_COLUMNS:
        kind, columns, price = FILL, FILL_COLUMNS | (header & TELLING), "price"
    else:
        raise StatementRefused(
            f"{path} has neither the columns {', '.join(sorted(POSITION_COLUMNS))}"
            f" nor {', '.join(sorted(FILL_COLUMNS))}. Rename its header."
        )
    lines = list(_lines(reader, columns, price, path))
    if not lines:
        raise StatementRefused(f"{path} has a header and no line. Give the broker's whole file.")
    return Statement(kind, columns, lines)


def _header(names: Sequence[str], path: Path) -> frozenset[str]:
    """The columns by our names for them. Two that mean one thing are refused: nobody could say which of them counts."""
    columns = Counter(_column(name) for name in names)
    twice = [name for name in names if columns[_column(name)] > 1 and _column(name) in KNOWN_COLUMNS]
    if twice:
        raise StatementRefused(f"{path} has the columns {', '.join(twice)}, which mean the same. Remove one.")
    return frozenset(columns)


def _lines(reader: "csv.DictReader[str]", columns: frozenset[str], price: str, path: Path) -> Iterator[Line]:
    for row in reader:
        if None in row:  # DictReader's name for what is beyond the header
            raise StatementRefused(
                f"{path} line {reader.line_num} has more fields than the header."
                " Mend the line; a number with commas in it stands in quotes."
            )
        cells = {_column(name): (value or "").strip() for name, value in row.items() if isinstance(name, str)}
        yield _line({name: cells[name] for name in columns}, price, f"{path} line {reader.line_num}")


def _column(name: str) -> str:
    name = name.strip().lower()
    return OTHER_NAMES.get(name, name)


def _line(cells: dict[str, str], price: str, where: str) -> Line:
    for name, cell in cells.items():
        if "\0" in cell:
            raise StatementRefused(f"{where}: {name} contains a NUL character. Mend the line.")
        if not cell and name != "portfolio":
            raise StatementRefused(f"{where}: {name} is empty. Mend the line.")
    quantity = _number(cells["quantity"], "quantity", where)
    if quantity != quantity.to_integral_value():
        raise StatementRefused(f"{where}: {quantity} is not a whole number of shares. Mend the line.")
    return Line(
        where=where,
        portfolio=cells.get("portfolio", ""),
        ticker=_ticker(cells.get("ticker", "")),
        order=_order(cells.get("order", ""), where),
        reference=cells.get("exchange_ref", ""),
        side=_side(cells.get("side", ""), where),
        quantity=int(quantity),
        price=_number(cells[price], price, where),
    )


def _ticker(cell: str) -> str:
    """As AEGIS and its loaders write it."""
    return cell.zfill(CODE_LENGTH) if cell.isdecimal() and cell.isascii() else cell.upper()


def _number(cell: str, name: str, where: str) -> Decimal:
    try:
        number = Decimal(cell.replace(",", "") if WITH_COMMAS.fullmatch(cell) else cell)
    except InvalidOperation:
        raise StatementRefused(f"{where}: {name} is not a number. Write it like 1,234.5 or 1234.5.") from None
    # By the place of its first digit: arithmetic with an exponent of a billion overflows.
    if not number.is_finite() or not (number == 0 or LEAST_PLACE <= number.adjusted() < MOST_PLACES):
        raise StatementRefused(f"{where}: {name} is no number that can be. Mend the line.")
    return number


def _order(cell: str, where: str) -> str:
    number = cell.removeprefix("#")
    if number and not (number.isdecimal() and number.isascii() and len(number) <= 18):
        raise StatementRefused(f"{where}: order is not the number of an order. Mend the line.")
    return number.lstrip("0")


def _side(cell: str, where: str) -> str:
    if cell and cell.upper() not in SIDES:
        raise StatementRefused(f"{where}: side is neither BUY nor SELL. Mend the line.")
    return SIDES[cell.upper()] if cell else ""
