"""The back office as a whole: every entity can be listed, searched, added, changed and deleted, in two languages."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from market.models import DailyPrice, LatestPrice, SessionOverride
from system.back_office import BackOffice, ReadOnly
from system.back_office.history import events_of
from system.partitions import ensure
from system.schemas import SCHEMAS
from tests import desk
from tests.pages import messages, submit, url

pytestmark = pytest.mark.django_db
ENTITIES = sorted(desk.MAKERS)
DAYS = iter(date(2025, 1, 1) + timedelta(days=day) for day in range(10_000))


def facts(entity: str) -> dict[str, Any]:
    """What an operator types to add one."""
    stock, day = desk.make_stock(), desk.SESSION.isoformat()
    ensure(DailyPrice, [desk.SESSION])
    return {
        "market_stock": lambda: {"ticker": "00088K", "name": "한화3우B", "market_type": "KOSPI"},
        "market_dailyprice": lambda: {"stock": stock.pk, "trade_date": day, "close_price": "71000", "volume": "5"},
        "market_fxrate": lambda: {"currency": "USD", "rate_date": day, "krw_per_unit": "1380.5"},
        "market_sessionoverride": lambda: {"exchange": "XKRX", "session_date": day, "reason": "태풍"},
        "market_corporateaction": lambda: {
            "stock": stock.pk,
            "kind": "SPLIT",
            "effective_date": day,
            "ratio": "5",
            "per": "1",
        },
        "account_portfolio": lambda: {"name": "코어", "initial_capital": "1000000"},
        "account_holding": lambda: {
            "portfolio": desk.make_portfolio().pk,
            "stock": stock.pk,
            "quantity": "3",
            "avg_purchase_price": "70000",
        },
        "brain_aireport": lambda: {
            "stock": stock.pk,
            "analysis_date": day,
            "model_version": "v2",
            "risk_level": "LOW",
        },
        "brain_dailypick": lambda: {"report": desk.make_report().pk, "pick_date": day, "action": "BUY"},
        "trade_order": lambda: {
            "holding": desk.make_holding().pk,
            "side": "BUY",
            "order_type": "MARKET",
            "quantity": "7",
        },
        "trade_execution": lambda: {
            "order": desk.make_order().pk,
            "executed_quantity": "3",
            "executed_price": "70000",
            "exchange_ref": "KRX-9",
        },
        "analytics_backtestresult": lambda: {
            "strategy_name": "가치",
            "test_period_start": "2024-01-02",
            "test_period_end": "2024-12-30",
            "initial_capital": "1000000",
            "final_value": "1100000",
            "total_return": "10",
        },
        "system_alert": lambda: {"alert_type": "INFO", "severity": "LOW", "message": "점검"},
        "system_log": lambda: {"log_level": "INFO", "message": "started"},
    }[entity]()


# What an operator changes in a row of each kind.
CHANGES = {
    "market_stock": {"name": "새 이름"},
    "market_dailyprice": {"close_price": "71200"},
    "market_fxrate": {"krw_per_unit": "1391.25"},
    "market_sessionoverride": {"reason": "선거"},
    "market_corporateaction": {"memo": "공시 확인"},
    "account_portfolio": {"strategy_type": "VALUE"},
    "account_holding": {"quantity": "11"},
    "brain_aireport": {"summary": "목표가 상향"},
    "brain_dailypick": {"action": "SELL"},
    "trade_order": {"quantity": "12"},
    "trade_execution": {"exchange_ref": "KRX-10"},
    "analytics_backtestresult": {"strategy_name": "배당"},
    "system_alert": {"message": "다시 점검"},
    "system_log": {"message": "stopped"},
}


@pytest.fixture(autouse=True)
def no_sessions_of_the_migrations() -> None:
    SessionOverride.objects.all().delete()


def queries(operator: Client, address: str) -> int:
    """How many statements a page takes, once its first visit has filled the caches (of content types for one)."""
    operator.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert operator.get(address).status_code == 200
    return len(captured)


def model_of(entity: str) -> Any:
    return apps.get_model(entity.replace("_", ".", 1))


@pytest.fixture
def beyond_a_thousand() -> None:
    """Numbers of rows start above 999, where a thousands separator in an address or a form would break it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%%I.%%I', schemaname, sequencename) FROM pg_sequences WHERE schemaname = ANY (%s)",
            [list(SCHEMAS)],
        )
        for (sequence,) in cursor.fetchall():
            cursor.execute("SELECT setval(%s, 1500000)", [sequence])


@pytest.mark.parametrize("entity", ENTITIES)
def test_an_entity_is_listed_with_its_rows(operator: Client, entity: str) -> None:
    rows = [desk.MAKERS[entity]() for _ in range(3)]
    response = operator.get(url(entity, "changelist"))
    assert {row.pk for row in response.context["cl"].result_list} == {row.pk for row in rows}


