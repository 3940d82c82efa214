"""Order → execution → holding, cash and portfolio: our triggers against the same work done in other ways.

Every candidate does the same writes with the same keys and checks (twins.sql lists them), at 1, 2 and 8 clients, in
rounds that alternate so that drift cancels; each figure is the median of its ratios round by round.
"""

import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median
from urllib.parse import quote

import psycopg

from system.postgres import Cluster
from system.schemas import SEARCH_PATH
from tests.bench.report import Figure, ratio
from tests.servers import ROOT

HERE = Path(__file__).parent
CLIENTS = (1, 2, 8)
ROUNDS, SECONDS = 5, 3
PGBENCH = {"triggers": "triggers", "audited": "triggers", "statements": "statements", "function": "function"}
PYTHON = ("orm", "service")
# (candidate, peer, bound at 8 clients)
BOUNDS = (
    ("triggers", "statements", 1.0),
    ("triggers", "function", 0.5),
    ("audited", "statements", 0.6),
    ("audited", "function", 0.3),
    ("service", "orm", 4.0),
)
AUDITED = ("trade.orders", "trade.executions", "account.holdings", "account.portfolio", "brain.daily_picks")

Rates = dict[tuple[str, int], list[float]]


def run(server: Cluster) -> list[Figure]:
    with psycopg.connect(server.url, autocommit=True) as owner:
        for script in ("desk", "twins"):
            owner.execute((HERE / f"{script}.sql").read_text())
        # A desk at work has rows in its tables, statistics of them and plans in its sessions; an empty one has none.
        for name in (*PGBENCH, *PYTHON):
            _measure(server, name, max(CLIENTS))
        owner.execute("VACUUM ANALYZE")
        rates: Rates = defaultdict(list)
        for _round in range(ROUNDS):
            for clients in CLIENTS:
                for name in (*PGBENCH, *PYTHON):
                    _switch_audit(owner, on=name not in ("triggers", "service"))
                    rates[name, clients].append(_measure(server, name, clients))
    return list(_figures(rates))


def _figures(rates: Rates) -> list[Figure]:
    return [
        Figure(
            "ledger",
            f"{candidate} / {peer}, {clients} clients",
            ratio(rates[candidate, clients], rates[peer, clients]),
            bound if clients == max(CLIENTS) else None,
            detail=f"{median(rates[candidate, clients]):,.0f} / {median(rates[peer, clients]):,.0f} tx/s",
        )
        for candidate, peer, bound in BOUNDS
        for clients in CLIENTS
    ]


def _switch_audit(owner: psycopg.Connection, *, on: bool) -> None:
    """The peers keep no history; ours is measured with it ("audited") and without ("triggers")."""
    for table in AUDITED:
        found = owner.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'pgtrigger_audit%%'", [table]
        )
        for (trigger,) in found.fetchall():
            owner.execute(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} TRIGGER {trigger}")


def _measure(server: Cluster, name: str, clients: int) -> float:
    return _python(server, name, clients) if name in PYTHON else _pgbench(server, PGBENCH[name], clients)


def _pgbench(server: Cluster, script: str, clients: int) -> float:
    options = ["-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, 2)), "-T", str(SECONDS)]
    command = [server.binary("pgbench"), *options, "-f", HERE / f"{script}.sql", server.url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return next(float(line.split()[2]) for line in output.splitlines() if line.startswith("tps = "))


def _python(server: Cluster, kind: str, clients: int) -> float:
    """Processes of their own, as web workers are; the ORM works on the twins, by way of the search path."""
    url = server.url
    if kind == "orm":
        url += "&options=" + quote(f"-c search_path={','.join(('twin', *SEARCH_PATH))}")
    command = [sys.executable, "-m", "tests.bench.ledger.client", kind, str(SECONDS)]
    workers = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            env={"DATABASE_URL": url, "DEBUG": "false", "PATH": "/usr/bin:/bin", "SEED": str(number)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(clients)
    ]
    for worker in workers:
        worker.stdout.readline()  # imported and connected
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return sum(int(worker.communicate()[0]) for worker in workers) / SECONDS
