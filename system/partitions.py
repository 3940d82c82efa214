"""Range partitions: how a model declares them, how they are made, and how they stay ahead of the data.

A model states its partitioning once::

    class DailyPrice(models.Model):
        partitioning = Monthly(column="trade_date", ahead=3)

The names are the design document's: `daily_prices_y2024m01` by month, `logs_y2024_01_01` by day. There is no DEFAULT
partition: it would block `DETACH … CONCURRENTLY` and the creation of later partitions (docs/decisions.md).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models, router, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel
from django.db.migrations.state import ProjectState
from psycopg import sql

SEOUL = ZoneInfo("Asia/Seoul")
INDEXES = Path(__file__).parent / "sql" / "parent_indexes.sql"


@dataclass(frozen=True)
class Partitioning:
    """How a table is cut into ranges of `column`, and how many periods must exist ahead of today."""

    column: str
    ahead: int
    name_format: ClassVar[str]

    def start_of(self, day: date) -> date:
        """The first day of the period that holds `day`."""
        raise NotImplementedError

    def after(self, start: date) -> date:
        """The first day of the period that follows the one starting at `start`."""
        raise NotImplementedError

    def bound(self, day: date) -> str:
        """The day as a range bound: a date literal, or an instant with its offset written out."""
        return day.isoformat()

    def periods(self, first: date, last: date) -> Iterator[date]:
        """The starts of all periods that hold a day from `first` to `last`."""
        start = self.start_of(first)
        while start <= last:
            yield start
            start = self.after(start)

    def horizon(self, today: date) -> Iterator[date]:
        """The current period and the `ahead` ones that follow it."""
        start = self.start_of(today)
        for _ in range(self.ahead + 1):
            yield start
            start = self.after(start)


class Monthly(Partitioning):
    """One partition a month, of a date column."""

    name_format = "{table}_y%Ym%m"

    def start_of(self, day: date) -> date:
        return day.replace(day=1)

    def after(self, start: date) -> date:
        return (start + timedelta(days=31)).replace(day=1)


class Daily(Partitioning):
    """One partition a day of Seoul, of a timestamptz column."""

    name_format = "{table}_y%Y_%m_%d"

    def start_of(self, day: date) -> date:
        return day

    def after(self, start: date) -> date:
        return start + timedelta(days=1)

    def bound(self, day: date) -> str:
        # With the offset written out the bound means the same instant in every session, whatever its time zone.
        return datetime(day.year, day.month, day.day, tzinfo=SEOUL).isoformat(sep=" ")


@dataclass(frozen=True)
class Partition:
    """One partition of a model's table: which days it holds, and what it is called."""

    model: type[models.Model]
    start: date

    @property
    def partitioning(self) -> Partitioning:
        partitioning: Partitioning = self.model.partitioning  # type: ignore[attr-defined]
        return partitioning

    @property
    def schema(self) -> str:
        return self.model._meta.app_label

    @property
    def parent(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.model._meta.db_table)

    @property
    def name(self) -> str:
        return self.start.strftime(self.partitioning.name_format.format(table=self.model._meta.db_table))

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.name)

    @property
    def bounds(self) -> tuple[str, str]:
        rule = self.partitioning
        return rule.bound(self.start), rule.bound(rule.after(self.start))


def partitioned_models() -> list[type[models.Model]]:
    """Every model that declares a partitioning, without the proxies by which other apps see it."""
    return [model for model in apps.get_models() if hasattr(model, "partitioning") and not model._meta.proxy]


def ensure(model: type[models.Model], days: Iterable[date], using: str | None = None) -> list[Partition]:
    """Create the partitions that hold `days` where they are missing; return the ones made, oldest first.

    Safe when two writers need the same partition at once: an advisory lock for each table, held until the end of the
    transaction, lets the second one find what the first one made.
    """
    rule: Partitioning = model.partitioning  # type: ignore[attr-defined]
    wanted = [Partition(model, start) for start in sorted({rule.start_of(day) for day in days})]
    database = using or router.db_for_write(model)
    if not (missing := _missing(wanted, database)):
        return []
    with transaction.atomic(using=database), connections[database].cursor() as cursor:
        lock(cursor, model)
        made = [partition for partition in missing if not exists(cursor, partition)]
        for partition in made:
            create_aside(cursor, partition)
            attach(cursor, partition)
    return made


