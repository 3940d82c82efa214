"""What the web's login must be and must not be, and how it comes to the database."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.urls import reverse

from aegis import web_login
from aegis.web_login import check_web_login, problems, refuse_wrong_login
from system.access.declaration import GROUPS, WEB
from tests import desk
from tests.drills.desk import drill_server, find_leaks
from tests.servers import ROOT
from tests.web import as_login


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def as_superuser() -> Iterator[None]:
    """Whom the tests' connections come from."""
    with connection.cursor() as cursor:
        cursor.execute("RESET SESSION AUTHORIZATION")
        yield
        cursor.execute(f"SET SESSION AUTHORIZATION {connection.settings_dict['USER']}")


def found(login: str) -> list[CheckMessage]:
    with as_login(login):
        return list(problems(connection))


@pytest.mark.django_db
def test_the_web_login_is_as_it_should_be() -> None:
    assert found(WEB) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("option", "check_id"), [("SUPERUSER", "aegis.E021"), ("BYPASSRLS", "aegis.E021"), ("INHERIT", "aegis.E022")]
)
def test_a_login_that_no_right_stops_is_refused(option: str, check_id: str) -> None:
    with as_superuser():
        run(f"CREATE ROLE careless LOGIN {option}")
    assert [problem.id for problem in found("careless")][:1] == [check_id]


@pytest.mark.django_db
def test_the_owner_and_who_belongs_to_the_owner_are_refused() -> None:
    owner = connection.settings_dict["USER"]
    with as_superuser():
        run(f"CREATE ROLE careless LOGIN NOINHERIT IN ROLE {owner}")
    for login in (owner, "careless"):
        (problem,) = found(login)
        assert problem.id == "aegis.E021"
        assert login in problem.msg


@pytest.mark.django_db
def test_a_login_that_has_the_rights_of_a_role_unasked_is_refused() -> None:
    with as_superuser():
        run("CREATE ROLE careless LOGIN INHERIT")
        run(f"GRANT {', '.join(GROUPS)} TO careless")
    assert [problem.id for problem in found("careless")] == ["aegis.E022", "aegis.E023"]


@pytest.mark.django_db
def test_a_login_that_cannot_take_the_roles_is_refused() -> None:
    run(f"REVOKE aegis_trader FROM {WEB} CASCADE")
    (problem,) = found(WEB)
    assert problem.id == "aegis.E024"
    assert "aegis_trader" in problem.msg


@pytest.mark.django_db
def test_no_request_is_served_by_a_wrong_login(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("aegis.middleware.refuse_wrong_login", refuse_wrong_login.__wrapped__)
    client.force_login(desk.make_operator())
    assert client.get(reverse("admin:index")).status_code == 200
    with as_superuser():
        run(f"ALTER ROLE {WEB} BYPASSRLS")
    with pytest.raises(ImproperlyConfigured, match=r"aegis\.E021"):
        client.get(reverse("admin:index"))


@pytest.mark.django_db
def test_a_database_that_cannot_be_reached_is_a_warning(settings: Any) -> None:
    settings.WEB_DATABASE = {**settings.WEB_DATABASE, "HOST": "127.0.0.1", "PORT": "1", "OPTIONS": {}}
    (problem,) = check_web_login(None)
    assert problem.id == "aegis.W020"


def test_a_pooler_is_told_by_the_number_that_it_answers_with(monkeypatch: Any, settings: Any, db: None) -> None:
    assert web_login.undeclared_pooler().id == "aegis.E025"

    class Elsewhere:
        backend_pid = 0

    with as_login(WEB):
        monkeypatch.setattr(type(connection.connection), "info", Elsewhere)
        assert [problem.id for problem in problems(connection)] == ["aegis.E025"]
        settings.BEHIND_POOLER = True
        assert list(problems(connection)) == []
        monkeypatch.undo()


# Settings.

SAY = """
import json
from aegis import settings
print(json.dumps({"web": settings.WEB_DATABASE, "default": settings.DATABASES["default"]}, default=str))
"""
OWNERS = "postgres://owner:secret@db.example.com:5432/desk"
WEBS = "postgres://aegis_app:hidden@pool.example.com:6432/desk"


def said(**environment: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", SAY], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_commands_come_as_the_owner_and_the_web_as_its_login() -> None:
    commands = said(DATABASE_URL=OWNERS)
    assert (commands["default"]["USER"], commands["web"]["USER"]) == ("owner", WEB)
    assert commands["web"]["PASSWORD"] != "secret"
    web = said(DATABASE_URL=OWNERS, AEGIS_WEB="true")
    assert (web["default"]["USER"], web["default"]["HOST"]) == (WEB, "db.example.com")
    elsewhere = said(DATABASE_URL=OWNERS, WEB_DATABASE_URL=WEBS, AEGIS_WEB="true")["default"]
    assert (elsewhere["USER"], elsewhere["PASSWORD"], elsewhere["HOST"]) == (WEB, "hidden", "pool.example.com")


def test_the_kept_password_of_the_web_is_used(tmp_path: Any) -> None:
    (tmp_path / "web_password").write_text("kept\n")
    assert said(DATABASE_URL=OWNERS, AEGIS_VAR=str(tmp_path))["web"]["PASSWORD"] == "kept"


def test_behind_a_pooler_nothing_is_asked_of_the_session() -> None:
    direct = said(DATABASE_URL=OWNERS)["web"]
    assert "search_path" in direct["OPTIONS"]["options"]
    assert not direct["DISABLE_SERVER_SIDE_CURSORS"]
    pooled = said(DATABASE_URL=OWNERS, WEB_DATABASE_URL=WEBS, BEHIND_POOLER="true")
    assert "options" not in pooled["web"]["OPTIONS"]
    assert pooled["web"]["DISABLE_SERVER_SIDE_CURSORS"]
    assert "options" in pooled["default"]["OPTIONS"]


def test_a_pool_of_the_process_keeps_no_connection_to_a_thread() -> None:
    web = said(DATABASE_URL=OWNERS, WEB_POOL="4")["web"]
    assert web["OPTIONS"]["pool"] == {"min_size": 1, "max_size": 4}
    assert web["CONN_MAX_AGE"] == 0


def test_nothing_of_a_request_reaches_another_through_a_pool() -> None:
    """The same through PgBouncer is `make drill`."""
    with drill_server() as server:
        web = server.url.replace(f"//{server.owner}@", f"//{WEB}@")
        found = find_leaks(server.url, web, "--requests=600", WEB_POOL="2")
        assert (found["requests"], found["leaks"], found["examples"]) == (600, 0, [])
        assert found["backends"] <= 2
        broken = find_leaks(server.url, web, "--requests=100", "--session-wide", WEB_POOL="2")
        assert broken["leaks"] > 20, broken
