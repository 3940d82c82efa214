"""The rules of the house: one staircase, everything named, every table in its schema, every migration reversible."""

import os
import subprocess
import sys
from argparse import Action, ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from system.schemas import SCHEMAS

ROOT = Path(__file__).resolve().parent.parent
STAIRCASE = ["system", "market", "account", "brain", "trade", "analytics", "aegis"]
OUR_MODELS = [model for model in apps.get_models() if model._meta.app_label in SCHEMAS]
OUR_COMMANDS = sorted(name for name, app in get_commands().items() if app in STAIRCASE)

# The names of §3.1 and §4.1 of the design document.
DOCUMENT_INDEXES = {
    "stocks": ["ticker", "sector", "market_cap"],
    "daily_prices": ["stock_date", "date", "volume"],
    "holdings": ["portfolio", "stock", "pnl"],
    "ai_reports": ["date", "sentiment", "stock_date"],
    "daily_picks": ["date_action", "priority"],
    "orders": ["time", "status", "holding"],
    "executions": ["order", "time"],
}
DOCUMENT_CONSTRAINTS = ["fk_holdings_stock", "chk_price_positive", "chk_order_quantity", "uniq_daily_pick"]


def manage(*arguments: str, database_url: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | ({"DATABASE_URL": database_url} if database_url else {})
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_app_imports_only_what_is_below_it() -> None:
    run = subprocess.run([Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, check=False)

    assert run.returncode == 0, run.stdout.decode()


def test_a_migration_depends_only_on_apps_below_its_own() -> None:
    graph = MigrationLoader(None).graph.node_map

    climbing = [
        f"{app}.{name} → {parent.key[0]}"
        for (app, name), node in graph.items()
        if app in STAIRCASE
        for parent in node.parents
        if parent.key[0] in STAIRCASE and STAIRCASE.index(parent.key[0]) > STAIRCASE.index(app)
    ]
    assert climbing == []


@pytest.mark.django_db
def test_every_model_says_what_its_migrations_make() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.db_table)
def test_a_models_table_lives_in_the_schema_of_its_app(model: type[models.Model]) -> None:
    # A proxy lives in an app above the table that it watches.
    owner = model._meta.concrete_model or model
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass(%s)",
            [owner._meta.db_table],
        )
        assert cursor.fetchone() == (owner._meta.app_label,)


@pytest.mark.django_db
def test_the_document_s_indexes_and_constraints_exist_by_name() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind IN ('i', 'I')")
        indexes = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT conname FROM pg_constraint")
        constraints = {name for (name,) in cursor.fetchall()}

    wanted = {f"idx_{table}_{name}" for table, names in DOCUMENT_INDEXES.items() for name in names}
    assert wanted - indexes == set()
    assert set(DOCUMENT_CONSTRAINTS) - constraints == set()


@pytest.mark.django_db
def test_no_constraint_or_index_has_a_name_that_a_machine_made() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT conname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
             WHERE connamespace::regnamespace::text = ANY (%(ours)s) AND NOT relispartition
               AND contype IN ('c', 'f', 'u') AND conname !~ '^(fk|chk|uniq|idx)_'
            UNION ALL
            SELECT c.relname FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_class t ON t.oid = indrelid
             WHERE c.relnamespace::regnamespace::text = ANY (%(ours)s) AND NOT t.relispartition
               AND c.relname !~ '^(idx|uniq|pk)_' AND NOT (indisprimary AND c.relname = t.relname || '_pkey')
            """,
            {"ours": list(SCHEMAS)},
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_no_index_is_the_prefix_of_another() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH tree AS (
                SELECT indrelid, indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition,
                       indkey::text || ' ' AS columns, indisunique, pg_get_expr(indpred, indrelid) AS predicate
                  FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
                 WHERE relnamespace::regnamespace::text = ANY (%s) AND amname = 'btree' AND indexprs IS NULL)
            SELECT short.name, long.name FROM tree AS short JOIN tree AS long USING (indrelid)
             WHERE short.name <> long.name AND starts_with(long.columns, short.columns) AND NOT short.indisunique
               AND short.predicate IS NOT DISTINCT FROM long.predicate
            """,
            [list(SCHEMAS)],
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)
def test_a_field_never_makes_an_index_or_a_key_of_its_own(model: type[models.Model]) -> None:
    silent = [
        field.name
        for field in model._meta.local_fields
        if not field.primary_key and (field.unique or field.db_index or getattr(field, "db_constraint", False))
    ]
    assert silent == []


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)
def test_every_table_says_in_the_database_what_it_is(model: type[models.Model]) -> None:
    assert model._meta.proxy or model._meta.db_table_comment


