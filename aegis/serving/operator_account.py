"""The first account of an installation, so that somebody can log in."""

from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.db import connection, transaction

from aegis.logins.passwords import keep, random_password

OPERATOR = "operator"


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
            password = random_password()
            # Kept before the commit: an account whose password nobody knows would lock the installation.
            keep(f"{password}\n", kept_in)
            get_user_model().objects.create_superuser(OPERATOR, password=password)
            return Login(OPERATOR, password)
    account = users.filter(username=OPERATOR, is_active=True).first()
    kept = kept_in.read_text().strip() if kept_in.exists() else ""
    if account is None:
        return Login(None, None)
    return Login(OPERATOR, kept if kept and check_password(kept, account.password) else None)
