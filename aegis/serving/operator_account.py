"""The first account of an installation, so that somebody can log in."""

import os
from dataclasses import dataclass
from pathlib import Path
from secrets import choice
from string import ascii_letters, digits

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.db import connection, transaction

OPERATOR = "operator"
# Without the characters that look like others.
ALPHABET = "".join(sorted(set(ascii_letters + digits) - set("0O1lI")))
LENGTH = 16


@dataclass(frozen=True)
class Login:
    """How to log in: no user when the installation has accounts of its own, no password when it was changed."""

    user: str | None
    password: str | None


def ensure_operator(kept_in: Path) -> Login:
    """Make the superuser `operator` if there is no user at all; its password is random and kept in a file."""
    users = get_user_model()._default_manager
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('aegis operator'))")
        if not users.exists():
            password = "".join(choice(ALPHABET) for _ in range(LENGTH))
            # Kept before the commit: an account whose password nobody knows would lock the installation.
            _keep(password, kept_in)
            get_user_model().objects.create_superuser(OPERATOR, password=password)
            return Login(OPERATOR, password)
    account = users.filter(username=OPERATOR, is_active=True).first()
    kept = kept_in.read_text().strip() if kept_in.exists() else ""
    if account is None:
        return Login(None, None)
    return Login(OPERATOR, kept if kept and check_password(kept, account.password) else None)


def _keep(password: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{password}\n")
    draft.rename(path)
