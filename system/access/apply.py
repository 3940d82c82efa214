"""Makes the live rights the declared ones."""

from collections.abc import Callable, Iterable
from time import sleep
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from psycopg import Error

from system.access import live, logins
from system.access.declaration import Access, declared
from system.access.differences import Difference, backup_differences, differences, role_differences, text
from system.access.owner import let_owner_take_roles

# Another database of the cluster, or another migrate, changes the same row of the catalogue at this moment.
PASSING = {"40P01", "23505", "42710", "40001", "55P03"}
UPDATED = "tuple concurrently"
ATTEMPTS = 8
MAY_NOT = "42501"
NOT_MINE = 10  # the exit code of commands that need a DBA

Result = TypeVar("Result")


class RolesNeeded(Exception):
    """This login may not create or change roles; `script` is what somebody who may has to run."""

    def __init__(self, missing: Iterable[Difference]) -> None:
        self.missing = list(missing)
        self.script = script(self.missing)
        super().__init__("This login may not create or change the roles of AEGIS.")


def plan(using: str = "default", access: Access | None = None) -> list[Difference]:
    """Every difference between the declared rights and the live ones; changes nothing."""
    return differences(access or declared(), live.read(using))


def apply(using: str = "default", access: Access | None = None) -> list[Difference]:
    """Mend every difference that statements can mend; return those that were found.

    Raises `RolesNeeded` without the right to create roles. Safe to run twice, and from two databases at once.
    """
    right = access or declared()
    roles = again(lambda: _mend_roles(using))
    again(lambda: let_owner_take_roles(using))
    backup = again(lambda: _mend_backup(using))
    return roles + backup + again(lambda: _mend_rights(using, right))


def script(found: Iterable[Difference]) -> str:
    """The statements that mend these differences, for psql."""
    return "".join(f"{text(statement)};\n" for one in found for statement in one.statements)


def again(work: Callable[[], Result]) -> Result:
    """Do it once more while somebody else changes the same rows of the catalogue."""
    for attempt in range(ATTEMPTS):
        try:
            return work()
        except DatabaseError as error:
            if attempt + 1 == ATTEMPTS or not _passes(error):
                raise
            sleep(0.05 * 2**attempt)
    raise AssertionError


def _mend_roles(using: str) -> list[Difference]:
    found = role_differences(live.read(using))
    if not any(one.statements for one in found):
        return []
    try:
        # Two rounds: what is granted must exist.
        for _round in range(2):
            with transaction.atomic(using=using):
                found_now = role_differences(live.read(using))
                _run(using, found_now)
    except DatabaseError as error:
        if _sqlstate(error) == MAY_NOT:
            raise RolesNeeded(one for one in found if one.statements) from error
        raise
    return [one for one in found if one.statements]


def _mend_backup(using: str) -> list[Difference]:
    """Make the backup login where this owner may; elsewhere a DBA does (`manage.py roles logins --sql`)."""
    found = backup_differences(live.read(using))
    try:
        with transaction.atomic(using=using):
            _run(using, found)
    except DatabaseError as error:
        if _sqlstate(error) != MAY_NOT:
            raise
        if not settings.EMBEDDED_POSTGRES:
            return []
        logins.as_superuser(found, using)
    return found


def _mend_rights(using: str, access: Access) -> list[Difference]:
    mended: list[Difference] = []
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('aegis rights'))")
        found = [one for one in differences(access, live.read(using)) if one.statements and one.kind != "backup_login"]
        mended += found
        _run(using, found)
    return mended


def _run(using: str, found: Iterable[Difference]) -> None:
    connection = connections[using]
    with live.bare_search_path(connection), connection.cursor() as cursor:
        for one in found:
            for statement in one.statements:
                cursor.execute(text(statement))


def _sqlstate(error: DatabaseError) -> str | None:
    cause = error.__cause__
    return cause.sqlstate if isinstance(cause, Error) else None


def _passes(error: DatabaseError) -> bool:
    return _sqlstate(error) in PASSING or UPDATED in str(error)
