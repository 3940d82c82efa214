"""What ties a child to the supervisor: a pipe whose other end only the supervisor holds."""

import os
import signal
import threading


def hold(descriptor: int) -> None:
    """Send this process SIGTERM as soon as the supervisor is gone, even if that was killed."""
    threading.Thread(target=_wait, args=(descriptor,), name="lifeline", daemon=True).start()


def _wait(descriptor: int) -> None:
    os.read(descriptor, 1)  # nobody ever writes: this returns when the other end closes
    os.kill(os.getpid(), signal.SIGTERM)
