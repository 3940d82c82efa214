"""A request is one transaction with the rights of its user's role; before it, after it and beside it there are none."""

import json
import re
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.urls import reverse

from account.models import Portfolio
from market.models import Stock
from system.access.declaration import ADMIN, GROUPS, READONLY, TRADER, WEB
from tests import desk
from tests.pages import choose, messages, submit, url
from tests.web import as_login

DRILL = pytest.mark.urls("tests.drills.views")
pytestmark = pytest.mark.django_db
# Without any rights in a schema, nothing that is in it has a name.
NO_RIGHTS = "permission denied|does not exist"
PASSWORD = "right horse battery"


def login(client: Client, role: str, **facts: Any) -> User:
    user = desk.make_member(role, **facts)
    client.force_login(user)
    return user


def quiet(client: Client) -> Client:
    """A browser is told of errors by their page; a test's client would raise them."""
    client.raise_request_exception = False
    return client


@DRILL
@pytest.mark.parametrize("role", GROUPS)
@pytest.mark.parametrize(("method", "read_only"), [("get", "on"), ("head", "on"), ("post", "off")])
def test_a_request_has_the_role_and_the_name_of_its_user(
    client: Client, role: str, method: str, read_only: str
) -> None:
    login(client, role, username="kim")
    response = getattr(client, method)("/drill/look/")
    assert response.status_code == 200
    if method != "head":
        said = json.loads(response.content)
        assert (said["login"], said["role"], said["user"], said["read_only"]) == (WEB, role, "kim", read_only)
        assert json.loads(said["context"])["request"] == response.headers["X-Request-ID"]


@DRILL
def test_a_trader_is_shown_what_is_theirs(client: Client) -> None:
    login(client, TRADER, username="kim")
    desk.make_portfolio(created_by="kim"), desk.make_portfolio(created_by="lee")
    assert json.loads(client.get("/drill/look/").content)["owners"] == ["kim"]


@DRILL
@pytest.mark.django_db(transaction=True)
def test_nobody_logged_in_has_the_rights_of_the_web_login_alone(client: Client) -> None:
    assert quiet(client).get("/drill/look/").status_code == 500
    login(client, READONLY)
    assert client.get("/drill/look/").status_code == 200


@DRILL
@pytest.mark.parametrize("page", ["fail", "divide", "swallow"])
def test_what_does_not_end_in_peace_is_undone(client: Client, page: str) -> None:
    login(client, ADMIN)
    response = quiet(client).post(f"/drill/{page}/", {"stock": "000001"})
    assert response.status_code == 500
    assert response.headers["X-Request-ID"]
    assert not Stock.objects.exists()
    assert client.post("/drill/look/", {"stock": "000001"}).status_code == 200
    assert Stock.objects.exists()


@DRILL
def test_failed_savepoints_cost_neither_role_nor_name(client: Client) -> None:
    login(client, READONLY, username="kim")
    said = json.loads(client.post("/drill/savepoints/").content)
    assert (said["role"], said["user"]) == (READONLY, "kim")


@DRILL
def test_reading_does_not_write(client: Client) -> None:
    login(client, ADMIN)
    with pytest.raises(DatabaseError, match="read-only"):
        client.get("/drill/look/?stock=000001")
    assert not Stock.objects.exists()


@DRILL
def test_what_is_read_after_the_request_is_refused(client: Client) -> None:
    login(client, ADMIN)
    desk.make_portfolio(created_by="kim")
    response = client.get("/drill/later/")
    assert response.status_code == 200
    with as_login(WEB), pytest.raises(DatabaseError, match=NO_RIGHTS), transaction.atomic():
        list(response.streaming_content)


@pytest.mark.django_db(transaction=True)
def test_a_thread_beside_the_request_has_no_rights(client: Client) -> None:
    refused: list[BaseException] = []

    def read() -> None:
        try:
            with as_login(WEB):
                list(Portfolio.objects.all())
        except DatabaseError as error:
            refused.append(error)
        finally:
            connections.close_all()

    thread = Thread(target=read)
    thread.start()
    thread.join()
    assert re.search(NO_RIGHTS, str(refused[0]))


# What is refused.


@DRILL
@pytest.mark.parametrize(("language", "words"), [("en", "Your role, Trader (aegis_trader), may not")])
def test_a_refusal_of_the_database_is_a_page_that_names_the_role_it_takes(
    client: Client, language: str, words: str
) -> None:
    client.post(reverse("set_language"), {"language": language})
    login(client, TRADER)
    response = client.get("/drill/pry/")
    page = response.content.decode()
    assert response.status_code == 403
    assert words in page
    assert "aegis_admin" in page
    assert 'id="nav-sidebar"' in page or "unfold" in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_page_that_the_admin_refuses_says_the_same(client: Client, method: str) -> None:
    login(client, READONLY)
    response = getattr(client, method)(url("account_portfolio", "add"))
    assert response.status_code == 403
    assert "aegis_admin" in response.content.decode()
    assert "aegis_trader" not in response.content.decode()


