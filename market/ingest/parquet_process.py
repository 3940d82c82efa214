"""The program that reads a Parquet file for the loader, in a process of its own.

A damaged Parquet file can abort the process that reads it (a length of two exabytes is asked of the allocator, which
gives the process up), so that process is not the one that holds the transaction. It knows nothing of Django.

On standard output it writes messages: a letter for the kind, the length in eight bytes, and the content.
"""

import json
import resource
import sys
from io import BytesIO
from pathlib import Path

import polars as pl
from polars import selectors
from polars.exceptions import PanicException, PolarsError

# Days since 1970 of 0001-01-02 and 9999-12-30, and how columns count them.
FIRST_DAY, LAST_DAY = -719_161, 2_932_895
IN_A_DAY = {"ms": 86_400_000, "us": 86_400_000_000}
CLOCK = "%Y-%m-%d %H:%M:%S%.f"
DAYS = selectors.date() | selectors.datetime()
HEADER, BATCH, END, ERROR = b"H", b"B", b"Z", b"E"


def main(path: str, rows: int, batch: int) -> None:
    """Send the columns and the number of rows, then the rows, of which `rows` are read and `batch` sent at once."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _send_file(path, rows, batch)
    except (PolarsError, PanicException) as error:
        _send(ERROR, str(error).partition("\n")[0].encode())
    except OSError as error:
        _send(ERROR, str(error.strerror).encode())


def _send_file(path: str, rows: int, batch: int) -> None:
    with Path(path).open("rb") as file:
        # Polars takes no name that is not UTF-8.
        name = path if path.isprintable() else f"/dev/fd/{file.fileno()}"
        _send_rows(pl.scan_parquet(name, glob=False, hive_partitioning=False), rows, batch)


def _send_rows(scan: pl.LazyFrame, rows: int, batch: int) -> None:
    columns = [name for name, kind in scan.collect_schema().items() if not kind.is_nested()]
    height = scan.select(pl.len()).collect().item()
    _send(HEADER, json.dumps({"columns": columns, "rows": height}).encode())
    for start in range(0, height, rows):
        for part in scan.select(columns).slice(start, rows).collect().iter_slices(batch):
            buffer = BytesIO()
            _cleaned(part).write_ipc(buffer)
            _send(BATCH, buffer.getbuffer())
    _send(END)


def _cleaned(part: pl.DataFrame) -> pl.DataFrame:
    """Text, numbers and days, whatever the columns are of.

    NaN is how pandas writes a missing number, and an instant beyond all calendars is none; and PostgreSQL stores no NUL
    in a text.
    """
    known = part.with_columns(selectors.float().fill_nan(None)).with_columns(map(_as_day, part.select(DAYS)))
    others = known.select(~selectors.numeric() & ~selectors.date() & ~selectors.string())
    return known.with_columns(map(_as_text, others)).with_columns(
        selectors.string().str.replace_all("\0", "\N{REPLACEMENT CHARACTER}", literal=True)
    )


def _as_day(column: pl.Series) -> pl.Series:
    """The day on the clock that instants were written by; where they do not all begin one, their text says the rest."""
    if not isinstance(column.dtype, pl.Datetime):
        return _on_calendar(column, 1)
    unit = column.dtype.time_unit  # nanoseconds do not reach beyond 1677 and 2262
    known = column if unit == "ns" else _on_calendar(column, IN_A_DAY[unit])
    clock = known.dt.replace_time_zone(None)
    if (clock.dt.truncate("1d") == clock).all():
        return clock.cast(pl.Date)
    return known.dt.to_string(f"{CLOCK}%:z" if column.dtype.time_zone else CLOCK)


def _on_calendar(column: pl.Series, in_a_day: int) -> pl.Series:
    is_known = column.to_physical().is_between(FIRST_DAY * in_a_day, LAST_DAY * in_a_day)
    return column.set(~is_known, None)


def _as_text(column: pl.Series) -> pl.Series:
    try:
        return column.cast(pl.String, strict=False)
    except (PolarsError, PanicException):
        return pl.Series(column.name, [None] * column.len(), pl.String)


def _send(kind: bytes, content: bytes | memoryview = b"") -> None:
    sys.stdout.buffer.write(kind + len(content).to_bytes(8))
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
