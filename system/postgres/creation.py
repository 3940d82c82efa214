"""Making a cluster: aside, then renamed, so that an interrupted making leaves nothing that passes for one."""

import os
import shutil
import tempfile
from pathlib import Path

from .account import Account
from .binaries import Binaries
from .configuration import write_user_files
from .errors import FULL_DISK, ClusterError
from .machine import MB, require_space
from .place import Place

# Some 40 MB at first, the first WAL files, and room to work.
NEEDED_BYTES = 200 * MB
# Run by a single-user server connected to template1: what stands in it is in every database made later.
CREATE_SQL = Path(__file__).with_name("create.sql")
BUILDING = "data.creating-"


def create_cluster(place: Place, account: Account, binaries: Binaries, *, durable: bool) -> None:
    """Make the data folder of ``place`` with its roles, database and extension; raises ``ClusterError``.

    Each making has a folder name of its own: an ``initdb`` that outlived its killed parent keeps writing
    into its folder, never into the next one. Only a ``durable`` one is sure to outlive a power cut, which
    costs a second: more than all the rest.
    """
    require_space(place.home, NEEDED_BYTES)
    building = Path(tempfile.mkdtemp(prefix=BUILDING, dir=place.home))
    try:
        account.own(building)
        _initialise(building, account, binaries, durable)
        _create_database(building, account, binaries, durable)
        write_user_files(building, account)
        building.rename(place.data)
        _sync(place.home)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def sweep_remains(place: Place) -> None:
    """Remove what interrupted makings left; at each start, since an orphaned ``initdb`` may write on for a moment."""
    for remainder in place.home.glob(f"{BUILDING}*"):
        shutil.rmtree(remainder, ignore_errors=True)


def _initialise(data: Path, account: Account, binaries: Binaries, durable: bool) -> None:
    command: list[str | Path] = [binaries.path("initdb"), "--pgdata", data, "--username", "postgres"]
    command += ["--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    # The C library's ctype still decides what pg_trgm takes for a letter: with plain C, nothing Korean.
    command += ["--locale", "C.UTF-8", "--data-checksums", "--auth", "peer", "--no-instructions"]
    done = account.run([*command, *([] if durable else ["--no-sync"])])
    if done.returncode:
        raise _failure("initialise", done.stderr)


def _create_database(data: Path, account: Account, binaries: Binaries, durable: bool) -> None:
    """Run ``create.sql`` in a single-user server (``-j``: a statement ends at an empty line): no socket, no login."""
    command: list[str | Path] = [binaries.path("postgres"), "--single", "-j", "-D", data]
    command += ["-c", "exit_on_error=on", "-c", f"fsync={'on' if durable else 'off'}", "template1"]
    done = account.run(command, stdin=CREATE_SQL.read_text())
    if done.returncode:
        raise _failure("fill", done.stderr)


def _failure(what: str, output: str) -> ClusterError:
    if "No space left on device" in output:
        return ClusterError(f"AEGIS could not {what} the PostgreSQL cluster. {FULL_DISK}")
    return ClusterError(
        f"AEGIS could not {what} the PostgreSQL cluster; nothing was kept. Mend what PostgreSQL says and start "
        f"again:\n{output.strip()}"
    )


def _sync(folder: Path) -> None:
    """Make the rename itself outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
