"""``manage.py postgres`` as an operator meets it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from system.postgres import Cluster

from .conftest import remove

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def embedded(settings: Settings, tmp_path: Path) -> Iterator[Cluster]:
    """The settings of a project with a server of its own, not made yet."""
    settings.EMBEDDED_POSTGRES = True
    settings.AEGIS_VAR = tmp_path
    cluster = Cluster(tmp_path / "postgres")
    yield cluster
    remove(cluster)


def told(*arguments: str) -> str:
    output = StringIO()
    call_command("postgres", *arguments, stdout=output)
    return output.getvalue()


def manage(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "AEGIS_VAR": str(var), "DATABASE_URL": ""}
    command = [sys.executable, "manage.py", "postgres", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_command_starts_shows_and_stops_the_server(settings: Settings, stopped: Cluster) -> None:
    settings.EMBEDDED_POSTGRES = True
    settings.AEGIS_VAR = stopped.folder.parent

    assert told("start").startswith("PostgreSQL started (process ")
    assert told("start").startswith("PostgreSQL is already running (process ")
    assert "18.6, running" in told("status")
    assert json.loads(told("status", "--json"))["pid"] == stopped.status().pid
    assert "ready to accept connections" in told("logs", "-n", "5")
    assert told("stop") == "PostgreSQL stopped.\n"
    assert told("stop") == "PostgreSQL was not running.\n"


def test_psql_gets_the_arguments_after_the_dashes_and_gives_its_exit_status(running: Cluster) -> None:
    good = manage(running.folder.parent, "psql", "--", "-Atc", "SELECT session_user, current_database()")
    bad = manage(running.folder.parent, "psql", "--", "-v", "ON_ERROR_STOP=1", "-c", "SELECT nothing")

    assert (good.returncode, good.stdout) == (0, "aegis|aegis\n")
    assert bad.returncode == 1


def test_status_of_a_stopped_server_is_one_document_and_an_exit_status(embedded: Cluster) -> None:
    run = manage(embedded.folder.parent, "status", "--json")

    assert run.returncode == 3
    assert json.loads(run.stdout)["running"] is False
    assert "manage.py postgres start" in run.stderr


def test_psql_without_a_server_says_how_to_start_it(embedded: Cluster) -> None:
    with pytest.raises(CommandError, match="Start it with"):
        told("psql")


def test_a_refusal_is_a_command_error_with_its_reason(embedded: Cluster) -> None:
    embedded.folder.write_text("not a folder")

    with pytest.raises(CommandError, match="is not a folder"):
        told("start")


@pytest.mark.parametrize("action", ["start", "stop", "status", "psql", "logs"])
def test_a_server_of_the_user_s_own_is_left_alone(settings: Settings, action: str) -> None:
    settings.EMBEDDED_POSTGRES = False

    with pytest.raises(CommandError, match="DATABASE_URL names the server"):
        told(action)


def test_the_log_is_followed_until_ctrl_c(running: Cluster) -> None:
    environment = {**os.environ, "AEGIS_VAR": str(running.folder.parent), "DATABASE_URL": ""}
    command = [sys.executable, "manage.py", "postgres", "logs", "-f", "-n", "1"]
    follower = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert follower.stdout is not None
    follower.stdout.readline()

    running.stop()

    assert any("shut down" in line for line in follower.stdout)
    follower.terminate()
    follower.wait()
    follower.stdout.close()
