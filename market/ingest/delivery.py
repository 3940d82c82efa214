from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from market.ingest.rejects import Rejects
from market.ingest.tables import Table, open_table
from market.ingest.told import Told


@dataclass(frozen=True)
class Delivery:
    """Rows on their way in: how to open them, what is told of them, and where those go that are rejected."""

    open: Callable[[], Table]
    keep: Callable[[Any, Rejects], None]
    """Called with the cursor of the load's transaction, and the rejects."""
    told: Told = field(default_factory=Told)
    is_file: bool = True
    """False for single rows that are tried again: what they have in common says nothing of a file."""


def of_file(path: Path, loader: str, told: Told | None = None) -> Delivery:
    """A file, which may be opened several times, for the command `loader`."""
    keep = partial(_keep, loader=loader, path=path)
    return Delivery(open=partial(open_table, path), keep=keep, told=told or Told())


def _keep(cursor: Any, rejects: Rejects, *, loader: str, path: Path) -> None:
    rejects.store(cursor, loader, path)
