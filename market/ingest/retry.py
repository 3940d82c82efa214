"""Rejected rows tried again: repaired by an operator, or unchanged because what was wrong is mended elsewhere.

The rows of one file are one transaction, as the file was. A row that loads is resolved; one that is rejected anew waits
with the new reason.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from market.ingest.delivery import Delivery
from market.ingest.progress import Watch
from market.ingest.refusal import RefusedFileError
from market.ingest.reject_table import RejectTable, columns_of
from market.ingest.rejects import Rejects
from market.ingest.report import Report, total
from market.ingest.store import statement
from market.ingest.told import Told
from system.models import LoadReject

SUPERSEDED = "superseded"
OTHER_IS_STORED = "Something else is stored in its place. Repair the row if it is the right one."
Load = Callable[[Delivery, Watch], Report]
# Which rows must not be loaded, because something else is stored in their place.
Check = Callable[[RejectTable, Told], list[int]]


@dataclass(frozen=True)
class Waiting:
    """The rejects of one file that wait."""

    loader: str
    file_digest: str
    name: str

    def rows(self) -> list[LoadReject]:
        """The rejects, locked until the transaction ends: nobody repairs them meanwhile."""
        rows = LoadReject.objects.filter(loader=self.loader, file_digest=self.file_digest, resolved_at=None)
        return list(rows.select_for_update().order_by("line"))


def waiting(loader: str, file_names: Sequence[str] = ()) -> list[Waiting]:
    """The files of which a loader has rejects that wait, oldest first; of these names only, if any are given."""
    rejects = LoadReject.objects.filter(loader=loader, resolved_at=None).order_by("load_reject_id")
    if file_names:
        rejects = rejects.filter(file_name__in=file_names)
    names: dict[str, str] = {}
    for digest, name in rejects.values_list("file_digest", "file_name").iterator():
        names.setdefault(digest, name)
    return [Waiting(loader, digest, name) for digest, name in names.items()]


def retry(waiting: Waiting, load: Load, superseded: Check, watch: Watch) -> Report:
    """Try the rejects of a file again with the function that loads deliveries.

    `superseded` is not asked of rows that an operator repaired: those may overwrite what is stored.
    """
    with transaction.atomic():
        rows = sorted(waiting.rows(), key=_kind)
        groups = [list(group) for _, group in groupby(rows, key=_kind)]
        whole = total(_retry(waiting.name, group, load, superseded, watch) for group in groups)
    whole.file, whole.format = waiting.name, "rejects"
    return whole


def _retry(name: str, rows: list[LoadReject], load: Load, superseded: Check, watch: Watch) -> Report:
    told = Told.of_json(rows[0].context or {})
    try:
        untouched = [row for row in rows if not row.repaired_at]
        late = superseded(RejectTable(name, untouched), told) if untouched else []
        report = _load(RejectTable(name, [row for row in rows if row.pk not in late]), told, load, watch)
    except RefusedFileError as refusal:
        return _again(name, [row.pk for row in rows], "refused", refusal.reason)
    return total([report, _again(name, late, SUPERSEDED, OTHER_IS_STORED)])


def _load(table: RejectTable, told: Told, load: Load, watch: Watch) -> Report:
    if not table.numbers:
        return Report(file=table.path.name, format=table.container)
    with transaction.atomic():
        keep = partial(_keep, tried=table.numbers)
        return load(Delivery(open=table.reopened, keep=keep, told=told, is_file=False), watch)


def _keep(cursor: Any, rejects: Rejects, *, tried: list[int]) -> None:
    rejects.stage(cursor)
    cursor.execute(statement("renew_rejects"), {"tried": tried})


def _again(name: str, numbers: list[int], reason: str, detail: str) -> Report:
    """Rows that are rejected again without having been read."""
    LoadReject.objects.filter(pk__in=numbers).update(reason=reason, detail=detail, retried_at=Now())
    rejected = Counter({reason: len(numbers)}) if numbers else Counter()
    return Report(file=name, format="rejects", rows=len(numbers), rejected=rejected)


def _kind(row: LoadReject) -> str:
    """What rows that are read alike have in common: their columns, and what is told of them."""
    return json.dumps([columns_of(row), Told.of_json(row.context or {}).as_json()], ensure_ascii=False)