def test_what_is_not_theirs_is_a_message_on_the_form(client: Client) -> None:
    login(client, TRADER, username="kim")
    desk.make_portfolio(created_by="kim")
    stock, lees = desk.make_stock(), desk.make_portfolio(created_by="lee")
    typed = {"portfolio": lees.pk, "stock": stock.pk, "quantity": "0", "avg_purchase_price": "0"}
    response = submit(client, url("account_holding", "add"), **typed)
    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    mine = Portfolio.objects.get(created_by="kim")
    filled = {**typed, "portfolio": mine.pk, "quantity": "5", "avg_purchase_price": "1"}
    response = submit(client, url("account_holding", "add"), **filled)
    (words,) = response.context["adminform"].form.non_field_errors()
    assert "aegis_trader" in words


def test_who_has_no_role_is_told_so_and_may_log_out(client: Client) -> None:
    client.force_login(desk.make_operator(is_superuser=False))
    for page in (reverse("admin:index"), url("market_stock", "changelist"), reverse("changes")):
        response = client.get(page)
        assert response.status_code == 403
        assert "aegis_readonly" in response.content.decode()
    assert client.post(reverse("set_language"), {"language": "en", "next": "/admin/"}).status_code == 302
    assert client.get(reverse("admin:jsi18n")).status_code == 200
    assert client.post(reverse("admin:logout")).status_code == 200
    assert client.get(reverse("admin:index")).status_code == 302


# What the web login does by itself.


@pytest.mark.parametrize("role", [READONLY, ADMIN])
def test_logging_in_again_and_changing_the_password_need_no_role(client: Client, role: str) -> None:
    user = desk.make_member(role, username="kim", password=PASSWORD)
    for _time in range(2):
        response = client.post(reverse("admin:login"), {"username": "kim", "password": PASSWORD}, follow=True)
        assert response.status_code == 200
        assert response.redirect_chain == [(reverse("admin:index"), 302)]
    user.refresh_from_db()
    assert user.last_login
    new = {"new_password1": "quite another horse", "new_password2": "quite another horse"}
    response = submit(client, reverse("admin:password_change"), old_password=PASSWORD, **new)
    assert response.redirect_chain == [(reverse("admin:password_change_done"), 302)]
    user.refresh_from_db()
    assert user.check_password("quite another horse")
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_message_survives_the_request(client: Client) -> None:
    login(client, ADMIN)
    response = submit(client, url("market_stock", "add"), ticker="000001", name="x", market_type="KOSPI")
    assert len(messages(response)) == 1


# Batches.


@pytest.mark.django_db(transaction=True)
def test_a_batch_commits_row_by_row(client: Client) -> None:
    login(client, ADMIN)
    orders = [desk.make_order() for _ in range(3)]
    seen: list[list[str]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "orders"'):
            seen.append(from_another_session(orders))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        choose(client, "trade_order", "cancel_selected", orders, reason="정정")
    pending, cancelled = "PENDING", "CANCELLED"
    assert seen == [[pending] * 3, [cancelled, pending, pending], [cancelled, cancelled, pending]]
    assert from_another_session(orders) == [cancelled] * 3


@pytest.mark.django_db(transaction=True)
def test_a_batch_of_picks_commits_row_by_row(client: Client) -> None:
    login(client, ADMIN)
    portfolio, picks = desk.make_portfolio(), [desk.make_pick() for _ in range(2)]
    seen: list[int] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "trade.place_order(" in sql:
            seen.append(count_in_another_session("trade.orders"))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        choose(client, "brain_dailypick", "order_selected", picks, portfolio=portfolio.pk, quantity="3", amount="")
    assert [*seen, count_in_another_session("trade.orders")] == [0, 1, 2]


def from_another_session(orders: list[Any]) -> list[str]:
    keys = [order.pk for order in orders]
    return [
        status
        for (status,) in elsewhere(
            "SELECT status FROM trade.orders WHERE order_id = ANY (%s) ORDER BY order_id", [keys]
        )
    ]


def count_in_another_session(table: str) -> int:
    return int(elsewhere(f"SELECT count(*) FROM {table}", [])[0][0])


def elsewhere(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []

    def read() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({statement}) AS found", values)
            found.extend(cursor.fetchall())
        connections.close_all()

    thread = Thread(target=read)
    thread.start()
    thread.join()
    return found
