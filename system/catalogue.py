"""What the live database looks like, read from PostgreSQL's own catalogue."""

from pathlib import Path

from django.db import connection, connections

from system.schemas import SCHEMAS

SCHEMA_QUERY = (Path(__file__).parent / "sql" / "schema.sql").read_text()


def describe_schema(using: str = "default") -> str:
    """The six schemas as readable SQL, the same on every supported version of PostgreSQL.

    Tables with their columns, constraints, indexes, triggers, comments and policies, then functions; no partitions.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(SCHEMA_QUERY, {"schemas": list(SCHEMAS)})
        return "\n".join(line for (line,) in cursor.fetchall()) + "\n"


def constrained_columns(schema: str | None, table: str | None, constraint: str | None) -> list[str]:
    """The columns of a key, in its order; none where there is no such key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname::text FROM pg_constraint"
            "  JOIN pg_class ON pg_class.oid = conrelid, unnest(conkey) WITH ORDINALITY AS part (number, place)"
            "  JOIN pg_attribute ON attnum = part.number"
            " WHERE attrelid = conrelid AND relnamespace = to_regnamespace(%s) AND relname = %s AND conname = %s"
            " ORDER BY place",
            [schema, table, constraint],
        )
        return [name for (name,) in cursor.fetchall()]
