"""The server's log files: the newest, the last lines, what came since, and following them."""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.5
KEPT_SECONDS = 6 * 24 * 3600


@dataclass(frozen=True)
class Log:
    """The log folder. ``startup.log`` holds what the server says before its own logging runs."""

    folder: Path

    @property
    def startup(self) -> Path:
        return self.folder / "startup.log"

    @property
    def newest(self) -> Path:
        """The file written last; ``startup.log`` while the server wrote none of its own."""
        return max(self.folder.glob("postgresql*.log"), key=lambda path: path.stat().st_mtime, default=self.startup)

    def tail(self, count: int) -> list[str]:
        """The last ``count`` lines of the newest file."""
        return _lines(self.newest)[-count:] if count else []

    def prune(self) -> None:
        """Remove the last start's messages and the files of last week, before a server appends to them.

        A server that runs all night replaces last week's file at midnight; one that is started each morning would not.
        """
        self.startup.unlink(missing_ok=True)
        for path in self.folder.glob("postgresql*.log"):
            if time.time() - path.stat().st_mtime > KEPT_SECONDS:
                path.unlink(missing_ok=True)

    def position(self) -> tuple[Path, int]:
        """Where the newest file ends now, for ``since``."""
        newest = self.newest
        return newest, newest.stat().st_size if newest.exists() else 0

    def since(self, position: tuple[Path, int], count: int) -> list[str]:
        """At most ``count`` last lines written after ``position``, startup messages first."""
        path, offset = position
        newest = self.newest
        own = [] if newest == self.startup else _lines(newest, offset if newest == path else 0)
        return list(deque([*_lines(self.startup), *own], maxlen=count))

    def follow(self) -> Iterator[str]:
        """Yield the lines written from now on, without end, over to the next file when the day turns."""
        path, offset = self.position()
        while True:
            newest, end = self.position()
            if newest != path or end < offset:
                path, offset = newest, 0
            yield from _lines(path, offset, end)
            offset = end
            time.sleep(POLL_SECONDS)


def _lines(path: Path, start: int = 0, end: int | None = None) -> list[str]:
    """The lines between two byte offsets of a file; none when it is missing."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(start)
        return file.read(None if end is None else end - start).decode(errors="replace").splitlines()
