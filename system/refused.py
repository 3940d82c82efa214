"""The database's refusals as typed errors, for callers that are not SQL clients.

A rule lives once, in the database, under a name. A service turns the error that the rule raises into a `Refused`, which
says which rule it was, why, and what to do about it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.db import DatabaseError, connection, transaction
from psycopg import Error


class Refused(Exception):
    """The ledger said no, and nothing changed.

    `rule` is the name of the constraint or trigger rule (`order_oversell`, `chk_order_quantity`), `hint` what to do;
    the message holds both.
    """

    def __init__(self, rule: str, reason: str, hint: str = "") -> None:
        super().__init__(f"{reason} {hint}".strip())
        self.rule, self.reason, self.hint = rule, reason, hint


@contextmanager
def refusals_as(error_type: type[Refused]) -> Iterator[None]:
    """Raise `error_type` where a named rule of the database refuses; let every other error through.

    Inside a larger transaction (a request, a batch) the block gets a savepoint, so that the transaction can go on.
    """
    try:
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            yield
    except DatabaseError as error:
        cause = error.__cause__
        if not isinstance(cause, Error) or not cause.diag.constraint_name:
            raise
        diag = cause.diag
        rule = str(diag.constraint_name)
        reason = (diag.message_primary or rule).removeprefix(f"{rule}: ")
        raise error_type(rule, reason, diag.message_hint or "") from error
