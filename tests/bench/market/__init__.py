"""Prices at the speed of COPY: a file of history of 13 million rows loaded, reloaded and changed, and a day added.

The limit is a COPY of the same rows, ready as text, into a bare table without any index, measured before and after each
load, so that drift cancels. Ours parses the file, and has every key, check, foreign key and trigger in force. Peers
store a sample of ready rows, by their rate for each row.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import mean, median
from typing import Any

import psycopg

from system.postgres import Cluster
from tests.bench.market.sessions import COLUMNS, Files, day_file, marcap_day, write
from tests.bench.report import Figure, ratio
from tests.servers import ROOT

ROWS = 13_000_000
DAY_ROUNDS = 9
READ_BOUND, LATEST_MS, MEGABYTES = 1.3, 5.0, 400
PEERS = {"bulk_create": 12.0, "executemany": None, "to_sql": None}
CHUNK = 1 << 20
INTO = f"({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv)"
SET_CAPS = "UPDATE market.stocks SET market_cap = caps.market_cap FROM caps WHERE caps.stock_id = stocks.stock_id"


def run(server: Cluster, rows: int = ROWS) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(server.url, autocommit=True) as owner:
        files = write(Path(folder), rows)
        with _client(server) as ask:
            return _Bench(owner, files, ask).run()


class _Bench:
    def __init__(self, owner: psycopg.Connection, files: Files, ask: Any) -> None:
        self.owner, self.files, self.ask = owner, files, ask

    def run(self) -> list[Figure]:
        first, first_figure = self._load("first load", self.files.marcap, 0.30, ("inserted", self.files.rows))
        peers = [self._peer(name, bound, first["seconds"] / self.files.rows) for name, bound in PEERS.items()]
        self.owner.execute("VACUUM (FREEZE, ANALYZE)")
        self.owner.execute("CHECKPOINT")
        before = self._log_position()
        _, unchanged = self._load("reload unchanged", self.files.marcap, 0.40, ("unchanged", self.files.rows))
        written = self._log_position() - before
        return [
            first_figure,
            Figure("market", "memory of a load / 400 MB", first["megabytes"] / MEGABYTES, 1, True),
            *peers,
            unchanged,
            self._log_figure(written),
            *self._reads(),
            *self._day(),
            self._load("reload all changed", self.files.changed, 0.10, ("updated", self.files.rows))[1],
        ]

    def _load(self, name: str, path: Path, bound: float, fate: tuple[str, int]) -> tuple[dict[str, Any], Figure]:
        """Load between two runs of the bare COPY; `fate` is what must have become of how many rows."""
        before = self._bare()
        told = self.ask("load", str(path))
        bare = mean((before, self._bare()))
        assert told[fate[0]] == fate[1], told
        _say(f"{name}: {told['seconds']:.1f} s, bare COPY {bare:.1f} s, {told['megabytes']:.0f} MB")
        detail = f"{_rate(told['seconds'], self.files.rows)} / {_rate(bare, self.files.rows)}"
        return told, Figure("market", f"{name} / bare COPY", bare / told["seconds"], bound, detail=detail)

    def _bare(self) -> float:
        self.owner.execute("CREATE TABLE public.bare (LIKE market.daily_prices INCLUDING DEFAULTS)")
        self.owner.execute("ALTER TABLE public.bare ALTER price_id DROP NOT NULL")
        try:
            start = time.perf_counter()
            with self.files.ready.open("rb") as ready, self.owner.cursor().copy("COPY public.bare " + INTO) as copy:
                while chunk := ready.read(CHUNK):
                    copy.write(chunk)
            return time.perf_counter() - start
        finally:
            self.owner.execute("DROP TABLE public.bare")

    def _peer(self, name: str, bound: float | None, ours: float) -> Figure:
        theirs = self.ask(name)
        _say(f"{name}: {theirs * 1e6:.1f} µs a row")
        return Figure("market", f"first load / {name}", theirs / ours, bound, detail=f"{1 / theirs:,.0f} rows/s")

    def _log_position(self) -> int:
        found = self.owner.execute("SELECT (pg_current_wal_lsn() - '0/0')::bigint").fetchone()
        return int(found[0])

    def _log_figure(self, written: int) -> Figure:
        # The bare COPY around it writes as much each time; a plain one is told by its rows' own text.
        bare = 2 * self._log_of_bare()
        ours = max(written - bare, 0)
        return Figure(
            "market", "log of a reload unchanged / of its bare COPY", ours / bare * 2, 0.02, True, f"{ours:,} bytes"
        )

    def _log_of_bare(self) -> int:
        before = self._log_position()
        self._bare()
        return self._log_position() - before

    def _day(self) -> Iterator[Figure]:
        """A day's rows by COPY into the table itself, and the day's files by the loader, in turn, on the same day.

        A marcap file tells the market capitalisation of each stock too; what it is compared with sets that as well.
        """
        day = self.files.next_day
        aegis, marcap = (self.files.marcap.with_name(name) for name in ("day.csv", "marcap-day.csv"))
        ready = day_file(aegis, day)
        self._make_month(day)
        direct, ours, full_direct, full = [], [], [], []
        for number in range(DAY_ROUNDS + 1):
            caps = marcap_day(marcap, day, 2 * number)
            direct.append(self._stored(day, ready))
            ours.append(self._loaded(day, aegis))
            full.append(self._loaded(day, marcap))
            caps = marcap_day(marcap, day, 2 * number + 1)
            full_direct.append(self._stored(day, ready, caps))
        yield _day_figure("a day's file / COPY of it into prices", ours, direct, 1.6)
        yield _day_figure("a day of marcap / COPY of it, market caps set", full, full_direct, 1.6)
        yield _day_figure("a day of marcap / COPY of its prices alone", full, direct)

    def _stored(self, day: date, ready: bytes, caps: bytes = b"") -> float:
        """Seconds of a COPY of a day's prices, and of setting `caps`, in one transaction."""
        start = time.perf_counter()
        with self.owner.transaction(), self.owner.cursor() as cursor:
            with cursor.copy("COPY market.daily_prices " + INTO) as copy:
                copy.write(ready)
            if caps:
                cursor.execute("CREATE TEMPORARY TABLE caps (stock_id bigint, market_cap numeric) ON COMMIT DROP")
                with cursor.copy("COPY caps FROM STDIN (FORMAT csv)") as copy:
                    copy.write(caps)
                cursor.execute(SET_CAPS)
        seconds = time.perf_counter() - start
        self._forget(day)
        return seconds

    def _loaded(self, day: date, path: Path) -> float:
        seconds: float = self.ask("load", str(path))["seconds"]
        self._forget(day)
        return seconds

    def _make_month(self, day: date) -> None:
        name = f"market.daily_prices_y{day:%Y}m{day:%m}"
        self.owner.execute(
            f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF market.daily_prices"
            f" FOR VALUES FROM ('{day:%Y-%m}-01') TO ('{day:%Y-%m}-01'::date + interval '1 month')"
        )

    def _forget(self, day: date) -> None:
        self.owner.execute("DELETE FROM market.daily_prices WHERE trade_date = %s", [day])
        self.owner.execute(f"VACUUM market.stocks, market.latest_prices, market.daily_prices_y{day:%Y}m{day:%m}")

    def _reads(self) -> Iterator[Figure]:
        for name, (ours, flat) in self.ask("reads").items():
            if flat:
                yield Figure("market", f"{name}: months / one table", ours / flat, READ_BOUND, True, f"{ours:.2f} ms")
            else:
                yield Figure("market", f"{name} / 5 ms", ours / LATEST_MS, 1, True, f"{ours:.2f} ms")


@contextmanager
def _client(server: Cluster) -> Iterator[Any]:
    """A process with Django on this server; gives the function that asks it."""
    environment = os.environ | {"DATABASE_URL": server.url, "DEBUG": "false", "SECRET_KEY": "bench-only-" + "x" * 40}
    command = [sys.executable, "-m", "tests.bench.market.client"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as client:

        def ask(*question: str) -> Any:
            client.stdin.write(json.dumps(question) + "\n")
            client.stdin.flush()
            return json.loads(client.stdout.readline())

        yield ask
        client.stdin.close()


def _day_figure(name: str, ours: list[float], direct: list[float], bound: float | None = None) -> Figure:
    # The first round meets cold caches.
    detail = f"{1000 * median(ours[1:]):.0f} / {1000 * median(direct[1:]):.0f} ms"
    return Figure("market", name, ratio(ours[1:], direct[1:]), bound, at_most=True, detail=detail)


def _rate(seconds: float, rows: int) -> str:
    return f"{rows / seconds:,.0f} rows/s"


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
