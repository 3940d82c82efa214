"""What the declared table asks of one live database: grants and policies by name."""

from dataclasses import dataclass
from hashlib import md5

from psycopg import sql

from system.access.declaration import GROUPS, WEB, Access, Table
from system.access.live import Grant, Live

GRANTEES = (*GROUPS, WEB)


def grants(access: Access, live: Live) -> set[Grant]:
    """The rights in what exists: a table that is declared and not there yet asks for nothing."""
    wanted = {Grant("DATABASE", live.database, role, "CONNECT") for role in (*GRANTEES, "aegis_backup")}
    for table in access.tables:
        if table.name in live.relations:
            for role in GRANTEES:
                wanted |= _table_grants(table, role)
    return {
        grant
        for grant in wanted
        if grant.grantee in live.roles and (grant.kind != "SCHEMA" or grant.name in live.schemas)
    }


def _table_grants(table: Table, role: str) -> set[Grant]:
    rights = table.rights(role)
    wanted = set()
    for verb, columns in rights.items():
        names: tuple[str | None, ...] = (None,) if columns is None else columns
        wanted |= {Grant("TABLE", table.name, role, verb, column) for column in names}
    if rights and table.schema != "public":  # everybody may look names up there
        wanted.add(Grant("SCHEMA", table.schema, role, "USAGE"))
    # Default values and policies ask for the acting user.
    return wanted | ({Grant("SCHEMA", "system", role, "USAGE")} if rights else set())


@dataclass(frozen=True)
class WantedPolicy:
    table: str
    name: str
    verb: str
    roles: tuple[str, ...]
    using: str | None
    check: str | None

    @property
    def source(self) -> str:
        text = f"{self.verb}|{self.roles}|{self.using}|{self.check}"
        return md5(text.encode(), usedforsecurity=False).hexdigest()

    @property
    def statement(self) -> sql.Composed:
        parts: list[sql.Composable] = [
            sql.SQL("CREATE POLICY {} ON {} FOR {} TO {}").format(
                sql.Identifier(self.name),
                sql.Identifier(*self.table.split(".")),
                sql.SQL(self.verb),
                sql.SQL(", ").join(sql.Identifier(role) for role in self.roles),
            )
        ]
        for word, condition in (("USING", self.using), ("WITH CHECK", self.check)):
            if condition is not None:
                parts.append(sql.SQL(f" {word} ({condition})"))
        return sql.Composed(parts)


def policies(access: Access, live: Live) -> dict[tuple[str, str], WantedPolicy]:
    wanted = [
        policy
        for table in access.tables
        if table.rows and table.name in live.relations
        for policy in _table_policies(access, table, live.relations[table.name].owner)
        if all(role in live.roles or role == live.relations[table.name].owner for role in policy.roles)
    ]
    return {(policy.table, policy.name): policy for policy in wanted}


def _table_policies(access: Access, table: Table, owner: str) -> list[WantedPolicy]:
    # FORCE holds for the owner too: as whom definer triggers, loaders and migrations run.
    found = [WantedPolicy(table.name, "owner_all", "ALL", (owner,), "true", "true")]
    unlimited = tuple(sorted(role for role in GROUPS if table.rights(role) and role not in access.limited))
    if unlimited:
        found.append(WantedPolicy(table.name, "unlimited_all", "ALL", unlimited, "true", "true"))
    for role in access.limited:
        found += [_limited(table, role, verb) for verb in table.rights(role)]
    return found


def _limited(table: Table, role: str, verb: str) -> WantedPolicy:
    rows = table.rows
    assert rows is not None  # noqa: S101 - only tables with a rule for rows get here
    using = None if verb == "INSERT" else rows.seen.filtering(table.name)
    left = {"INSERT": rows.inserted or rows.seen, "UPDATE": rows.updated or rows.seen}.get(verb)
    check = left.checking(table.name) if left else None
    return WantedPolicy(table.name, f"{role.removeprefix('aegis_')}_{verb.lower()}", verb, (role,), using, check)
