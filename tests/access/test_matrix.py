"""Every cell of the table of rights, tried with plain SQL as the role: what is allowed works, all else is refused."""

from collections import defaultdict
from collections.abc import Iterator

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import connection

from aegis.access import ACCESS
from system.access.declaration import GROUPS, VERBS, WEB, Table
from system.access.groups import permissions
from system.access.live import read
from tests.access.people import Client, connect

COLUMNS = """
    SELECT format('%s.%s', relnamespace::regnamespace, relname), attname, format_type(atttypid, atttypmod)
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
     WHERE attnum > 0 AND NOT attisdropped AND attgenerated = '' AND relkind IN ('r', 'p', 'v')
"""
TRIALS = {
    "SELECT": "SELECT {column} FROM {table} WHERE false",
    "INSERT": "INSERT INTO {table} ({column}) OVERRIDING SYSTEM VALUE SELECT NULL::{type} WHERE false",
    "UPDATE": "UPDATE {table} SET {column} = DEFAULT WHERE false",
    "DELETE": "DELETE FROM {table} WHERE false",
}
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def columns(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    with django_db_blocker.unblock(), connect(connection.settings_dict["USER"]) as session:
        for table, column, of_type in session.execute(COLUMNS):
            found[table][column] = of_type
    return found


@pytest.mark.parametrize("role", [*GROUPS, WEB])
def test_every_cell_is_what_the_table_says(role: str, columns: dict[str, dict[str, str]]) -> None:
    with connect(WEB) as session:
        if role != WEB:
            session.execute(f"SET ROLE {role}")
        wrong = [
            line for table in ACCESS.tables for line in mistakes(Client(session), table, role, columns[table.name])
        ]

    assert wrong == []


def mistakes(client: Client, table: Table, role: str, columns: dict[str, str]) -> Iterator[str]:
    assert columns, table.name
    for verb in VERBS:
        declared = table.rights(role).get(verb, ())
        for column, of_type in (columns if verb != "DELETE" else {"*": ""}).items():
            wanted = declared is None or column in declared
            worked = works(client, TRIALS[verb].format(table=table.name, column=column, type=of_type))
            if worked != wanted:
                yield f"{role} {verb} {table.name}.{column}: {'allowed' if worked else 'refused'}"
    if works(client, f"TRUNCATE {table.name}"):
        yield f"{role} TRUNCATE {table.name}"


def works(client: Client, statement: str) -> bool:
    try:
        with client.session.transaction(force_rollback=True):
            client.session.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return False
    except psycopg.errors.ObjectNotInPrerequisiteState:
        return False  # a view that nobody can write to
    except psycopg.errors.WrongObjectType:
        return False  # a view has nothing to truncate
    return True


@pytest.mark.parametrize("role", [*GROUPS, WEB])
def test_nobody_reads_a_partition_or_draws_from_a_sequence(role: str) -> None:
    relations = read().relations.values()
    trials = [f"SELECT FROM {one.name} LIMIT 1" for one in relations if one.is_partition]
    trials += [f"SELECT nextval('{one.name}')" for one in relations if one.kind == "S"]
    with connect(WEB) as session:
        if role != WEB:
            session.execute(f"SET ROLE {role}")
        worked = [trial for trial in trials if works(Client(session), trial)]

    assert len(trials) > 30
    assert worked == []


@pytest.mark.parametrize("role", [*GROUPS, WEB])
def test_a_client_makes_no_object_of_its_own_and_switches_nothing_off(role: str) -> None:
    trials = [
        "CREATE TEMP TABLE mine (n int)",
        "CREATE TABLE public.mine (n int)",
        "CREATE TABLE trade.mine (n int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql RETURN 1",
        "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql RETURN 1",
        "CREATE ROLE mine",
        "ALTER TABLE trade.orders DISABLE TRIGGER ALL",
        "ALTER TABLE trade.orders DISABLE ROW LEVEL SECURITY",
        "DROP POLICY trader_select ON trade.orders",
        "CREATE RULE mine AS ON INSERT TO trade.orders DO NOTHING",
        "SET session_replication_role = replica",
        "SELECT account.touch_portfolios('{1}')",
        "SELECT trade.fill_order(1, 1)",
    ]
    with connect(WEB) as session:
        if role != WEB:
            session.execute(f"SET ROLE {role}")
        worked = [trial for trial in trials if works(Client(session), trial)]

    assert worked == []


def test_every_table_of_every_schema_is_declared_once() -> None:
    live = {relation.name for relation in read().relations.values() if relation.needs_declaration}

    assert sorted(live ^ {table.name for table in ACCESS.tables}) == []
    assert len(ACCESS.by_name) == len(ACCESS.tables)


def test_declared_columns_exist(columns: dict[str, dict[str, str]]) -> None:
    named = {
        (table.name, column)
        for table in ACCESS.tables
        for role in (*GROUPS, WEB)
        for names in table.rights(role).values()
        for column in names or ()
    }

    assert {one for one in named if one[1] not in columns[one[0]]} == set()


@pytest.mark.parametrize("role", GROUPS)
def test_a_group_has_the_permissions_of_its_role(role: str) -> None:
    group = Group.objects.get(name=role)
    held = {(each.content_type.app_label, each.codename) for each in group.permissions.select_related("content_type")}

    assert held == permissions(ACCESS, role)
    assert ("trade", "view_order") in held or role == "aegis_readonly"
    assert (("trade", "change_order") in held) == (role in {"aegis_trader", "aegis_admin"})
