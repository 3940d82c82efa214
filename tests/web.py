"""Requests of the tests reach the database as the web's do: as its login, from which each takes its user's role.

The rest of a test goes on as the owner, on the same connection and in the same transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.http import HttpRequest, HttpResponse
from psycopg import sql

from system.access.declaration import WEB

SUPERUSER = "postgres"


class AsTheWebLogin:
    """The outermost middleware of the tests."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with as_login(WEB):
            return self.get_response(request)


@contextmanager
def as_login(login: str) -> Iterator[None]:
    """Be logged in as somebody else for this block: what the database takes for `session_user`."""
    before = _log_in(login)
    try:
        yield
    finally:
        _log_in(before)


def log_in_as_superuser(owner: str) -> None:
    """Have connections of the owner come from a superuser, who alone may become another login."""
    connect = DatabaseWrapper.get_new_connection

    def get_new_connection(self: DatabaseWrapper, params: dict[str, Any]) -> Any:
        if params.get("user") != owner:
            return connect(self, params)
        there = connect(self, {**params, "user": SUPERUSER})
        there.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(owner)))
        there.commit()
        return there

    DatabaseWrapper.get_new_connection = get_new_connection  # type: ignore[method-assign]


def _log_in(login: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        before = str(cursor.fetchone()[0])
        cursor.execute(
            sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(login)).as_string(cursor.connection)
        )
        return before
