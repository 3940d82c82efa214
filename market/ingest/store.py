"""Staging tables, and the set-based SQL that moves them into place. All of it runs in the caller's transaction."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection, transaction

from market.ingest.rules import Today
from market.models import DailyPrice
from system.partitions import Partition, ensure

FOLDER = Path(__file__).parent / "sql"
# Locked in this order: a load of prices makes stocks too.
STOCKS, PRICES = "market.stocks", "market.daily_prices"
FEW_MONTHS = 2


@dataclass(frozen=True)
class Days:
    """The days of one month that a file has rows of."""

    first: date
    last: date
    rows: int


@cache
def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (FOLDER / f"{name}.sql").read_text()


@contextmanager
def load_transaction(*tables: str) -> Iterator[Any]:
    """A transaction with empty staging tables, in which no other load writes to `tables`; gives its cursor."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"load of {table}"])
        # A month's statement joins and sorts some 60,000 rows: in memory, and not worth compiling.
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
        cursor.execute(statement("staging"))
        cursor.execute(statement("open_prices"))
        yield cursor
        cursor.execute(statement("close_prices"))


def today(cursor: Any) -> Today:
    """The dates at the exchanges, by the database's clock."""
    cursor.execute("SELECT market.today('KOSPI'), market.today('NYSE')")
    return Today(*cursor.fetchone())


def stage_stocks(cursor: Any, stocks: pl.DataFrame) -> int:
    """Copy the stocks of a file, each once, make those that are unknown, and return how many were made."""
    columns = ", ".join(stocks.columns)
    with cursor.copy(f"COPY staged_stocks ({columns}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(stocks.write_csv(include_header=False))
    if not stocks["stock_id"].null_count():
        return 0
    cursor.execute(statement("create_stocks"))
    made = int(cursor.rowcount)
    cursor.execute(statement("identify_stocks"))
    return made


def update_stocks(cursor: Any, given: Sequence[str]) -> tuple[int, int]:
    """Let the stocks follow what was staged; return how many changed, and how many were told of a day too long ago.

    `given` are the columns that the file has.
    """
    cursor.execute(statement("remove_outdated"))
    outdated = int(cursor.rowcount)
    cursor.execute(statement("update_stocks"), {"given": list(given)})
    return int(cursor.rowcount), outdated


def remove_repeats(cursor: Any) -> tuple[int, list[int]]:
    """Leave one staged row of each stock and day; return how many repeated it, and the lines that contradict it."""
    cursor.execute(statement("remove_repeats"))
    repeats, contradicting = cursor.fetchone()
    return repeats, contradicting


def prepare_months(cursor: Any, months: Iterable[date]) -> None:
    """Make the partitions, which takes a lock that writers of stocks wait for: so call it before any row is written."""
    wanted = list(months)
    ensure(DailyPrice, wanted)
    if len(wanted) > FEW_MONTHS:
        cursor.execute(statement("index_staged"))


def store_days(cursor: Any, days: Days, given: Sequence[str]) -> tuple[int, int]:
    """Move the staged rows of one month into place; return how many were inserted and updated."""
    bounds = {"first": days.first, "last": days.last}
    cursor.execute(statement("has_no_prices"), bounds)
    if cursor.fetchone()[0]:
        cursor.execute(statement("insert_all"), bounds)
        return int(cursor.rowcount), 0
    cursor.execute("TRUNCATE differing_prices")
    cursor.execute(statement("compare"), bounds | {"given": list(given)})
    return _write_differing(cursor, bounds) if cursor.rowcount else (0, 0)


def _write_differing(cursor: Any, bounds: dict[str, date]) -> tuple[int, int]:
    # A statement that finds no rows would still fire the triggers of the table.
    cursor.execute("SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM differing_prices")
    inserted, updated = cursor.fetchone()
    if inserted:
        cursor.execute(statement("insert_new"))
    if updated:
        cursor.execute(statement("update_changed"), bounds)
    return inserted, updated


def summarise(months: Iterable[date]) -> None:
    """Summarise what was written to these months in their BRIN indexes. After the load's transaction, on its own."""
    partitions = [Partition(DailyPrice, month) for month in months]
    names = [f"{partition.schema}.{partition.name}" for partition in partitions]
    if names:
        with connection.cursor() as cursor:
            cursor.execute(statement("summarise"), {"partitions": names})
