"""What a bench found: ratios within one run, each against a bound, and the rates that they come from."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios round by round: what slows both in a round cancels."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))


@dataclass(frozen=True)
class Figure:
    """A ratio of two measurements of the same run. `bound` is what it must reach, or stay under with `at_most`."""

    bench: str
    name: str
    ratio: float
    bound: float | None = None
    at_most: bool = False
    detail: str = ""

    @property
    def is_met(self) -> bool:
        if self.bound is None:
            return True
        return self.ratio <= self.bound if self.at_most else self.ratio >= self.bound

    @property
    def verdict(self) -> str:
        if self.bound is None:
            return ""
        sign = "≤" if self.at_most else "≥"
        return f"{sign} {self.bound:g} {'ok' if self.is_met else 'MISSED'}"


def tell(figures: list[Figure], json_file: Path | None) -> None:
    """Print the figures as a table, and write them to `json_file` if there is one."""
    table = Table("bench", "ratio of", "ratio", "bound", "measured")
    for figure in figures:
        table.add_row(figure.bench, figure.name, f"{figure.ratio:.2f}", figure.verdict, figure.detail)
    Console(width=160).print(table)
    if json_file:
        json_file.write_text(json.dumps([asdict(figure) | {"is_met": figure.is_met} for figure in figures], indent=1))