def lock(cursor: Any, model: type[models.Model]) -> None:
    """Let no other transaction make partitions of this model before ours ends; what it made is seen after that."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"partitions of {model._meta.db_table}"])


def exists(cursor: Any, partition: Partition) -> bool:
    """Whether the partition is there already."""
    # Not to_regclass: what it once did not find it may not find again in the same transaction.
    cursor.execute(
        "SELECT FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relnamespace"
        " WHERE (nspname, relname) = (%s, %s)",
        [partition.schema, partition.name],
    )
    return cursor.fetchone() is not None


def create_aside(cursor: Any, partition: Partition) -> None:
    """Make the table of a partition, with the checks of its parent and without indexes, beside the parent.

    `CREATE … PARTITION OF` would lock out every reader of the parent. Nobody else sees the table before the
    transaction ends; it may be filled before `attach`, which costs less for each row than writing to the parent.
    """
    _run(
        cursor,
        "CREATE TABLE {name} (LIKE {parent} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)",
        partition,
    )


def index_aside(cursor: Any, partition: Partition) -> None:
    """Give a table aside the keys and indexes of its parent. Optional: `attach` makes those that are missing."""
    cursor.execute(INDEXES.read_text(), [partition.parent.as_string(cursor.connection)])
    for kind, definition in cursor.fetchall():
        _run(cursor, f"{kind} {{name}} {definition.replace('{', '{{').replace('}', '}}')}", partition)


def attach(cursor: Any, partition: Partition) -> None:
    """Attach a table aside. Its rows are checked set-wise, by the server, against bounds and foreign keys.

    Triggers do not fire for rows that are there already.
    """
    start, end = (sql.Literal(bound) for bound in partition.bounds)
    statement = "ALTER TABLE {parent} ATTACH PARTITION {name} FOR VALUES FROM ({start}) TO ({end})"
    _run(cursor, statement, partition, start=start, end=end)


def ensure_ahead(using: str = DEFAULT_DB_ALIAS) -> list[Partition]:
    """Make the partitions ahead of today for every partitioned table that exists in this database; return those made.

    Engines insert rows of today and cannot make partitions: whatever runs regularly calls this.
    """
    existing = set(connections[using].introspection.table_names())
    today = datetime.now(SEOUL).date()
    made: list[Partition] = []
    for model in partitioned_models():
        if model._meta.db_table in existing and router.allow_migrate_model(using, model):
            made += ensure(model, model.partitioning.horizon(today), using)  # type: ignore[attr-defined]
    return made


def ensure_after_migrate(using: str, **_: Any) -> None:
    """`ensure_ahead`, as `migrate` calls it."""
    ensure_ahead(using)


def _missing(wanted: list[Partition], database: str) -> list[Partition]:
    with connections[database].cursor() as cursor:
        names = [f"{partition.schema}.{partition.name}" for partition in wanted]
        cursor.execute("SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL", [names])
        absent = {name for (name,) in cursor.fetchall()}
    return [partition for partition in wanted if f"{partition.schema}.{partition.name}" in absent]


def _run(cursor: Any, statement: str, partition: Partition, **parts: sql.Composable) -> None:
    composed = sql.SQL(statement).format(name=partition.identifier, parent=partition.parent, **parts)
    cursor.execute(composed.as_string(cursor.connection))


class CreatePartitionedModel(CreateModel):
    """`CreateModel` for a table that is cut by range.

    The database's primary key must hold the partition column, and Django's admin cannot register a composite one: so
    Django's key stays the single field that the model declares, and the database's is `key`, named `key_name`.
    """

    serialization_expand_args = [*CreateModel.serialization_expand_args, "key"]

    def __init__(self, *args: Any, partition_by: str, key: list[str], key_name: str, **kwargs: Any) -> None:
        self.partition_by, self.key, self.key_name = partition_by, key, key_name
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, args, kwargs = super().deconstruct()
        return name, args, {**kwargs, "partition_by": self.partition_by, "key": self.key, "key_name": self.key_name}

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        table_sql = schema_editor.table_sql
        schema_editor.table_sql = self._partitioned(table_sql)  # type: ignore[method-assign]
        model._meta.pk.primary_key = False
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            model._meta.pk.primary_key = True
            schema_editor.table_sql = table_sql  # type: ignore[method-assign]

    def describe(self) -> str:
        return f"Create partitioned model {self.name}"

    def _partitioned(self, table_sql: Any) -> Any:
        def partitioned(model: type[models.Model]) -> tuple[str, Any]:
            statement, params = table_sql(model)
            quoted = ", ".join(f'"{column}"' for column in self.key)
            key = f', CONSTRAINT "{self.key_name}" PRIMARY KEY ({quoted}))'
            return f'{statement.removesuffix(")")}{key} PARTITION BY RANGE ("{self.partition_by}")', params

        return partitioned
