"""Lets the owner act as a user in commands and jobs, with no more rights than the user has."""

from typing import Any

from django.db import DatabaseError, connections, transaction
from psycopg import Error, sql

from system.access.declaration import GROUPS

MAY_NOT = "42501"
# Before PostgreSQL 16 a member may take the role; since then a membership says so itself.
MISSING = """
    SELECT rolname::text FROM pg_roles WHERE rolname = ANY (%(groups)s) AND NOT pg_has_role(oid, %(how)s)
"""


def let_owner_take_roles(using: str = "default") -> None:
    """Make the owner a member of the four groups, to take them by SET ROLE and not to have their rights besides.

    Where a DBA made the roles and the owner may not grant them, commands cannot act as users, and nothing else is lost.
    """
    connection: Any = connections[using]
    try:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            modern = connection.pg_version >= 160_000
            cursor.execute(MISSING, {"groups": list(GROUPS), "how": "SET" if modern else "MEMBER"})
            options = " WITH INHERIT FALSE, SET TRUE" if modern else ""
            for (group,) in cursor.fetchall():
                grant = sql.SQL("GRANT {} TO CURRENT_USER" + options).format(sql.Identifier(group))
                cursor.execute(grant.as_string(None))
    except DatabaseError as error:
        if not isinstance(error.__cause__, Error) or error.__cause__.sqlstate != MAY_NOT:
            raise
