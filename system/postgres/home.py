"""Making the folder of a cluster ours: marked, reachable by the server's user, and never somebody else's."""

import json
import logging
import shlex
import stat
from datetime import datetime
from pathlib import Path

from .account import SYSTEM_USER, Account, account_for
from .binaries import binaries_for
from .errors import ClusterError
from .lock import alone
from .place import Place
from .process import running_postmaster
from .server import stop_server
from .shared import make_shared, shared_home

logger = logging.getLogger(__name__)


def settle(place: Place, account: Account) -> None:
    """Give the cluster of ``place`` a folder that ``account`` reaches; raises ``ClusterError``, touching nothing.

    A new one is made in the project or, when root's server user cannot get there, in the machine's folder
    with a link to it from the project.
    """
    folder = place.folder
    if folder.exists():
        _check_ours(place)
    if _is_new(place) and not account.reaches(folder.parent):
        _settle_elsewhere(place)
    make_folder(place.home, 0o755)
    if not account.reaches(place.home):
        raise ClusterError(
            f"The server's user {account.name} cannot reach {place.home}. Nothing was touched. Open every folder "
            f"on the way to it (chmod a+x), or run AEGIS as the user who owns them."
        )
    _mark(place)


def _is_new(place: Place) -> bool:
    return not place.folder.is_symlink() and not place.marker.exists()


def furnish(place: Place, account: Account) -> None:
    """Make the folders of log and socket, owned by the server's user."""
    make_folder(place.log_folder, 0o700, account)
    if place.has_private_socket_folder:
        _make_private(place.socket_folder, account)
    else:
        make_folder(place.bound_socket_folder, 0o755, account)


def check_data(place: Place, version: str) -> None:
    """Raise ``ClusterError``, touching nothing, unless the data is for PostgreSQL ``version`` and is kept private."""
    _check_version(place.data, version)
    if place.data.stat().st_mode & 0o027:
        raise ClusterError(
            f"Others can read or write {place.data}, which PostgreSQL refuses. Nothing was touched. Close it: "
            f"chmod 0700 {shlex.quote(str(place.data))}"
        )


def make_folder(path: Path, mode: int, account: Account | None = None) -> None:
    """Make ``path`` with exactly ``mode``, whatever the umask; one that is there stays as it is."""
    try:
        path.mkdir()
    except FileExistsError:
        return
    path.chmod(mode)
    if account is not None and not account.is_caller:
        account.own(path)


def _check_version(data: Path, ours: str) -> None:
    version_file = data / "PG_VERSION"
    if not version_file.is_file():
        raise ClusterError(
            f"{data} is damaged: its file PG_VERSION is missing. Nothing was touched. Restore a backup, or move the "
            "folder away to start with an empty database."
        )
    theirs = version_file.read_text().strip()
    if theirs != ours.split(".", maxsplit=1)[0]:
        raise ClusterError(
            f"{data} holds data of PostgreSQL {theirs}, and AEGIS brings PostgreSQL {ours}. Nothing was touched. Run "
            f"a PostgreSQL {theirs} server on it and name that in DATABASE_URL, or dump it there with pg_dump, move "
            "the folder away, start again and restore the dump."
        )


def _check_ours(place: Place) -> None:
    """Refuse a folder that holds what AEGIS did not make."""
    if not place.home.is_dir():
        raise ClusterError(f"{place.folder} is not a folder. Nothing was touched. Move it away and start again.")
    if place.marker.exists():
        return
    # A disk mounted here brings lost+found along.
    names = sorted(path.name for path in place.home.iterdir() if path.name != "lost+found")
    if "PG_VERSION" in names:
        theirs = (place.home / "PG_VERSION").read_text().strip()
        raise ClusterError(
            f"{place.folder} is a data folder of PostgreSQL {theirs} that AEGIS did not make. Nothing was touched. "
            f"Run a PostgreSQL {theirs} server on it and name that in DATABASE_URL, or move it away and start again."
        )
    if names:
        raise ClusterError(
            f"{place.folder} holds files that AEGIS did not put there ({', '.join(names[:3])}). Nothing was touched. "
            "Move them away and start again."
        )


def check_link(place: Place) -> None:
    """Refuse a link to nowhere, whose disk may come back, and a link to another project's cluster."""
    if not place.folder.is_symlink():
        return
    if not place.home.exists():
        raise ClusterError(
            f"{place.folder} is a link to {place.home}, which is not there. Bring that folder or its disk back, or "
            "remove the link to start with an empty database."
        )
    origin = _origin(place.marker)
    if origin is not None and origin != place.folder and origin.resolve() == place.home:
        raise ClusterError(
            f"{place.folder} links to the data of {origin}, and two projects must not share one server. Nothing "
            "was touched. Remove the link to give this project a database of its own."
        )


def _settle_elsewhere(place: Place) -> None:
    home = shared_home(place.folder)
    with alone(make_shared() / "lock"):
        if (home / "data").exists():
            _set_aside(home)
        make_folder(home, 0o755)
    if place.folder.exists():
        place.folder.rmdir()
    place.folder.symlink_to(home)
    logger.warning(
        "The OS user %s cannot reach %s, so the database is kept in %s, with a link to it from there.",
        SYSTEM_USER,
        place.folder.parent,
        home,
    )


def _set_aside(home: Path) -> None:
    """Keep, under another name, the data of a project that was deleted with the link to it."""
    data = home / "data"
    if running_postmaster(data) is not None:
        account = account_for(data)
        stop_server(data, account, binaries_for(account), "fast")
    kept = home.with_name(f"{home.name}.stale-{datetime.now():%Y%m%d-%H%M%S}")
    home.rename(kept)
    logger.warning(
        "An earlier project in this folder left its database behind. It is kept in %s; delete it if nobody needs it.",
        kept,
    )


def _mark(place: Place) -> None:
    """Say in the folder that it is ours, and whose; that the file is there counts, so a torn one does no harm."""
    if _origin(place.marker) != place.folder:
        text = {"made_by": "AEGIS", "origin": str(place.folder)}
        place.marker.write_text(json.dumps(text, indent=2) + "\n")


def _origin(marker: Path) -> Path | None:
    try:
        return Path(json.loads(marker.read_text())["origin"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _make_private(path: Path, account: Account) -> None:
    """Make a folder in ``/tmp`` that only ``account`` enters, and refuse one that somebody else put there."""
    make_folder(path, 0o700, account)
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != account.uid or status.st_mode & 0o077:
        raise ClusterError(
            f"{path} is not a private folder of the OS user {account.name}; somebody else may have put it there to "
            "catch connections. Nothing was touched. Remove it and start again."
        )
