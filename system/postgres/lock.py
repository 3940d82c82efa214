"""One at a time: starts, stops and copies of binaries wait for each other."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock file ``path`` for the block, waiting for whoever holds it.

    ``flock`` rather than ``lockf``: it also keeps two threads of one process apart, and the kernel
    lets go of it when the process dies. The file stays, because removing a lock file lets two in, and
    nobody else may read it, because whoever can open it can hold it for ever.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
