"""Starting, killing and relieving the clients of the drill, and finding out afterwards whether the ledger agrees."""

import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
SQL = Path(__file__).parent / "sql"


def furnish(connection: psycopg.Connection) -> None:
    """Make a small desk where everybody meets: three portfolios, six stocks, eighteen holdings, thirty-six orders."""
    connection.execute((SQL / "desk.sql").read_text())


@dataclass
class Crew:
    """`size` clients on one database, until `stop`."""

    dsn: str
    folder: Path
    size: int = 8
    seconds: float = 10
    hands: list[subprocess.Popen[bytes]] = field(default_factory=list)
    hired: int = 0
    killed: int = 0
    until: float = 0

    def start(self) -> None:
        self.until = time.monotonic() + self.seconds
        for _ in range(self.size):
            self.hire()

    def hire(self) -> None:
        """Put one more client to work."""
        self.hired += 1
        journal = self.folder / f"journal-{self.hired}"
        left = str(self.until - time.monotonic())
        command = [sys.executable, "-m", "tests.trade.drill", self.dsn, str(self.hired), journal, left]
        self.hands.append(subprocess.Popen(command, cwd=ROOT, stderr=(self.folder / f"{self.hired}.err").open("wb")))

    def kill_some(self, every: float) -> None:
        """Until the time is over, kill -9 one client after the other and put another one in its place."""
        chance = random.Random(self.hired)
        while time.monotonic() + every < self.until:
            time.sleep(every)
            victim = chance.choice(self.hands)
            victim.kill()
            victim.wait()
            self.killed += 1
            self.hands.remove(victim)
            self.hire()

    def wait(self, seconds: float = 60) -> None:
        """Let all of them finish."""
        for hand in self.hands:
            hand.wait(seconds)

    def journal(self) -> list[tuple[str, str]]:
        """What all clients wrote down: verdict and what it is about."""
        lines = [line for path in self.folder.glob("journal-*") for line in path.read_text().splitlines()]
        return [(verdict, what) for verdict, _, what in (line.partition(" ") for line in lines)]

    def complaints(self) -> list[str]:
        """Errors that reached a client, and what ended a client other than a kill."""
        crashes = [path.read_text() for path in self.folder.glob("*.err") if path.stat().st_size]
        return [what for verdict, what in self.journal() if verdict == "error"] + crashes

    def acknowledged(self) -> set[str]:
        """The references of fills and reversals that the server said are booked."""
        return self._fills("booked")

    def unknown(self) -> set[str]:
        """The references that were sent, and no answer was noted for all of them: they may be booked or not."""
        journal = self.journal()
        answers = Counter(
            what.partition(" ")[2] if verdict == "refused" else what
            for verdict, what in journal
            if verdict not in ("sent", "lost")
        )
        sent = Counter(what for verdict, what in journal if verdict == "sent")
        return {ref for what, times in sent.items() if times > answers[what] for ref in what.split() if _is_fill(ref)}

    def tally(self) -> Counter[str]:
        return Counter(verdict for verdict, _ in self.journal())

    def _fills(self, verdict: str) -> set[str]:
        return {ref for said, what in self.journal() if said == verdict for ref in what.split() if _is_fill(ref)}


def _is_fill(reference: str) -> bool:
    return reference.startswith(("fill-", "wire-", "reversal-"))


def disagreements(connection: psycopg.Connection) -> list[str]:
    """Recompute orders, holdings, cash and values from the executions, and tell where the tables say something else."""
    return [
        f"{check.stem}: {row}"
        for check in sorted((SQL / "agreement").glob("*.sql"))
        for row in connection.execute(check.read_text())
    ]


def missing_and_invented(connection: psycopg.Connection, crew: Crew) -> tuple[set[str], set[str]]:
    """Fills that were acknowledged and are not there, and fills that are there and nobody was promised."""
    booked = {row[0] for row in connection.execute("SELECT exchange_ref FROM trade.executions")}
    return crew.acknowledged() - booked, booked - crew.acknowledged() - crew.unknown()
