"""Prices in today's shares, and jumps that no action on file explains."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from market.jumps import flag_jumps
from market.models import AdjustedPrice, CorporateAction, DailyPrice, Stock
from system.models import Alert
from system.partitions import ensure
from tests.market.files import csv_file, marcap, text_file

pytestmark = pytest.mark.django_db

DAYS = [date(2024, 1, day) for day in (2, 3, 4, 5)]
JUMP = (("2024-03-04", 10_000), ("2024-03-05", 50_000), ("2024-03-06", 50_000))


@pytest.fixture
def stock() -> Stock:
    return Stock.objects.create(ticker="005930", name="Samsung", market_type="KOSPI")


def trade(stock: Stock, *closes: Any, days: list[date] = DAYS) -> None:
    ensure(DailyPrice, days)
    for day, close in zip(days, closes, strict=False):
        DailyPrice.objects.create(
            stock=stock, trade_date=day, open_price=close, high_price=close, low_price=close, close_price=close,
            volume=100,
        )  # fmt: skip


def act(stock: Stock, day: date, kind: str = "SPLIT", **facts: Any) -> CorporateAction:
    return CorporateAction.objects.create(stock=stock, effective_date=day, kind=kind, **facts)


def adjusted(stock: Stock) -> list[tuple[Decimal, int]]:
    rows = AdjustedPrice.objects.history(stock, DAYS[0], DAYS[-1])
    return [(row.close_price, row.volume) for row in rows]


def alerts() -> list[str]:
    return list(Alert.objects.order_by("alert_id").values_list("message", flat=True))


def test_prices_before_a_split_are_divided_and_volumes_multiplied(stock: Stock) -> None:
    trade(stock, 50_000, 50_000, 10_000, 11_000)
    act(stock, DAYS[2], ratio=5)

    assert adjusted(stock) == [(10_000, 500), (10_000, 500), (10_000, 100), (11_000, 100)]
    raw = list(DailyPrice.objects.order_by("trade_date").values_list("close_price", flat=True))
    assert raw == [50_000, 50_000, 10_000, 11_000]


def test_factors_of_several_actions_multiply_and_a_dividend_does_not_adjust(stock: Stock) -> None:
    trade(stock, 60_000, 30_000, 90_000, 90_000)
    act(stock, DAYS[1], ratio=2)
    act(stock, DAYS[2], "REVERSE_SPLIT", ratio=1, per=3)
    act(stock, DAYS[3], "CASH_DIVIDEND", amount=500)

    assert [close for close, _volume in adjusted(stock)] == [90_000, 90_000, 90_000, 90_000]


def test_a_rights_issue_adjusts_to_the_theoretical_price_without_the_right(stock: Stock) -> None:
    trade(stock, 12_000, 12_000, 11_000)
    # One new share for five at 6,000: (5 × 12,000 + 6,000) / 6 = 11,000.
    act(stock, DAYS[2], "RIGHTS", ratio=6, per=5, subscription_price=6_000, cum_price=12_000)

    assert [close for close, _volume in adjusted(stock)] == [11_000, 11_000, 11_000]


def test_rights_that_nobody_takes_up_adjust_nothing(stock: Stock) -> None:
    action = act(stock, DAYS[2], "RIGHTS", ratio="1.2", subscription_price=13_000, cum_price=12_000)

    action.refresh_from_db()
    assert action.price_factor == 1


def test_an_action_that_is_only_announced_changes_no_price(stock: Stock) -> None:
    trade(stock, 50_000)
    act(stock, date.today() + timedelta(days=10), ratio=5)

    assert adjusted(stock) == [(50_000, 100)]


def test_halted_days_stay_without_prices_and_other_stocks_as_they_are(stock: Stock) -> None:
    other = Stock.objects.create(ticker="B", name="b", market_type="KOSPI")
    trade(other, 700)
    ensure(DailyPrice, DAYS)
    DailyPrice.objects.create(stock=stock, trade_date=DAYS[0], close_price=50_000, volume=0)
    act(stock, DAYS[2], ratio=5)

    [row] = AdjustedPrice.objects.on(DAYS[0]).filter(stock=stock)
    assert (row.open_price, row.close_price, row.factor) == (None, 10_000, 5)
    assert adjusted(other) == [(700, 100)]


@pytest.mark.parametrize(("ratio", "per"), [("0.000000001", 1_000_000), ("0.999999999", 1_000_000), ("0.000000999", 1)])
def test_an_action_that_would_leave_next_to_no_share_is_not_taken(stock: Stock, ratio: str, per: int) -> None:
    action = CorporateAction(stock=stock, effective_date=DAYS[2], kind="REVERSE_SPLIT", ratio=Decimal(ratio), per=per)

    with pytest.raises(ValidationError) as caught:
        action.full_clean()
    assert "100만" in str(caught.value) or "a million at most" in str(caught.value)
    with pytest.raises(IntegrityError, match="chk_corporate_actions_smallest_ratio"):
        action.save()


def test_no_accepted_row_makes_the_adjusted_prices_unreadable(stock: Stock) -> None:
    trade(stock, Decimal("9999999999.9999"), Decimal("0.0001"), 1)
    DailyPrice.objects.update(volume=2**63 - 1)
    act(stock, DAYS[1], "REVERSE_SPLIT", ratio=1, per=1_000_000)
    act(stock, DAYS[2], "REVERSE_SPLIT", ratio="0.000001")
    assert adjusted(stock)[0] == (Decimal("9999999999999900000000"), 9223372)

    CorporateAction.objects.filter(kind="REVERSE_SPLIT").delete()
    act(stock, DAYS[1], ratio=1_000_000)
    act(stock, DAYS[2], ratio=1_000_000)
    assert adjusted(stock)[:2] == [(Decimal("0.01"), (2**63 - 1) * 10**12), (0, (2**63 - 1) * 10**6)]


def test_the_view_reads_with_the_rights_of_its_reader() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE oid = 'market.adjusted_prices'::regclass")
        options = cursor.fetchone()[0]

    assert options == (["security_invoker=true"] if connection.pg_version >= 150000 else None)


def test_the_history_tells_who_changed_an_action(stock: Stock) -> None:
    action = act(stock, DAYS[2], ratio=5)
    CorporateAction.objects.filter(pk=action.pk).update(ratio=50)

    with connection.cursor() as cursor:
        cursor.execute("SELECT ratio::text, login = session_user FROM market.action_events ORDER BY pgh_id")
        assert cursor.fetchall() == [("5.000000000", True), ("50.000000000", True)]


def test_a_jump_that_nothing_explains_raises_one_alert_for_each_stock_and_day(stock: Stock) -> None:
    trade(stock, 50_000, 50_000, 10_000, 11_000)

    assert [flag_jumps(DAYS[0], DAYS[-1]), flag_jumps(DAYS[2], DAYS[2])] == [1, 0]

    [message] = alerts()
    assert message.startswith("005930 Samsung moved -80.0 % on 2024-01-04, from 50000 to 10000")
    alert = Alert.objects.get()
    assert (alert.alert_type, alert.module, alert.data["stock_id"]) == ("WARNING", "market", stock.pk)


def test_an_acknowledged_jump_is_not_told_again(stock: Stock) -> None:
    trade(stock, 50_000, 10_000)
    flag_jumps(DAYS[0], DAYS[-1])
    Alert.objects.update(is_acknowledged=True)

    assert flag_jumps(DAYS[0], DAYS[-1]) == 0


def test_a_split_on_file_explains_a_jump_and_a_wrong_ratio_does_not(stock: Stock) -> None:
    trade(stock, 50_000, 50_000, 10_000)
    action = act(stock, DAYS[2], ratio=5)
    assert flag_jumps(DAYS[0], DAYS[-1]) == 0

    CorporateAction.objects.filter(pk=action.pk).update(ratio=50)
    assert flag_jumps(DAYS[0], DAYS[-1]) == 1


def test_a_split_on_file_that_the_price_did_not_follow_is_a_jump(stock: Stock) -> None:
    trade(stock, 50_000, 50_000, 50_000)
    act(stock, DAYS[2], ratio=5)

    assert flag_jumps(DAYS[2], DAYS[2]) == 1


@pytest.mark.parametrize(
    ("market", "close", "flagged"),
    [("KOSPI", 130, 0), ("KOSDAQ", 131, 1), ("KOSPI", 70, 0), ("KOSPI", 69, 1), ("NASDAQ", 131, 0), ("NYSE", 39, 1)],
)
def test_each_market_has_its_own_limit(market: str, close: int, flagged: int) -> None:
    trade(Stock.objects.create(ticker="T", name="t", market_type=market), 100, close)

    assert flag_jumps(DAYS[1], DAYS[1]) == flagged


def test_the_previous_close_is_looked_for_over_the_longest_holidays_and_no_further(stock: Stock) -> None:
    other = Stock.objects.create(ticker="B", name="b", market_type="KOSPI")
    trade(stock, 100, 200, days=[date(2024, 1, 2), date(2024, 1, 15)])
    trade(other, 100, 200, days=[date(2024, 1, 2), date(2024, 1, 22)])

    assert flag_jumps(date(2024, 1, 15), date(2024, 1, 22)) == 1


def test_the_first_price_of_a_stock_is_no_jump(stock: Stock) -> None:
    trade(stock, 50_000)

    assert flag_jumps(DAYS[0], DAYS[0]) == 0


def test_a_load_tells_of_jumps_among_its_newest_days_once(tmp_path: Path) -> None:
    closes = [("2024-01-02", 50_000), ("2024-01-03", 10_000), *JUMP]
    rows = [marcap(Date=day, Close=close, Open=close, High=close, Low=close) for day, close in closes]
    file = csv_file(tmp_path, rows)

    for _again in range(2):
        call_command("load_prices", str(file), stdout=StringIO())

    [message] = alerts()
    assert "on 2024-03-05" in message


def test_a_load_of_nothing_tells_of_no_jump(tmp_path: Path) -> None:
    call_command("load_prices", str(csv_file(tmp_path, [marcap(Close=-1)])), stdout=StringIO())
    assert alerts() == []


def test_a_refused_file_leaves_the_jumps_of_those_before_it_told(tmp_path: Path) -> None:
    rows = [marcap(Date=day, Close=close, Open=close, High=close, Low=close) for day, close in JUMP]
    files = [csv_file(tmp_path, rows), text_file(tmp_path, "a,b\n1,2\n", "other.csv")]

    with pytest.raises(CommandError):
        call_command("load_prices", *map(str, files), stdout=StringIO())

    assert Alert.objects.filter(alert_type="WARNING", data__rule="price_jump").count() == 1


@pytest.mark.parametrize(
    ("market", "price", "tick"),
    [
        ("KOSPI", 1_999, 1), ("KOSPI", 2_000, 5), ("KOSPI", 5_000, 10), ("KOSDAQ", 20_000, 50), ("KOSPI", 50_000, 100),
        ("KOSPI", 200_000, 500), ("KOSPI", 500_000, 1_000), ("NYSE", 1, "0.01"), ("NASDAQ", "0.99", "0.0001"),
    ],
)  # fmt: skip
def test_the_tick_of_a_price(market: str, price: Any, tick: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT market.tick(%s, %s::numeric)", [market, price])
        assert cursor.fetchone()[0] == Decimal(tick)
