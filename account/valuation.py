"""Value everything anew: what triggers keep up to date while the desk works, in one sweep."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, transaction

SQL = Path(__file__).parent / "sql"
LOCK_ALL = (SQL / "lock_all.sql").read_text()
REVALUE_HOLDINGS = (SQL / "revalue_holdings.sql").read_text()


def revalue() -> dict[str, int]:
    """Look up every latest close, then value holdings and portfolios; return how many of each were out of date.

    Needed after a day has passed (a price or rate that was dated ahead comes of age), after a restore, or after prices
    were loaded past the triggers. Running it twice changes nothing the second time.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        before = _portfolio_values(cursor)
        cursor.execute("SELECT market.refresh_latest_prices(ARRAY(SELECT stock_id FROM market.stocks))")
        cursor.execute(LOCK_ALL)
        cursor.execute(REVALUE_HOLDINGS)
        holdings = cursor.rowcount
        cursor.execute("SELECT account.touch_portfolios(ARRAY(SELECT portfolio_id FROM account.portfolio))")
        after = _portfolio_values(cursor)
    return {"holdings": holdings, "portfolios": sum(before[key] != value for key, value in after.items())}


def _portfolio_values(cursor: Any) -> dict[int, Decimal | None]:
    cursor.execute("SELECT portfolio_id, current_value FROM account.portfolio")
    return dict(cursor.fetchall())
