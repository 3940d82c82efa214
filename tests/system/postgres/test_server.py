"""A server that works: how it is made, who may log in, what it is set to, starting and stopping it."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from system.postgres import Cluster, binaries, shared
from system.postgres.account import SYSTEM_USER, account_for
from system.postgres.shared import SHARED

from .conftest import NewCluster, as_root


def ask(cluster: Cluster, query: str, role: str = "aegis") -> list[tuple[object, ...]]:
    url = cluster.url.replace("aegis@", f"{role}@")
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


def test_a_new_cluster_sorts_and_reads_utf_8_and_checks_its_pages(running: Cluster) -> None:
    locale = "SELECT datlocprovider, datlocale, datctype, pg_encoding_to_char(encoding) FROM pg_database"

    assert set(ask(running, locale)) == {("b", "C.UTF-8", "C.UTF-8", "UTF8")}
    assert ask(running, "SHOW data_checksums") == [("on",)]


def test_korean_words_have_trigrams(running: Cluster) -> None:
    ask(running, "CREATE EXTENSION IF NOT EXISTS pg_trgm")

    assert ask(running, "SELECT similarity('삼성전자', '삼성전기') > 0.3") == [(True,)]


def test_the_owner_owns_its_database_and_is_no_superuser(running: Cluster) -> None:
    rights = "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"

    assert ask(running, rights) == [(False, False, True, True)]
    assert ask(running, owner) == [("aegis",)]
    assert ask(running, "SELECT pg_has_role('pg_monitor', 'USAGE')") == [(True,)]


def test_the_os_user_logs_in_as_any_role(running: Cluster) -> None:
    ask(running, "CREATE ROLE someone_later LOGIN")

    assert ask(running, "SELECT session_user::text", role="someone_later") == [("someone_later",)]
    assert ask(running, "SELECT session_user::text", role="postgres") == [("postgres",)]


@as_root
def test_another_os_user_is_turned_away(running: Cluster) -> None:
    run = subprocess.run(
        [running.binary("psql"), "-h", running.folder.resolve() / "socket", "-U", "aegis", "-c", "SELECT 1"],
        user="nobody",
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Peer authentication failed" in run.stderr


def test_statements_are_counted_in_the_database_and_in_those_made_later(running: Cluster) -> None:
    ask(running, "CREATE DATABASE later")

    with psycopg.connect(running.url, dbname="later") as connection:
        assert connection.execute("SELECT count(*) > 0 FROM pg_stat_statements").fetchone() == (True,)
    assert ask(running, "SELECT count(*) > 0 FROM pg_stat_statements") == [(True,)]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", ""),
        ("wal_level", "replica"),
        ("summarize_wal", "on"),
        ("archive_mode", "on"),
        ("shared_preload_libraries", "pg_stat_statements"),
        ("track_io_timing", "on"),
        ("TimeZone", "Asia/Seoul"),
        ("fsync", "off"),
    ],
)
def test_the_server_has_our_settings_and_the_caller_s(running: Cluster, setting: str, value: str) -> None:
    assert ask(running, f"SHOW {setting}") == [(value,)]


def test_a_base_backup_is_taken_through_the_socket(running: Cluster, tmp_path: Path) -> None:
    url = running.url.replace("aegis@", "postgres@")
    command = [running.binary("pg_basebackup"), "-d", url, "-D", tmp_path / "backup", "--checkpoint=fast", "--no-sync"]

    subprocess.run(command, check=True)

    assert (tmp_path / "backup" / "backup_manifest").exists()


def test_the_server_has_left_the_terminal(running: Cluster) -> None:
    pid = running.status().pid

    assert pid is not None
    assert os.getsid(pid) == pid


def test_a_server_that_runs_is_not_started_again(running: Cluster) -> None:
    before = running.status().pid

    assert running.start() is False
    assert running.status().pid == before


def test_status_and_log_tell_what_runs(running: Cluster) -> None:
    status = running.status()

    assert (status.running, status.ready, status.version) == (True, True, "18.6")
    assert status.data_bytes is not None
    assert status.data_bytes > 20_000_000
    assert any("ready to accept connections" in line for line in running.log.tail(50))


def test_only_one_of_several_starts_at_once_starts_it(cluster: Cluster) -> None:
    with ThreadPoolExecutor() as pool:
        starts = [pool.submit(Cluster(cluster.folder).start, fsync="off") for _ in range(3)]

    assert sorted(start.result() for start in starts) == [False, False, True]


def test_a_server_stops_once_and_keeps_its_data(running: Cluster) -> None:
    ask(running, "CREATE TABLE kept AS SELECT 1 AS one")

    assert (running.stop(), running.stop(), running.is_running) == (True, False, False)
    assert running.start(fsync="off") is True
    assert ask(running, "SELECT one FROM kept") == [(1,)]


def test_the_user_s_settings_win_and_ours_are_renewed(running: Cluster) -> None:
    running.stop()
    with (running.data / "postgresql.conf").open("a") as file:
        file.write("work_mem = '7MB'\n")
    (running.data / "aegis.conf").write_text("log_lock_waits = off\n")

    running.start(fsync="off")

    assert ask(running, "SHOW work_mem") == [("7MB",)]
    assert ask(running, "SHOW log_lock_waits") == [("on",)]


@pytest.mark.parametrize("name", ["deep" * 40, "comma, blank and 한글"])
def test_a_folder_that_no_socket_can_be_in_gets_one_elsewhere(
    new_cluster: NewCluster, tmp_path: Path, name: str
) -> None:
    cluster = new_cluster(tmp_path / name / "postgres")

    cluster.start(fsync="off")

    assert cluster.socket_folder.parent == Path("/tmp")
    assert cluster.socket_folder.stat().st_mode & 0o777 == 0o700
    assert ask(cluster, "SELECT 1") == [(1,)]


@as_root
def test_root_s_server_has_a_user_of_its_own_who_need_not_reach_the_project(running: Cluster) -> None:
    assert running.server_user == SYSTEM_USER
    assert Path(f"/proc/{running.status().pid}").owner() == SYSTEM_USER
    assert running.folder.is_symlink()
    assert running.folder.resolve().parent == SHARED


@as_root
def test_root_s_data_stays_in_a_project_that_its_server_reaches(public_folder: Path, new_cluster: NewCluster) -> None:
    cluster = new_cluster(public_folder / "postgres")

    cluster.start(fsync="off")

    assert not cluster.folder.is_symlink()
    assert cluster.data.owner() == SYSTEM_USER


@as_root
def test_the_database_of_a_deleted_project_is_kept_aside(cluster: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    cluster.start(fsync="off")
    ask(cluster, "CREATE TABLE old ()")
    home = cluster.folder.resolve()
    cluster.folder.unlink()

    cluster.start(fsync="off")

    assert ask(cluster, "SELECT to_regclass('old')") == [(None,)]
    (kept,) = home.parent.glob(f"{home.name}.stale-*")
    assert (kept / "data" / "PG_VERSION").exists()
    assert str(kept) in caplog.text


@as_root
def test_binaries_that_root_s_server_cannot_reach_are_copied_once(
    monkeypatch: pytest.MonkeyPatch, public_folder: Path
) -> None:
    machine_folder = public_folder / "shared"
    monkeypatch.setattr(binaries, "SHARED", machine_folder)
    monkeypatch.setattr(shared, "SHARED", machine_folder)
    monkeypatch.setattr(binaries.Binaries, "runnable_by", lambda *_: False)
    account = account_for(public_folder / "none")

    copies = {binaries.binaries_for(account) for _ in range(2)}

    (copy,) = copies
    assert copy.root.parent == machine_folder
    assert copy.version(account) == "18.6"
