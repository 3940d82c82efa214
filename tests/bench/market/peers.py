"""The same rows stored in the ways that Python programs store rows: seconds for each row, parsing left out."""

import time
from collections.abc import Callable

from django.db import connection, transaction

from market.models import DailyPrice
from system.partitions import ensure
from tests.bench.market.sessions import COLUMNS, VALUES, frame

DAYS = 10
UPSERT = (
    f"INSERT INTO market.daily_prices ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
    f" ON CONFLICT (stock_id, trade_date) DO UPDATE SET {', '.join(f'{name} = EXCLUDED.{name}' for name in VALUES)}"
)


def bulk_create() -> float:
    """Django's bulk_create with update_conflicts, of objects that are made already."""
    prices = [DailyPrice(**row) for row in frame(DAYS).iter_rows(named=True)]
    return _timed(
        lambda: DailyPrice.objects.bulk_create(
            prices, update_conflicts=True, unique_fields=["stock", "trade_date"], update_fields=VALUES, batch_size=1000
        )
    )


def executemany() -> float:
    """psycopg's executemany of INSERT … ON CONFLICT DO UPDATE."""
    rows = frame(DAYS).rows()

    def upsert() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(UPSERT, rows)

    return _timed(upsert)


def to_sql() -> float:
    """pandas' to_sql, which inserts and cannot update."""
    import pandas
    from sqlalchemy import create_engine

    columns = frame(DAYS).to_dict(as_series=False)
    table = pandas.DataFrame(columns)
    engine = create_engine("postgresql+psycopg://", creator=_plain_connection)
    try:
        return _timed(
            lambda: table.to_sql(
                "daily_prices", engine, schema="market", if_exists="append", index=False, chunksize=1000, method="multi"
            )
        )
    finally:
        engine.dispose()


def _plain_connection() -> object:
    import psycopg

    return psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor})


def _timed(store: Callable[[], object]) -> float:
    """Seconds for each row, into months that exist and hold nothing of these days."""
    sample = frame(DAYS)
    first, last = sample["trade_date"].min(), sample["trade_date"].max()
    ensure(DailyPrice, [first, last])
    start = time.perf_counter()
    store()
    seconds = time.perf_counter() - start
    stored = DailyPrice.objects.filter(trade_date__range=(first, last))
    assert stored.count() == sample.height
    stored._raw_delete(stored.db)
    return seconds / sample.height
