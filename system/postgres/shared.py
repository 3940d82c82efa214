"""The machine's folder for what root's servers need outside the project.

A clone in ``/root`` or in a private temporary folder is closed to the system user that root's server
runs as. Data and binaries then live here: one folder for each project, named by a digest of its path,
and one copy of the binaries for each version.
"""

import hashlib
import os
from pathlib import Path

from .errors import ClusterError

SHARED = Path("/var/lib/aegis-postgres")


def digest(folder: Path) -> str:
    """A short name for ``folder`` that is the same for everyone, today and after a reboot."""
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]


def shared_home(folder: Path) -> Path:
    """Where the cluster of ``folder`` lives when the server's user cannot reach ``folder``."""
    return SHARED / digest(folder)


def make_shared() -> Path:
    """Create the machine's folder; raises ``ClusterError`` when somebody else could write into it."""
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    status = SHARED.lstat()
    if SHARED.is_symlink() or status.st_uid != 0 or status.st_mode & 0o022:
        raise ClusterError(
            f"{SHARED} must be a folder of root's that nobody else can write to. Move it away, or run: "
            f"chown root: {SHARED} && chmod 0755 {SHARED}"
        )
    SHARED.chmod(0o755)
    return SHARED
