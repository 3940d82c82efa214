"""Who changed what, when and why: the history of a row, all changes on one page, what a request states of itself."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from account.models import Holding, Portfolio
from market.models import Stock
from system.access.declaration import READONLY
from system.acting import acting_as
from system.back_office.history import Change
from tests import desk
from tests.pages import answer, messages, submit, url
from trade.services import cancel_order

pytestmark = pytest.mark.django_db


def history(operator: Client, entity: str, key: Any, **query: str) -> list[Change]:
    changes: list[Change] = operator.get(url(entity, "history", key), query).context["changes"]
    return changes


def changes(operator: Client, **query: Any) -> list[Change]:
    found: list[Change] = operator.get(reverse("changes"), query).context["changes"]
    return found


def facts(change: Change) -> dict[str, tuple[str, str]]:
    return {fact.label: (fact.before, fact.after) for fact in change.facts}


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def age(row: Any, **time: int) -> None:
    """Have what happened to a row happened earlier: all of a test is one transaction, and has one time."""
    table = type(row).events.rel.related_model._meta.db_table
    sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    row.events.update(pgh_created_at=timezone.now() - timedelta(**time))
    sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


# A row's history.


def test_a_change_in_the_back_office_tells_who_what_and_in_which_request(operator: Client) -> None:
    stock = desk.make_stock(name="삼성전지", sector="반도체")
    response = submit(operator, url("market_stock", "change", stock.pk), name="삼성전자", sector="")
    changed, added = history(operator, "market_stock", stock.pk)
    assert facts(changed) == {"이름": ("삼성전지", "삼성전자"), "섹터": ("반도체", "")}
    assert (changed.kind, changed.user, changed.reason) == ("변경", "kim", "")
    assert re.fullmatch(rf"{url('market_stock', 'change', stock.pk)} [0-9a-f]{{32}}", changed.request)
    assert response.headers["X-Request-ID"] not in changed.request  # that is the page it led to
    assert (added.kind, facts(added)["종목코드"]) == ("추가", ("", stock.ticker))


def test_a_change_by_plain_sql_is_known_by_its_login(operator: Client) -> None:
    stock = desk.make_stock()
    sql("UPDATE stocks SET is_active = false WHERE stock_id = %s", stock.pk)
    changed = history(operator, "market_stock", stock.pk)[0]
    assert (changed.user, changed.source, facts(changed)) == ("aegis", "", {"활성": ("예", "아니요")})


def test_values_read_as_they_do_elsewhere(operator: Client) -> None:
    order = desk.make_order(limit_price="70000.5000")
    desk.make_execution(order=order)
    with acting_as("lee"):
        cancel_order(order, actor="lee", reason="정정")
    cancelled, filled, placed = history(operator, "trade_order", order.pk)
    assert (cancelled.reason, facts(cancelled)["상태"]) == ("정정", ("일부 체결", "취소"))
    assert facts(filled) == {"상태": ("미체결", "일부 체결"), "체결 수량": ("0", "4")}
    assert facts(placed)["지정가"] == ("", "70,000.5")
    assert facts(placed)["보유종목"] == ("", str(order.holding))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", facts(placed)["주문 시각"][1])


def test_long_text_is_cut_short(operator: Client) -> None:
    report = desk.make_report(summary="가" * 5_000)
    (added,) = history(operator, "brain_aireport", report.pk)
    assert len(facts(added)["요약"][1]) == 200


def test_a_change_of_what_came_before_the_history_says_that_it_is_unknown(operator: Client) -> None:
    stock = desk.make_stock(name="a")
    sql("TRUNCATE market.stock_events")
    sql("UPDATE stocks SET name = 'b' WHERE stock_id = %s", stock.pk)
    (changed,) = history(operator, "market_stock", stock.pk)
    assert facts(changed)["이름"] == ("알 수 없음", "b")


def test_the_history_of_a_row_that_is_gone_stays(operator: Client) -> None:
    stock = desk.make_stock(name="삼성전자")
    operator.post(url("market_stock", "delete", stock.pk), {"post": "yes"})
    response = operator.get(url("market_stock", "history", stock.pk))
    deleted, _added = response.context["changes"]
    assert (deleted.kind, deleted.user, facts(deleted)["이름"]) == ("삭제", "kim", ("삼성전자", ""))
    assert f"삭제된 종목 #{stock.pk}" in response.content.decode()


@pytest.mark.parametrize("key", ["999999", "9" * 30, "nonsense", "1e3"])
def test_a_row_that_never_was_has_no_history(operator: Client, key: str) -> None:
    response = operator.get(url("market_stock", "history", key), follow=True)
    assert response.redirect_chain == [(reverse("admin:index"), 302)]
    assert len(messages(response)) == 1


def test_a_long_history_is_read_page_by_page_with_the_same_few_queries(operator: Client) -> None:
    stock = desk.make_stock(name="0")
    for number in range(1, 61):
        sql("UPDATE stocks SET name = %s WHERE stock_id = %s", str(number), stock.pk)
    address = url("market_stock", "history", stock.pk)
    operator.get(address)
    with CaptureQueriesContext(connection) as captured:
        first = operator.get(address)
    assert len([query for query in captured if "stock_events" in query["sql"]]) == 2  # the page, and what was before
    assert all("COUNT(" not in query["sql"] for query in captured)
    assert [facts(change)["이름"][1] for change in first.context["changes"]] == [str(60 - n) for n in range(50)]
    assert facts(first.context["changes"][-1])["이름"] == ("10", "11")
    second = operator.get(address + first.context["older"])
    assert [change.kind for change in second.context["changes"]] == ["변경"] * 10 + ["추가"]
    assert (second.context["older"], second.context["newest"]) == ("", "?")


def test_who_may_not_see_a_row_does_not_see_its_history(client: Client) -> None:
    stock = desk.make_stock()
    client.force_login(desk.make_operator(is_superuser=False))
    assert client.get(url("market_stock", "history", stock.pk)).status_code == 403
    assert client.get(reverse("changes")).status_code == 403


# All changes.


def test_changes_of_all_tables_stand_in_one_list_newest_first(operator: Client) -> None:
    portfolio, stock = desk.make_portfolio(), desk.make_stock()
    age(portfolio, hours=3)
    age(stock, hours=2)
    submit(operator, url("account_portfolio", "change", portfolio.pk), name="핵심")
    assert [(change.row, change.kind) for change in changes(operator)] == [
        (f"포트폴리오 #{portfolio.pk}", "변경"),
        (f"종목 #{stock.pk}", "추가"),
        (f"포트폴리오 #{portfolio.pk}", "추가"),
    ]
    page = operator.get(reverse("changes")).content.decode()
    assert url("account_portfolio", "history", portfolio.pk) in page


def test_changes_are_narrowed_by_table_kind_user_and_day(operator: Client) -> None:
    stock = desk.make_stock()
    with acting_as("lee"):
        Stock.objects.filter(pk=stock.pk).update(name="b")
    desk.make_portfolio()
    today = timezone.localdate()
    for query, found in (
        ({}, 3),
        ({"table": "stocks"}, 2),
        ({"kind": "update"}, 1),
        ({"user": "lee"}, 1),
        ({"user": "aegis"}, 3),
        ({"user": "nobody"}, 0),
        ({"first": today, "last": today}, 3),
        ({"first": today + timedelta(days=1)}, 0),
        ({"last": today - timedelta(days=1)}, 0),
        ({"table": "no_such_table"}, 0),
        ({"first": "nonsense"}, 0),
    ):
        assert len(changes(operator, **query)) == found, query


def test_a_long_list_is_walked_from_page_to_page_without_counting(operator: Client) -> None:
    rows = [make() for _ in range(40) for make in (desk.make_stock, desk.make_portfolio)]
    address = reverse("changes")
    with CaptureQueriesContext(connection) as captured:
        first = operator.get(address, {"kind": "insert"})
    assert all("COUNT(" not in query["sql"] for query in captured)
    second = operator.get(address + first.context["older"])
    assert "kind=insert" in first.context["older"]
    shown = [change.row for response in (first, second) for change in response.context["changes"]]
    assert (len(shown), len(set(shown))) == (80, len(rows))
    assert second.context["older"] == ""
    assert operator.get(address + second.context["newest"]).context["changes"][0].row == shown[0]


def test_changes_of_tables_that_one_may_not_see_are_left_out(client: Client) -> None:
    client.force_login(desk.make_member(READONLY))
    stock, _order = desk.make_stock(), desk.make_order(pick=desk.make_pick())
    assert f"종목 #{stock.pk}" in {change.row for change in changes(client)}
    assert {change.event.pgh_tracked_model for change in changes(client)} <= {Stock, Portfolio, Holding}
    assert changes(client, table="orders") == []


def test_a_search_for_changes_that_takes_too_long_is_stopped_and_says_so(operator: Client, monkeypatch: Any) -> None:
    desk.make_stock()
    monkeypatch.setattr("system.back_office.changes.LONGEST", 20)
    sql("ALTER TABLE market.stock_events RENAME TO slow_events")
    sql("CREATE VIEW market.stock_events AS SELECT slow_events.* FROM market.slow_events, pg_sleep(1)")
    sql("GRANT SELECT ON market.stock_events TO aegis_admin")
    response = operator.get(reverse("changes"), {"table": "stocks"})
    assert (response.status_code, response.headers["Location"]) == (302, reverse("changes"))


# What a request states.


def test_every_answer_carries_the_number_of_its_request_and_no_clients_number(operator: Client) -> None:
    numbers = {
        operator.get(reverse("admin:index"), headers={"X-Request-ID": "mine"}).headers["X-Request-ID"] for _ in range(2)
    }
    numbers.add(Client().get(reverse("admin:login")).headers["X-Request-ID"])
    assert len({number for number in numbers if re.fullmatch(r"[0-9a-f]{32}", number)}) == 3


def test_the_number_of_a_request_leads_to_its_changes(operator: Client) -> None:
    portfolio = desk.make_portfolio(initial_capital=0)
    before = set(portfolio.events.values_list("pgh_id", flat=True))
    response = answer(
        operator, url("account_portfolio", "deposit_this", portfolio.pk), amount="5", currency="KRW", memo=""
    )
    assert response.headers["HX-Redirect"]
    response = submit(operator, url("account_portfolio", "change", portfolio.pk), max_drawdown="10")
    stated = [event.pgh_context for event in portfolio.events.exclude(pgh_id__in=before)]
    assert [context["user"] for context in stated] == ["kim"]
    assert stated[0]["url"] == url("account_portfolio", "change", portfolio.pk)


def test_what_a_request_stated_ends_with_it(operator: Client) -> None:
    operator.get(reverse("admin:index"))
    portfolio = desk.make_portfolio()
    assert Portfolio.objects.get().events.get().pgh_context in (None, {})
    assert history(operator, "account_portfolio", portfolio.pk)[0].user == "aegis"
