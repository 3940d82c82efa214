"""The operating system's user that a server runs as.

PostgreSQL refuses to run as root. Root therefore gives its server a system user of its own, and a
server whose data exists already runs as whoever owns that data.
"""

import grp
import os
import pwd
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import ClusterError
from .lock import alone
from .shared import make_shared

SYSTEM_USER = "aegis-postgres"
SHELL = ("--shell", "/usr/sbin/nologin")


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int

    @property
    def is_caller(self) -> bool:
        return self.uid == os.geteuid()

    def run(self, command: Sequence[str | Path], *, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``command`` as this user, from ``/`` and with a bare environment.

        The caller's folder may be closed to this user, and its ``PG…`` variables would steer
        PostgreSQL's programs elsewhere. Raises ``ClusterError`` when the program cannot be run at all.
        """
        try:
            return subprocess.run(
                [str(part) for part in command],
                input=stdin,
                check=False,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
                umask=0o077,
                user=None if self.is_caller else self.uid,
                group=None if self.is_caller else self.gid,
                extra_groups=None if self.is_caller else os.getgrouplist(self.name, self.gid),
            )
        except OSError as error:
            raise ClusterError(
                f"{Path(command[0]).name} cannot be run as the OS user {self.name}: {error}. Run AEGIS as an "
                "ordinary user, or name a PostgreSQL server of your own in DATABASE_URL."
            ) from error

    def reaches(self, *paths: Path) -> bool:
        """Say whether this user can enter the folders and read the files among ``paths``.

        The system is asked as that user, since modes alone know nothing of ACLs.
        """
        if self.is_caller:
            return all(os.access(path, os.X_OK if path.is_dir() else os.R_OK) for path in paths)
        script = 'for path; do if test -d "$path"; then test -x "$path"; else test -r "$path"; fi || exit 1; done'
        return self.run(["/bin/sh", "-c", script, "sh", *paths]).returncode == 0

    def own(self, path: Path | int) -> None:
        """Give ``path`` to this user; a link is not followed, since it could name anything."""
        if isinstance(path, int):
            os.fchown(path, self.uid, self.gid)
        else:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def account_of(uid: int) -> Account:
    """The account of ``uid``; raises ``ClusterError`` when it has no name, because PostgreSQL needs one."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise ClusterError(
            f"The OS user id {uid} has no name, and PostgreSQL does not run without one. Add it to /etc/passwd, "
            "or give the files to a user that has a name."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def name_of(uid: int | None) -> str | None:
    """The name of ``uid``; None without one, as behind a mount from another machine."""
    try:
        return None if uid is None else pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def owner_of(path: Path) -> int | None:
    """The user id that owns ``path``; None when it is not there or cannot be seen."""
    try:
        return path.stat().st_uid
    except OSError:
        return None


def known_account(data: Path) -> Account | None:
    """Who runs the server of ``data``, looking only: None while root has no system user for it yet."""
    owner = owner_of(data)
    if owner is not None:
        return account_of(owner)
    return _system_account() if os.geteuid() == 0 else account_of(os.geteuid())


def account_for(data: Path) -> Account:
    """Who runs the server of ``data``; root's system user is created when it is missing.

    Raises ``ClusterError`` when that is somebody whom the caller cannot act for.
    """
    owner = owner_of(data)
    if owner == 0:
        raise ClusterError(
            f"{data} belongs to root, as whom PostgreSQL does not run. Nothing was touched. Give it to its "
            f"server's user: chown -R {SYSTEM_USER}: {shlex.quote(str(data.parent))}"
        )
    if os.geteuid() == 0:
        return account_of(owner) if owner is not None else _system_account() or _create_system_account()
    if owner not in (None, os.geteuid()):
        name = name_of(owner) or owner
        raise ClusterError(
            f"{data} belongs to the OS user {name}. Nothing was touched. Run this as {name} or as root, or have root "
            f"give it to you: chown -R {os.geteuid()}: {shlex.quote(str(data.parent))}"
        )
    return account_of(os.geteuid())


def _system_account() -> Account | None:
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _create_system_account() -> Account:
    """Create root's system user; locked, because two ``useradd`` at once fail on each other's lock."""
    with alone(make_shared() / "lock"):
        account = _system_account()
        problem = "" if account else _add_user()
    account = account or _system_account()
    if account is None:
        raise ClusterError(
            f"PostgreSQL does not run as root, and its system user {SYSTEM_USER} could not be created ({problem}). "
            f"Create it and start again: {shlex.join(_user_command())}"
        )
    return account


def _add_user() -> str:
    """Run ``useradd`` and give back what it complained of."""
    command = _user_command()
    # A bare environment, as of cron or su, lacks the folders that useradd is in.
    program = shutil.which(command[0], path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if program is None:
        return "useradd is not installed"
    return subprocess.run([program, *command[1:]], check=False, capture_output=True, text=True).stderr.strip()


def _user_command() -> list[str]:
    has_group = any(group.gr_name == SYSTEM_USER for group in grp.getgrall())
    group = ["--gid", SYSTEM_USER] if has_group else ["--user-group"]
    return ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", *group, *SHELL, SYSTEM_USER]
