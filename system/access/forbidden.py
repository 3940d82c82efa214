"""What the database refuses for want of rights, in words that say whose rights it takes."""

import re

from django.apps import apps
from django.db import DatabaseError, ProgrammingError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import Error

from system.access.declaration import GROUPS, VERBS, Table, declared

SQLSTATE, UNKNOWN_TABLE = "42501", "42P01"
ROLES = {
    "aegis_readonly": gettext_lazy("Viewer"),
    "aegis_trader": gettext_lazy("Trader"),
    "aegis_analyst": gettext_lazy("Analyst"),
    "aegis_admin": gettext_lazy("Administrator"),
}
DOING = {
    "SELECT": gettext_lazy("look at %(table)s"),
    "INSERT": gettext_lazy("add %(table)s"),
    "UPDATE": gettext_lazy("change %(table)s"),
    "DELETE": gettext_lazy("delete %(table)s"),
}
VERB = re.compile(rf"\b({'|'.join(VERBS)})\b", re.IGNORECASE)
LOCKING = re.compile(r"\bFOR (NO KEY )?UPDATE\b", re.IGNORECASE)


class Forbidden(ProgrammingError):
    """The database refused a statement: `role` has no right to do `verb` in `table`, as far as that is known."""

    def __init__(self, message: str, *, role: str, table: Table | None, verb: str | None, by_row: bool) -> None:
        super().__init__(message)
        self.role, self.table, self.verb, self.by_row = role, table, verb, by_row

    @classmethod
    def of(cls, error: DatabaseError, statement: str, role: str) -> "Forbidden | None":
        """What `error` says of the rights of `role`; None when it is about something else."""
        cause = error.__cause__
        if not isinstance(cause, Error) or cause.sqlstate not in {SQLSTATE, UNKNOWN_TABLE}:
            return None
        table = _table(cause)
        # A name is not found in a schema that one may not use.
        if cause.sqlstate == UNKNOWN_TABLE and (table is None or table.rights(role)):
            return None
        return cls(str(error), role=role, table=table, verb=_verb(cause, statement), by_row=_is_by_row(cause))

    @property
    def words(self) -> str:
        """What to tell the person: what it was, and which role may do it."""
        return lack(self.role, self.table, self.verb, by_row=self.by_row)


def is_forbidden(error: BaseException) -> bool:
    """Whether this is the database's refusal for want of rights, on a table or by a rule for rows."""
    cause = error.__cause__
    return isinstance(error, Forbidden) or (
        isinstance(error, DatabaseError) and isinstance(cause, Error) and cause.sqlstate == SQLSTATE
    )


def lack(role: str | None, table: Table | None, verb: str | None, *, by_row: bool = False) -> str:
    """What `role` may not do, and who may."""
    if role not in GROUPS or table is None or verb is None:
        return _("Your role, %(role)s, may not do this.") % {"role": name(role)}
    able = [each for each in GROUPS if _may_all(each, table, verb)]
    facts = {
        "role": name(role),
        "what": DOING[verb] % {"table": _plural(table)},
        "able": ", ".join(name(each) for each in able),
    }
    if by_row or role in able:
        return (
            _("Your role, %(role)s, may %(what)s, but not this one: it is not yours, or not yours to decide.") % facts
        )
    if not able:
        return _("Your role, %(role)s, may not %(what)s. Nobody may: programs do it.") % facts
    if table.rights(role).get(verb):
        return _("Your role, %(role)s, may %(what)s, but not in all its parts. These roles may: %(able)s.") % facts
    return _("Your role, %(role)s, may not %(what)s. These roles may: %(able)s.") % facts


def name(role: str | None) -> str:
    """A role as people read it, with the name of its group."""
    return f"{ROLES[role]} ({role})" if role in ROLES else _("none")


def _may_all(role: str, table: Table, verb: str) -> bool:
    rights = table.rights(role)
    return verb in rights and rights[verb] is None


def _table(cause: Error) -> Table | None:
    """The table that the message names, in whichever language the server speaks."""
    words = set(re.findall(r"\w+", cause.diag.message_primary or ""))
    return next((table for table in declared().tables if table.table in words), None)


def _verb(cause: Error, statement: str) -> str | None:
    """What was tried: by the innermost statement of a function or trigger, else by the client's own."""
    inner = re.search(rf"\"\s*({'|'.join(VERBS)})\b.*", cause.diag.context or "", re.IGNORECASE)
    text = inner[0] if inner else statement
    found = VERB.search(text)
    verb = found[1].upper() if found else None
    return "UPDATE" if verb == "SELECT" and LOCKING.search(text) else verb


def _is_by_row(cause: Error) -> bool:
    """Whether a rule for rows refused, and not a right in the table: told by the part of the server that speaks."""
    return cause.diag.source_function == "ExecWithCheckOptions"


def _plural(table: Table) -> str:
    models = (each for each in apps.get_models() if not each._meta.proxy)
    model = next((each for each in models if each._meta.db_table == table.table), None)
    return str(capfirst(model._meta.verbose_name_plural)) if model else table.name
