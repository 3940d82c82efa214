"""Compare what AEGIS holds with a broker's statement: positions, or fills by their exchange reference.

A positions file has the columns portfolio (or account), ticker, quantity and average. A fills file has exchange_ref,
quantity and price, and may have portfolio, ticker, order (our number) and side: a fill is told by what the file has of
them, since a reference is one order's own. The header says which file it is. UTF-8, with or without a BOM.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

from django.db.models import Q

from account.models import Holding, Portfolio
from trade.models import Execution
from trade.statement import POSITION, Line, Statement, StatementRefused, read_statement

CENT = Decimal("0.01")

MATCHED, MISSING, EXTRA, DIFFERENT = "matched", "missing", "extra", "different"


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


@dataclass(frozen=True)
class Facts:
    """What is compared; no side where the file has none."""

    side: str
    quantity: int
    price: Decimal

    def __str__(self) -> str:
        return f"{self.side} {self.quantity} @ {self.price.normalize():f}".strip()

    def agrees(self, other: "Facts") -> bool:
        near = abs(self.price - other.price) < CENT
        return (self.side, self.quantity) == (other.side, other.quantity) and near


# Portfolio (our number, or the name of one that we do not have), ticker, order, reference; '' for what is not told.
Key = tuple[int | str, str, str, str]
Told = dict[Key, list[Facts]]


def find_portfolios(asked: str) -> list[Portfolio]:
    """The portfolio of this number, else those of this name: names are not unique."""
    if "\0" in asked:
        return []
    number = int(asked) if asked.isdecimal() and asked.isascii() and len(asked) <= 18 else 0
    return list(Portfolio.objects.filter(pk=number)) or list(Portfolio.objects.filter(name=asked))


def compare(path: Path, portfolio: Portfolio | None = None) -> list[Finding]:
    """Compare a broker's file with AEGIS; only `portfolio`, on both sides, if given. Raises `StatementRefused`.

    Prices and averages agree when they do so to the cent: brokers print no more.
    """
    statement = read_statement(path)
    theirs = _theirs(statement, portfolio)
    named = {key[0] for key in theirs} | ({portfolio.pk} if portfolio else set())
    portfolios = None if named == {""} else [each for each in named if isinstance(each, int)]
    held = statement.kind == POSITION
    ours = _positions(portfolios or []) if held else _fills(theirs, portfolios, statement.columns)
    names = _names({key[0] for key in theirs.keys() | ours.keys()})
    return list(_findings(statement.kind, theirs, ours, names))


def _theirs(statement: Statement, portfolio: Portfolio | None) -> Told:
    """The broker's lines by what tells them, of `portfolio` alone if it is given."""
    found = {name: find_portfolios(name) for name in {line.portfolio for line in statement.lines} - {""}}
    theirs: Told = defaultdict(list)
    for line in statement.lines:
        where = _portfolio_of(line, found, portfolio, needed=statement.kind == POSITION or bool(found))
        if portfolio is not None and where != portfolio.pk:
            continue
        key = (where, line.ticker, line.order, line.reference)
        if key in theirs and (statement.kind == POSITION or line.order):
            raise StatementRefused(f"{line.where}: {' '.join(filter(None, key[1:]))} is there twice. Remove one.")
        theirs[key].append(Facts(line.side, line.quantity, line.price))
    return theirs


def _portfolio_of(
    line: Line, found: dict[str, list[Portfolio]], portfolio: Portfolio | None, *, needed: bool
) -> int | str:
    if not line.portfolio:
        if portfolio is None and needed:
            raise StatementRefused(f"{line.where}: portfolio is empty. Write one, or run with --portfolio.")
        return portfolio.pk if portfolio else ""
    candidates = found[line.portfolio]
    if portfolio in candidates:
        return portfolio.pk if portfolio else ""
    if len(candidates) > 1 and portfolio is None:
        raise StatementRefused(
            f"{line.where}: {len(candidates)} portfolios are called {line.portfolio}. Write the number of one."
        )
    return candidates[0].pk if candidates else line.portfolio


def _positions(portfolios: list[int]) -> Told:
    held = Holding.objects.filter(portfolio__in=portfolios, quantity__gt=0)
    rows = held.values_list("portfolio", "stock__ticker", "quantity", "avg_purchase_price")
    return {(number, ticker, "", ""): [Facts("", shares, average)] for number, ticker, shares, average in rows}


def _fills(theirs: Told, portfolios: list[int] | None, columns: frozenset[str]) -> Told:
    """Our standing fills: under the broker's references, and the others of the days that those were executed on."""
    standing = Execution.objects.filter(reverses=None, reversed_at=None)
    if portfolios is not None:
        standing = standing.filter(order__holding__portfolio__in=portfolios)
    known = standing.filter(exchange_ref__in={key[3] for key in theirs})
    if "ticker" in columns:
        known = known.filter(order__holding__stock__ticker__in={key[1] for key in theirs})
    if "order" in columns:
        known = known.filter(order__in={int(key[2] or 0) for key in theirs})
    same_days = Q(executed_time__date__in=known.values("executed_time__date"))
    ours: Told = defaultdict(list)
    for fill in standing.filter(same_days | Q(pk__in=known.values("pk"))).select_related("order__holding__stock"):
        held = fill.order.holding
        key = (
            held.portfolio_id if held and portfolios is not None else "",
            held.stock.ticker if held and "ticker" in columns else "",
            str(fill.order_id) if "order" in columns else "",
            fill.exchange_ref,
        )
        side = fill.order.side if "side" in columns else ""
        ours[key].append(Facts(side, fill.executed_quantity, fill.executed_price))
    return ours


def _names(portfolios: set[int | str]) -> dict[int | str, str]:
    """What the portfolios are called: by name, and by number where several have one name."""
    numbers = [each for each in portfolios if isinstance(each, int)]
    ours = dict(Portfolio.objects.filter(pk__in=numbers).values_list("pk", "name"))
    shared = Counter(Portfolio.objects.filter(name__in=ours.values()).values_list("name", flat=True))
    return {number: name if shared[name] == 1 else f"{name} #{number}" for number, name in ours.items()}


def _findings(kind: str, theirs: Told, ours: Told, names: dict[int | str, str]) -> Iterator[Finding]:
    def what(key: Key) -> str:
        order = f"#{key[2]}" if key[2] else ""
        return " ".join(filter(None, (names.get(key[0], str(key[0])), key[1], order, key[3])))

    for key in sorted(theirs.keys() | ours.keys(), key=what):
        for status, broker, aegis in _paired(theirs.get(key, []), ours.get(key, [])):
            said = [None if facts is None else str(facts) for facts in (broker, aegis)]
            yield Finding(status, kind, what(key), *said)


def _paired(theirs: list[Facts], ours: list[Facts]) -> Iterator[tuple[str, Facts | None, Facts | None]]:
    """Those that agree first, then what is left: one reference may stand on fills of several orders."""
    left, alone = list(ours), []
    for broker in theirs:
        same = next((aegis for aegis in left if broker.agrees(aegis)), None)
        if same is None:
            alone.append(broker)
        else:
            left.remove(same)
            yield MATCHED, broker, same
    for broker_only, aegis_only in zip_longest(alone, left):
        if broker_only is None:
            yield EXTRA, None, aegis_only
        elif aegis_only is None:
            yield MATCHED if broker_only.quantity == 0 else MISSING, broker_only, None
        else:
            yield DIFFERENT, broker_only, aegis_only
