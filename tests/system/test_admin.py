"""Alerts, logs and the records of programs in the back office."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from system.alerts import acknowledge
from system.models import Alert, LoadReject
from tests import desk
from tests.pages import messages, url

pytestmark = pytest.mark.django_db


def test_acknowledging_marks_only_what_waits_and_says_how_many(operator: Client) -> None:
    waiting = [desk.make_alert() for _ in range(2)]
    seen = desk.make_alert(is_acknowledged=True, acknowledged_by="lee", acknowledged_at=timezone.now())
    chosen = {"action": "acknowledge_selected", "_selected_action": [alert.pk for alert in [*waiting, seen]]}
    response = operator.post(url("system_alert", "changelist"), chosen, follow=True)
    assert messages(response) == ["알림 2건을 확인했습니다."]
    assert list(Alert.objects.order_by("pk").values_list("acknowledged_by", flat=True)) == ["kim", "kim", "lee"]
    assert all(alert.acknowledged_at for alert in Alert.objects.all())


def test_an_alert_is_acknowledged_from_its_own_page_once_that_is_confirmed(operator: Client) -> None:
    alert = desk.make_alert()
    page, button = url("system_alert", "change", alert.pk), url("system_alert", "acknowledge_this", alert.pk)
    assert button in operator.get(page).content.decode()
    assert "이 알림을 확인할까요?" in operator.get(button).content.decode()
    assert Alert.objects.get().is_acknowledged is False
    response = operator.post(button, {"_form_submitted": "on"})
    assert response.headers["HX-Redirect"] == page
    shown = operator.get(page)
    assert messages(shown) == ["알림 1건을 확인했습니다."]
    assert button not in shown.content.decode()
    assert Alert.objects.get().acknowledged_by == "kim"


def test_only_who_may_change_alerts_acknowledges_them(client: Client) -> None:
    client.force_login(desk.make_operator(is_superuser=False))
    button = url("system_alert", "acknowledge_this", desk.make_alert().pk)
    assert client.post(button, {"_form_submitted": "on"}).status_code == 403


def test_of_two_who_acknowledge_the_first_is_named() -> None:
    desk.make_alert()
    assert acknowledge(Alert.objects.all(), by="kim") == 1
    assert acknowledge(Alert.objects.all(), by="lee") == 0
    assert Alert.objects.get().acknowledged_by == "kim"


def test_waiting_alerts_stand_first_and_the_newest_of_them_on_top(operator: Client) -> None:
    now = timezone.now()
    seen = desk.make_alert(is_acknowledged=True, created_at=now)
    old, new = (
        desk.make_alert(created_at=now - timedelta(hours=2)),
        desk.make_alert(created_at=now - timedelta(hours=1)),
    )
    response = operator.get(url("system_alert", "changelist"))
    assert list(response.context["cl"].result_list) == [new, old, seen]


def test_the_days_of_a_filter_are_days_of_seoul_and_both_included(operator: Client) -> None:
    before_midnight = desk.make_log(created_at=datetime(2026, 3, 2, 14, 59, 59, tzinfo=UTC))  # 23:59:59 in Seoul
    desk.make_log(created_at=datetime(2026, 3, 2, 15, 0, tzinfo=UTC))
    days = {"created_at_from": "2026-03-02", "created_at_to": "2026-03-02"}
    response = operator.get(url("system_log", "changelist"), days)
    assert list(response.context["cl"].result_list) == [before_midnight]


def test_a_search_in_the_logs_looks_a_week_back_unless_days_are_given(operator: Client) -> None:
    old = desk.make_log(message="needle", created_at=timezone.now() - timedelta(days=30))
    new = desk.make_log(message="needle")
    for days in ({}, {"created_at_from": "", "created_at_to": ""}, {"created_at_from": "soon"}):
        response = operator.get(url("system_log", "changelist"), {"q": "needle", **days})
        assert list(response.context["cl"].result_list) == [new]
    response = operator.get(url("system_log", "changelist"), {"q": "needle", "created_at_from": "2001-01-01"})
    assert list(response.context["cl"].result_list) == [new, old]


def test_a_log_line_shows_its_milliseconds(operator: Client) -> None:
    desk.make_log(created_at=datetime(2026, 3, 2, 9, 0, 1, 234_567, tzinfo=desk.SEOUL))
    assert "2026-03-02 09:00:01.234" in operator.get(url("system_log", "changelist")).content.decode()


def test_a_rejected_row_is_repaired_on_its_page_and_nothing_else_of_it_is_changed(operator: Client) -> None:
    reject = desk.make_load_reject(raw={"Code": "005930", "Close": "-5", "Name": "삼성전자"})
    page = url("system_loadreject", "change", reject.pk)
    assert "삼성전자" in operator.get(page).content.decode()

    typed = {"raw": '{"Code": "005930", "Close": "5", "Name": "삼성전자"}', "reason": "none", "line": "1"}
    operator.post(page, typed)

    repaired = LoadReject.objects.get()
    assert repaired.raw["Close"] == "5"
    assert repaired.repaired_at is not None
    assert (repaired.reason, repaired.line) == (reject.reason, reject.line)


@pytest.mark.parametrize("typed", ["[1]", '"text"', "{}", "{'Code': 5}", ""])
def test_a_repair_that_is_no_row_is_not_taken(operator: Client, typed: str) -> None:
    reject = desk.make_load_reject()

    response = operator.post(url("system_loadreject", "change", reject.pk), {"raw": typed})

    assert response.status_code == 200
    assert response.context["errors"]
    assert LoadReject.objects.get().raw == reject.raw


def test_rejected_rows_are_set_aside_and_found_by_whether_they_wait(operator: Client) -> None:
    first, second, third = (desk.make_load_reject(line=line) for line in (2, 3, 4))
    chosen = {"action": "set_aside_selected", "_selected_action": [first.pk]}
    changelist = url("system_loadreject", "changelist")
    operator.post(changelist, chosen)
    button = url("system_loadreject", "set_aside_this", second.pk)
    assert button in operator.get(url("system_loadreject", "change", second.pk)).content.decode()

    operator.post(button, {"_form_submitted": "on"})

    assert list(LoadReject.objects.filter(resolved_at=None)) == [third]
    assert button not in operator.get(url("system_loadreject", "change", second.pk)).content.decode()
    for waits, found in (("yes", {third.pk}), ("no", {first.pk, second.pk}), ("", {first.pk, second.pk, third.pk})):
        shown = operator.get(changelist, {"waits": waits}).context["cl"].result_list
        assert {row.pk for row in shown} == found


def test_only_who_may_change_rejected_rows_sets_them_aside(client: Client) -> None:
    client.force_login(desk.make_operator(is_superuser=False))
    button = url("system_loadreject", "set_aside_this", desk.make_load_reject().pk)
    assert client.post(button, {"_form_submitted": "on"}).status_code == 403
