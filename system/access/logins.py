"""The logins that are not the owner: `aegis_app` for the web, `aegis_backup` for dumps that hold every row.

Passwords never reach a statement, and so no log: what the server gets is the verifier that it would keep.
"""

import os
from pathlib import Path
from secrets import token_urlsafe

import psycopg
from django.conf import settings
from django.db import connections, transaction
from psycopg import sql

from system.access.declaration import BACKUP, WEB
from system.access.differences import Difference, backup_differences, text
from system.access.live import read

# Who made the embedded cluster, and may do there what its owner may not.
SUPERUSER = "postgres"
KEPT = {WEB: "web_password", BACKUP: "backup_password"}


def kept_password(login: str) -> str:
    """The password of a login from its file under `var/`, made at random the first time; only this user reads it."""
    path = Path(settings.AEGIS_VAR) / KEPT[login]
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(f"{token_urlsafe(24)}\n")
        draft.rename(path)
    return path.read_text().strip()


def set_password(login: str, password: str, using: str = "default") -> None:
    """Let `login` log in with `password`; whoever sets it must be allowed to alter the role."""
    connection = connections[using]
    connection.ensure_connection()
    verifier = connection.connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login), sql.Literal(verifier.decode()))
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(statement.as_string(None))


def as_superuser(found: list[Difference], using: str = "default") -> None:
    """Mend `found` on the embedded server, whose maker the socket lets us be."""
    place = connections[using].settings_dict
    where = {"host": place["HOST"], "port": place["PORT"], "dbname": place["NAME"], "user": SUPERUSER}
    with psycopg.connect(**where) as superuser:
        for one in found:
            for statement in one.statements:
                superuser.execute(text(statement).encode())


def script(using: str = "default") -> str:
    """What a DBA runs in psql to make both logins; `\\password` asks for each password, and hides it from the logs."""
    live = read(using)
    lines = [text(statement) + ";" for one in backup_differences(live) for statement in one.statements]
    return "\n".join([*lines, f"\\password {WEB}", f"\\password {BACKUP}"]) + "\n"
