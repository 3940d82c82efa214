"""What a person with a browser does to a page of the back office: read its form, type into it, send it."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse


def url(entity: str, page: str, *args: Any) -> str:
    """The address of a page, e.g. `url("market_stock", "change", 7)`."""
    return reverse(f"admin:{entity}_{page}", args=args)


def submit(client: Client, address: str, **typed: Any) -> Any:
    """Open a form, type into some of its fields, send all that a browser would send, and follow to the next page."""
    page = client.get(address)
    assert page.status_code == 200, page
    return client.post(address, {**filled_in(page.content.decode()), **typed}, follow=True)


def answer(client: Client, address: str, **answers: Any) -> Any:
    """Send the form of a dialog that an action on a row opens."""
    return client.post(address, {"_form_submitted": "on", **answers})


def choose(client: Client, entity: str, action: str, rows: Any, **answers: Any) -> Any:
    """Run an action on selected rows of a list; with `answers`, send the form of the page that asks, and follow."""
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    if answers:
        return client.post(url(entity, "changelist"), {**chosen, "_form_submitted": "on", **answers}, follow=True)
    return client.post(url(entity, "changelist"), {**chosen, "index": "0"})


def filled_in(html: str) -> dict[str, str]:
    """The fields of a page's form as the page fills them in."""
    reader = _FormReader()
    reader.feed(html[html.index('id="content-main"') :])
    return reader.fields


def messages(response: Any) -> list[str]:
    """The messages that a page shows."""
    return [str(message) for message in response.context["messages"]]


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.open = ""  # the select or textarea whose contents are read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        name = facts.get("name") or ""
        if tag in {"select", "textarea"}:
            self.open = name
            if "multiple" not in facts:
                self.fields[name] = ""
        elif tag == "option" and "selected" in facts:
            self.fields[self.open] = facts.get("value") or ""
        elif tag == "input" and name and (facts.get("type") != "checkbox" or "checked" in facts):
            self.fields[name] = facts.get("value") or ("on" if facts.get("type") == "checkbox" else "")

    def handle_data(self, data: str) -> None:
        if self.open and self.lasttag == "textarea":
            self.fields[self.open] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"select", "textarea"}:
            self.open = ""
