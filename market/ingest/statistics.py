"""What the planner knows of the prices as a whole. Autovacuum analyses each month, never the table that they are."""

from django.db import connection

from market.ingest.store import statement

# How many rows must have changed, as autovacuum counts it: so many and a tenth of those that are known. A day's prices
# never come near it; a year's do.
AT_LEAST, SHARE = 10_000, 0.1


def analyse(changed: int) -> bool:
    """Analyse the prices if `changed` rows or the growth of the months are much of what the planner knows; return
    whether that was done.

    Servers before PostgreSQL 18 would analyse every month besides, which reads all prices; there it is left alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement("stale_statistics"), {"changed": changed, "least": AT_LEAST, "share": SHARE})
        is_stale = bool(cursor.fetchone()[0])
        if is_stale:
            # Another load may hold the lock until it ends; the next one makes up for it.
            cursor.execute("ANALYZE (SKIP_LOCKED) ONLY market.daily_prices")
    return is_stale
