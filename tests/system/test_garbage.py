"""Whatever is typed into an address or sent instead of a form, a page answers: no 500."""

from itertools import product
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.test import Client

from system.back_office import BackOffice, ReadOnlyInline
from system.models import Alert
from tests import desk
from tests.pages import answer, choose, filled_in, submit, url
from trade.models import Order

pytestmark = pytest.mark.django_db

GARBAGE = ["abc", "²\0", "9" * 5000, "9999-12-31"]
OURS = {f"{model._meta.app_label}_{model._meta.model_name}": shown for model, shown in admin.site._registry.items()
        if isinstance(shown, BackOffice)}  # fmt: skip
EVERY = pytest.mark.parametrize("entity", OURS)


@EVERY
@pytest.mark.parametrize("value", ["\0", "²"])
def test_garbage_in_the_address_of_a_list(operator: Client, entity: str, value: str) -> None:
    names = [each[0] if isinstance(each, tuple) else each for each in OURS[entity].list_filter]
    for asked in (dict.fromkeys([*names, "q", "p", "o"], value), {f"{name}__in": value for name in names}):
        response = operator.get(url(entity, "changelist"), asked, follow=True)
        assert response.status_code in {200, 400}


LOOKUPS = {
    "": ["(", "9" * 30],
    "__year": ["0", "10000", "-5", "9" * 20],
    "__year__gte": ["0"],
    "__range": ["1", "1,2,3"],
    "__regex": ["("],
    "__in": ["9" * 30],
    "__gte": ["9" * 30],
    "__isnull": ["2"],
    "__week_day": ["9" * 20],
    "__date": ["10000-01-01"],
    "__nonsense": ["1"],
}


@EVERY
def test_garbage_of_every_kind_for_every_kind_of_column(operator: Client, entity: str) -> None:
    kinds = {field.get_internal_type(): field for field in OURS[entity].model._meta.concrete_fields}
    for field in kinds.values():
        for lookup, values in LOOKUPS.items():
            for value in values:
                response = operator.get(url(entity, "changelist"), {f"{field.name}{lookup}": value})
                assert response.status_code in {200, 302, 400}, (field.name, lookup, value)


@EVERY
def test_garbage_that_fills_in_a_form(operator: Client, entity: str) -> None:
    fields = [field.name for field in OURS[entity].model._meta.get_fields()]
    for value in GARBAGE:
        response = operator.get(url(entity, "add"), dict.fromkeys(fields, value))
        assert response.status_code in {200, 403}, value


@EVERY
def test_garbage_sent_to_a_form(operator: Client, entity: str) -> None:
    fields = [field.name for field in OURS[entity].model._meta.get_fields()]
    for value in GARBAGE:
        sent = dict.fromkeys([*fields, *(f"{field}_{part}" for field in fields for part in (0, 1))], value)
        response = operator.post(url(entity, "add"), sent)
        assert response.status_code in {200, 403}, value


@EVERY
def test_garbage_instead_of_a_rows_number(operator: Client, entity: str) -> None:
    for value, page in product(["abc", "9" * 30], ["change", "history"]):
        response = operator.get(url(entity, page, value), follow=True)
        assert response.status_code in {200, 403, 404}, (page, value)


@EVERY
def test_garbage_among_the_selected_rows(operator: Client, entity: str) -> None:
    actions = [*OURS[entity].actions, "delete_selected"]
    for value, action in product(["abc", "9" * 30], actions):
        sent = {"action": action, "_selected_action": [value, "²", "\0"], "index": "²", "select_across": "x"}
        response = operator.post(url(entity, "changelist"), sent, follow=True)
        assert response.status_code in {200, 403}, (action, value)


@pytest.mark.parametrize("entity", sorted(OURS.keys() & desk.MAKERS.keys()))
def test_garbage_sent_for_rows_that_a_form_only_shows(operator: Client, entity: str) -> None:
    row = desk.MAKERS[entity]()
    address = url(entity, "change", row.pk)
    page = operator.get(address).content.decode()
    sent = filled_in(page)
    assert all(issubclass(inline, ReadOnlyInline) for inline in OURS[entity].inlines)
    prefixes = {name.rpartition("-")[0] for name in sent if name.endswith("-TOTAL_FORMS")}
    for value in ("abc", "²", "5"):
        names = ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS", "page", "0-id")
        counts = {f"{prefix}-{name}": value for prefix, name in product(prefixes, names)}
        response = operator.post(address, {**sent, **counts}, follow=True)
        assert response.status_code in {200, 403}, value
        for prefix in prefixes:
            assert operator.get(address, {f"{prefix}-page": value}).status_code == 200


@EVERY
def test_garbage_typed_into_a_search_that_completes(operator: Client, entity: str) -> None:
    for field in OURS[entity].autocomplete_fields:
        meta = OURS[entity].model._meta
        for value in GARBAGE:
            asked = {"app_label": meta.app_label, "model_name": meta.model_name, "field_name": field}
            for extra in ({"term": value}, {"page": value}):
                response = operator.get("/admin/autocomplete/", {**asked, **extra})
                assert response.status_code in {200, 404}, (field, value)


# What is left out is left out, and what is right stays.


