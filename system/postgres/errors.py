"""The one error of the embedded PostgreSQL, and how the operating system's errors become it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

FULL_DISK = "The disk is full. Free some space and start again; the data that is there was not touched."


class ClusterError(Exception):
    """The embedded PostgreSQL cannot do what was asked; the message says what to do next."""


@contextmanager
def os_errors_as_cluster_errors(doing: str) -> Iterator[None]:
    """Turn an ``OSError`` inside the block into a ``ClusterError`` that names what was being done.

    ``doing`` completes the sentence "AEGIS could not …".
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ClusterError(f"AEGIS could not {doing}. {FULL_DISK}") from error
        raise ClusterError(f"AEGIS could not {doing}: {error}. Mend that and try again.") from error
