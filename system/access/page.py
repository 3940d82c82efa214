"""The table of rights as a page for people: docs/access.md."""

from collections.abc import Iterator
from itertools import groupby

from system.access.declaration import GROUPS, WEB, Access, Table

HEADER = """# Who may do what

The database enforces this table, for every client: the back office, programs and people at psql. It is written down in
`aegis/access.py`; from it `manage.py roles` makes roles, grants, row security and Django's groups, and `make snapshot`
this page. `manage.py roles check` tells every difference from it, and `migrate` mends them.

- A person's role is the strongest of their groups, which carry the roles' names; a Django superuser is `aegis_admin`.
  Who is in no group sees nothing. Whoever has a database login of their own gets the role by
  `GRANT aegis_trader TO kim`, and is at psql what they are in the back office: the login's name is the user's.
- `aegis_app` is the login of the web. What it may do before it takes a person's role stands under it. `aegis_backup`
  reads everything, every row of it, and writes nothing.
- **S**elect, **I**nsert, **U**pdate, **D**elete; in small letters: some columns only, which are listed below. A
  trader's rights hold for the rows that are named; other roles see all rows.
- A right to write is a right to try: the rules of the ledger hold for everybody. Nobody but the owner may truncate,
  make a table, even a temporary one, read a partition by its own name, or draw from a sequence.
"""
LETTERS = {"SELECT": "S", "INSERT": "I", "UPDATE": "U", "DELETE": "D"}


def page(access: Access) -> str:
    """The page in Markdown."""
    tables = groupby(access.tables, key=lambda table: table.schema)
    return "\n".join([HEADER, *(line for schema, found in tables for line in _schema(schema, list(found)))])


def _schema(schema: str, tables: list[Table]) -> Iterator[str]:
    roles = [role for role in (*GROUPS, WEB) if any(table.rights(role) for table in tables)]
    yield f"## {schema}\n"
    yield f"| table | {' | '.join(role.removeprefix('aegis_') for role in roles)} | a trader's rows | |"
    yield f"|---|{'---|' * len(roles)}---|---|"
    for table in tables:
        cells = [_cell(table, role) for role in roles]
        rows = table.rows.words if table.rows else ""
        yield f"| {table.table} | {' | '.join(cells)} | {rows} | {table.note} |"
    yield ""
    listed = [line for table in tables for role in roles for line in _columns(table, role)]
    yield from [*listed, ""] if listed else []


def _cell(table: Table, role: str) -> str:
    rights = table.rights(role)
    letters = (LETTERS[verb] if rights[verb] is None else LETTERS[verb].lower() for verb in LETTERS if verb in rights)
    return "".join(letters) or "–"


def _columns(table: Table, role: str) -> Iterator[str]:
    for verb, columns in table.rights(role).items():
        if columns is not None:
            yield f"- `{role}` {verb.lower()}s in {table.name}: {', '.join(columns)}"
