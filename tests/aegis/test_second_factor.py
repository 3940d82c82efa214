"""Two-factor login as people meet it: setting it up, coming in with it, losing the phone, and being told to have it."""

import re
import time
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from aegis.logins import second_factor
from system.access.declaration import ADMIN, ANALYST, READONLY, TRADER
from system.models import LoginPolicy
from tests import desk
from tests.pages import submit, url

pytestmark = pytest.mark.django_db
PASSWORD = "right horse battery"
OWN_PAGE, CODE_PAGE, LOGIN, INDEX = map(reverse, ["second_factor", "second_factor_code", "admin:login", "admin:index"])
NOW = 1_800_000_000


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    clock = Clock()
    monkeypatch.setattr(time, "time", lambda: clock.now)
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromtimestamp(clock.now, UTC))
    return clock


class Clock:
    now = float(NOW)

    def tick(self, seconds: float = 31) -> None:
        self.now += seconds


@pytest.fixture
def lee() -> User:
    return make("lee", TRADER)


def make(name: str, group: str) -> User:
    user = desk.make_operator(username=name, password=PASSWORD, is_superuser=False)
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user


def code(key: str, at: float) -> str:
    """What the app that holds `key` shows at this time."""
    totp = TOTP(bytes.fromhex(key))
    totp.time = at
    return f"{totp.token():06}"


def with_app(user: User, clock: Clock) -> tuple[str, list[str]]:
    """Give a user a second factor; its key and its recovery codes."""
    key = "0123456789abcdef0123456789abcdef01234567"
    assert second_factor.enrol(user, key, code(key, clock.now))
    clock.tick()
    return key, second_factor.renew_recovery_codes(user)


def give_password(client: Client, name: str = "lee") -> Any:
    return client.post(LOGIN, {"username": name, "password": PASSWORD, "next": "/admin/trade/order/"})


def give_code(client: Client, typed: str) -> Any:
    return client.post(CODE_PAGE, {"code": typed})


def is_in(client: Client) -> bool:
    return client.get(INDEX).status_code == 200


def test_without_a_second_factor_a_password_is_enough(client: Client, lee: User) -> None:
    assert give_password(client).headers["Location"] == "/admin/trade/order/"
    assert is_in(client)


def test_setting_it_up_shows_a_picture_and_a_key_and_then_the_recovery_codes_once(
    client: Client, lee: User, clock: Clock
) -> None:
    client.force_login(lee)
    page = client.get(OWN_PAGE).content.decode()
    key = client.session["second_factor_key"]
    assert "<svg" in page
    assert "http://www.w3.org" not in re.sub(r"<svg[^>]*>", "", page)
    answer = client.post(OWN_PAGE, {"deed": "enrol", "code": code(key, clock.now)})
    codes = re.findall(r"<li>(\w{5}-\w{5})</li>", answer.content.decode())
    assert len(set(codes)) == 10
    assert "no-store" in answer.headers["Cache-Control"]
    assert codes[0] not in client.get(OWN_PAGE).content.decode()
    assert is_in(client), "this session has shown a code"
    assert "second_factor_key" not in client.session
    assert LogEntry.objects.get().object_id == str(lee.pk)


def test_a_wrong_code_sets_nothing_up(client: Client, lee: User) -> None:
    client.force_login(lee)
    client.get(OWN_PAGE)
    assert client.post(OWN_PAGE, {"deed": "enrol", "code": "000000"}).status_code == 200
    assert not TOTPDevice.objects.exists()


def test_looking_at_the_page_writes_no_row(client: Client, lee: User) -> None:
    client.force_login(lee)
    client.get(OWN_PAGE)
    with CaptureQueriesContext(connection) as queries:
        client.get(OWN_PAGE)
    assert writes(queries) == []


def writes(queries: CaptureQueriesContext) -> list[str]:
    """The tables written to, also where the history's context stands before the statement."""
    pattern = r'\b(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"'
    return [table for query in queries for table in re.findall(pattern, query["sql"])]


def test_nobody_is_in_before_the_code_is_right(client: Client, lee: User, clock: Clock) -> None:
    key, _codes = with_app(lee, clock)
    assert give_password(client).headers["Location"] == CODE_PAGE
    assert not is_in(client)
    assert give_code(client, "000000").status_code == 200
    assert not is_in(client)
    clock.tick()
    assert give_code(client, code(key, clock.now)).headers["Location"] == "/admin/trade/order/"
    assert is_in(client)


def test_a_code_is_good_once(client: Client, lee: User, clock: Clock) -> None:
    key, _codes = with_app(lee, clock)
    for visitor, status in ((client, 302), (Client(), 200)):
        give_password(visitor)
        assert give_code(visitor, code(key, clock.now)).status_code == status


def test_the_code_that_set_it_up_is_used_up(client: Client, lee: User, clock: Clock) -> None:
    key, _codes = with_app(lee, clock)
    give_password(client)
    assert give_code(client, code(key, clock.now - 31)).status_code == 200
    assert not is_in(client)


