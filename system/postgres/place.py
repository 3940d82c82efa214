"""Where everything of one cluster is, worked out from its folder alone."""

import os
from dataclasses import dataclass
from pathlib import Path

from .shared import digest

PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
# sockaddr_un holds 108 bytes and a closing zero.
SOCKET_PATH_LIMIT = 107


@dataclass(frozen=True)
class Place:
    """The rooms of a cluster. ``folder`` is its name in the project, and a link when root's server cannot reach that.

    ``data`` is PostgreSQL's own; log, socket and marker stand beside it, so that a base backup holds
    the data alone and a restore swaps one folder.
    """

    folder: Path

    @classmethod
    def of(cls, folder: Path) -> "Place":
        """The place of ``folder``, made absolute but for its last part, which may be our own link."""
        return cls(folder.parent.resolve() / folder.name)

    @property
    def home(self) -> Path:
        """The real folder, which the server's user reaches."""
        return self.folder.resolve()

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log_folder(self) -> Path:
        return self.home / "log"

    @property
    def marker(self) -> Path:
        return self.home / "aegis-cluster.json"

    @property
    def lock(self) -> Path:
        """Beside the folder: a foreign folder is not written to, and a link may come or go while it is held."""
        return self.folder.with_name(f"{self.folder.name}.lock")

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket for clients, the same for every user and with no server running.

        A folder whose path no socket can have gets a private one in ``/tmp``. ``$XDG_RUNTIME_DIR`` would
        differ between a login and cron, and vanish with the login.
        """
        beside = self.folder / "socket"
        private = Path("/tmp") / f"aegis-postgres-{digest(self.folder)}"  # noqa: S108 - made 0700, and checked
        return beside if _fits(beside) else private

    @property
    def has_private_socket_folder(self) -> bool:
        return self.socket_folder.parent != self.folder

    @property
    def bound_socket_folder(self) -> Path:
        """The same folder by the path that the server uses: through a closed folder it cannot follow our link."""
        behind = self.home / "socket"
        return self.socket_folder if self.has_private_socket_folder or not _fits(behind) else behind


def _fits(folder: Path) -> bool:
    """Say whether clients can name a socket in ``folder``: a kernel limit, and libpq reads a comma as a list."""
    return "," not in str(folder) and len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT
