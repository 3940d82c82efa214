import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from market.ingest import parquet_process
from market.ingest.parquet_process import END, ERROR
from market.ingest.refusal import RefusedFileError

# Read at once: few enough for the memory that a load may take, many enough to decode each page but once or twice.
READ_ROWS = 50_000
# Handed on at once: a batch grows tenfold while it is judged.
BATCH_ROWS = 25_000


class ParquetTable:
    """A Parquet file. Its values keep their types; NaN, which is how pandas writes a missing number, is NULL."""

    container = "parquet"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = 0
        # -P: modules beside the program must not pass for those of the standard library.
        program = [sys.executable, "-P", parquet_process.__file__]
        arguments = [str(path.resolve()), str(READ_ROWS), str(BATCH_ROWS)]
        self._reader = subprocess.Popen(
            [*program, *arguments],
            # One thread keeps up with the loader; more of them hold more of the file.
            env=os.environ | {"POLARS_MAX_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        _, header = self._receive()
        about = json.loads(header)
        self.columns: list[str] = about["columns"]
        self._rows: int = about["rows"]

    def batches(self) -> Iterator[pl.DataFrame]:
        while (message := self._receive())[0] != END:
            batch = pl.read_ipc(message[1])
            numbers = pl.int_range(self._read + 1, self._read + batch.height + 1, dtype=pl.Int64, eager=True)
            yield batch.select(numbers.alias("#line"), pl.lit(None, pl.String).alias("#misfit"), pl.all())
            self._read += batch.height

    def reopened(self) -> "ParquetTable":
        """The same file, to be read once more."""
        return ParquetTable(self.path)

    def share_read(self) -> float:
        return self._read / max(self._rows, 1)

    def close(self) -> None:
        self._reader.kill()
        self._reader.wait()
        if self._reader.stdout:
            self._reader.stdout.close()

    def _receive(self) -> tuple[bytes, bytes]:
        """The kind and content of the reader's next message; raises `RefusedFileError` for an error, or its death."""
        pipe = self._reader.stdout
        start = pipe.read(9) if pipe else b""
        kind, length = start[:1], int.from_bytes(start[1:])
        content = pipe.read(length) if pipe else b""
        if len(start) == 9 and len(content) == length and kind != ERROR:
            return kind, content
        self.close()
        reason = content.decode() if kind == ERROR else "it ends the process that reads it"
        raise RefusedFileError(self.path, f"It begins as Parquet but cannot be read ({reason}).", "Fetch it again.")