def test_a_nul_is_taken_out_of_the_address_and_the_rest_stays(operator: Client) -> None:
    response = operator.get(url("trade_order", "changelist"), {"created_by": "\0", "side__exact": "BUY"})
    assert response.headers["Location"] == f"{url('trade_order', 'changelist')}?side__exact=BUY"


@pytest.mark.parametrize("wrong", [{"order_time__year": "0"}, {"quantity__range": "1"}, {"status_reason__regex": "("}])
def test_what_no_list_can_be_made_of_is_taken_out_and_the_rest_stays(operator: Client, wrong: dict[str, str]) -> None:
    address = url("trade_order", "changelist")

    response = operator.get(address, {**wrong, "side__exact": "BUY"})

    assert response.headers["Location"] == f"{address}?side__exact=BUY"
    assert operator.get(address, wrong).headers["Location"] == address


def test_what_an_address_fills_in_is_kept_where_it_can_be_read(operator: Client) -> None:
    holding = desk.make_holding()
    asked = {"holding": holding.pk, "quantity": "7", "limit_price": "abc", "order_time": "2025-06-02 09:30"}
    form = operator.get(url("trade_order", "add"), asked).context["adminform"].form
    assert str(holding) in operator.get(url("trade_order", "add"), asked).content.decode()
    assert (form["quantity"].value(), form["limit_price"].value()) == ("7", None)
    assert f"{form['order_time'].value():%Y-%m-%d %H:%M}" == "2025-06-02 09:30"


def test_a_choice_that_is_none_is_told_on_the_form(operator: Client) -> None:
    typed = {"side": "BUY", "order_type": "MARKET", "quantity": "1"}
    response = submit(operator, url("trade_order", "add"), holding="abc", **typed)
    assert "holding" in response.context["adminform"].form.errors
    assert not Order.objects.exists()


def test_a_choice_is_shown_again_beside_what_is_wrong(operator: Client) -> None:
    holding = desk.make_holding()
    response = submit(operator, url("trade_order", "add"), holding=holding.pk, quantity="abc")
    assert f'<option value="{holding.pk}" selected' in response.content.decode()
    assert isinstance(response.context["adminform"].form.fields["holding"].widget.widget, AutocompleteSelect)


def test_of_the_selected_rows_those_that_can_be_are_acted_on(operator: Client) -> None:
    alerts = [desk.make_alert(), desk.make_alert()]
    keys = ["abc", *(alert.pk for alert in alerts)]
    sent = {"action": "acknowledge_selected", "_selected_action": keys, "index": "0"}
    operator.post(url("system_alert", "changelist"), sent)
    assert Alert.objects.filter(is_acknowledged=True).count() == 2


def test_the_rows_below_a_form_turn_their_pages(operator: Client) -> None:
    order = desk.make_order(quantity=100)
    for number in range(25):
        desk.make_execution(order=order, executed_quantity=1, exchange_ref=f"K-{number:02}")
    address = url("trade_order", "change", order.pk)
    first, second = (operator.get(address, {"executions-page": page}).content.decode() for page in ("1", "2"))
    shown = [{f"K-{number:02}" for number in range(25) if f"K-{number:02}" in page} for page in (first, second)]
    assert [len(each) for each in shown] == [20, 5]
    response = submit(operator, address, limit_price="71000")
    assert response.redirect_chain
    order.refresh_from_db()
    assert order.limit_price == 71_000


def test_an_alert_that_is_none_is_not_acknowledged(operator: Client) -> None:
    response = answer(operator, url("system_alert", "acknowledge_this", "abc"))
    assert response.status_code in {200, 404}


@pytest.mark.parametrize(
    "typed",
    [
        {"amount": "1e30"},
        {"amount": "1e9999"},
        {"sell": "USD", "buy": "KRW", "amount": "1e15", "krw_per_unit": "1e15"},
        {"krw_per_unit": "1e9999999"},
        {"amount": "9" * 5000},
        {"krw_per_unit": "NaN"},
    ],
)
def test_huge_numbers_are_not_exchanged(operator: Client, typed: dict[str, Any]) -> None:
    portfolio = desk.make_portfolio()
    page = url("account_portfolio", "convert_this", portfolio.pk)
    response = answer(operator, page, **{"sell": "KRW", "buy": "USD", "amount": "1380", "krw_per_unit": "1380"} | typed)
    assert response.status_code == 200
    assert "HX-Redirect" not in response.headers


@pytest.mark.parametrize("page", ["deposit_this", "withdraw_this"])
@pytest.mark.parametrize("amount", ["1e30", "1e9999", "9" * 5000, "1e-9999", "²"])
def test_huge_numbers_are_not_moved(operator: Client, page: str, amount: str) -> None:
    address = url("account_portfolio", page, desk.make_portfolio().pk)
    response = answer(operator, address, amount=amount, currency="KRW", memo="\0")
    assert response.status_code == 200
    assert "HX-Redirect" not in response.headers


def test_huge_numbers_are_not_ordered(operator: Client) -> None:
    pick = desk.make_pick()
    portfolio = desk.make_portfolio()
    for amount in ("1e30", "1e9999", "9" * 5000):
        for typed in ({"amount": amount}, {"quantity": amount}):
            response = choose(operator, "brain_dailypick", "order_selected", [pick], portfolio=portfolio.pk, **typed)
            assert response.status_code == 200
    assert not Order.objects.exists()
