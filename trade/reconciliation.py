"""Does what the ledger keeps agree with what it follows from, and with what the broker says?"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection

DIFFERENCES = (Path(__file__).parent / "sql" / "differences.sql").read_text()
UNCOVERED_SALES = (Path(__file__).parent / "sql" / "uncovered_sales.sql").read_text()


@dataclass(frozen=True)
class Difference:
    """One fact that disagrees: of which row, what is stored, and what executions and entries make of it."""

    kind: str
    key: int
    fact: str
    stored: str | None
    recomputed: str | None

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.fact} is {self.stored}, should be {self.recomputed}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class UncoveredSales:
    """Open SELL orders of one holding that wait for more shares than are held: a reversed buy leaves such."""

    holding: int
    held: int
    waiting: int
    orders: list[int]

    def __str__(self) -> str:
        orders = ", ".join(map(str, self.orders))
        return f"holding {self.holding}: {self.held} shares are held, open SELL orders {orders} wait for {self.waiting}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def differences(portfolio_id: int | None = None) -> list[Difference]:
    """Recompute orders, holdings, realised P&L, cash and values from executions, cash entries and opening positions.

    Returns every fact that disagrees, of one portfolio or of all; an empty list means that the ledger is right. One
    statement, so it sees one moment of a database at work.
    """
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES, {"portfolio_id": portfolio_id})
        return [Difference(*row) for row in cursor.fetchall()]


def uncovered_sales(portfolio_id: int | None = None) -> list[UncoveredSales]:
    """Open SELL orders for shares that are not held, of one portfolio or of all.

    The ledger is right about each of them; it is the exchange that could still execute them.
    """
    with connection.cursor() as cursor:
        cursor.execute(UNCOVERED_SALES, {"portfolio_id": portfolio_id})
        return [
            UncoveredSales(holding, held, int(waiting), orders) for holding, held, waiting, orders in cursor.fetchall()
        ]
