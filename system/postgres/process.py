"""Whose process is it: the server of a data folder, told apart from others that came to have its number."""

import os
import socket
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .account import Account
from .configuration import write_file

PROC = Path("/proc")
# Above the largest number a kernel gives out (4194304), so no process ever has it.
NOBODY = 2147483646
SSL_REQUEST = struct.pack("!ii", 8, 80877103)
ANSWER_SECONDS = 5


@dataclass(frozen=True)
class Postmaster:
    """A server that runs; who it is stays None where its data is closed to the caller."""

    pid: int | None
    says_ready: bool
    started_at: datetime | None


def running_postmaster(data: Path) -> Postmaster | None:
    """The server that runs on ``data`` now; None when there is none, whatever ``postmaster.pid`` says."""
    lines = _pid_file(data)
    if len(lines) < 3 or not _serves(int(lines[0]), data):
        return None
    says_ready = len(lines) > 7 and lines[7].strip() == "ready"
    return Postmaster(int(lines[0]), says_ready, datetime.fromtimestamp(int(lines[2]), UTC))


def answers(socket_path: Path) -> bool:
    """Say whether a PostgreSQL server at ``socket_path`` answers, which a dying or stopped one does not.

    Asked with the first message of the protocol, since the kernel alone accepts a connection.
    """
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(ANSWER_SECONDS)
        try:
            client.connect(str(socket_path))
            client.sendall(SSL_REQUEST)
            return client.recv(1) in (b"N", b"S")
        except OSError:
            return False


def orphans(data: Path) -> list[int]:
    """PostgreSQL's processes on ``data``; with no postmaster running, what a killed one left behind."""
    if not PROC.is_dir():
        return []
    return sorted(pid for pid in map(_number, os.listdir(PROC)) if pid and _serves(pid, data))


def disarm_pid_file(data: Path, account: Account) -> None:
    """Take the number out of a ``postmaster.pid`` whose process is gone; call it with no server running.

    PostgreSQL refuses to start while any process of the same user has that number. The file stays,
    because PostgreSQL finds in it the shared memory that orphans may still use.
    """
    lines = _pid_file(data)
    if lines and lines[0] != str(NOBODY):
        write_file(data / "postmaster.pid", "\n".join([str(NOBODY), *lines[1:]]) + "\n", account)


def _pid_file(data: Path) -> list[str]:
    """The lines of ``postmaster.pid``; none when it is missing or was cut short."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []
    return lines if lines and lines[0].isdigit() else []


def _serves(pid: int, data: Path) -> bool:
    """Say whether ``pid`` is a process of PostgreSQL at work in ``data``: each of them stands in its data folder."""
    if not PROC.is_dir():
        return _is_alive(pid)
    try:
        return (PROC / str(pid) / "comm").read_text().strip() == "postgres" and (PROC / str(pid) / "cwd").samefile(data)
    except (OSError, ValueError):
        return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _number(name: str) -> int:
    return int(name) if name.isdigit() else 0
