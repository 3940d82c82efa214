"""Starting, killing and relieving the clients of the drill, and finding out afterwards whether the ledger agrees."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parents[2]
SQL = Path(__file__).parent / "sql"
DIFFERENCES = (ROOT / "trade" / "sql" / "differences.sql").read_text()


def furnish(connection: psycopg.Connection[Any]) -> None:
    """Make a small desk where everybody meets: three portfolios, eighteen holdings, thirty-six big orders."""
    connection.execute((SQL / "desk.sql").read_text())


def disagreements(connection: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """What `reconcile` finds, and what is not valued at the newest close."""
    found = connection.execute(DIFFERENCES, {"portfolio_id": None}).fetchall()
    return found + connection.execute((SQL / "stale_values.sql").read_text()).fetchall()


@dataclass
class Crew:
    """`size` clients at work on one database for so many seconds."""

    dsn: str
    folder: Path
    size: int = 8
    seconds: float = 10
    hands: list[subprocess.Popen[bytes]] = field(default_factory=list)
    hired: int = 0
    until: float = 0

    def start(self) -> None:
        self.until = time.monotonic() + self.seconds
        for _ in range(self.size):
            self.hire()

    def hire(self) -> None:
        """Put one more client to work."""
        self.hired += 1
        journal, left = self._journal(self.hired), str(self.until - time.monotonic())
        journal.touch()
        command = [sys.executable, "-m", "tests.trade.drill", self.dsn, str(self.hired), journal, left]
        with (self.folder / f"{self.hired}.err").open("wb") as complaints:
            self.hands.append(subprocess.Popen(command, cwd=ROOT, stderr=complaints))

    def all_at_work(self) -> bool:
        """Whether each of them has connected and begun."""
        return all(self._journal(number).stat().st_size for number in range(1, self.hired + 1))

    def kill_some(self, every: float) -> None:
        """Until the time is over, kill -9 one client after the other and put another one in its place."""
        chance = random.Random(1)
        while time.monotonic() + every < self.until:
            time.sleep(every)
            self.hire()
            victim = self.hands.pop(chance.randrange(self.size))
            victim.kill()
            victim.wait()

    def wait(self) -> None:
        """Let all of them finish."""
        for hand in self.hands:
            hand.wait(60)

    def report(self) -> "Report":
        return Report(
            [line for number in range(1, self.hired + 1) for line in self._journal(number).read_text().splitlines()],
            [path.read_text() for path in self.folder.glob("*.err") if path.stat().st_size],
        )

    def _journal(self, number: int) -> Path:
        return self.folder / f"journal-{number}"


@dataclass(frozen=True)
class Report:
    """What the clients wrote down: a verdict and the references that it is about, a line each."""

    lines: list[str]
    crashes: list[str]

    @property
    def complaints(self) -> list[str]:
        """Errors that reached a client, and what ended a client other than a kill."""
        return [line for line in self.lines if line.startswith("error")] + self.crashes

    @property
    def tally(self) -> Counter[str]:
        return Counter(line.partition(" ")[0] for line in self.lines)

    @cached_property
    def acknowledged(self) -> set[str]:
        """The fills and reversals that the server said are booked."""
        return {reference for verdict, what in self._notes() if verdict == "booked" for reference in _fills(what)}

    @cached_property
    def unknown(self) -> set[str]:
        """The fills that were sent once more than they were answered: they may be booked or not."""
        open_ends: Counter[str] = Counter()
        for verdict, what in self._notes():
            open_ends[what] += {"sent": 1, "lost": 0}.get(verdict, -1)
        return {reference for what, left in open_ends.items() if left > 0 for reference in _fills(what)}

    def _notes(self) -> Iterator[tuple[str, str]]:
        for line in self.lines:
            verdict, _, what = line.partition(" ")
            yield verdict, what


def _fills(references: str) -> Iterator[str]:
    return (reference for reference in references.split() if reference.startswith(("fill-", "wire-", "reversal-")))
