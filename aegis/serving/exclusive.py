"""One start at a time for each `var/`, and what it leaves for the next one if it is killed."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from django.utils.translation import gettext as _

from . import ServingError
from .stopping import Stop

# The children of a start that was killed end within this time: gunicorn lets requests finish.
LAST_CHILDREN_SECONDS = 20
# Looks, a tenth of a second apart, before a start that is seen counts as running: a killed one takes a moment to go.
LAST_BREATH = 5


@dataclass(frozen=True)
class Record:
    """What a start says of itself: its process, its address, and the database server that it answers for."""

    pid: int = 0
    address: str = ""
    server: str = ""


class Place:
    """The lock that a start holds. Its children inherit it, so that it is free only when the last of them is gone."""

    def __init__(self, descriptor: int, before: Record) -> None:
        self.descriptor = descriptor
        self.before = before
        self.record = Record(pid=os.getpid())
        self._write()

    def note(self, *, address: str | None = None, server: str | None = None) -> None:
        """Change what the record says."""
        self.record = replace(
            self.record,
            address=self.record.address if address is None else address,
            server=self.record.server if server is None else server,
        )
        self._write()

    def leave(self) -> None:
        """Leave nothing behind, except word of a database server that could not be stopped."""
        if not self.record.server:
            os.ftruncate(self.descriptor, 0)

    def _write(self) -> None:
        text = json.dumps(asdict(self.record)).encode()
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, text, 0)


@contextmanager
def the_only_start(path: Path, stop: Stop) -> Iterator[Place]:
    """Hold the lock file `path`; raises `ServingError` when another start runs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for attempt in range(LAST_CHILDREN_SECONDS * 10):
            if _lock(descriptor):
                break
            if attempt >= LAST_BREATH:
                _refuse_if_alive(_read(descriptor))
            stop.pause(0.1)
        else:
            raise ServingError(
                _("Processes of an AEGIS that was killed still hold %(path)s. Wait for their end and start again.")
                % {"path": path}
            )
        place = Place(descriptor, _read(descriptor))
        try:
            yield place
        finally:
            place.leave()
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(descriptor: int) -> Record:
    """What the file says; nothing where it is empty, or was cut short by a kill."""
    with suppress(ValueError, TypeError):
        return Record(**json.loads(os.pread(descriptor, 10_000, 0)))
    return Record()


def _refuse_if_alive(record: Record) -> None:
    if record.pid and not _is_alive(record.pid):
        return
    where = f" {record.address}" if record.address else ""
    raise ServingError(
        _(
            "AEGIS is running already:%(where)s (process %(pid)s). Stop it with Ctrl-C there, or set AEGIS_VAR to "
            "another folder for a second one."
        )
        % {"where": where, "pid": record.pid or "?"}
    )


def _is_alive(pid: int) -> bool:
    """Whether the process works; one that has ended and waits for its parent to notice does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with suppress(OSError):  # no /proc here: then the signal's answer has to do
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True
