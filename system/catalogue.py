"""What the live database looks like, read from PostgreSQL's own catalogue."""

from pathlib import Path

from django.db import connections

from system.schemas import SCHEMAS

SCHEMA_QUERY = (Path(__file__).parent / "sql" / "schema.sql").read_text()


def describe_schema(using: str = "default") -> str:
    """The six schemas as readable SQL, the same on every supported version of PostgreSQL.

    Tables with their columns, constraints, indexes, triggers, comments and policies, then functions; no partitions.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(SCHEMA_QUERY, {"schemas": list(SCHEMAS)})
        return "\n".join(line for (line,) in cursor.fetchall()) + "\n"
