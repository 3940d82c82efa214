"""The database's refusals as typed errors, for callers that are not SQL clients.

A rule lives once, in the database, under a name. A service turns the error that the rule raises into a `Refused`, which
says which rule it was, why, and what to do about it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from psycopg import DataError, Error

INVALID_VALUE = "22"  # class of SQLSTATE: a number too large for its column, a date that is none
MISSING_VALUE = "23502"  # NOT NULL, which has no name of its own before PostgreSQL 18
CHECK, UNIQUE = "23514", "23505"
INVALID = "invalid_value"


class Refused(Exception):
    """The ledger said no, and nothing changed.

    `rule` is the name of the constraint or trigger rule (`order_oversell`, `chk_order_quantity`), or `invalid_value`
    for what no column could hold; `hint` says what to do, and the message holds both.
    """

    def __init__(self, rule: str, reason: str, hint: str = "") -> None:
        super().__init__(f"{reason} {hint}".strip())
        self.rule, self.reason, self.hint = rule, reason, hint


@contextmanager
def refusals_as(error_type: type[Refused]) -> Iterator[None]:
    """Raise `error_type` where a named rule of the database refuses; let every other error through.

    Inside a larger transaction (a request, a batch) the block gets a savepoint, so that the transaction can go on.
    """
    with _named(error_type), transaction.atomic() if connection.in_atomic_block else nullcontext():
        yield


def submit(
    statement: str, values: dict[str, Any], error_type: type[Refused]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """`refusals_as` for one statement; returns the names of its columns and its rows.

    The savepoint travels with the statement, so that all of it is one round trip.
    """
    database = connections[DEFAULT_DB_ALIAS]  # asked for once: each look through the proxy costs as much as the rest
    with _named(error_type), database.cursor() as cursor:
        if database.in_atomic_block:
            try:
                cursor.execute(f"SAVEPOINT refusal; {statement}; RELEASE SAVEPOINT refusal", values)
            except DatabaseError:
                if not database.connection.closed:
                    cursor.execute("ROLLBACK TO SAVEPOINT refusal; RELEASE SAVEPOINT refusal")
                raise
            cursor.set_result(-2)
        else:
            cursor.execute(statement, values)
        return [column.name for column in cursor.description], cursor.fetchall()


@contextmanager
def _named(error_type: type[Refused]) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        if not isinstance(cause, Error) or (rule := _rule(cause)) is None:
            raise
        told = _declared().get(rule) if cause.sqlstate in {CHECK, UNIQUE} and not _is_raised(cause) else None
        reason = str(told or cause.diag.message_primary or cause).removeprefix(f"{rule}: ")
        raise error_type(rule, reason, cause.diag.message_hint or "") from error


def _is_raised(error: Error) -> bool:
    """Whether a trigger wrote the words, for people to read."""
    return error.diag.source_function == "exec_stmt_raise"


@cache
def _declared() -> dict[str, Any]:
    """What models say of their constraints, by name; the server says no more than that name."""
    declared = (constraint for model in apps.get_models() for constraint in model._meta.constraints)
    return {
        each.name: each.violation_error_message
        for each in declared
        if each.violation_error_message != each.default_violation_error_message
    }


def _rule(error: Error) -> str | None:
    state = error.sqlstate or ""
    # Some values the driver refuses before the server sees them: a NUL, for one.
    if state.startswith(INVALID_VALUE) or state == MISSING_VALUE or (not state and isinstance(error, DataError)):
        return INVALID
    return error.diag.constraint_name
