"""Backtests in the back office."""

import pytest
from django.test import Client

from analytics.models import BacktestResult
from tests import desk
from tests.pages import submit, url

pytestmark = pytest.mark.django_db
BACKTESTS = "analytics_backtestresult"


def test_parameters_are_typed_as_json(operator: Client) -> None:
    backtest = desk.make_backtest()
    response = submit(operator, url(BACKTESTS, "change", backtest.pk), parameters="{no json")
    assert "parameters" in response.context["adminform"].form.errors
    submit(operator, url(BACKTESTS, "change", backtest.pk), parameters='{"기간": 20}')
    assert BacktestResult.objects.get().parameters == {"기간": 20}


def test_a_period_that_ends_before_it_starts_is_refused(operator: Client) -> None:
    backtest = desk.make_backtest()
    response = submit(operator, url(BACKTESTS, "change", backtest.pk), test_period_end="2001-01-01")
    assert response.context["adminform"].form.non_field_errors() == ["시작일은 종료일보다 늦을 수 없습니다."]


def test_backtests_are_filtered_by_return_and_sorted_by_it(operator: Client) -> None:
    loss, gain = desk.make_backtest(total_return=-5), desk.make_backtest(total_return=7)
    response = operator.get(url(BACKTESTS, "changelist"), {"total_return_from": "0"})
    assert list(response.context["cl"].result_list) == [gain]
    response = operator.get(url(BACKTESTS, "changelist"), {"o": "-6"})
    assert list(response.context["cl"].result_list) == [gain, loss]
