"""Every page of every entity as every role: what the declared table allows is done, and all else is refused."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client

from account.models import Portfolio
from market.models import SessionOverride
from system.access.declaration import GROUPS, TRADER, declared
from system.access.groups import table_of
from tests import desk
from tests.aegis.test_admin import CHANGES, facts
from tests.pages import submit, url

pytestmark = pytest.mark.django_db
CELLS = [(role, entity) for role in GROUPS for entity in sorted(desk.MAKERS)]


def model_of(entity: str) -> Any:
    return apps.get_model(entity.replace("_", ".", 1))


def rights(role: str, entity: str) -> set[str]:
    return set(declared().by_name[table_of(model_of(entity))].rights(role))


def member(client: Client, role: str) -> User:
    user = desk.make_member(role)
    client.force_login(user)
    return user


def own(user: User) -> None:
    """Give all portfolios, and so what is in them, to this user."""
    Portfolio.objects.update(created_by=user.get_username())


@pytest.fixture(autouse=True)
def no_sessions_of_the_migrations() -> None:
    SessionOverride.objects.all().delete()


@pytest.mark.parametrize(("role", "entity"), CELLS)
def test_who_may_look_sees_the_rows(client: Client, role: str, entity: str) -> None:
    user, row = member(client, role), desk.MAKERS[entity]()
    own(user)
    may = "SELECT" in rights(role, entity)
    page = client.get(url(entity, "changelist"))
    assert page.status_code == (200 if may else 403)
    form = client.get(url(entity, "change", row.pk))
    assert form.status_code == (200 if may else 403)
    assert ('name="_save"' in form.content.decode()) == ("UPDATE" in rights(role, entity))
    assert not may or {each.pk for each in page.context["cl"].result_list} == {row.pk}


@pytest.mark.parametrize(("role", "entity"), CELLS)
def test_who_may_add_adds(client: Client, role: str, entity: str) -> None:
    typed, may = facts(entity), "INSERT" in rights(role, entity)
    if (role, entity) == (TRADER, "account_holding"):
        typed |= {"quantity": "0", "avg_purchase_price": "0"}  # a trader opens a holding, and fills it by orders
    own(member(client, role))
    before = model_of(entity).objects.count()
    page = client.get(url(entity, "add"))
    assert page.status_code == (200 if may else 403)
    if may:
        response = submit(client, url(entity, "add"), **typed)
        form = response.context.get("adminform")
        assert form is None, form.form.errors
    else:
        assert client.post(url(entity, "add"), typed).status_code == 403
    assert model_of(entity).objects.count() == before + may


@pytest.mark.parametrize(("role", "entity"), CELLS)
def test_who_may_change_changes(client: Client, role: str, entity: str) -> None:
    row, may = desk.MAKERS[entity](), "UPDATE" in rights(role, entity)
    own(member(client, role))
    if may:
        response = submit(client, url(entity, "change", row.pk), **CHANGES[entity])
        form = response.context.get("adminform")
        assert form is None, form.form.errors
    else:
        assert client.post(url(entity, "change", row.pk), CHANGES[entity]).status_code == 403
    assert model_of(entity).objects.filter(pk=row.pk, **CHANGES[entity]).exists() == may


@pytest.mark.parametrize(("role", "entity"), CELLS)
def test_who_may_delete_deletes(client: Client, role: str, entity: str) -> None:
    row, may = desk.MAKERS[entity](), "DELETE" in rights(role, entity)
    own(member(client, role))
    response = client.post(url(entity, "delete", row.pk), {"post": "yes"})
    assert response.status_code == (302 if may else 403)
    assert model_of(entity).objects.exists() != may
