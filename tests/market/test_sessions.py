"""Which days were sessions, and which of them lack prices."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from market.gaps import SQL, find_gaps
from market.models import DailyPrice, SessionOverride, Stock
from market.sessions import UnknownSessionError, is_session, last_session, sessions
from system.partitions import ensure

pytestmark = pytest.mark.django_db

NEW_YEAR = date(2024, 1, 1)
WEEK = [date(2024, 1, day) for day in (2, 3, 4, 5, 8)]


def stock(ticker: str, market: str = "KOSPI", **facts: object) -> Stock:
    return Stock.objects.create(ticker=ticker, name=f"Stock {ticker}", market_type=market, **facts)


def trade(stock: Stock, days: Iterable[date], *, halted: Iterable[date] = ()) -> None:
    days, halted = list(days), set(halted)
    ensure(DailyPrice, days)
    bars = ("open_price", "high_price", "low_price")
    DailyPrice.objects.bulk_create(
        DailyPrice(
            stock=stock, trade_date=day, close_price=100, volume=0 if day in halted else 5,
            **dict.fromkeys(bars, None if day in halted else 100),
        )
        for day in days
    )  # fmt: skip


def test_the_exchanges_keep_their_own_holidays() -> None:
    assert not is_session("KOSPI", date(2024, 4, 10))  # elections
    assert is_session("NYSE", date(2024, 4, 10))
    assert not is_session("NASDAQ", date(2025, 1, 9))  # a day of mourning
    assert is_session("KOSDAQ", date(2025, 1, 9))
    assert sessions("KOSPI", NEW_YEAR, date(2024, 1, 8)) == WEEK


def test_the_last_session_before_a_sunday_is_friday() -> None:
    assert last_session("KOSPI", date(2026, 3, 22)) == date(2026, 3, 20)
    assert last_session("KOSPI", date(2026, 3, 20)) == date(2026, 3, 20)


@pytest.mark.parametrize("day", [date(2026, 6, 3), date(2026, 7, 17), date(2027, 5, 3), date(2027, 7, 19)])
def test_the_migrations_know_what_the_library_does_not(day: date) -> None:
    assert not is_session("KOSPI", day)
    assert is_session("KOSPI", day - timedelta(days=1) if day.weekday() else day + timedelta(days=1))
    assert is_session("NYSE", day)

    SessionOverride.objects.filter(session_date=day).delete()
    assert is_session("KOSPI", day), "The library knows this day by now: a new migration may take the override out."


def test_an_override_closes_and_opens_a_day_of_its_exchange_only() -> None:
    SessionOverride.objects.create(exchange="XKRX", session_date=WEEK[1], is_open=False, reason="elections")
    SessionOverride.objects.create(exchange="XKRX", session_date=date(2024, 1, 6), is_open=True, reason="test run")

    assert sessions("KOSDAQ", NEW_YEAR, date(2024, 1, 8)) == [WEEK[0], WEEK[2], WEEK[3], date(2024, 1, 6), WEEK[4]]
    assert is_session("NYSE", WEEK[1])
    assert last_session("KOSPI", WEEK[1]) == WEEK[0]


@pytest.mark.parametrize("day", [date(2099, 1, 2), date(1970, 1, 5)])
def test_beyond_the_calendar_nobody_guesses(day: date) -> None:
    with pytest.raises(UnknownSessionError, match=f"not for {day}"):
        is_session("KOSPI", day)

    SessionOverride.objects.create(exchange="XKRX", session_date=day, is_open=True, reason="announced")
    assert is_session("KOSPI", day)


def test_days_long_ago_are_known() -> None:
    assert is_session("KOSPI", date(1985, 3, 4))
    assert not is_session("KOSPI", date(1985, 3, 3))


def test_a_session_without_any_price_is_missing_in_its_market() -> None:
    trade(stock("A"), [day for day in WEEK if day != WEEK[2]])
    trade(stock("B", "KOSDAQ"), WEEK)

    gaps = find_gaps("KOSPI", WEEK[0], WEEK[-1])
    assert gaps is not None
    assert (gaps.sessions, gaps.missing, gaps.stocks) == (5, [WEEK[2]], [])
    other = find_gaps("KOSDAQ", WEEK[0], WEEK[-1])
    assert other is not None
    assert other.is_whole


def test_a_stock_misses_the_sessions_between_its_prices_and_its_halts_are_none() -> None:
    trade(stock("A"), WEEK)
    trade(stock("B"), [WEEK[0], WEEK[3], WEEK[4]], halted=[WEEK[3]])

    gaps = find_gaps("KOSPI", WEEK[0], WEEK[-1])

    assert gaps is not None
    assert [(found.ticker, found.missing) for found in gaps.stocks] == [("B", [WEEK[1], WEEK[2]])]
    assert [(found.ticker, found.halted) for found in gaps.halted] == [("B", 1)]


def test_each_stock_is_looked_at_once_however_the_planner_joins() -> None:
    for number in range(20):
        trade(stock(f"{number:02}"), [WEEK[0], *WEEK[2:]])
    trade(stock("A"), WEEK)
    facts = {"market": "KOSPI", "sessions": WEEK, "first": WEEK[0], "last": WEEK[-1], "before": WEEK[0]}

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {(SQL / 'stock_gaps.sql').read_text()}", facts)
        [explained] = cursor.fetchone()[0]

    lists = [node["Actual Loops"] for node in nodes(explained["Plan"]) if node.get("CTE Name") == "session"]
    assert max(lists) == 21


def nodes(plan: Any) -> Iterator[Any]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def test_before_its_first_price_after_its_last_and_once_delisted_a_stock_misses_nothing() -> None:
    trade(stock("A"), WEEK)
    trade(stock("NEW"), WEEK[2:])
    trade(stock("GONE"), WEEK[:2])
    trade(stock("DEAD", is_active=False), [WEEK[0], WEEK[4]])

    gaps = find_gaps("KOSPI", WEEK[0], WEEK[-1])

    assert gaps is not None
    assert gaps.is_whole


def test_a_gap_reaches_over_the_ends_of_the_window() -> None:
    trade(stock("A"), WEEK)
    trade(stock("B"), [WEEK[0], WEEK[4]])

    gaps = find_gaps("KOSPI", WEEK[1], WEEK[3])

    assert gaps is not None
    assert [found.missing for found in gaps.stocks] == [WEEK[1:4]]


def test_a_price_on_a_closed_day_does_not_make_up_for_a_missing_one() -> None:
    trade(stock("A"), WEEK)
    trade(stock("B"), [*WEEK[:2], *WEEK[3:], date(2024, 1, 6)])

    gaps = find_gaps("KOSPI", WEEK[0], WEEK[-1])

    assert gaps is not None
    assert [found.missing for found in gaps.stocks] == [[WEEK[2]]]


def test_an_override_explains_a_missing_session() -> None:
    trade(stock("A"), [day for day in WEEK if day != WEEK[2]])
    SessionOverride.objects.create(exchange="XKRX", session_date=WEEK[2], is_open=False, reason="elections")

    gaps = find_gaps("KOSPI", WEEK[0], WEEK[-1])

    assert gaps is not None
    assert gaps.is_whole


def test_without_dates_all_from_the_oldest_price_until_yesterday_is_looked_at() -> None:
    assert find_gaps("KOSPI") is None
    trade(stock("A"), WEEK[:1])

    gaps = find_gaps("KOSPI")

    assert gaps is not None
    assert gaps.first == WEEK[0]
    assert gaps.missing[:2] == WEEK[1:3]
    assert gaps.missing[-1] >= gaps.last - timedelta(days=15)


def test_the_command_draws_runs_of_sessions_together_and_fails_on_a_gap() -> None:
    trade(stock("A"), WEEK)
    trade(stock("B"), [WEEK[0], WEEK[4]])
    window = ("--market", "KOSPI", "--from", str(WEEK[0]), "--to", str(WEEK[-1]))
    output = StringIO()

    with pytest.raises(CommandError):
        call_command("market_gaps", *window, stdout=output)
    assert "2024-01-03 – 2024-01-05 (거래일 3일)" in output.getvalue()

    output = StringIO()
    with pytest.raises(CommandError):
        call_command("market_gaps", *window, "--json", stdout=output)
    [market] = json.loads(output.getvalue())["markets"]
    assert market["missing_sessions"] == []
    assert market["stocks"][0]["missing"] == ["2024-01-03", "2024-01-04", "2024-01-05"]


def test_the_command_is_content_where_nothing_is_missing() -> None:
    trade(stock("A"), WEEK)

    call_command("market_gaps", "--from", str(WEEK[0]), "--to", str(WEEK[-1]), "--market", "KOSPI", stdout=StringIO())


def test_a_date_beyond_the_calendar_is_a_clear_error() -> None:
    trade(stock("A"), WEEK)

    with pytest.raises(CommandError, match="is known from 1980-01-01"):
        call_command("market_gaps", "--from", "1950-01-01", "--market", "KOSPI")
