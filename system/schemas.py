"""The six schemas, and the migration operations that put each table in its own.

Models keep plain table names (`db_table = "stocks"`); every connection resolves them by `SEARCH_PATH`. A quoted
`db_table = '"market"."stocks"'` breaks Django's flush, index removal and unique checks (docs/decisions.md).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from psycopg import sql

SCHEMAS = ("market", "account", "brain", "trade", "analytics", "system")
SEARCH_PATH = ("public", *SCHEMAS)


class CreateSchema(Operation):
    """Create a schema; backwards, drop it, refusing when something is left in it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """A schema is no part of Django's model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._run(schema_editor, "CREATE SCHEMA IF NOT EXISTS {}")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        # No CASCADE: a table that the reverse migrations did not account for must stop them.
        self._run(schema_editor, "DROP SCHEMA {} RESTRICT")

    def describe(self) -> str:
        return f"Create schema {self.name}"

    def _run(self, schema_editor: BaseDatabaseSchemaEditor, statement: str) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(self.name)).as_string(cursor.connection))


class InSchema(Operation):
    """Run an operation while `schema` comes first in the search path, so that what it creates lives there."""

    atomic = True

    def __init__(self, schema: str, operation: Operation) -> None:
        self.schema = schema
        self.operation = operation
        self.reversible = operation.reversible  # type: ignore[misc]
        self.reduces_to_sql = operation.reduces_to_sql  # type: ignore[misc]

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        self.operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        with _first_in_search_path(schema_editor, self.schema):
            self.operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        with _first_in_search_path(schema_editor, self.schema):
            self.operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def references_model(self, name: str, app_label: str) -> bool:
        return self.operation.references_model(name, app_label)

    def describe(self) -> str:
        return f"{self.operation.describe()} in schema {self.schema}"


def in_schema(schema: str, operations: Iterable[Operation]) -> list[Operation]:
    """Wrap each operation in `InSchema`."""
    return [InSchema(schema, operation) for operation in operations]


@contextmanager
def _first_in_search_path(schema_editor: BaseDatabaseSchemaEditor, schema: str) -> Iterator[None]:
    """Put one schema first until the block ends, for this transaction only."""
    connection = schema_editor.connection
    if not connection.in_atomic_block:
        raise ValueError("InSchema needs an atomic migration: the search path is set for one transaction.")
    before = _swap_search_path(connection, ",".join((schema, *SEARCH_PATH)))
    yield  # after an error the transaction, and the setting with it, is rolled back
    _swap_search_path(connection, before)


def _swap_search_path(connection: BaseDatabaseWrapper, path: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path'), set_config('search_path', %s, true)", [path])
        return str(cursor.fetchone()[0])


def run_sql(anchor: str, name: str) -> RunSQL:
    """Run `sql/<name>.sql` beside the migration whose `__file__` is `anchor`; backwards, `sql/<name>_backwards.sql`."""
    folder = Path(anchor).parent / "sql"
    return RunSQL((folder / f"{name}.sql").read_text(), (folder / f"{name}_backwards.sql").read_text())
