"""What keeps the live rights from being the declared ones, and the statements that would mend it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql

from system.access import wanted
from system.access.declaration import BACKUP, GROUPS, VERBS, WEB, Access
from system.access.live import Grant, Live, Policy, Relation

CLIENTS = (*GROUPS, WEB)
READER = "pg_read_all_data"
INVOKER_VIEWS = 15  # the first version that has them


@dataclass(frozen=True)
class Difference:
    """`kind` is a key of `KINDS`, `what` a sentence, `statements` what mends it: none where only a person can."""

    kind: str
    what: str
    statements: tuple[sql.Composable, ...] = ()

    @property
    def check_id(self) -> str:
        return f"access.{KINDS[self.kind]}"

    @property
    def is_error(self) -> bool:
        return KINDS[self.kind].startswith("E")


KINDS = {
    "role": "E001",
    "web_login": "E002",
    "membership": "E003",
    "row_security": "E010",
    "policy": "E011",
    "partition": "E012",
    "default_privilege": "E013",
    "definer_view": "E014",
    "grant": "E015",
    "client_objects": "E016",
    "undeclared": "E017",
    "backup_login": "W001",
}


def differences(access: Access, live: Live) -> list[Difference]:
    """Every difference, in the order in which they can be mended."""
    return [
        *role_differences(live),
        *backup_differences(live),
        *_undeclared(access, live),
        *_default_privileges(live),
        *_grants(access, live),
        *_views(access, live),
        *_row_security(access, live),
        *_policies(access, live),
    ]


def role_differences(live: Live) -> list[Difference]:
    """Those of the cluster, which only a login that may create roles can mend."""
    return [*_groups(live), *_web(live), *_memberships(live)]


def _groups(live: Live) -> Iterator[Difference]:
    for name in GROUPS:
        role = live.roles.get(name)
        if role is None:
            yield Difference("role", f"There is no role {name}.", (_create(name, "NOLOGIN"),))
            continue
        wrong = [word for word, is_wrong in {"LOGIN": role.login, **_powers(live, name)}.items() if is_wrong]
        if wrong:
            yield Difference(
                "role", f"{name} has {', '.join(wrong)}.", (_alter(name, [f"NO{word}" for word in wrong]),)
            )


def _web(live: Live) -> Iterator[Difference]:
    role = live.roles.get(WEB)
    if role is None:
        yield Difference("role", f"There is no role {WEB}.", (_create(WEB, "LOGIN NOINHERIT"),))
        return
    wrong = [word for word, is_wrong in {"INHERIT": role.inherit, **_powers(live, WEB)}.items() if is_wrong]
    if wrong:
        yield Difference("web_login", f"{WEB} has {', '.join(wrong)}.", (_alter(WEB, [f"NO{word}" for word in wrong]),))
    if not role.login:
        yield Difference("web_login", f"{WEB} cannot log in.", (_alter(WEB, ["LOGIN"]),))
    owned = sorted(relation.name for relation in live.relations.values() if relation.owner in CLIENTS)
    if owned:
        yield Difference("web_login", f"Clients own {', '.join(owned)}; owners are bound by nothing.")


def _powers(live: Live, name: str) -> dict[str, bool]:
    role = live.roles[name]
    return {
        "SUPERUSER": role.superuser,
        "BYPASSRLS": role.bypassrls,
        "CREATEROLE": role.createrole,
        "CREATEDB": role.createdb,
        "REPLICATION": role.replication,
    }


def _memberships(live: Live) -> Iterator[Difference]:
    for group in GROUPS:
        held = live.memberships.get((WEB, group))
        loose = live.version >= 16 and held is not None and (held.inherits or not held.may_set)
        if held is None or loose:
            options = " WITH INHERIT FALSE, SET TRUE" if live.version >= 16 else ""
            statement = sql.SQL("GRANT {} TO {}" + options).format(sql.Identifier(group), sql.Identifier(WEB))
            yield Difference(
                "membership", f"{WEB} cannot take the role {group}, or has it without asking.", (statement,)
            )
    for (member, role), held in live.memberships.items():
        if member in CLIENTS and ((member, role) not in {(WEB, group) for group in GROUPS} or held.administers):
            statement = sql.SQL("REVOKE {} FROM {} CASCADE").format(sql.Identifier(role), sql.Identifier(member))
            yield Difference("membership", f"{member} belongs to {role}.", (statement,))


def backup_differences(live: Live) -> list[Difference]:
    """What keeps the backup login from seeing every row. Not every owner may mend it, and only a dump needs it."""
    role = live.roles.get(BACKUP)
    found = []
    if role is None:
        found.append(Difference("backup_login", f"There is no role {BACKUP}.", (_create(BACKUP, "LOGIN BYPASSRLS"),)))
    elif not (role.login and role.bypassrls):
        statement = _alter(BACKUP, ["LOGIN", "BYPASSRLS"])
        found.append(Difference("backup_login", f"{BACKUP} does not see every row.", (statement,)))
    if (BACKUP, READER) not in live.memberships:
        statement = sql.SQL("GRANT {} TO {}").format(sql.Identifier(READER), sql.Identifier(BACKUP))
        found.append(Difference("backup_login", f"{BACKUP} may not read every table.", (statement,)))
    if role is not None:
        powers = {"SUPERUSER": role.superuser, "CREATEROLE": role.createrole, "CREATEDB": role.createdb}
        wrong = [word for word, is_wrong in powers.items() if is_wrong]
        statement = _alter(BACKUP, [f"NO{word}" for word in wrong])
        found += [Difference("backup_login", f"{BACKUP} has {', '.join(wrong)}.", (statement,))] * bool(wrong)
    return found


def _undeclared(access: Access, live: Live) -> Iterator[Difference]:
    for relation in live.relations.values():
        if relation.needs_declaration and relation.name not in access.by_name:
            yield Difference("undeclared", f"{relation.name} is not in the table of rights.")


def _default_privileges(live: Live) -> Iterator[Difference]:
    for default in live.defaults:
        where = sql.SQL(" IN SCHEMA {}").format(sql.Identifier(default.schema)) if default.schema else sql.SQL("")
        statement = sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {}{} REVOKE ALL ON {} FROM {}").format(
            sql.Identifier(default.role),
            where,
            sql.SQL(default.kind),
            _grantee(default.grantee),
        )
        yield Difference(
            "default_privilege",
            f"What {default.role} makes next ({default.kind.lower()}) is {default.grantee}'s from birth.",
            (statement,),
        )


def _grants(access: Access, live: Live) -> Iterator[Difference]:
    right = wanted.grants(access, live)
    by_place: dict[tuple[str, str, str], set[Grant]] = defaultdict(set)
    for grant in right ^ live.grants:
        # BYPASSRLS and pg_read_all_data are the backup login's rights; CONNECT comes with the database.
        by_place[grant.kind, grant.name, grant.grantee].add(grant)
    for (kind, name, grantee), found in sorted(by_place.items()):
        here = [grant for grant in right if (grant.kind, grant.name, grant.grantee) == (kind, name, grantee)]
        extra, missing = sorted(map(_say, found & live.grants)), sorted(map(_say, found - live.grants))
        told = [f"has {', '.join(extra)}"] * bool(extra) + [f"lacks {', '.join(missing)}"] * bool(missing)
        yield Difference(
            _kind_of(found & live.grants, live),
            f"{grantee} {' and '.join(told)} on {kind.lower()} {name}.",
            # Taking a right in a whole table takes those in its columns along: so all is taken, and given anew.
            (_revoke(kind, name, grantee), *_give(kind, name, grantee, here)),
        )


def _kind_of(extra: frozenset[Grant] | set[Grant], live: Live) -> str:
    for grant in extra:
        relation = live.relations.get(grant.name) if grant.kind == "TABLE" else None
        if relation and relation.is_partition:
            return "partition"
        if grant.privilege.startswith(("CREATE", "TEMPORARY")):
            return "client_objects"
    return "grant"


def _say(grant: Grant) -> str:
    return f"{grant.privilege} ({grant.column})" if grant.column else grant.privilege


def _give(kind: str, name: str, grantee: str, grants: list[Grant]) -> Iterator[sql.Composed]:
    for verb in dict.fromkeys((*VERBS, *(grant.privilege for grant in grants))):
        of_verb = [grant for grant in grants if grant.privilege == verb]
        columns = [sql.Identifier(grant.column) for grant in sorted(of_verb, key=str) if grant.column]
        if of_verb:
            what = sql.SQL(verb)
            part = sql.SQL(" ({})").format(sql.SQL(", ").join(columns)) if columns else sql.SQL("")
            yield sql.SQL("GRANT {}{} ON {} TO {}").format(what, part, _object(kind, name), _grantee(grantee))


def _revoke(kind: str, name: str, grantee: str) -> sql.Composed:
    return sql.SQL("REVOKE ALL ON {} FROM {} CASCADE").format(_object(kind, name), _grantee(grantee))


def _object(kind: str, name: str) -> sql.Composed:
    identifier: sql.Composable
    if kind == "FUNCTION":
        schema, _dot, signature = name.partition(".")
        function, _bracket, arguments = signature.partition("(")
        identifier = sql.SQL("{}({}").format(sql.Identifier(schema, function), sql.SQL(arguments))
    else:
        identifier = sql.Identifier(*name.split(".")) if kind in {"TABLE", "SEQUENCE"} else sql.Identifier(name)
    return sql.SQL("{} {}").format(sql.SQL(kind), identifier)


def _grantee(name: str) -> sql.Composable:
    return sql.SQL("PUBLIC") if name == "PUBLIC" else sql.Identifier(name)


def _views(access: Access, live: Live) -> Iterator[Difference]:
    for relation in live.relations.values():
        if not relation.is_view or relation.invoker:
            continue
        if live.version < INVOKER_VIEWS and relation.name in access.by_name:
            continue  # this version has no others; the declared ones read nothing that has a rule for rows
        mend = (sql.SQL("ALTER VIEW {} SET (security_invoker = true)").format(_relation(relation)),)
        yield Difference(
            "definer_view",
            f"{relation.name} reads with its owner's rights, and shows every row to whoever may read it.",
            mend if relation.kind == "v" and live.version >= INVOKER_VIEWS else (),
        )


def _row_security(access: Access, live: Live) -> Iterator[Difference]:
    for table in access.tables:
        relation = live.relations.get(table.name)
        if not table.rows or relation is None:
            continue
        for word, there in (("ENABLE", relation.row_security), ("FORCE", relation.forced)):
            if not there:
                statement = sql.SQL("ALTER TABLE {} " + word + " ROW LEVEL SECURITY").format(_relation(relation))
                yield Difference("row_security", f"{table.name} lacks {word} ROW LEVEL SECURITY.", (statement,))


def _policies(access: Access, live: Live) -> Iterator[Difference]:
    right = wanted.policies(access, live)
    for place, policy in live.policies.items():
        if place not in right:
            yield Difference(
                "policy", f"{policy.table} has a policy {policy.name} that nobody declared.", (_drop(policy),)
            )
    for place, wish in right.items():
        found = live.policies.get(place)
        if found is not None and _is(found, wish):
            continue
        state = "lacks the policy" if found is None else "has another policy"
        drop = () if found is None else (_drop(found),)
        yield Difference("policy", f"{wish.table} {state} {wish.name}.", (*drop, wish.statement, _mark(wish)))


def _is(found: Policy, wish: wanted.WantedPolicy) -> bool:
    same = (found.verb, found.roles, found.permissive) == (wish.verb, wish.roles, True)
    return same and found.comment == f"{wish.source} {found.meaning}"


def _drop(policy: Policy) -> sql.Composed:
    return sql.SQL("DROP POLICY {} ON {}").format(sql.Identifier(policy.name), sql.Identifier(*policy.table.split(".")))


def _mark(wish: wanted.WantedPolicy) -> sql.Composed:
    """Note on the policy what it was made from, and what PostgreSQL made of it: `check` sees a change of either."""
    schema, table = wish.table.split(".")
    return sql.SQL("""DO $mark$
DECLARE
    meaning text;
BEGIN
    PERFORM set_config('search_path', '', true);
    SELECT md5(format('%s|%s', pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))) INTO meaning
      FROM pg_policy WHERE polrelid = {table}::regclass AND polname = {name};
    EXECUTE format('COMMENT ON POLICY %I ON %s IS %L', {name}, {table}, {source} || ' ' || meaning);
END
$mark$""").format(
        table=sql.Literal(sql.Identifier(schema, table).as_string(None)),
        name=sql.Literal(wish.name),
        source=sql.Literal(wish.source),
    )


def _relation(relation: Relation) -> sql.Identifier:
    return sql.Identifier(*relation.name.split("."))


def _create(name: str, attributes: str) -> sql.Composed:
    """Another database of the cluster may be making the same role at this moment."""
    return sql.SQL(
        "DO $$ BEGIN CREATE ROLE {} "
        + attributes
        + "; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    ).format(sql.Identifier(name))


def _alter(name: str, attributes: list[str]) -> sql.Composed:
    return sql.SQL("ALTER ROLE {} " + " ".join(attributes)).format(sql.Identifier(name))


def text(statement: sql.Composable) -> str:
    return statement.as_string(None)
