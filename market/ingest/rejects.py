import hashlib
from collections import Counter
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

import polars as pl

from market.ingest.store import statement

IN_MEMORY = 1 << 20


class Rejects:
    """The rejected rows of one file, on disk once they are many, until the file's transaction stores them."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._spool = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 — lives as long as this

    def add(self, raw: pl.DataFrame, judged: pl.DataFrame) -> None:
        """Keep the rows of `judged` (`#line`, `reason`, `detail`), each with what `raw` has on its line."""
        if judged.is_empty():
            return
        self.counts.update(dict(judged["reason"].value_counts().iter_rows()))
        theirs = raw.filter(pl.col("#line").is_in(judged["#line"].to_list()))
        rows = judged.select("#line", "reason", "detail").join(_as_json(theirs), on="#line", how="left")
        self._spool.write(rows.write_csv(include_header=False).encode())

    def store(self, cursor: Any, loader: str, path: Path) -> None:
        """Store them in `system.load_rejects`; those of this file that are there already are left alone."""
        if not self.counts:
            return
        self._spool.seek(0)
        with cursor.copy("COPY staged_rejects (line, reason, detail, raw) FROM STDIN (FORMAT csv)") as copy:
            while chunk := self._spool.read(IN_MEMORY):
                copy.write(chunk)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        cursor.execute(
            statement("keep_rejects"), {"loader": loader, "file_name": path.name[-255:], "file_digest": digest}
        )


def _as_json(raw: pl.DataFrame) -> pl.DataFrame:
    columns = pl.struct(pl.exclude("#line", "#misfit").cast(pl.String))
    whole = pl.struct(pl.col("#misfit").alias("row"))
    as_text = (
        pl.when(pl.col("#misfit").is_null()).then(columns.struct.json_encode()).otherwise(whole.struct.json_encode())
    )
    return raw.select(pl.col("#line"), as_text.alias("raw"))