@pytest.mark.parametrize("name", OUR_COMMANDS)
def test_every_command_explains_itself_and_its_arguments(name: str) -> None:
    command = load_command_class(get_commands()[name], name)
    parser = command.create_parser("manage.py", name)
    inherited = {action.dest for action in load_command_class("django.core", "check").create_parser("", "")._actions}
    own = [action for action in arguments(parser) if action.dest not in inherited]

    assert command.help.endswith(".")
    assert [action.dest for action in own if not (action.help or "").endswith(".")] == []
    assert parser.format_help()


def arguments(parser: ArgumentParser) -> Iterator[Action]:
    """The arguments of a command and of its subcommands."""
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for subcommand in action.choices.values():
                yield from arguments(subcommand)
        else:
            yield action


@pytest.fixture
def scratch_url(django_db_setup: None) -> Iterator[str]:
    """The URL of a new, empty database on the server of the tests."""
    config = connection.settings_dict
    host = config["HOST"] or config["OPTIONS"].get("host", "")
    port = config["PORT"] or config["OPTIONS"].get("port", "5432")
    server = f"postgres://{config['USER']}:{config['PASSWORD']}@"
    name = f"scratch_{os.getpid()}"
    where = {"host": host, "port": port, "user": config["USER"], "password": config["PASSWORD"], "dbname": "postgres"}
    with psycopg.connect(**where, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield f"{server}/{name}?host={host}&port={port}"
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_migrations_go_down_to_nothing_and_up_again(scratch_url: str) -> None:
    assert manage("migrate", database_url=scratch_url).returncode == 0
    with psycopg.connect(scratch_url) as there:
        tables = there.execute(OUR_OBJECTS, [list(SCHEMAS)]).fetchall()
    assert tables != []

    down = manage("migrate", "system", "zero", database_url=scratch_url)
    assert down.returncode == 0, down.stderr
    with psycopg.connect(scratch_url) as there:
        assert there.execute(OUR_OBJECTS, [list(SCHEMAS)]).fetchall() == []
        schemas = there.execute("SELECT nspname FROM pg_namespace WHERE nspname = ANY (%s)", [list(SCHEMAS)])
        assert schemas.fetchall() == []

    up = manage("migrate", database_url=scratch_url)
    assert up.returncode == 0, up.stderr
    with psycopg.connect(scratch_url) as there:
        assert there.execute(OUR_OBJECTS, [list(SCHEMAS)]).fetchall() == tables


OUR_OBJECTS = """
    SELECT relnamespace::regnamespace::text || '.' || relname FROM pg_class
     WHERE relnamespace::regnamespace::text = ANY (%s) UNION ALL
    SELECT oid::regprocedure::text FROM pg_proc
     WHERE proname LIKE 'pgtrigger%%' OR pronamespace::regnamespace::text = 'system'
     ORDER BY 1
"""


def test_a_wrong_setting_stops_every_command_with_a_check_id_and_the_remedy() -> None:
    wrong = {
        "DEBUG=perhaps": "aegis.E001",
        "SECRET_KEY=short": "aegis.E002",
        "TIME_ZONE=Mars/Olympus": "aegis.E003",
        "DATABASE_URL=mysql://root@localhost/desk": "aegis.E004",
    }
    for assignment, check_id in wrong.items():
        name, value = assignment.split("=", 1)
        run = subprocess.run(
            [sys.executable, "manage.py", "check"],
            cwd=ROOT,
            env=os.environ | {name: value},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 1, assignment
        assert check_id in run.stderr
        assert "Traceback" not in run.stderr
        assert "Set " in run.stderr or "set " in run.stderr


def test_nothing_insecure_is_on_unless_debug_says_so() -> None:
    environment = {key: value for key, value in os.environ.items() if key not in {"DEBUG", "HTTPS"}}
    script = (
        "from aegis import settings as s; print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert run.stdout.split() == ["False", "True", "True", "True", "True"]


def test_the_project_speaks_of_no_machine_but_the_readers_own() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    words = [f"/{folder}/" for folder in ("work", "root")]
    guilty = [
        name
        for name in tracked
        if name.endswith((".py", ".md", ".sql", ".toml", ".html", ".po", "Makefile"))
        if any(word in (ROOT / name).read_text() for word in words)
    ]

    assert guilty == []


def test_the_test_settings_never_touch_the_desks_own_database() -> None:
    assert not settings.EMBEDDED_POSTGRES or settings.AEGIS_VAR != ROOT / "var"
    assert connection.settings_dict["NAME"].startswith("test_") or not settings.EMBEDDED_POSTGRES
