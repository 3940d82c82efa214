"""Whole servers: who may create roles, two databases at once, and a dump that holds every row."""

import base64
import hashlib
import hmac
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from system.access.declaration import BACKUP, GROUPS, WEB
from system.postgres import Cluster
from tests.access.people import where
from tests.servers import ROOT, throwaway_server

ROLES = [*GROUPS, WEB, BACKUP]


def manage(*arguments: str, url: str, **extra: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url} | extra,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """A server of its own, on which no role of AEGIS exists; its owner may create roles, and is no superuser."""
    with throwaway_server() as cluster:
        yield cluster


def as_(server: Cluster, user: str, database: str = "aegis") -> "psycopg.Connection[Any]":
    return psycopg.connect(
        host=str(server.socket_folder), port=server.port, dbname=database, user=user, autocommit=True
    )


def url(server: Cluster, database: str, user: str = "aegis") -> str:
    return f"postgres://{user}@/{database}?host={server.socket_folder}&port={server.port}"


def test_without_the_right_to_create_roles_a_dba_gets_the_sql(server: Cluster, tmp_path: Path) -> None:
    with as_(server, "postgres") as dba:
        dba.execute("CREATE ROLE plain LOGIN")
        dba.execute("CREATE DATABASE plain OWNER plain")
    there = url(server, "plain", "plain")

    migrated = manage("migrate", "--verbosity=0", url=there)
    assert migrated.returncode == 10, migrated.stderr
    assert "Have a DBA run this" in migrated.stderr
    assert "Traceback" not in migrated.stderr

    applied = manage("roles", "apply", url=there)
    assert applied.returncode == 10
    assert manage("roles", "check", url=there).returncode == 1
    script = applied.stdout + manage("roles", "logins", "--sql", url=there).stdout.partition("\\password")[0]
    for role in ROLES:
        assert role in script

    with as_(server, "postgres", "plain") as dba:
        dba.execute(script.encode())
    done = manage("roles", "apply", url=there)
    assert done.returncode == 0, done.stderr
    checked = manage("roles", "check", url=there)
    assert (checked.returncode, checked.stderr.strip()) == (0, "The rights are the declared ones.")
    # A password is not theirs to set either.
    refused = manage("roles", "logins", url=there, AEGIS_VAR=str(tmp_path))
    assert refused.returncode == 10
    assert "roles logins --sql" in refused.stderr

    with as_(server, "postgres") as dba:
        dba.execute("DROP DATABASE plain")
        for role in (*ROLES, "plain"):
            dba.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def test_two_databases_of_one_server_may_migrate_and_apply_at_once(server: Cluster) -> None:
    names = ["one", "two", "three"]
    with as_(server, "aegis") as owner:
        for name in names:
            owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda name: manage("migrate", "--verbosity=0", url=url(server, name)), names))
        assert [(run.returncode, run.stderr) for run in done] == [(0, "")] * 3
        for _round in range(2):
            forget_roles(server, names)
            done = list(pool.map(lambda name: manage("roles", "apply", url=url(server, name)), names * 2))
            assert [run.returncode for run in done] == [0] * 6, [run.stderr for run in done]
    for name in names:
        assert manage("roles", "check", url=url(server, name)).returncode == 0


def test_logins_get_passwords_that_no_log_sees(server: Cluster, tmp_path: Path) -> None:
    with as_(server, "postgres") as dba:
        dba.execute("CREATE DATABASE logins")
        dba.execute("ALTER SYSTEM SET log_statement = 'all'")
        dba.execute("SELECT pg_reload_conf()")
    there, var = url(server, "logins", "postgres"), {"AEGIS_VAR": str(tmp_path)}
    assert manage("migrate", "--verbosity=0", url=there, **var).returncode == 0
    for _twice in range(2):
        done = manage("roles", "logins", url=there, **var)
        assert done.returncode == 0, done.stderr

    kept = {WEB: tmp_path / "web_password", BACKUP: tmp_path / "backup_password"}
    log = server.log_path.read_text()
    with as_(server, "postgres") as dba:
        verifiers = dict(
            dba.execute("SELECT rolname::text, rolpassword FROM pg_authid WHERE rolpassword > ''").fetchall()
        )
        dba.execute("ALTER SYSTEM RESET log_statement")
    assert "ALTER ROLE" in log
    for login, path in kept.items():
        assert path.stat().st_mode & 0o777 == 0o600
        password = path.read_text().strip()
        assert len(password) > 20
        assert password not in done.stdout + done.stderr + log
        assert is_password(password, verifiers[login])
        assert not is_password("another", verifiers[login])


def is_password(password: str, verifier: str) -> bool:
    """Whether a SCRAM verifier is of this password: what the server itself asks at a login."""
    rounds, salt = verifier.split("$")[1].split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
    key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    return verifier.split("$")[2].startswith(base64.b64encode(key).decode() + ":")


def forget_roles(server: Cluster, databases: list[str]) -> None:
    for name in databases:
        with as_(server, "postgres", name) as dba:
            for role in existing(dba):
                dba.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
    with as_(server, "postgres") as dba:
        for role in existing(dba):
            dba.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def existing(session: "psycopg.Connection[Any]") -> list[str]:
    found = session.execute("SELECT rolname::text FROM pg_roles WHERE rolname = ANY (%s)", [ROLES])
    return [name for (name,) in found.fetchall()]


