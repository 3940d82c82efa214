"""People at psql: each with a login of their own, in the role of their group, on the database of the tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from system.access.declaration import ADMIN, ANALYST, READONLY, TRADER, WEB

GROUP_OF = {"kim": TRADER, "lee": TRADER, "reader": READONLY, "analyst": ANALYST, "boss": ADMIN}


def login_of(person: str) -> str:
    """The person's database login, which is their user in AEGIS too; another run's people have other names."""
    return f"{person}_{os.getpid()}"


def where(login: str, database: str | None = None) -> dict[str, Any]:
    config = connection.settings_dict
    host = config["HOST"] or config["OPTIONS"].get("host", "")
    return {
        "host": host,
        "port": config["PORT"] or config["OPTIONS"].get("port", "5432"),
        "dbname": database or config["NAME"],
        "user": login,
        "password": config["PASSWORD"] if login == config["USER"] else "",
    }


def connect(login: str, **options: Any) -> "psycopg.Connection[Any]":
    return psycopg.connect(**where(login), autocommit=True, **options)


def owner() -> "psycopg.Connection[Any]":
    return connect(connection.settings_dict["USER"])


@dataclass
class Client:
    """A session in which each statement is a transaction of its own, or one that is rolled back."""

    session: "psycopg.Connection[Any]"

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        answer = self.session.execute(statement, values or None)
        return answer.fetchall() if answer.description else []

    def value(self, statement: str, *values: Any) -> Any:
        return self.run(statement, *values)[0][0]

    def column(self, statement: str, *values: Any) -> list[Any]:
        return sorted(first for first, *_ in self.run(statement, *values))

    def refusal(self, statement: str, *values: Any) -> str:
        """The rule that refuses the statement: a constraint's name, `rights`, `row` (row security), or the SQLSTATE."""
        try:
            with self.session.transaction(force_rollback=True):
                self.session.execute(statement, values or None)
        except psycopg.Error as error:
            if error.sqlstate == "42501":
                return "row" if "row-level security" in str(error) else "rights"
            return error.diag.constraint_name or str(error.sqlstate)
        pytest.fail(f"Nobody refused: {statement}")


@contextmanager
def person(name: str) -> Iterator[Client]:
    with connect(login_of(name)) as session:
        yield Client(session)


@contextmanager
def web(role: str, user: str) -> Iterator[Client]:
    """The web login in a transaction for one user, as a request is served."""
    with connect(WEB) as session, session.transaction(force_rollback=True):
        session.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
        session.execute("SELECT set_config('aegis.user', %s, true)", [user])
        yield Client(session)


def create_people() -> None:
    with owner() as session:
        for name, group in GROUP_OF.items():
            session.execute(
                sql.SQL("CREATE ROLE {} LOGIN IN ROLE {}").format(sql.Identifier(login_of(name)), sql.Identifier(group))
            )


def drop_people() -> None:
    with owner() as session:
        for name in GROUP_OF:
            session.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(login_of(name))))
