"""Compare what AEGIS holds with a broker's statement: positions, or fills by their exchange reference.

A positions file has the columns portfolio (or account), ticker, quantity and average; a fills file exchange_ref,
quantity and price, and may have portfolio. The header tells which it is. UTF-8, with or without a BOM.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TextIO

from django.db.models import F

from account.models import Holding
from trade.models import Execution

POSITION_COLUMNS = {"portfolio", "ticker", "quantity", "average"}
FILL_COLUMNS = {"exchange_ref", "quantity", "price"}
CENT = Decimal("0.01")

MATCHED, MISSING, EXTRA, DIFFERENT = "matched", "missing", "extra", "different"


class StatementRefused(Exception):
    """The file is not a broker's statement; the message names the line and what to do."""


@dataclass(frozen=True)
class Finding:
    """One position or fill: `missing` is at the broker only, `extra` in AEGIS only."""

    status: str
    kind: str
    what: str
    broker: str | None
    aegis: str | None

    def __str__(self) -> str:
        return f"{self.status}: {self.kind} {self.what}: broker {self.broker}, AEGIS {self.aegis}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


Key = tuple[str, ...]
Facts = tuple[int, Decimal]


def compare(path: Path, portfolio: str | None = None) -> list[Finding]:
    """Compare a broker's file with AEGIS; only `portfolio` (a name) if given. Raises `StatementRefused`.

    Prices and averages agree when they do so to the cent: brokers print no more.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            kind, theirs = _read(file, path)
    except (OSError, UnicodeDecodeError) as error:
        raise StatementRefused(f"{path} cannot be read: {error}. Give a CSV file in UTF-8.") from error
    if portfolio is not None:
        theirs = {key: facts for key, facts in theirs.items() if key[0] in {portfolio, ""}}
    ours = _positions(theirs, portfolio) if kind == "position" else _fills(theirs, portfolio)
    return list(_findings(kind, theirs, ours))


def _read(file: TextIO, path: Path) -> tuple[str, dict[Key, Facts]]:
    reader = csv.DictReader(file)
    header = {_column(name) for name in reader.fieldnames or []}
    if header >= POSITION_COLUMNS:
        kind, key, price = "position", ("portfolio", "ticker"), "average"
    elif header >= FILL_COLUMNS:
        kind, key, price = "fill", ("portfolio", "exchange_ref"), "price"
    else:
        raise StatementRefused(
            f"{path} has neither the columns {', '.join(sorted(POSITION_COLUMNS))}"
            f" nor {', '.join(sorted(FILL_COLUMNS))}. Rename its header."
        )
    rows: dict[Key, Facts] = {}
    for row in reader:
        facts = {_column(name): (value or "").strip() for name, value in row.items() if isinstance(name, str)}
        where = tuple(facts.get(column, "") for column in key)
        if where in rows:
            raise StatementRefused(f"{path} line {reader.line_num}: {' '.join(where)} is there twice. Remove one.")
        rows[where] = _facts(facts, price, f"{path} line {reader.line_num}")
    return kind, rows


def _column(name: str) -> str:
    name = name.strip().lower()
    return "portfolio" if name == "account" else name


def _facts(facts: dict[str, str], price: str, where: str) -> Facts:
    try:
        quantity, value = (Decimal(facts[column].replace(",", "")) for column in ("quantity", price))
    except InvalidOperation:
        raise StatementRefused(f"{where}: quantity or {price} is not a number. Mend the line.") from None
    if not (quantity.is_finite() and value.is_finite()) or quantity != quantity.to_integral_value():
        raise StatementRefused(f"{where}: {quantity} is not a whole number of shares. Mend the line.")
    return int(quantity), value


def _positions(theirs: Iterable[Key], portfolio: str | None) -> dict[Key, Facts]:
    """Our positions in the portfolios that the file speaks of, or in the one asked for."""
    names = {portfolio} if portfolio else {name for name, _ticker in theirs}
    held = Holding.objects.filter(portfolio__name__in=names, quantity__gt=0)
    rows = held.values_list("portfolio__name", "stock__ticker", "quantity", "avg_purchase_price")
    return {(name, ticker): (quantity, average) for name, ticker, quantity, average in rows}


def _fills(theirs: Iterable[Key], portfolio: str | None) -> dict[Key, Facts]:
    """Our standing fills: under the broker's references, and the others of the days that those were executed on."""
    keys = list(theirs)
    with_portfolio = any(name for name, _reference in keys)
    standing = Execution.objects.filter(reverses=None, reversed_at=None)
    known = standing.filter(exchange_ref__in=[reference for _name, reference in keys])
    wanted = standing.filter(executed_time__date__in=known.values("executed_time__date")) | known
    if names := ({portfolio} if portfolio else {name for name, _reference in keys} - {""}):
        wanted = wanted.filter(order__holding__portfolio__name__in=names)
    rows = wanted.annotate(name=F("order__holding__portfolio__name")).values_list(
        "name", "exchange_ref", "executed_quantity", "executed_price"
    )
    return {(name if with_portfolio else "", ref): (quantity, price) for name, ref, quantity, price in rows}


def _findings(kind: str, theirs: dict[Key, Facts], ours: dict[Key, Facts]) -> Iterator[Finding]:
    for key in sorted(theirs.keys() | ours.keys()):
        broker, aegis = theirs.get(key), ours.get(key)
        if broker is None:
            status = EXTRA
        elif aegis is None:
            status = MATCHED if broker[0] == 0 else MISSING
        else:
            status = MATCHED if _agree(broker, aegis) else DIFFERENT
        yield Finding(status, kind, " ".join(filter(None, key)), _text(broker), _text(aegis))


def _agree(broker: Facts, aegis: Facts) -> bool:
    return broker[0] == aegis[0] and abs(broker[1] - aegis[1]) < CENT


def _text(facts: Facts | None) -> str | None:
    return None if facts is None else f"{facts[0]} @ {facts[1].normalize():f}"