@pytest.fixture
def scratch(django_db_setup: None) -> Iterator[tuple[str, str]]:
    """An empty database on the server of the tests, and the login that owns it: it may create roles, no more."""
    name = f"scratch_owner_{os.getpid()}"
    with psycopg.connect(**where(connection.settings_dict["USER"], "postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE").format(sql.Identifier(name)))
        if admin.info.server_version >= 160_000:
            admin.execute(sql.SQL("GRANT {} TO CURRENT_USER WITH SET TRUE").format(sql.Identifier(name)))
        admin.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(name)))
        place = where(name, name)
        yield f"postgres://{name}@/{name}?host={place['host']}&port={place['port']}", name
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def test_an_owner_who_is_no_superuser_has_the_ledger_work_for_a_trader(scratch: tuple[str, str]) -> None:
    """Definer triggers run as the owner, whom forced row security binds too."""
    there, owner = scratch
    migrated = manage("migrate", "--verbosity=0", url=there)
    assert migrated.returncode == 0, migrated.stderr
    assert manage("roles", "check", url=there).returncode == 0

    with psycopg.connect(**where(owner, owner), autocommit=True) as session:
        assert session.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
        session.execute("INSERT INTO stocks (ticker, name, market_type) VALUES ('T1', 'T', 'KOSPI')")
        session.execute("INSERT INTO portfolio (name, initial_capital, created_by) VALUES ('p', 1000000, 'kim')")
        session.execute("INSERT INTO portfolio (name, initial_capital, created_by) VALUES ('q', 1000000, 'lee')")
    with psycopg.connect(**where(WEB, owner)) as session:
        session.execute("SET LOCAL ROLE aegis_trader")
        session.execute("SELECT set_config('aegis.user', 'kim', true)")
        ((portfolio,),) = session.execute("SELECT portfolio_id FROM portfolio").fetchall()
        stock = session.execute("SELECT stock_id FROM stocks").fetchone()[0]
        order = session.execute(
            "SELECT order_id FROM trade.place_order(%s, %s, 'BUY', 10, 'MARKET', null, null, null, null, 'kim')",
            [portfolio, stock],
        ).fetchone()[0]
        session.execute("SELECT trade.record_execution(%s, 10, 100, 0, 0, null, null, 'r')", [order])
    with psycopg.connect(**where(owner, owner)) as session:
        assert session.execute("SELECT quantity FROM holdings").fetchall() == [(10,)]
        assert session.execute("SELECT balance FROM cash_balances ORDER BY 1").fetchall() == [(999_000,), (1_000_000,)]
        assert session.execute("SELECT DISTINCT principal FROM order_events").fetchall() == [("kim",)]


@pytest.mark.django_db
def test_a_dump_by_the_backup_login_holds_every_row(tmp_path: Path) -> None:
    with throwaway_server() as server:
        # As on the embedded server: the maker of the cluster makes the login that its owner may not.
        done = manage("migrate", "--verbosity=0", url=url(server, "aegis", "postgres"))
        assert done.returncode == 0, done.stderr
        with as_(server, "postgres") as session:
            session.execute("""
                INSERT INTO stocks (ticker, name, market_type) VALUES ('T1', 'T', 'KOSPI');
                INSERT INTO portfolio (name, initial_capital, created_by)
                SELECT 'p' || n, 1000000, 'trader' || n FROM generate_series(1, 20) AS n;
                INSERT INTO holdings (portfolio_id, stock_id, quantity, avg_purchase_price)
                SELECT portfolio_id, stock_id, 10, 100 FROM portfolio, stocks;
                INSERT INTO orders (holding_id, order_type, side, quantity, created_by)
                SELECT holding_id, 'MARKET', 'BUY', 10, 'trader' FROM holdings;
                INSERT INTO executions (order_id, executed_quantity, executed_price, exchange_ref)
                SELECT order_id, 5, 100, 'r' FROM orders;
            """)
            session.execute("CREATE DATABASE restored")
            rows = counts(session)
        assert rows["trade.executions"] == 20
        dump, there = tmp_path / "dump", ["--host", str(server.socket_folder), "--port", str(server.port)]
        run_program(server, "pg_dump", *there, "--username", BACKUP, "--format=custom", f"--file={dump}", "aegis")
        run_program(server, "pg_restore", *there, "--username", "postgres", "--dbname=restored", str(dump))
        with as_(server, "postgres", "restored") as session:
            assert counts(session) == rows
        # The restored policies are the declared ones too; what belongs to the database itself is granted anew.
        restored = manage("roles", "plan", "--json", url=url(server, "restored", "postgres"))
        assert {word for word in ("E010", "E011", "E012") if word in restored.stdout} == set()
        # Anybody else's dump fails rather than lack rows.
        refused = run_program(
            server, "pg_dump", *there, "--username", "aegis_app", "--file=/dev/null", "aegis", check=False
        )
        assert refused.returncode != 0


def run_program(
    server: Cluster, program: str, *arguments: str, check: bool = True
) -> "subprocess.CompletedProcess[bytes]":
    done = subprocess.run([server.binary(program), *arguments], check=False, capture_output=True)
    assert done.returncode == 0 or not check, done.stderr.decode()
    return done


def counts(session: "psycopg.Connection[Any]") -> dict[str, int]:
    tables = session.execute(
        "SELECT format('%s.%s', relnamespace::regnamespace, relname) FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND NOT relispartition AND relnamespace::regnamespace::text !~ '^(pg_|information)'"
    ).fetchall()
    return {name: session.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for (name,) in tables}
