"""A server for a drill, with its people, and the drill as a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from system.postgres import Cluster
from tests.servers import ROOT, migrate, throwaway_server


@contextmanager
def drill_server() -> Iterator[Cluster]:
    with throwaway_server() as cluster:
        migrate(cluster.url)
        run("tests.drills.people", DATABASE_URL=cluster.url)
        yield cluster


def find_leaks(owner_url: str, web_url: str, *arguments: str, **environment: str) -> dict[str, Any]:
    """Run the drill over `web_url` and give back what it found."""
    said = run(
        "tests.drills.leaks",
        *arguments,
        DATABASE_URL=owner_url,
        WEB_DATABASE_URL=web_url,
        AEGIS_WEB="true",
        **environment,
    )
    found: dict[str, Any] = json.loads(said)
    return found


def run(module: str, *arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
