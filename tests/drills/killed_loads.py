"""Loads of which the loader, or the whole server, is killed at random moments: all of a file or nothing, and after a
rerun the same as without the kill.

The first load builds its months aside; the second changes every row of months that exist.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from system.postgres import Cluster
from tests.bench.market.sessions import write
from tests.servers import ROOT, kill_server, migrate, throwaway_server

ROWS = 150_000
ROUNDS = int(os.environ.get("KILLS", "8"))
# What a load leaves, whatever numbers its rows have got.
STATE = """
    SELECT (SELECT count(*) FROM market.daily_prices),
           (SELECT md5(string_agg(concat_ws(',', ticker, trade_date, open_price, high_price, low_price, close_price,
                                            volume, amount, changes), ';' ORDER BY ticker, trade_date))
              FROM market.daily_prices JOIN market.stocks USING (stock_id)),
           (SELECT md5(string_agg(concat_ws(',', ticker, trade_date, close_price), ';' ORDER BY ticker))
              FROM market.latest_prices JOIN market.stocks USING (stock_id)),
           (SELECT md5(string_agg(concat_ws(',', ticker, name, market_type, market_cap), ';' ORDER BY ticker))
              FROM market.stocks),
           (SELECT string_agg(relname, ',' ORDER BY relname)
              FROM pg_class WHERE relkind = 'r' AND relname LIKE 'daily\\_prices\\_y200%%'),
           (SELECT count(*) FROM system.load_rejects)
"""
MADE = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'daily\\_prices\\_y200%%'"
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
State = tuple[object, ...]


class Desk:
    """A server, two files to load one after the other, and what undisturbed loads of them leave and take."""

    def __init__(self, server: Cluster, folder: Path) -> None:
        self.server = server
        files = write(folder, ROWS)
        self.paths = [files.marcap, files.changed]
        self.states, self.seconds = [self.state()], []
        for path in self.paths:
            loader = self.start(path)
            self.wait_until_writing(loader)
            started = time.monotonic()
            assert loader.wait() == 0
            self.seconds.append(time.monotonic() - started)
            self.states.append(self.state())

    def start(self, path: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "load_prices", str(path), "--json"]
        environment = os.environ | {"DATABASE_URL": self.server.url}
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def state(self) -> State:
        with psycopg.connect(self.server.url) as owner:
            found = owner.execute(STATE).fetchone()
        assert found
        return found

    def forget(self) -> None:
        with psycopg.connect(self.server.url) as owner:
            for (name,) in owner.execute(MADE).fetchall():
                owner.execute(f"DROP TABLE market.{name}")
            owner.execute("TRUNCATE market.latest_prices, market.stocks, system.load_rejects CASCADE")

    def wait_until_writing(self, loader: subprocess.Popen[bytes]) -> None:
        """Most of the time of a small load goes by before it writes anything."""
        with psycopg.connect(self.server.url, autocommit=True) as owner:
            while owner.execute(OTHERS + " AND backend_xid IS NOT NULL").fetchone() == (0,) and loader.poll() is None:
                time.sleep(0.01)

    def wait_until_alone(self) -> None:
        """The server notices some time later that a client is gone."""
        with psycopg.connect(self.server.url, autocommit=True) as owner:
            while owner.execute(OTHERS).fetchone() != (0,):
                time.sleep(0.05)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with throwaway_server() as server, TemporaryDirectory() as folder:
        migrate(server.url)
        yield Desk(server, Path(folder))


@pytest.mark.parametrize("victim", ["loader", "server"])
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_rerun_leaves_what_an_undisturbed_load_leaves(desk: Desk, seed: int, victim: str) -> None:
    chance = random.Random(f"{seed} {victim}")
    desk.forget()
    for number, path in enumerate(desk.paths):
        loader = desk.start(path)
        desk.wait_until_writing(loader)
        time.sleep(chance.random() * desk.seconds[number])
        if victim == "server":
            kill_server(desk.server)
            loader.wait()
            desk.server.start()
        else:
            loader.kill()
            loader.wait()
            desk.wait_until_alone()

        assert desk.state() in (desk.states[number], desk.states[number + 1])
        assert desk.start(path).wait() == 0
        assert desk.state() == desk.states[number + 1]
