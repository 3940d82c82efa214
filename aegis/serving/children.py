"""The processes that the supervisor starts."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO

from django.conf import settings

from .stopping import Stop

# Longer than gunicorn's own patience with requests (see `web`).
END_SECONDS = 15


class Child:
    """One Python module in a process of its own, in a session of its own: Ctrl-C reaches it only through us."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        keep: Sequence[int],
        output: int | None = None,
    ) -> None:
        theirs, self._lifeline = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, "--lifeline", str(theirs), *arguments],
                cwd=settings.BASE_DIR,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                pass_fds=(theirs, *keep),
                start_new_session=True,
            )
        finally:
            os.close(theirs)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> IO[bytes] | None:
        return self._process.stdout

    @property
    def result(self) -> int | None:
        """The exit code (negative: the signal that killed it), None while it runs."""
        return self._process.poll()

    def wait(self, stop: Stop) -> int:
        """Wait for its end and give back the exit code; raises `StopRequestedError`."""
        while (result := self.result) is None:
            stop.pause(0.1)
        return result

    def end(self, stop: Stop) -> None:
        """End it and its children: politely, quicker when asked once more, by force when it takes too long."""
        requests, deadline = stop.count, time.monotonic() + END_SECONDS
        self._signal(signal.SIGTERM)
        while self._is_group_alive() and time.monotonic() < deadline:
            if stop.count > requests + 1:
                break
            if stop.count == requests + 1:
                requests = stop.count
                self._signal(signal.SIGINT)
            time.sleep(0.05)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._lifeline)
        if self._process.stdout:
            self._process.stdout.close()

    def _signal(self, number: signal.Signals) -> None:
        """To the process itself while it runs, for it knows how to end its own; to what it left otherwise."""
        with suppress(ProcessLookupError):
            if self.result is None:
                os.kill(self.pid, number)
            else:
                os.killpg(self.pid, number)

    def _is_group_alive(self) -> bool:
        if self.result is None:
            return True
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        return True