def test_a_recovery_code_lets_in_once_however_it_is_typed(client: Client, lee: User, clock: Clock) -> None:
    _key, codes = with_app(lee, clock)
    for visitor, status in ((client, 302), (Client(), 200)):
        give_password(visitor)
        assert give_code(visitor, codes[0].upper().replace("-", " ")).status_code == status
    assert second_factor.codes_left(lee) == 9


def test_recovery_codes_cannot_be_read_in_the_database_and_are_their_owner_s_only(lee: User, clock: Clock) -> None:
    _key, codes = with_app(lee, clock)
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert not kept & {code.replace("-", "") for code in codes}
    park = make("park", TRADER)
    StaticDevice.objects.update(user=park)
    assert second_factor.verify(park, codes[0]) is None


def test_wrong_codes_count_as_wrong_guesses_and_lock(client: Client, lee: User, clock: Clock) -> None:
    key, _codes = with_app(lee, clock)
    give_password(client)
    for _ in range(5):
        clock.tick(40)
        locked = give_code(client, "000000")
    assert locked.status_code == 429
    assert AccessAttempt.objects.get().failures_since_start == 5
    clock.tick(60)  # the app itself would be listened to again
    assert give_code(client, code(key, clock.now)).status_code == 429
    assert not is_in(client)


def test_a_password_waits_five_minutes_for_its_code(client: Client, lee: User, clock: Clock) -> None:
    key, _codes = with_app(lee, clock)
    give_password(client)
    clock.tick(301)
    assert give_code(client, code(key, clock.now)).headers["Location"] == f"{LOGIN}?ended=waiting"
    assert not is_in(client)


@pytest.mark.parametrize("change", ["password", "is_active"])
def test_who_lost_the_account_meanwhile_is_not_let_in(client: Client, lee: User, clock: Clock, change: str) -> None:
    key, _codes = with_app(lee, clock)
    give_password(client)
    if change == "password":
        lee.set_password("another horse battery")
    lee.is_active = change != "is_active"
    lee.save()
    assert give_code(client, code(key, clock.now)).headers["Location"].startswith(LOGIN)
    assert not is_in(client)


def test_a_session_from_before_the_second_factor_ends(client: Client, lee: User, clock: Clock) -> None:
    client.force_login(lee)
    assert is_in(client)
    with_app(lee, clock)
    assert "ended=second_factor" in client.get(INDEX).headers["Location"]
    assert not is_in(client)


def test_it_is_removed_and_its_codes_renewed_with_a_code_only(client: Client, lee: User, clock: Clock) -> None:
    key, codes = with_app(lee, clock)
    give_password(client)
    give_code(client, code(key, clock.now))
    for deed in ("renew", "remove"):
        client.post(OWN_PAGE, {"deed": deed, "code": "000000"})
        clock.tick(60)
        assert second_factor.codes_left(lee) == 10
    renewed = client.post(OWN_PAGE, {"deed": "renew", "code": code(key, clock.now)}).content.decode()
    assert codes[0] not in renewed
    assert len(re.findall(r"<li>\w{5}-\w{5}</li>", renewed)) == 10
    clock.tick()
    client.post(OWN_PAGE, {"deed": "remove", "code": code(key, clock.now)})
    assert not second_factor.has_second_factor(lee)
    assert is_in(client)


def require(required: bool = True) -> None:
    LoginPolicy.objects.update_or_create(pk=1, defaults={"second_factor_required": required})


@pytest.mark.parametrize(
    ("group", "is_held"), [(TRADER, True), (ADMIN, True), (ANALYST, False), (READONLY, False), ("", True)]
)
def test_the_switch_holds_traders_and_administrators_to_it(client: Client, group: str, is_held: bool) -> None:
    client.force_login(make("choi", group) if group else desk.make_operator())
    assert is_in(client), "off at first"
    require()
    assert client.get(INDEX).status_code == (302 if is_held else 200)


def test_who_must_set_it_up_is_taken_there_before_anything_else_and_then_let_on(
    client: Client, lee: User, clock: Clock
) -> None:
    require()
    client.force_login(lee)
    for path in (INDEX, reverse("home"), url("trade_order", "changelist"), reverse("admin:password_change")):
        assert client.get(path).headers["Location"] == OWN_PAGE, path
    assert client.post(url("trade_order", "add"), headers={"HX-Request": "true"}).headers["HX-Redirect"] == OWN_PAGE
    page = client.get(OWN_PAGE)
    assert page.status_code == 200
    assert client.post(reverse("set_language"), {"language": "en"}).status_code == 302
    client.post(OWN_PAGE, {"deed": "enrol", "code": code(client.session["second_factor_key"], clock.now)})
    assert is_in(client)
    clock.tick()
    client.post(OWN_PAGE, {"deed": "remove", "code": code(TOTPDevice.objects.get().key, clock.now)})
    assert second_factor.has_second_factor(lee), "who must have one cannot remove it"


