"""2,000 requests of 16 threads through PgBouncer in transaction mode with two connections: `make drill`.

Not part of `make test`, because PgBouncer comes from the system's packages and not with AEGIS.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from system.postgres import Cluster
from tests.drills.desk import drill_server, find_leaks
from tests.servers import ROOT

PORT = 6432
CONFIGURATION = """
[databases]
aegis = host={server} port={server_port} dbname=aegis

[pgbouncer]
unix_socket_dir = {folder}
listen_port = {port}
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
logfile = {folder}/log
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with drill_server() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def pooler(cluster: Cluster) -> Iterator[str]:
    """PgBouncer before the server, run by the server's own user, whom the server lets in as anybody; gives its URL."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "This drill needs PgBouncer (Debian: apt install pgbouncer)."
    folder = Path(tempfile.mkdtemp(prefix="aegis-pooler-"))
    folder.chmod(0o755)
    facts = {"server": cluster.socket_folder, "server_port": cluster.port, "folder": folder, "port": PORT}
    (folder / "configuration").write_text(CONFIGURATION.format(**facts))
    (folder / "users").write_text('"aegis_app" ""\n')
    user = cluster.server_user if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    process = subprocess.Popen([program, "-q", str(folder / "configuration")], user=user, cwd="/")
    try:
        url = f"postgres://aegis_app@/aegis?host={folder}&port={PORT}"
        wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert process.poll() is None, "PgBouncer ended by itself."
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def test_nothing_of_a_request_reaches_another(cluster: Cluster, pooler: str) -> None:
    found = find_leaks(cluster.url, pooler, BEHIND_POOLER="true")
    print(found)
    assert (found["requests"], found["leaks"], found["examples"]) == (2_000, 0, [])
    assert found["backends"] == 2
    assert found["statuses"].keys() == {"200", "302", "403", "500", "cut"}


def test_the_drill_sees_what_a_session_keeps(cluster: Cluster, pooler: str) -> None:
    found = find_leaks(cluster.url, pooler, "--session-wide", "--requests=200", BEHIND_POOLER="true")
    print(found)
    assert found["leaks"] > 50


def manage(*arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )
    return done.stderr


def test_a_pooler_that_the_settings_do_not_tell_of_is_refused(cluster: Cluster, pooler: str) -> None:
    told = manage("check", "--deploy", DATABASE_URL=cluster.url, WEB_DATABASE_URL=pooler)
    assert "unsupported startup parameter" in told or "aegis.E025" in told
    assert "BEHIND_POOLER=true" in told
