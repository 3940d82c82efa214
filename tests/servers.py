"""PostgreSQL servers for one test or one measurement: durable, as in production, and gone afterwards."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from system.postgres import Cluster

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def throwaway_server() -> Iterator[Cluster]:
    """A running server that waits for the disk, in a folder that every user reaches, as root's server user must."""
    folder = Path(tempfile.mkdtemp(prefix="aegis-server-"))
    folder.chmod(0o755)
    cluster = Cluster(folder / "postgres")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def migrate(url: str) -> None:
    """Make the tables in the database at `url`."""
    environment = os.environ | {"DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=ROOT, env=environment, check=True)


def kill_server(cluster: Cluster) -> None:
    """Kill -9 the server and all its processes at once, as a power cut would."""
    postmaster = cluster.status().pid
    children = subprocess.run(["pgrep", "-P", str(postmaster)], check=True, capture_output=True, text=True).stdout
    subprocess.run(["kill", "-9", str(postmaster), *children.split()], check=False)
