from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Report:
    """What became of the rows of a file: each is in exactly one of the five counts."""

    file: str
    format: str
    rows: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The document of one file, as `--json` prints it."""
        return {
            "file": self.file,
            "format": self.format,
            "rows": self.rows,
            "inserted": self.inserted,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "skipped": _by_reason(self.skipped),
            "rejected": _by_reason(self.rejected),
            "seconds": round(self.seconds, 3),
        }

    def __str__(self) -> str:
        return (
            f"{self.file} ({self.format}): {self.rows:,} rows in {self.seconds:.1f} s: {self.inserted:,} inserted, "
            f"{self.updated:,} updated, {self.unchanged:,} unchanged, {_told(self.skipped)} skipped, "
            f"{_told(self.rejected)} rejected."
        )


def total(reports: Iterable[Report]) -> Report:
    """The sum of several files."""
    whole = Report(file="total", format="all")
    for report in reports:
        whole.rows += report.rows
        whole.inserted += report.inserted
        whole.updated += report.updated
        whole.unchanged += report.unchanged
        whole.skipped += report.skipped
        whole.rejected += report.rejected
        whole.seconds += report.seconds
    return whole


@dataclass
class Outcome:
    """What became of the files of a run: a report of each that was loaded, and why the others were refused."""

    reports: list[Report] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    is_cut_short: bool = False

    def refuse(self, name: str, why: object, *, cut_short: bool = False) -> None:
        self.refused[name] = str(why)
        self.is_cut_short = cut_short

    def as_json(self) -> dict[str, Any]:
        """The document that `--json` prints."""
        whole = total(self.reports).as_json()
        return {
            "files": [report.as_json() for report in self.reports],
            "refused": [{"file": name, "problem": why} for name, why in self.refused.items()],
            "total": {key: value for key, value in whole.items() if key not in {"file", "format"}},
        }


def _by_reason(counts: Counter[str]) -> dict[str, int]:
    return {"total": counts.total(), **dict(sorted(counts.items()))}


def _told(counts: Counter[str]) -> str:
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in counts.most_common())
    return f"{counts.total():,} ({reasons})" if reasons else "0"
