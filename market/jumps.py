"""Closes that moved further in a day than their market allows: a split that nobody entered, or wrong data."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Max

from market.models import LatestPrice

FLAG_JUMPS = (Path(__file__).parent / "sql" / "flag_jumps.sql").read_text()
# KOSPI and KOSDAQ stop trading at 30 percent from the base price. New York has no limit; a fall of 60 percent is a 5:2
# split, a smaller one more often news.
KOREAN_LIMIT, AMERICAN_LIMIT = Decimal("0.30"), Decimal("0.60")
# Where the previous close is looked for. The longest holidays close an exchange for ten days; what did not trade for
# longer has no base to jump from.
LOOK_BACK = timedelta(days=14)
# What counts as news when prices are loaded: the days since the newest one known, at least a week and at most a month.
# Years of history that are loaded at once would tell of every split that nobody entered.
LEAST_NEWS, MOST_NEWS = timedelta(days=7), timedelta(days=31)


def newest_day() -> date | None:
    """The newest day that any stock has a price of."""
    newest: date | None = LatestPrice.objects.aggregate(day=Max("trade_date"))["day"]
    return newest


def flag_news(known: date | None) -> int:
    """Flag the jumps of the days since `known`, the newest day before a load; return how many alerts are new."""
    newest = newest_day()
    if newest is None:
        return 0
    since = min(known or newest, newest - LEAST_NEWS)
    return flag_jumps(max(since, newest - MOST_NEWS), newest)


def flag_jumps(first: date, last: date) -> int:
    """Raise a WARNING alert for each stock and day from `first` to `last` that jumped; return how many are new.

    A move is measured from the previous close after the splits, issues and dividends on file; one that remains beyond
    the limit is told once, whether or not the alert was acknowledged since. To be called after a load, with the days
    that are news: on years of history it tells every action that was never entered.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # Two loads at once must not both find that the alert is not there yet.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('market.flag_jumps'))")
        cursor.execute(
            FLAG_JUMPS,
            {
                "first": first,
                "last": last,
                "before": first - LOOK_BACK,
                "look_back": LOOK_BACK.days,
                "korea": KOREAN_LIMIT,
                "america": AMERICAN_LIMIT,
            },
        )
        return int(cursor.rowcount)
