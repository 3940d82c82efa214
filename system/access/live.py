"""The rights as the live database has them, read from PostgreSQL's catalogue."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from system.access.declaration import BACKUP, GROUPS, WEB
from system.schemas import SCHEMAS

COVERED = ("public", *SCHEMAS)
ROLES = (*GROUPS, WEB, BACKUP)
_SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class Relation:
    name: str
    kind: str
    is_partition: bool
    owner: str
    row_security: bool
    forced: bool
    invoker: bool

    @property
    def is_view(self) -> bool:
        return self.kind in {"v", "m"}

    @property
    def needs_declaration(self) -> bool:
        return self.kind != "S" and not self.is_partition


@dataclass(frozen=True)
class Grant:
    kind: str
    name: str
    grantee: str
    privilege: str
    column: str | None = None


@dataclass(frozen=True)
class Policy:
    table: str
    name: str
    verb: str
    roles: tuple[str, ...]
    permissive: bool
    meaning: str
    comment: str | None


@dataclass(frozen=True)
class Default:
    role: str
    schema: str | None
    kind: str
    grantee: str


@dataclass(frozen=True)
class Role:
    name: str
    login: bool
    superuser: bool
    bypassrls: bool
    createrole: bool
    createdb: bool
    replication: bool
    inherit: bool


@dataclass(frozen=True)
class Membership:
    member: str
    role: str
    inherits: bool
    may_set: bool
    administers: bool


@dataclass(frozen=True)
class Live:
    """Everything that `differences` compares with the declared table."""

    database: str
    version: int
    schemas: frozenset[str]
    relations: dict[str, Relation]
    grants: frozenset[Grant]
    policies: dict[tuple[str, str], Policy]
    defaults: tuple[Default, ...]
    roles: dict[str, Role]
    memberships: dict[tuple[str, str], Membership]


def read(using: str = "default") -> Live:
    connection = connections[using]
    with bare_search_path(connection):
        relations = [Relation(*row) for row in _rows(connection, "relations")]
        policies = [
            Policy(table, name, verb, tuple(roles), *rest)
            for table, name, verb, roles, *rest in _rows(connection, "policies")
        ]
        memberships = [Membership(*row) for row in _rows(connection, "members")]
        return Live(
            database=_database(connection),
            version=int(_value(connection, "server_version_num")) // 10_000,
            schemas=frozenset(name for (name,) in _rows(connection, "schemas")),
            relations={relation.name: relation for relation in relations},
            grants=frozenset(Grant(*row) for row in _rows(connection, "grants")),
            policies={(policy.table, policy.name): policy for policy in policies},
            defaults=tuple(Default(*row) for row in _rows(connection, "defaults")),
            roles={row[0]: Role(*row) for row in _rows(connection, "roles")},
            memberships={(one.member, one.role): one for one in memberships},
        )


@contextmanager
def bare_search_path(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Make the catalogue write every name whole, whatever the session's path, so that texts can be compared."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path'), set_config('search_path', '', false)")
        before = cursor.fetchone()[0]
    try:
        yield
    except BaseException:
        # In a transaction the rollback brings it back.
        if not connection.in_atomic_block:
            _set_search_path(connection, before)
        raise
    _set_search_path(connection, before)


def _set_search_path(connection: BaseDatabaseWrapper, path: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('search_path', %s, false)", [path])


def _rows(connection: BaseDatabaseWrapper, name: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute((_SQL / f"{name}.sql").read_text(), {"schemas": list(COVERED), "roles": list(ROLES)})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _value(connection: BaseDatabaseWrapper, setting: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [setting])
        return str(cursor.fetchone()[0])


def _database(connection: BaseDatabaseWrapper) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        return str(cursor.fetchone()[0])
