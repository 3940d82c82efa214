"""Static files, gathered and compressed when they have changed."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def are_collected() -> bool:
    """Whether `STATIC_ROOT` holds the files as they are now."""
    stamp = _stamp()
    return stamp.exists() and Path(settings.STATIC_ROOT).is_dir() and stamp.read_text() == _digest()


def collect() -> None:
    """Gather all static files; the stamp comes last, so that an interrupted run is done again."""
    _stamp().unlink(missing_ok=True)
    digest = _digest()
    call_command("collectstatic", interactive=False, verbosity=0)
    _stamp().write_text(digest)


def _stamp() -> Path:
    return Path(f"{settings.STATIC_ROOT}.stamp")


def _digest() -> str:
    """A digest of all names, sizes and times: reading a few hundred entries of folders, no contents."""
    facts = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            facts.append((getattr(storage, "prefix", "") or "", path, status.st_size, status.st_mtime_ns))
    return hashlib.sha256(repr((settings.STORAGES["staticfiles"], sorted(facts))).encode()).hexdigest()
