"""What a power cut, a kill or an interruption leaves behind, and the next start."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from system.postgres import Cluster, ClusterError, creation, server
from system.postgres.account import account_for


def crash(cluster: Cluster, *, with_children: bool = True) -> None:
    """Kill the server as a power cut does, and wait until its processes are gone."""
    pid = cluster.status().pid
    assert pid is not None
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for victim in [pid, *map(int, children if with_children else [])]:
        os.kill(victim, signal.SIGKILL)
    while cluster.is_running:
        time.sleep(0.01)


@pytest.mark.parametrize("with_children", [True, False])
def test_a_killed_server_recovers_what_was_committed(running: Cluster, with_children: bool) -> None:
    with psycopg.connect(running.url) as connection:
        connection.execute(f"CREATE TABLE kept_{with_children} AS SELECT generate_series(1, 1000) AS number")

    crash(running, with_children=with_children)

    assert running.start() is True
    with psycopg.connect(running.url) as connection:
        assert connection.execute(f"SELECT count(*) FROM kept_{with_children}").fetchone() == (1000,)


def test_a_process_that_came_to_have_the_server_s_number_is_not_mistaken_for_it(running: Cluster) -> None:
    crash(running)
    account = account_for(running.data)
    stranger = subprocess.Popen(["sleep", "60"], cwd="/", user=None if account.is_caller else account.uid)
    lines = (running.data / "postmaster.pid").read_text().splitlines()
    (running.data / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")

    try:
        assert running.is_running is False
        assert running.start(fsync="off") is True
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_what_a_killed_server_left_running_is_named(running: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "ORPHAN_SECONDS", 0.2)
    busy = threading.Thread(target=keep_busy, args=(running,))
    busy.start()
    time.sleep(0.3)
    crash(running, with_children=False)

    with pytest.raises(ClusterError, match="still use the data"):
        running.start(fsync="off")

    monkeypatch.setattr(server, "ORPHAN_SECONDS", 10)
    assert running.start(fsync="off") is True
    busy.join()


def keep_busy(running: Cluster) -> None:
    """Run a backend for two seconds in which it does not notice that its server is gone."""
    loop = (
        "DO $$ DECLARE start timestamptz := clock_timestamp(); BEGIN WHILE clock_timestamp() < start + interval '2 s'"
    )
    try:
        with psycopg.connect(running.url) as connection:
            connection.execute(f"{loop} LOOP PERFORM 1; END LOOP; END $$")
    except psycopg.OperationalError:
        return


def test_a_making_that_was_killed_is_done_again(cluster: Cluster) -> None:
    script = (
        f"from pathlib import Path; from system.postgres import Cluster; Cluster(Path({str(cluster.folder)!r})).start()"
    )
    maker = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    while not list(cluster.folder.glob("data.creating-*/base")):
        time.sleep(0.01)
    maker.kill()
    maker.wait()

    assert not cluster.data.exists()
    assert cluster.start(fsync="off") is True


def test_what_an_interrupted_making_left_is_swept_away_at_the_next_start(stopped: Cluster) -> None:
    (stopped.folder / "data.creating-long-ago" / "base").mkdir(parents=True)

    stopped.start(fsync="off")

    assert list(stopped.folder.glob("data.creating-*")) == []


def test_a_making_that_fails_leaves_nothing_and_says_why(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken.sql").write_text("CREATE ROLE aegis NONSENSE;\n\n")
    monkeypatch.setattr(creation, "CREATE_SQL", tmp_path / "broken.sql")

    with pytest.raises(ClusterError, match="NONSENSE"):
        cluster.start(fsync="off")

    assert [path.name for path in cluster.folder.iterdir() if "data" in path.name] == []
