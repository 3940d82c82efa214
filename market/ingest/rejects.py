import hashlib
import json
from collections import Counter
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

import polars as pl
from polars import selectors

from market.ingest.naming import readable
from market.ingest.store import make_staging, statement
from market.ingest.told import Told
from system.models import LoadReject

IN_MEMORY = 1 << 20
COPY = "COPY staged_rejects (line, reason, detail, raw, context) FROM STDIN (FORMAT csv)"


class Rejects:
    """The rejected rows of one file, on disk once they are many, until the file's transaction stores them."""

    def __init__(self, told: Told | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self._told = (told or Told()).as_json()
        self._spool = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 — lives as long as this

    def add(self, raw: pl.DataFrame, judged: pl.DataFrame) -> None:
        """Keep the rows of `judged` (`#line`, `reason`, `detail`), each with what `raw` has on its line."""
        if judged.is_empty():
            return
        self.counts.update(dict(judged["reason"].value_counts().iter_rows()))
        theirs = raw.filter(pl.col("#line").is_in(judged["#line"].to_list()))
        rows = judged.select("#line", "reason", "detail").join(self._as_json(theirs), on="#line", how="left")
        self._spool.write(rows.write_csv(include_header=False).encode())

    def store(self, cursor: Any, loader: str, path: Path) -> None:
        """Store them in `system.load_rejects`. Of those of this file that wait there already, one that is rejected
        again has the newer reason, and one that is not is done with."""
        waiting = LoadReject.objects.filter(loader=loader, resolved_at=None)
        if not self.counts and not waiting.exists():  # as ever: the file need not be read again for its digest
            return
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        names = {"loader": loader, "file_name": readable(path.name)[-255:], "file_digest": digest}
        is_known = waiting.filter(file_digest=digest).exists()
        if self.counts:
            self.stage(cursor)
            cursor.execute(statement("keep_rejects"), names)
        elif is_known:
            make_staging(cursor)
        if is_known:
            cursor.execute(statement("resolve_loaded"), names)

    def stage(self, cursor: Any) -> None:
        """Copy them into the staging table."""
        self._spool.seek(0)
        with cursor.copy(COPY) as copy:
            while chunk := self._spool.read(IN_MEMORY):
                copy.write(chunk)

    def _as_json(self, raw: pl.DataFrame) -> pl.DataFrame:
        """Each row by column, and what else it takes to read it; a row that does not fit the columns as it is."""
        names = [name for name in raw.columns if name not in {"#line", "#misfit"}]
        days = raw.with_columns(selectors.temporal().cast(pl.Date)).with_columns(pl.col(names).cast(pl.String))
        is_whole = pl.col("#misfit").is_null()
        columns, whole = pl.struct(names), pl.struct(pl.col("#misfit").alias("row"))
        fits, does_not = self._told, self._told | {"columns": names}
        return days.select(
            pl.col("#line"),
            pl.when(is_whole).then(columns.struct.json_encode()).otherwise(whole.struct.json_encode()).alias("raw"),
            pl.when(is_whole).then(pl.lit(_text(fits))).otherwise(pl.lit(_text(does_not))).alias("context"),
        )


def _text(context: dict[str, Any]) -> str | None:
    return json.dumps(context, ensure_ascii=False) if context else None
