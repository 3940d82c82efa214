"""What the machine has to give: memory and disk, within the limits set on this process."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from .errors import ClusterError

MB = 1024 * 1024
GB = 1024 * MB
CGROUP_ROOT = Path("/sys/fs/cgroup")
CGROUP_OF_SELF = Path("/proc/self/cgroup")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - measured, never written to


@dataclass(frozen=True)
class Machine:
    """Sizes in bytes: ``memory`` this process may use, ``disk`` that holds the data, ``shared_memory`` of /dev/shm."""

    memory: int
    disk: int
    shared_memory: int


def measure(place: Path) -> Machine:
    """Measure the machine for a server whose data is at ``place``."""
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = memory_limit(CGROUP_OF_SELF.read_text() if CGROUP_OF_SELF.exists() else "", CGROUP_ROOT)
    shared_memory = shutil.disk_usage(SHARED_MEMORY).total if SHARED_MEMORY.is_dir() else 0
    return Machine(min(installed, limit or installed), shutil.disk_usage(place).total, shared_memory)


def memory_limit(cgroups: str, root: Path) -> int | None:
    """The tightest memory limit, in bytes, on the control groups in ``cgroups`` (/proc/self/cgroup), None without one.

    Every ancestor is asked, since a limit holds for all below it; a container often sees its own
    group as the root, so a path that is not there is no reason to stop.
    """
    limits = []
    for line in cgroups.splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            limits += _limits(root, path, "memory.max")
        elif "memory" in controllers.split(","):
            limits += _limits(root / "memory", path, "memory.limit_in_bytes")
    return min(limits, default=None)


def _limits(root: Path, path: str, name: str) -> list[int]:
    group = root / path.lstrip("/")
    files = [folder / name for folder in (group, *group.parents) if folder == root or root in folder.parents]
    texts = [file.read_text().strip() for file in files if file.is_file()]
    return [int(text) for text in texts if text.isdigit()]


def free_bytes(place: Path) -> int:
    """The bytes a normal user may still write on the disk that holds ``place``."""
    return shutil.disk_usage(place).free


def require_space(place: Path, needed: int) -> None:
    """Raise ``ClusterError`` unless ``needed`` bytes are free where ``place`` is."""
    free = free_bytes(place)
    if free < needed:
        raise ClusterError(
            f"The disk that holds {place} has {free // MB} MB left, and {needed // MB} MB are needed. Free some "
            "space and start again."
        )