@pytest.mark.usefixtures("beyond_a_thousand")
@pytest.mark.parametrize("entity", ENTITIES)
def test_an_entity_is_added(operator: Client, entity: str) -> None:
    typed = facts(entity)
    before = model_of(entity).objects.count()
    response = submit(operator, url(entity, "add"), **typed)
    assert response.redirect_chain == [(url(entity, "changelist"), 302)], errors(response)
    assert model_of(entity).objects.count() == before + 1


@pytest.mark.usefixtures("beyond_a_thousand")
@pytest.mark.parametrize("entity", ENTITIES)
def test_an_entity_is_changed(operator: Client, entity: str) -> None:
    row = desk.MAKERS[entity]()
    response = submit(operator, url(entity, "change", row.pk), **CHANGES[entity])
    assert response.redirect_chain == [(url(entity, "changelist"), 302)], errors(response)
    assert model_of(entity).objects.filter(pk=row.pk, **CHANGES[entity]).exists()


@pytest.mark.usefixtures("beyond_a_thousand")
@pytest.mark.parametrize("entity", ENTITIES)
def test_saving_a_form_as_it_was_opened_changes_nothing(operator: Client, entity: str) -> None:
    row = desk.MAKERS[entity]()
    before = model_of(entity).objects.filter(pk=row.pk).values().get()
    submit(operator, url(entity, "change", row.pk))
    touched = {"updated_at", "last_updated"}
    after = model_of(entity).objects.filter(pk=row.pk).values().get()
    assert {key: after[key] for key in after.keys() - touched} == {key: before[key] for key in before.keys() - touched}


@pytest.mark.usefixtures("beyond_a_thousand")
@pytest.mark.parametrize("entity", ENTITIES)
def test_an_entity_is_deleted(operator: Client, entity: str) -> None:
    row = desk.MAKERS[entity]()
    response = operator.post(url(entity, "delete", row.pk), {"post": "yes"}, follow=True)
    assert response.redirect_chain == [(url(entity, "changelist"), 302)]
    assert not model_of(entity).objects.exists()


@pytest.mark.usefixtures("beyond_a_thousand")
@pytest.mark.parametrize("entity", ENTITIES)
def test_selected_rows_are_deleted_together(operator: Client, entity: str) -> None:
    rows = [desk.MAKERS[entity]() for _ in range(3)]
    chosen = {"action": "delete_selected", "_selected_action": [row.pk for row in rows[:2]]}
    asked = operator.post(url(entity, "changelist"), chosen)
    assert asked.status_code == 200
    assert f'value="{rows[0].pk}"' in asked.content.decode()
    operator.post(url(entity, "changelist"), {**chosen, "post": "yes"})
    assert [row.pk for row in model_of(entity).objects.all()] == [rows[2].pk]


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_longer_list_takes_no_more_queries(operator: Client, entity: str) -> None:
    for _ in range(2):
        desk.MAKERS[entity]()
    few = queries(operator, url(entity, "changelist"))
    for _ in range(8):
        desk.MAKERS[entity]()
    assert queries(operator, url(entity, "changelist")) == few


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_change_form_reads_no_more_for_a_larger_database(operator: Client, entity: str) -> None:
    row = desk.MAKERS[entity]()

    few = queries(operator, url(entity, "change", row.pk))
    for _ in range(8):
        desk.MAKERS[entity]()
    assert queries(operator, url(entity, "change", row.pk)) == few


@pytest.mark.parametrize(
    ("entity", "make", "relation"),
    [
        ("account_portfolio", lambda portfolio: desk.make_holding(portfolio=portfolio), "portfolio"),
        ("brain_aireport", lambda report: desk.make_pick(report=report, pick_date=next(DAYS)), "report"),
        ("trade_order", lambda order: desk.make_execution(order=order, executed_quantity=1), "order"),
    ],
)
def test_rows_under_a_form_are_read_together_page_by_page(
    operator: Client, entity: str, make: Any, relation: str
) -> None:
    row = desk.MAKERS[entity](**({"quantity": 50} if entity == "trade_order" else {}))
    for _ in range(2):
        make(**{relation: row})
    few = queries(operator, url(entity, "change", row.pk))
    for _ in range(28):
        make(**{relation: row})
    assert queries(operator, url(entity, "change", row.pk)) == few
    inlines = operator.get(url(entity, "change", row.pk)).context["inline_admin_formsets"]
    assert len(inlines[-1].formset.forms) == 20


REGISTERED = [
    (model, model_admin) for model, model_admin in admin.site._registry.items() if isinstance(model_admin, BackOffice)
]


