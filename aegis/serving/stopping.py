"""Requests to stop, by Ctrl-C or by a signal."""

import signal
import time
from types import FrameType


class StopRequestedError(Exception):
    """Somebody asked for the end. Raised only where the supervisor waits, never out of a signal handler."""


class Stop:
    """Counts requests to stop; how many there were tells whether somebody has lost patience."""

    def __init__(self) -> None:
        self.count = 0

    def install(self) -> None:
        """Listen for Ctrl-C, SIGTERM and the end of the terminal."""
        signal.signal(signal.SIGINT, self._note)
        signal.signal(signal.SIGTERM, self._note)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # under nohup it is ignored, and stays so
            signal.signal(signal.SIGHUP, self._note)

    def ignore(self) -> None:
        """Hear no more requests: all has ended, and one that comes late must not kill an interpreter that winds up."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)

    @property
    def is_requested(self) -> bool:
        return self.count > 0

    def check(self) -> None:
        """Raise `StopRequestedError` if somebody asked for the end."""
        if self.is_requested:
            raise StopRequestedError

    def pause(self, seconds: float) -> None:
        """Wait this long; raises `StopRequestedError` like `check`."""
        self.check()
        time.sleep(seconds)
        self.check()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
