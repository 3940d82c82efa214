"""The exchange's and the broker's rules by which the demo trades: limits, steps, tax, commission."""

from datetime import date
from decimal import Decimal

import pytest

from aegis.demo.rules import commission, limits, tax, tick


@pytest.mark.parametrize(
    ("base", "lowest", "highest"), [(9_940, 6_960, 12_920), (1_999, 1_400, 2_595), (500_000, 350_000, 650_000)]
)
def test_daily_limits_are_cut_to_the_step_of_base_and_result(base: int, lowest: int, highest: int) -> None:
    assert limits(base, "KRW") == (lowest, highest)


def test_steps_grow_at_the_tables_bounds() -> None:
    prices = (1_999, 2_000, 4_999, 5_000, 19_999, 20_000, 49_999, 50_000, 199_999, 200_000, 499_999, 500_000)
    assert [tick(price, "KRW") for price in prices] == [1, 5, 5, 10, 10, 50, 50, 100, 100, 500, 500, 1_000]


@pytest.mark.parametrize(
    ("settles", "expected"),
    [(date(2023, 6, 1), 480), (date(2024, 12, 30), 432), (date(2025, 1, 2), 360), (date(2026, 1, 2), 480)],
)
def test_the_tax_on_a_sale_of_240_000_won(settles: date, expected: int) -> None:
    assert tax(Decimal(240_000), "SELL", "KRW", settles) == expected
    assert tax(Decimal(240_000), "BUY", "KRW", settles) == 0
    assert tax(Decimal(240_000), "SELL", "USD", settles) == 0


def test_commission_is_cut_to_whole_won() -> None:
    assert [commission(Decimal(amount), "KRW") for amount in (280_000, 414_000, 240_000)] == [42, 62, 36]