@pytest.mark.parametrize(("model", "model_admin"), REGISTERED, ids=str)
def test_every_filter_and_every_column_to_sort_by_works(operator: Client, model: Any, model_admin: Any) -> None:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    specs = operator.get(address).context["cl"].filter_specs
    assert specs
    for spec in specs:
        for parameter in spec.expected_parameters():
            response = operator.get(address, {parameter: sample(spec, parameter)})
            assert response.status_code == 200, parameter
    for index in range(len(model_admin.list_display) + 1):
        assert operator.get(address, {"o": f"-{index}"}, follow=True).status_code == 200


@pytest.mark.parametrize("entity", ENTITIES)
def test_filters_that_were_sent_empty_hide_nothing(operator: Client, entity: str) -> None:
    rows = {desk.MAKERS[entity]().pk for _ in range(3)}
    specs = operator.get(url(entity, "changelist")).context["cl"].filter_specs
    empty = {parameter: "" for spec in specs for parameter in spec.expected_parameters()}
    response = operator.get(url(entity, "changelist"), empty, follow=True)
    assert response.redirect_chain == []
    assert {row.pk for row in response.context["cl"].result_list} == rows


@pytest.mark.parametrize("entity", ENTITIES)
def test_the_history_of_a_row_tells_who_changed_it(operator: Client, entity: str) -> None:
    row = desk.MAKERS[entity]()
    submit(operator, url(entity, "change", row.pk), **CHANGES[entity])
    history = operator.get(url(entity, "history", row.pk))
    if events_of(model_of(entity)):
        who = history.context["changes"][0].user
    else:
        (entry,) = history.context["action_list"]
        who = entry.user.username
    assert who == history.wsgi_request.user.username


def test_users_and_groups_are_managed_too(operator: Client) -> None:
    typed = {"username": "kim", "usable_password": "true", "password1": "right horse", "password2": "right horse"}
    submit(operator, url("auth_user", "add"), **typed)
    kim = User.objects.get(username="kim")
    submit(operator, url("auth_user", "change", kim.pk), first_name="영희")
    assert User.objects.get(username="kim").first_name == "영희"
    submit(operator, url("auth_group", "add"), name="traders")
    found = operator.get(url("auth_group", "changelist"), {"q": "traders"})
    assert found.context["cl"].result_count == 1


def sample(spec: Any, parameter: str) -> str:
    """A value that one may filter by."""
    field = getattr(spec, "field", None)
    if field is not None and field.flatchoices:
        return str(field.flatchoices[0][0])
    kind = field.get_internal_type() if field is not None else ""
    return {"DateField": "2025-06-02", "DateTimeField": "2025-06-02"}.get(kind, "1")


@pytest.mark.parametrize(("model", "model_admin"), REGISTERED, ids=str)
def test_searching_never_fails(operator: Client, model: Any, model_admin: Any) -> None:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert model_admin.search_fields
    for term in ("삼성", "9" * 40, "%", "a b"):
        assert operator.get(address, {"q": term}).status_code == 200


@pytest.mark.parametrize(
    ("entity", "field", "term"),
    [
        ("market.dailyprice", "stock", "00593"),
        ("market.corporateaction", "stock", "00593"),
        ("account.holding", "portfolio", "코어"),
        ("account.cashentry", "portfolio", "코어"),
        ("account.holding", "stock", "삼성"),
        ("brain.aireport", "stock", "005930"),
        ("brain.dailypick", "report", "삼성"),
        ("trade.order", "holding", "삼성"),
        ("trade.order", "pick", "005930"),
        ("trade.execution", "order", "삼성"),
        ("analytics.backtestresult", "order", "005930"),
    ],
)
def test_a_relation_is_chosen_by_typing(operator: Client, entity: str, field: str, term: str) -> None:
    stock = desk.make_stock(ticker="005930", name="삼성전자")
    holding = desk.make_holding(stock=stock, portfolio=desk.make_portfolio(name="코어 모멘텀"))
    desk.make_pick(report=desk.make_report(stock=stock))
    desk.make_order(holding=holding)
    desk.make_order()
    app, model = entity.split(".")
    asked = {"app_label": app, "model_name": model, "field_name": field, "term": term}
    answer = operator.get(reverse("admin:autocomplete"), asked).json()
    assert len(answer["results"]) == 1


def test_what_programs_write_is_only_read(operator: Client) -> None:
    for make in (desk.make_price, desk.make_job_run, desk.make_action_entry):
        make()
    read_only = [model for model, model_admin in REGISTERED if isinstance(model_admin, ReadOnly)]
    assert {model.__name__ for model in read_only} == {"LatestPrice", "JobRun", "ActionEntry"}
    for model in read_only:
        entity, row = f"{model._meta.app_label}_{model._meta.model_name}", model.objects.get()
        assert operator.get(url(entity, "change", row.pk)).status_code == 200
        assert operator.get(url(entity, "add")).status_code == 403
        assert operator.post(url(entity, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert LatestPrice.objects.count() == DailyPrice.objects.count() == 1


def errors(response: Any) -> Any:
    form = response.context and response.context.get("adminform")
    return form.form.errors if form else messages(response)