def test_an_administrator_turns_the_switch_on_and_it_is_written_down(operator: Client) -> None:
    page = operator.get(url("system_loginpolicy", "changelist"), follow=True)
    address = page.redirect_chain[-1][0]
    submit(operator, address, second_factor_required="on")
    assert LoginPolicy.objects.get().second_factor_required
    (event,) = LoginPolicy.events.rel.related_model.objects.filter(pgh_label="update")
    assert event.second_factor_required
    assert event.pgh_context["user"] == "kim"


def test_there_is_one_policy() -> None:
    with pytest.raises(IntegrityError, match="chk_login_policy_one"), transaction.atomic():
        LoginPolicy.objects.create(pk=2)


def test_another_administrator_resets_it_and_nobody_their_own(operator: Client, lee: User, clock: Clock) -> None:
    kim = User.objects.get(username="kim")
    with_app(lee, clock)
    reset = "admin:auth_user_reset_second_factor"
    operator.post(reverse(reset, args=[lee.pk]), {"_form_submitted": "on"})
    assert not second_factor.has_second_factor(lee)
    assert not StaticDevice.objects.exists()
    assert LogEntry.objects.get(user=kim).object_id == str(lee.pk)


def test_one_s_own_is_not_reset_without_a_code(client: Client, clock: Clock) -> None:
    kim = desk.make_operator(username="kim", password=PASSWORD)
    key, _codes = with_app(kim, clock)
    give_password(client, "kim")
    give_code(client, code(key, clock.now))
    device = TOTPDevice.objects.get()
    client.post(reverse("admin:auth_user_reset_second_factor", args=[kim.pk]), {"_form_submitted": "on"})
    client.post(url("aegis_authenticator", "delete", device.pk), {"post": "yes"})
    choose = {"action": "delete_selected", "_selected_action": [device.pk], "post": "yes"}
    client.post(url("aegis_authenticator", "changelist"), choose)
    assert second_factor.has_second_factor(kim)


def test_no_page_shows_the_key_of_an_app(operator: Client, lee: User, clock: Clock) -> None:
    key, _codes = with_app(lee, clock)
    device = TOTPDevice.objects.get()
    for page in (url("aegis_authenticator", "changelist"), url("aegis_authenticator", "change", device.pk)):
        shown = operator.get(page)
        assert shown.status_code == 200
        assert key not in shown.content.decode()


def test_a_lock_is_lifted_by_an_administrator(operator: Client, lee: User) -> None:
    for _ in range(5):
        Client().post(LOGIN, {"username": "lee", "password": "wrong"})
    row = AccessAttempt.objects.get()
    operator.post(url("aegis_wrongguess", "changelist"), {"action": "lift", "_selected_action": [row.pk]})
    assert give_password(Client()).status_code == 302


def test_pages_of_logins_are_for_administrators_only(client: Client, lee: User) -> None:
    client.force_login(lee)
    for entity in ("auth_user", "auth_group", "aegis_authenticator", "aegis_visit", "aegis_wrongguess"):
        assert client.get(url(entity, "changelist")).status_code == 403
    assert client.get(url("system_loginpolicy", "changelist")).status_code == 403


def test_a_session_ends_when_nobody_uses_it(client: Client, lee: User, clock: Clock) -> None:
    give_password(client)
    clock.tick(3500)
    assert is_in(client)
    clock.tick(3500)
    assert is_in(client), "each look counts"
    clock.tick(3700)
    ended = client.get("/admin/trade/order/?q=1")
    assert ended.headers["Location"] == f"{LOGIN}?next=%2Fadmin%2Ftrade%2Forder%2F%3Fq%3D1&ended=idle"
    assert not is_in(client)
    assert client.get(ended.headers["Location"]).context["ended"]


def test_a_session_ends_after_twelve_hours_also_when_it_is_used(client: Client, lee: User, clock: Clock) -> None:
    give_password(client)
    for _ in range(24):
        clock.tick(1795)
        assert is_in(client)
    clock.tick(1795)
    assert "ended=life" in client.get(INDEX).headers["Location"]
    assert not is_in(client)


def test_a_look_at_a_page_writes_the_session_once_a_minute_at_most(client: Client, lee: User, clock: Clock) -> None:
    give_password(client)
    client.get(INDEX)
    for seconds, times in ((20, 0), (50, 1), (5, 0)):
        clock.tick(seconds)
        with CaptureQueriesContext(connection) as queries:
            client.get(INDEX)
        assert writes(queries) == ["django_session"] * times


def test_a_dba_helps_the_last_administrator_who_lost_phone_and_codes(lee: User, clock: Clock) -> None:
    with_app(lee, clock)
    call_command("reset_second_factor", "lee", stdout=StringIO())
    assert not second_factor.has_second_factor(lee)
    for name in ("lee", "nobody"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", name)
