"""Every page of the back office: its language, its sidebar, and where it loads its parts from."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from tests import desk
from tests.pages import url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("entity", ["market_stock", "auth_user"])
def test_pages_are_korean_until_the_operator_chooses_english(operator: Client, entity: str) -> None:
    ours, theirs = {"market_stock": ("종목코드", "Ticker"), "auth_user": ("사용자 이름", "Username")}[entity]
    desk.make_stock()
    korean = operator.get(url(entity, "changelist"), headers={"Accept-Language": "en"}).content.decode()
    operator.post(reverse("set_language"), {"language": "en", "next": "/admin/"})
    english = operator.get(url(entity, "changelist")).content.decode()
    assert (ours in korean, theirs in korean) == (True, False)
    assert (ours in english, theirs in english) == (False, True)


def test_the_language_switch_stands_on_the_page_and_comes_back_to_it(operator: Client) -> None:
    address = url("market_stock", "changelist")
    assert f'action="{reverse("set_language")}"' in operator.get(address).content.decode()
    response = operator.post(reverse("set_language"), {"language": "en"}, headers={"Referer": address}, follow=True)
    assert response.redirect_chain == [(address, 302)]
    assert response.headers["Content-Language"] == "en"


def test_dates_are_read_alike_in_both_languages(operator: Client) -> None:
    desk.make_price()
    for language in dict(settings.LANGUAGES):
        operator.post(reverse("set_language"), {"language": language})
        assert "2025-06-02" in operator.get(url("market_dailyprice", "changelist")).content.decode()


def test_the_sidebar_shows_each_table_once_and_nothing_that_a_user_may_not_see(client: Client) -> None:
    client.force_login(desk.make_operator())
    groups = client.get(reverse("admin:index")).context["sidebar_navigation"]
    links = [item["link"] for group in groups for item in group["items"]]
    assert len(links) == len(set(links)) == len(admin.site._registry) + 2  # the overview and the changes
    client.force_login(desk.make_operator(is_superuser=False))
    groups = client.get(reverse("admin:index")).context["sidebar_navigation"]
    assert [item["link"] for group in groups for item in group["items"]] == [reverse("admin:index")]


def test_pages_load_nothing_from_outside(operator: Client) -> None:
    addresses = [reverse("admin:index"), url("market_dailyprice", "changelist"), url("trade_order", "add")]
    loaded = {link for address in addresses for link in loads(operator.get(address))}
    loaded |= set(loads(Client().get(reverse("admin:login"))))
    assert loaded
    assert {link for link in loaded if not link.startswith("/")} == set()
    styles = [finders.find(link.removeprefix("/static/")) for link in loaded if link.endswith(".css")]
    assert [style for style in styles if re.search(r"url\([\"']?(https?:)?//", Path(style).read_text())] == []


def loads(page: Any) -> list[str]:
    """What a browser fetches to show a page: the addresses of its scripts, styles, icons and images."""
    tags = re.findall(r"<(?:script|link|img)\b[^>]*>", page.content.decode())
    return [match[1] for tag in tags if (match := re.search(r'(?:src|href)="([^"]+)"', tag))]


def test_a_login_leads_to_the_overview(client: Client) -> None:
    desk.make_operator(username="operator", password="right horse")
    typed = {"username": "operator", "password": "right horse"}
    response = client.post(reverse("admin:login"), typed, follow=True)
    assert response.redirect_chain == [(reverse("admin:index"), 302)]
