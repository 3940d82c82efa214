"""The embedded PostgreSQL of one project: what the rest of AEGIS knows of it."""

import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from .account import SYSTEM_USER, Account, account_for, account_of, known_account, name_of, owner_of
from .binaries import Binaries, binaries_for, wheel_binaries
from .configuration import write_configuration
from .creation import create_cluster, sweep_remains
from .errors import ClusterError, os_errors_as_cluster_errors
from .home import check_data, check_link, furnish, settle
from .lock import alone
from .log import Log
from .machine import measure
from .place import PORT, Place
from .server import becomes_ready, is_ready, launch, observe, refuse_unquotable, stop_server


@dataclass(frozen=True)
class Status:
    """How a cluster is; ``pid``, ``started_at`` and ``data_bytes`` are None where they are not or cannot be seen."""

    running: bool
    ready: bool
    pid: int | None
    started_at: datetime | None
    version: str | None
    folder: Path
    location: Path
    socket_folder: Path
    port: int
    url: str
    log_path: Path
    data_bytes: int | None

    def as_json(self) -> dict[str, object]:
        """The same as plain values; times are ISO 8601 with their zone."""
        return {name: _plain(value) for name, value in asdict(self).items()}


class Cluster:
    """One PostgreSQL cluster in ``folder``, reached through a Unix socket only.

    Making the object touches nothing. Every failure is a ``ClusterError`` that says what to do.
    """

    port = PORT
    database = "aegis"
    owner = "aegis"

    def __init__(self, folder: Path) -> None:
        self._place = Place.of(folder)

    @property
    def folder(self) -> Path:
        return self._place.folder

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder, by its real path."""
        return self._place.data

    @property
    def socket_folder(self) -> Path:
        """The HOST of a connection; it follows from the folder alone, with no server running."""
        return self._place.socket_folder

    @property
    def log(self) -> Log:
        return Log(self._place.log_folder)

    @property
    def log_path(self) -> Path:
        """The log file written last."""
        return self.log.newest

    @property
    def server_user(self) -> str:
        """The OS user the server runs as: libpq's ``requirepeer``, which refuses an impostor at the socket."""
        account = known_account(self.data)
        return account.name if account else SYSTEM_USER

    @property
    def url(self) -> str:
        """The address of the database for psql and every other client of libpq."""
        host, user = quote(str(self.socket_folder), safe=""), quote(self.server_user, safe="")
        return f"postgresql://{self.owner}@/{self.database}?host={host}&port={self.port}&requirepeer={user}"

    @property
    def is_running(self) -> bool:
        return observe(self._place) is not None

    @property
    def is_ready(self) -> bool:
        """Running, and past any recovery: it accepts connections."""
        return is_ready(self._place)

    def binary(self, name: str) -> Path:
        """The program ``name`` (psql, pg_dump …), where both the caller and the server's user can run it."""
        return self._binaries().path(name)

    def start(self, **settings: str) -> bool:
        """Start the server, made first if need be, and wait until it accepts connections.

        ``settings`` are server settings that win over every file for this run; with ``fsync="off"`` the
        making does not wait for the disk either. Says False, changing nothing, when it already runs.
        """
        with os_errors_as_cluster_errors(f"start PostgreSQL in {self.folder}"):
            check_link(self._place)
            if self.is_ready:
                return False
            account = account_for(self.data)
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            with alone(self._place.lock):
                if becomes_ready(self._place):
                    return False
                self._start(account, settings)
                return True

    def stop(self, mode: str = "fast") -> bool:
        """Stop the server and wait for its end; says False when it was not running.

        ``mode`` is PostgreSQL's: smart waits for clients, fast ends their transactions, immediate
        leaves the rest to recovery.
        """
        with os_errors_as_cluster_errors(f"stop PostgreSQL in {self.folder}"):
            check_link(self._place)
            if not self.data.exists():
                return False
            account = account_for(self.data)
            with alone(self._place.lock):
                if not self.is_running:
                    return False
                stop_server(self.data, account, binaries_for(account), mode)
                return True

    def status(self) -> Status:
        """How it is now; asks the system, not the server, so it also answers for one that is recovering or stuck."""
        postmaster = observe(self._place)
        return Status(
            running=postmaster is not None,
            ready=self.is_ready,
            pid=postmaster.pid if postmaster else None,
            started_at=postmaster.started_at if postmaster else None,
            version=self._version(),
            folder=self.folder,
            location=self._place.home,
            socket_folder=self.socket_folder,
            port=self.port,
            url=self.url,
            log_path=self.log_path,
            data_bytes=_size(self.data),
        )

    def _start(self, account: Account, settings: dict[str, str]) -> None:
        place = self._place
        binaries = binaries_for(account)
        refuse_unquotable(binaries.root, place.home)
        settle(place, account)
        version = binaries.version(account)
        if place.data.exists():
            check_data(place, version)
        furnish(place, account)
        sweep_remains(place)
        if not place.data.exists():
            create_cluster(place, account, binaries, durable=settings.get("fsync") != "off")
        write_configuration(place.data, account, place.log_folder, measure(place.data), self._users(account))
        launch(place, account, binaries, settings)

    def _users(self, account: Account) -> set[str]:
        """Who may log in: the server's user, the caller, the project's owner, and root, who could be any of them."""
        names = {account.name, "root", name_of(os.geteuid()), name_of(owner_of(self.folder.parent))}
        return {name for name in names if name}

    def _binaries(self) -> Binaries:
        account = known_account(self.data)
        return binaries_for(account) if account and os.geteuid() == 0 else wheel_binaries()

    def _version(self) -> str | None:
        try:
            return wheel_binaries().version(account_of(os.geteuid()))
        except ClusterError:
            return None


def _size(folder: Path) -> int | None:
    """The bytes below ``folder``; files that come and go meanwhile count or not."""
    if not os.access(folder, os.R_OK):
        return None
    return sum(_file_size(Path(parent, name)) for parent, _, names in os.walk(folder) for name in names)


def _file_size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value
