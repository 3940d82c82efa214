"""Does what the ledger keeps agree with what it follows from, and with what the broker says?"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection

DIFFERENCES = (Path(__file__).parent / "sql" / "differences.sql").read_text()


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


def differences(portfolio_id: int | None = None) -> list[Difference]:
    """Recompute orders, holdings, realised P&L, cash and values from executions, cash entries and opening positions.

    Returns every fact that disagrees, of one portfolio or of all; an empty list means that the ledger is right. One
    statement, so it sees one moment of a database at work.
    """
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES, {"portfolio_id": portfolio_id})
        return [Difference(*row) for row in cursor.fetchall()]
