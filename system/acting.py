"""Who acts: stated to the database for its history, its rules on rows, and its rights on tables.

A name is stated for the history alone, and that is what services do with the actor that they are given. A user also
brings the database role of their strongest group: the block then is one transaction, in which the role is taken and the
user stated. All of it is the transaction's and ends with it, so no connection, pool or pooler hands it on to anybody.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any

import pghistory
import pghistory.config
from django.contrib.auth.models import AbstractUser
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from psycopg.pq import TransactionStatus

from system.access.declaration import ADMIN, strongest
from system.access.forbidden import Forbidden

# All that a request, a command or a job says of itself, in one statement: what was before (for a block inside of a
# larger transaction), and what is from now on. JIT is off as on every connection of ours: behind a pooler nothing else
# may say so. The role comes last, because what follows runs with its rights.
STATE = """
    SELECT current_setting('role'), coalesce(current_setting('aegis.user', true), ''),
           set_config('aegis.user', %s, true), set_config('pghistory.context_metadata', %s, true),
           set_config('jit', 'off', true), {read_only} set_config('role', %s, true)
"""
STATE_FOR_READING = STATE.format(read_only="set_config('transaction_read_only', 'on', true),")
STATE_FOR_WRITING = STATE.format(read_only="")
STATE_AGAIN = """
    SELECT set_config('role', %s, true), set_config('aegis.user', %s, true),
           set_config('pghistory.context_metadata', '', true)
"""


class NoRole(Exception):
    """The user is in none of the groups that have a database role."""


def role_of(user: AbstractUser) -> str | None:
    """The database role of a user: of the strongest of their groups, and a superuser's is the admin's; None for none.

    What else the groups say is read along, for roles may not read who is in which group.
    """
    if user.is_superuser:
        return ADMIN
    user.get_all_permissions()
    return strongest(user.groups.values_list("name", flat=True))


@contextmanager
def acting_as(
    actor: str | AbstractUser, *, reason: str | None = None, read_only: bool = False, **facts: Any
) -> Iterator[None]:
    """Make the changes of this block in somebody's name; for a user also with their rights, in one transaction.

    `reason` and `facts` stand in the history. Blocks nest: what an inner one states holds for itself, and ends with it.
    Raises `NoRole` for a user in none of the four groups.
    """
    if isinstance(actor, str):
        with _stated(actor, reason, facts):
            yield
    else:
        with Acting(actor, reason=reason, read_only=read_only, **facts):
            yield


class Acting:
    """What `acting_as` a user is, for those who must end the transaction and go on: requests, and batches in them."""

    def __init__(self, user: AbstractUser, *, reason: str | None = None, read_only: bool = False, **facts: Any) -> None:
        role = role_of(user)
        if role is None:
            raise NoRole(user.get_username())
        self.user, self.role, self.read_only = user.get_username(), role, read_only
        self._reason, self._facts = reason, facts
        self._block: ExitStack | None = None
        self._depth = 0

    @property
    def is_open(self) -> bool:
        return self._block is not None

    def begin(self) -> None:
        """Open the transaction, state the user and take the role; inside of another one, with a savepoint."""
        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(self._say_who_lacks))
            facts = stack.enter_context(_stated(self.user, self._reason, self._facts))
            stack.push(self._restore_what_was)
            stack.enter_context(transaction.atomic())
            self._before = self._state(facts)
            self._depth = len(connection.savepoint_ids)
            self._block = stack.pop_all()

    def commit(self) -> None:
        """End the transaction and keep what it did.

        Raises what the database refuses at the commit, and `TransactionManagementError` after an error that somebody
        swallowed: the server would answer such a commit with a rollback, and no word of it.
        """
        if connection.connection and connection.connection.info.transaction_status == TransactionStatus.INERROR:
            self.roll_back()
            raise transaction.TransactionManagementError(
                "A database error was caught without a savepoint, so nothing of this transaction could be kept. "
                "Put transaction.atomic() around what may fail."
            )
        self._take_block().close()

    def roll_back(self) -> None:
        """End the transaction and undo what it did."""
        block = self._take_block()
        transaction.set_rollback(True)
        block.close()

    def go_on(self) -> None:
        """Keep what was done so far, and go on as the same user in a new transaction: locks end here."""
        if len(connection.savepoint_ids) != self._depth:
            raise transaction.TransactionManagementError("A block of its own cannot end inside of a larger one.")
        self.commit()
        self.begin()

    def __enter__(self) -> "Acting":
        self.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.commit()
        elif self.is_open:
            self._take_block().__exit__(kind, error, trace)

    def _take_block(self) -> ExitStack:
        block, self._block = self._block, None
        if block is None:
            raise transaction.TransactionManagementError("Nobody acts here: the transaction has ended.")
        return block

    def _state(self, facts: dict[str, Any]) -> tuple[str, str]:
        context = json.dumps(facts, cls=pghistory.config.json_encoder())
        with connection.cursor() as cursor:
            statement = STATE_FOR_READING if self.read_only else STATE_FOR_WRITING
            cursor.execute(statement, [self.user, context, self.role])
            role, user, *_stated = cursor.fetchone()
            return role, user

    def _say_who_lacks(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        try:
            return execute(sql, params, many, context)
        except DatabaseError as error:
            if forbidden := Forbidden.of(error, sql, self.role):
                raise forbidden from error.__cause__
            raise

    def _restore_what_was(self, kind: type[BaseException] | None, *_error: Any) -> None:
        """Inside of a larger transaction a released savepoint leaves its settings; one that is rolled back does not."""
        if kind is None and connection.in_atomic_block and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(STATE_AGAIN, self._before)


@contextmanager
def _stated(actor: str, reason: str | None, facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """State for the history who makes the changes of this block, and why; gives all that is stated."""
    database = connections[DEFAULT_DB_ALIAS]
    if _forget_first in database.execute_wrappers:
        database.execute_wrappers.remove(_forget_first)
    outer: dict[str, Any] = {}
    try:
        with pghistory.context() as (_id, stated):
            outer = dict(stated)
            stated.update(facts, user=actor, **({"reason": reason} if reason else {}))
            try:
                yield stated
            finally:
                stated.clear()
                stated.update(outer)
    finally:
        # pghistory states it for the rest of the transaction; what comes after the outermost block is not its doing.
        if not outer and database.in_atomic_block:
            database.execute_wrappers.insert(0, _forget_first)


def _forget_first(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Takes the context back before the next statement that is not of another block; that may never come."""
    if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
        return execute(sql, params, many, context)
    connection.execute_wrappers.remove(_forget_first)
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pghistory.context_metadata', '', true)")
    return execute(sql, params, many, context)
