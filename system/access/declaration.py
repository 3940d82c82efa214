"""How a table of rights is written down: role → table → verbs, columns and the rule for rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.utils.module_loading import import_string

from system.access.rows import Rows

READONLY, TRADER, ANALYST, ADMIN = GROUPS = ("aegis_readonly", "aegis_trader", "aegis_analyst", "aegis_admin")
WEB, BACKUP = "aegis_app", "aegis_backup"
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE")

# A verb's columns; None is the whole table.
Rights = Mapping[str, tuple[str, ...] | None]
NOTHING: Rights = {}


def may(*verbs: str, **columns: Iterable[str]) -> Rights:
    """`may("SELECT", UPDATE=("limit_price",))`: verbs on the whole table, then verbs on some columns only."""
    return {**dict.fromkeys(verbs), **{verb: tuple(names) for verb, names in columns.items()}}


READ = may("SELECT")
WRITE = may(*VERBS)


@dataclass(frozen=True)
class Table:
    """The rights in one table. `rows` limits the rows of the roles that `Access.limited` names."""

    name: str
    readonly: Rights = field(default_factory=dict)
    trader: Rights = field(default_factory=dict)
    analyst: Rights = field(default_factory=dict)
    admin: Rights = field(default_factory=dict)
    web: Rights = field(default_factory=dict)
    rows: Rows | None = None
    note: str = ""

    @property
    def schema(self) -> str:
        return self.name.partition(".")[0]

    @property
    def table(self) -> str:
        return self.name.partition(".")[2]

    def rights(self, role: str) -> Rights:
        given = {READONLY: self.readonly, TRADER: self.trader, ANALYST: self.analyst, ADMIN: self.admin, WEB: self.web}
        return given[role]


@dataclass(frozen=True)
class Access:
    """The whole table of rights.

    `limited` are the roles that see their own rows only, where a table has a rule for rows; every other role that
    has rights there sees all of them.
    """

    tables: tuple[Table, ...]
    limited: tuple[str, ...] = (TRADER,)

    @cached_property
    def by_name(self) -> dict[str, Table]:
        return {table.name: table for table in self.tables}


def declared() -> Access:
    """The table of rights of this project."""
    access: Access = import_string(settings.ACCESS_TABLE)
    return access


def strongest(groups: Iterable[str]) -> str | None:
    """The role of somebody in these groups; None for nobody's."""
    held = set(groups)
    return next((role for role in (ADMIN, ANALYST, TRADER, READONLY) if role in held), None)
