"""What stands between the back office and everybody who is not of the desk: settings, headers, and the guessing of
passwords."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aegis.logins.throttle import client_address
from tests import desk
from tests.pages import url

PASSWORD = "right horse battery"
BLOCK = re.compile(r"^# --- Production.*?\n(.*?)^# ---", re.M | re.S)
LOGIN = reverse("admin:login")


def production(**others: str) -> dict[str, str]:
    """The environment that .env.example's production block makes, with nothing of the tests' in it."""
    block = BLOCK.search((settings.BASE_DIR / ".env.example").read_text())
    assert block
    values = dict(re.findall(r"^# ([A-Z_]+)=(.+)$", block[1], re.M))
    assert {"DATABASE_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "BEHIND_PROXY"} <= values.keys()
    return {"PATH": os.environ["PATH"], "AEGIS_VAR": os.environ["AEGIS_VAR"], **values, **others}


def run(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def deploy_check(**others: str) -> "subprocess.CompletedProcess[str]":
    # Whether its login may serve the web is asked of the real database, which the example's is not.
    return run(production(**others), "manage.py", "check", "--deploy", "--fail-level=DEBUG", "--tag=security")


def test_the_production_settings_pass_every_check_for_deployment(tmp_path: Path) -> None:
    check = deploy_check(AEGIS_VAR=str(tmp_path))
    assert check.returncode == 0, check.stderr


@pytest.mark.parametrize("wrong", [{"HTTPS": "false"}, {"DEBUG": "true"}])
def test_the_check_for_deployment_sees_what_is_insecure(wrong: dict[str, str]) -> None:
    assert deploy_check(**wrong).returncode == 1


def test_a_key_is_made_at_random_and_kept_from_others_when_none_is_set(tmp_path: Path) -> None:
    script = "from aegis import settings; print(settings.SECRET_KEY)"
    keys = {
        run(production(AEGIS_VAR=str(tmp_path / place)), "-c", script).stdout.strip() for place in ("one", "one", "two")
    }
    assert len(keys) == 2
    assert all(len(key) >= 50 for key in keys)
    assert (tmp_path / "one" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_no_secret_stands_in_the_settings_or_their_example() -> None:
    assigned = re.compile(r"^\W*(?:SECRET_KEY|\w*PASSWORD\w*|\w*TOKEN\w*)\s*=\s*['\"]?([\w-]{8,})", re.M)
    for name in (".env.example", "aegis/settings.py"):
        assert assigned.findall((settings.BASE_DIR / name).read_text()) in ([], ["secret_key"]), name


@pytest.mark.django_db
def test_a_page_is_sent_with_all_that_keeps_others_out() -> None:
    page = Client().get(LOGIN)
    policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert policy["style-src"] == "'self'"
    assert page.headers["Referrer-Policy"] == page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert page.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in page.headers["Permissions-Policy"]
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.django_db
def test_no_page_has_a_script_or_a_style_written_into_it(operator: Client) -> None:
    for path in (reverse("admin:index"), LOGIN, url("trade_order", "changelist"), url("trade_order", "add")):
        page = operator.get(path, follow=True).content.decode()
        assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\son\w+=|javascript:", page) == []


def guess(client: Client, username: str, password: str = "wrong", **facts: Any) -> Any:
    return client.post(LOGIN, {"username": username, "password": password, "next": "/admin/"}, **facts)


@pytest.fixture
def lee() -> Any:
    return desk.make_operator(username="lee", password=PASSWORD)


@pytest.mark.django_db
@pytest.mark.usefixtures("lee")
def test_five_wrong_guesses_lock_the_name_for_where_they_came_from_and_say_so(client: Client) -> None:
    assert [guess(client, "lee").status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    locked = guess(client, "lee", PASSWORD)
    assert locked.status_code == 429
    assert "15분" in locked.content.decode() or "15 minutes" in locked.content.decode()
    assert locked.headers["Retry-After"] == "900"


@pytest.mark.django_db
@pytest.mark.usefixtures("lee")
def test_a_locked_name_locks_neither_the_desk_nor_its_owner_elsewhere(client: Client) -> None:
    desk.make_operator(username="park", password=PASSWORD)
    for _ in range(6):
        guess(client, "lee")
    assert guess(client, "park", PASSWORD).status_code == 302, "a colleague behind the same address"
    assert guess(Client(), "lee", PASSWORD, REMOTE_ADDR="192.0.2.9").status_code == 302, "lee, from elsewhere"


@pytest.mark.django_db
@pytest.mark.usefixtures("lee")
def test_going_on_guessing_does_not_make_a_lock_last_longer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(8):
        guess(client, "lee")
    assert AccessAttempt.objects.get().failures_since_start == 5
    attempt = AccessAttempt.objects.get()
    AccessAttempt.objects.update(attempt_time=attempt.attempt_time - settings.AXES_COOLOFF_TIME)
    assert guess(client, "lee", PASSWORD).status_code == 302


@pytest.mark.django_db
@pytest.mark.usefixtures("lee")
def test_a_login_is_noted_and_clears_the_wrong_guesses_before_it(client: Client) -> None:
    for _ in range(4):
        guess(client, "lee")
    assert guess(client, "lee", PASSWORD).status_code == 302
    assert not AccessAttempt.objects.exists()
    assert AccessLog.objects.get().username == "lee"


@pytest.mark.django_db
@pytest.mark.usefixtures("lee")
def test_no_password_is_kept_of_a_wrong_guess(client: Client) -> None:
    guess(client, "lee", "nearly-right")
    attempt = AccessAttempt.objects.get()
    assert "nearly-right" not in f"{attempt.post_data} {attempt.get_data}"


@pytest.mark.parametrize(
    ("behind_proxy", "facts", "address"),
    [
        (False, {"REMOTE_ADDR": "198.51.100.7"}, "198.51.100.7"),
        (False, {"REMOTE_ADDR": "198.51.100.7", "HTTP_X_FORWARDED_FOR": "203.0.113.1"}, "198.51.100.7"),
        (True, {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.1"}, "203.0.113.1"),
        (True, {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "9.9.9.9, 203.0.113.1"}, "203.0.113.1"),
        (True, {"REMOTE_ADDR": "127.0.0.1"}, "127.0.0.1"),
        (True, {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "no address"}, None),
        (False, {"REMOTE_ADDR": ""}, None),
        (False, {"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::"),
        (False, {"REMOTE_ADDR": "::ffff:198.51.100.7"}, "198.51.100.7"),
    ],
)
def test_guesses_are_counted_for_the_address_that_nobody_can_make_up(
    behind_proxy: bool, facts: dict[str, str], address: str | None
) -> None:
    with override_settings(BEHIND_PROXY=behind_proxy):
        assert client_address(RequestFactory().post("/", **facts)) == address


@pytest.mark.parametrize("password", ["short-one", "administrator", "123456789012", "password1234"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.django_db
def test_a_new_password_of_one_s_own_writes_nothing_but_the_password(client: Client, lee: Any) -> None:
    client.force_login(lee)
    type(lee).objects.update(first_name="meanwhile")
    new = "another horse battery"
    typed = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    with CaptureQueriesContext(connection) as queries:
        page = client.post(reverse("admin:password_change"), typed, follow=True)
    assert page.redirect_chain == [(reverse("admin:password_change_done"), 302)]
    (update,) = [query["sql"] for query in queries if 'UPDATE "auth_user"' in query["sql"]]
    assert re.findall(r'"(\w+)" = ', update.partition(" WHERE ")[0]) == ["password"]
    assert type(lee).objects.get(username="lee").check_password(new)


@pytest.mark.django_db
def test_a_form_of_another_site_is_answered_by_a_page_that_says_what_to_do() -> None:
    page = Client(enforce_csrf_checks=True).post(LOGIN, {"username": "lee", "password": "x"})
    assert page.status_code == 403
    assert "aegis/logins/foreign_form.html" in [template.name for template in page.templates]
