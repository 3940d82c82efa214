"""The content security policy in a real browser: every page, menu and dialog works, and nothing is refused."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from playwright.sync_api import Browser

from tests.aegis.test_start import Start, running, var  # noqa: F401 - the fixtures
from tests.browser import Visitor, chromium

LISTS = [f"{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def seat(browser: Browser, running: Start) -> Visitor:  # noqa: F811
    """The operator's window, as wide as a desk's."""
    visitor = Visitor(browser, running.address, viewport={"width": 1500, "height": 1000})
    visitor.log_in("operator", running.password)
    return visitor


@pytest.fixture
def operator(seat: Visitor) -> Visitor:
    """The operator, logged in, at the overview."""
    seat.go()
    seat.complaints.clear()
    return seat


@pytest.mark.parametrize("path", LISTS)
def test_a_list_and_the_pages_behind_it_run_nothing_that_is_refused(operator: Visitor, path: str) -> None:
    operator.go(path)
    operator.click("a:has-text('filter_list')")
    operator.click("#changelist-filter .select2-selection")
    for page in operator.links("#result_list tbody th a, #result_list tbody td a")[:1]:
        operator.go(page)
        operator.click("[hx-get]:not(input)")  # the dialog of what may be done to the row
        operator.go(page.replace("/change/", "/history/"))
        operator.go(page.replace("/change/", "/delete/"))
    operator.go(f"{path}add/")
    for opener in (".select2-selection", ".datetimeshortcuts a", "[id^=clocklink]", "[id^=calendarlink]"):
        operator.click(opener)
        operator.page.keyboard.press("Escape")
    assert operator.complaints == []


def test_the_menus_the_palette_and_the_switches_work(operator: Visitor) -> None:
    page = operator.page
    assert operator.click("[x-on\\:click*='openUserLinks']")  # theme, languages, account
    assert operator.click("[x-on\\:click*=dark]")
    assert "dark" in (page.locator("html").get_attribute("class") or "")
    page.keyboard.press("t")
    page.locator("#nav-filter").press_sequentially("ai", delay=20)
    page.locator("#search-results a").first.wait_for(state="visible")
    page.keyboard.press("Escape")
    assert operator.click("button:has-text('English')")
    page.wait_for_url("**/admin/")
    page.locator("html[lang=en]").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    assert operator.complaints == []


def test_a_script_that_somebody_wrote_into_a_page_does_not_run(operator: Visitor) -> None:
    write = "script = document.createElement('script'); script.text = 'window.ran = true'; document.body.append(script)"
    operator.page.evaluate(write)
    assert operator.page.evaluate("window.ran") is None
    assert any("script-src" in complaint for complaint in operator.complaints)
