"""Starting and stopping the server of a data folder that is ready for it."""

import shlex
import time
from collections.abc import Mapping
from pathlib import Path

from .account import Account
from .binaries import Binaries
from .errors import FULL_DISK, ClusterError
from .log import Log
from .place import PORT, SOCKET_NAME, Place
from .process import Postmaster, answers, disarm_pid_file, orphans, running_postmaster

# Recovery after a crash replays up to max_wal_size; slow disks take a minute for it.
READY_SECONDS = 120
STOP_SECONDS = 60
ORPHAN_SECONDS = 10
LOG_LINES = 20
# pg_ctl hands these paths to a shell between double quotes.
UNQUOTABLE = frozenset('"$`\\\n')


def launch(place: Place, account: Account, binaries: Binaries, settings: Mapping[str, str]) -> None:
    """Start the server on ``place`` and wait until it accepts connections; raises ``ClusterError`` with its log.

    ``pg_ctl`` gives the server a session of its own: Ctrl-C in the terminal stays in the terminal.
    """
    program, log = binaries.path("pg_ctl"), Log(place.log_folder)
    _clear_remains(place, account)
    log.prune()
    before = log.position()
    command: list[str | Path] = [program, "start", "-w", "-s", "-t", str(READY_SECONDS), "-D", place.data]
    done = account.run([*command, "-l", log.startup, "-o", _options(place, settings)])
    if done.returncode:
        raise _start_failure(place, log.since(before, LOG_LINES) or done.stderr.splitlines())


def observe(place: Place) -> Postmaster | None:
    """The server that runs on ``place``, as far as the caller may see; None when none does."""
    try:
        return running_postmaster(place.data)
    except PermissionError:
        # The data is another user's and closed to the caller; the socket is open to ask.
        is_there = answers(place.socket_folder / SOCKET_NAME)
        return Postmaster(pid=None, says_ready=True, started_at=None) if is_there else None


def is_ready(place: Place) -> bool:
    """Say whether the server of ``place`` accepts connections."""
    postmaster = observe(place)
    return postmaster is not None and postmaster.says_ready and answers(place.socket_folder / SOCKET_NAME)


def becomes_ready(place: Place) -> bool:
    """Wait while a server runs on ``place`` until it accepts connections; False when none does, or no longer.

    Raises ``ClusterError`` when it takes too long.
    """
    deadline = time.monotonic() + READY_SECONDS
    while observe(place) is not None:
        if is_ready(place):
            return True
        if time.monotonic() > deadline:
            raise _start_failure(place, Log(place.log_folder).tail(LOG_LINES))
        time.sleep(0.05)
    return False


def stop_server(data: Path, account: Account, binaries: Binaries, mode: str) -> None:
    """Stop the server on ``data`` and wait for its end; raises ``ClusterError`` when it does not come."""
    command: list[str | Path] = [binaries.path("pg_ctl"), "stop", "-w", "-s", "-t", str(STOP_SECONDS), "-D", data]
    done = account.run([*command, "-m", mode])
    if done.returncode and running_postmaster(data) is not None:
        raise ClusterError(
            f"The server did not stop within {STOP_SECONDS} seconds: {done.stderr.strip()}. Look at what it does "
            "with manage.py postgres logs, or cut it short with manage.py postgres stop --mode immediate; the next "
            "start then recovers from its log."
        )


def refuse_unquotable(*paths: Path) -> None:
    """Raise ``ClusterError`` for a path that pg_ctl would mangle."""
    for path in paths:
        if UNQUOTABLE & set(str(path)):
            raise ClusterError(
                f"PostgreSQL's pg_ctl cannot work with the path {path}: it holds one of the characters \" $ ` \\. "
                "Move the project to a folder without them."
            )


def _clear_remains(place: Place, account: Account) -> None:
    """Put away what a power cut or a kill left: the old number, and socket files that belong to nobody now."""
    deadline = time.monotonic() + ORPHAN_SECONDS
    while (left := orphans(place.data)) and time.monotonic() < deadline:
        time.sleep(0.1)
    if left:
        pids = " ".join(map(str, left))
        raise ClusterError(
            f"The server before this one was killed, and its processes {pids} still use the data. They end with "
            f"what they are doing; wait for that, or end them (kill {pids}), and start again."
        )
    if answers(place.socket_folder / SOCKET_NAME):
        # Its number means nothing here, and starting a second server would ruin the data of both.
        raise ClusterError(
            f"A PostgreSQL server that cannot be seen from here answers in {place.socket_folder}: it runs in another "
            "container, or its data was deleted a moment ago. Stop it there, or wait a minute, and start again."
        )
    disarm_pid_file(place.data, account)
    for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
        (place.bound_socket_folder / name).unlink(missing_ok=True)


def _options(place: Place, settings: Mapping[str, str]) -> str:
    """The server's command line, which wins over every file: where clients look, and what the caller wants."""
    # The server reads a list of folders here; between double quotes, a comma or a blank is part of the name.
    folder = str(place.bound_socket_folder).replace('"', '""')
    fixed = {"unix_socket_directories": f'"{folder}"', "port": str(PORT)}
    return shlex.join(f"--{name}={value}" for name, value in {**settings, **fixed}.items())


def _start_failure(place: Place, lines: list[str]) -> ClusterError:
    text = "\n".join(lines)
    if "No space left on device" in text:
        return ClusterError(f"The server could not start. {FULL_DISK}\n{text}")
    if "shared memory block" in text and "still in use" in text:
        return ClusterError(
            "Processes of a server that was killed still use its shared memory. Wait for them to end, or end "
            f"them, and start again.\n{text}"
        )
    if running_postmaster(place.data) is not None:
        return ClusterError(
            f"The server did not accept connections within {READY_SECONDS} seconds and goes on trying; after a "
            f"crash it may still be recovering. See manage.py postgres logs -f. Its last lines:\n{text}"
        )
    return ClusterError(f"The server did not start. Mend what its log says and start again:\n{text}")
