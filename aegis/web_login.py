"""What the login of the web must be, and must not be: `check --deploy`, `start` and the first request refuse others.

A login that owns the tables, is a superuser or has BYPASSRLS is stopped by no grant and no policy, and whatever a
request can be made to say would be done with all rights.
"""

from collections.abc import Iterator
from contextlib import closing
from functools import cache
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from system.access.declaration import GROUPS, WEB
from system.schemas import SCHEMAS

LOOK = """
    SELECT login.rolsuper, login.rolbypassrls,
           pg_has_role(login.oid, datdba, 'MEMBER') OR EXISTS (
               SELECT FROM pg_class WHERE relnamespace::regnamespace::text = ANY (%(schemas)s)
                                      AND pg_has_role(login.oid, relowner, 'MEMBER')),
           ARRAY (SELECT rolname::text FROM pg_roles WHERE rolname = ANY (%(roles)s)
                                                 AND pg_has_role(login.oid, oid, 'USAGE')),
           ARRAY (SELECT rolname::text FROM pg_roles WHERE rolname = ANY (%(roles)s)
                                                 AND pg_has_role(login.oid, oid, 'MEMBER')),
           login.rolname::text, pg_backend_pid()
      FROM pg_roles AS login, pg_database
     WHERE login.rolname = session_user AND datname = current_database()
"""
REMEDY = f"Let the web log in as {WEB}: manage.py roles logins makes it; name it in WEB_DATABASE_URL."


@register(deploy=True)
def check_web_login(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Look at the web's login as a connection of its own sees it."""
    web = ConnectionHandler({"default": settings.WEB_DATABASE})["default"]
    try:
        with closing(web):
            return list(problems(web))
    except DatabaseError as error:
        reason = str(error).strip().partition("\n")[0]
        if "unsupported startup parameter" in reason:  # PgBouncer, of what our connections ask for
            return [undeclared_pooler()]
        return [Warning(f"The web's login could not be looked at: {reason}", hint=REMEDY, id="aegis.W020")]


def problems(web: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    """Everything that keeps the web from being served over this connection."""
    with web.cursor() as cursor:
        cursor.execute(LOOK, {"schemas": list(SCHEMAS), "roles": list(GROUPS)})
        is_super, bypasses, owns, inherited, taken, login, pid = cursor.fetchone()
    said_pid = web.connection.info.backend_pid
    if is_super or bypasses or owns:
        what = "is a superuser" if is_super else "has BYPASSRLS" if bypasses else "owns the tables"
        yield _error("E021", f"The web logs in as {login}, which {what}: no grant and no policy stops it.", REMEDY)
        return
    if login != WEB:
        yield _error("E022", f"The web logs in as {login}: what it states of its user counts only from {WEB}.", REMEDY)
    if inherited:
        names = ", ".join(inherited)
        remedy = f"ALTER ROLE {login} NOINHERIT, and run manage.py roles apply."
        yield _error("E023", f"The web's login has the rights of {names} without taking the role.", remedy)
    if missing := sorted(set(GROUPS) - set(taken)):
        names = ", ".join(missing)
        yield _error("E024", f"The web's login cannot take the roles {names}.", "Run manage.py roles apply.")
    if said_pid != pid and not settings.BEHIND_POOLER:  # a pooler answers with a number of its own
        yield undeclared_pooler()


def undeclared_pooler() -> CheckMessage:
    remedy = "Set BEHIND_POOLER=true: then nothing is kept in a session that another request gets."
    return _error("E025", "A pooler stands between the web and its database, and the settings do not say so.", remedy)


def _error(number: str, problem: str, remedy: str) -> CheckMessage:
    return Error(problem, hint=remedy, id=f"aegis.{number}")


@cache
def refuse_wrong_login() -> None:
    """Raise `ImproperlyConfigured` unless this process has the login that it should; asked at its first request."""
    for problem in problems(connection):
        raise ImproperlyConfigured(f"({problem.id}) {problem.msg} {problem.hint}")
