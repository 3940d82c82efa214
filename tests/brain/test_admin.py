"""Reports and picks in the back office."""

import pytest
from django.test import Client

from brain.models import DailyPick
from tests import desk
from tests.pages import submit, url

pytestmark = pytest.mark.django_db


def test_a_pick_is_of_its_reports_stock_without_being_told(operator: Client) -> None:
    report = desk.make_report()
    assert "stock" not in operator.get(url("brain_dailypick", "add")).context["adminform"].form.fields
    typed = {"report": report.pk, "pick_date": "2025-06-02", "action": "BUY"}
    response = submit(operator, url("brain_dailypick", "add"), **typed)
    assert DailyPick.objects.get().stock == report.stock
    assert str(report.stock) in str(*response.context["messages"])


def test_a_pick_follows_another_report_to_its_stock(operator: Client) -> None:
    pick, other = desk.make_pick(), desk.make_report()
    submit(operator, url("brain_dailypick", "change", pick.pk), report=other.pk)
    assert DailyPick.objects.get().stock == other.stock


def test_a_report_with_picks_is_kept_and_says_how_many(operator: Client) -> None:
    pick = desk.make_pick()
    response = operator.get(url("brain_aireport", "delete", pick.report_id))
    assert response.context["protected"] == ["추천종목: 1"]


def test_a_second_advice_of_a_report_on_a_day_is_refused(operator: Client) -> None:
    pick = desk.make_pick(action="BUY")
    typed = {"report": pick.report_id, "pick_date": pick.pick_date.isoformat(), "action": "SELL"}
    response = submit(operator, url("brain_dailypick", "add"), **typed)
    assert response.context["adminform"].form.non_field_errors() == ["이 리포트의 다른 추천이 이 날짜에 이미 있습니다."]


def test_reports_are_found_by_stock_and_by_words_and_filtered_by_risk_and_sentiment(operator: Client) -> None:
    report = desk.make_report(stock=desk.make_stock(ticker="005930"), risk_level="HIGH", summary="업황 반등")
    desk.make_report(sentiment_score="-4")
    for query in ({"q": "005930"}, {"q": "반등"}, {"risk_level__exact": "HIGH"}, {"sentiment_score_from": "0"}):
        response = operator.get(url("brain_aireport", "changelist"), query)
        assert list(response.context["cl"].result_list) == [report], query
