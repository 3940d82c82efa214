import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from system.models import LoadReject

BATCH_ROWS = 20_000
WHOLE = {"row"}


class RejectTable:
    """Rejected rows as a table like that of the file they came from; `#line` is the number of the reject."""

    container = "rejects"

    def __init__(self, name: str, rows: Sequence[LoadReject]) -> None:
        self.path = Path(name)
        self.numbers = [row.pk for row in rows]
        self.columns = columns_of(rows[0]) if rows else []
        self._rows, self._read = rows, 0

    def batches(self) -> Iterator[pl.DataFrame]:
        schema = {"#line": pl.Int64(), "#misfit": pl.String(), **dict.fromkeys(self.columns, pl.String())}
        for start in range(0, len(self._rows), BATCH_ROWS):
            part = self._rows[start : start + BATCH_ROWS]
            yield pl.DataFrame([[row.pk, *self._fields(row)] for row in part], schema=schema, orient="row")
            self._read += len(part)

    def share_read(self) -> float:
        return self._read / max(len(self._rows), 1)

    def reopened(self) -> "RejectTable":
        """The same rows, to be read once more."""
        return RejectTable(self.path.name, self._rows)

    def close(self) -> None:
        """Nothing is open."""

    def _fields(self, row: LoadReject) -> list[str | None]:
        """The row as text where it does not fit the columns, and a value for each of them."""
        if not _is_whole(row):
            return [None, *(_text(row.raw[column]) for column in self.columns)]
        fields = _split(row.raw["row"])
        if len(fields) == len(self.columns):
            return [None, *fields]
        return [_text(row.raw["row"]), *("" for _ in self.columns)]


def columns_of(row: LoadReject) -> list[str]:
    """The columns of the file, in its order where the row does not say them itself."""
    if _is_whole(row):
        return list((row.context or {})["columns"])
    return sorted(row.raw) if isinstance(row.raw, dict) else []


def _is_whole(row: LoadReject) -> bool:
    """Whether the row is kept as one text, because it did not fit the columns."""
    return isinstance(row.raw, dict) and set(row.raw) == WHOLE and "columns" in (row.context or {})


def _split(text: Any) -> list[str]:
    try:
        return next(csv.reader([text]), [])
    except (csv.Error, TypeError):
        return []


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
