"""The back office's sidebar: the storeys of the house, each with its tables."""

from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from system.back_office.changes import visible_tables

# Each app's tables in the order a desk looks at them, with a Material symbol.
TABLES = {
    "market": {
        "stock": "apartment",
        "dailyprice": "candlestick_chart",
        "latestprice": "sell",
        "fxrate": "currency_exchange",
        "corporateaction": "call_split",
        "sessionoverride": "event_busy",
    },
    "account": {"portfolio": "account_balance_wallet", "holding": "pie_chart", "cashentry": "payments"},
    "brain": {"aireport": "psychology", "dailypick": "recommend"},
    "trade": {"order": "receipt_long", "execution": "handshake", "actionentry": "published_with_changes"},
    "analytics": {"backtestresult": "science"},
    "system": {"alert": "notifications", "log": "article", "jobrun": "schedule", "loadreject": "block"},
}
# Who comes in, and how: tables of several apps.
LOGINS = {
    ("auth", "user"): "person",
    ("auth", "group"): "groups",
    ("aegis", "authenticator"): "phonelink_lock",
    ("aegis", "visit"): "login",
    ("aegis", "wrongguess"): "gpp_bad",
    ("system", "loginpolicy"): "policy",
}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of links that this user may see."""
    overview = {"title": _("Overview"), "icon": "home", "link": reverse("admin:index")}
    changes = {"title": _("Changes"), "icon": "history", "link": reverse("changes")}
    first = [overview, changes] if visible_tables(request) else [overview]
    groups: list[dict[str, Any]] = [{"title": None, "items": first}]
    for app, tables in TABLES.items():
        items = [_link(app, model, icon) for model, icon in tables.items() if _may_see(request, app, model)]
        groups.append({"title": apps.get_app_config(app).verbose_name, "separator": True, "items": items})
    items = [_link(app, model, icon) for (app, model), icon in LOGINS.items() if _may_see(request, app, model)]
    groups.append({"title": _("Access"), "separator": True, "items": items})
    return [group for group in groups if group["items"]]


def account(request: HttpRequest) -> list[dict[str, Any]]:
    """What the menu under a user's name leads to."""
    return [
        {"title": _("Change password"), "link": reverse("admin:password_change")},
        {"title": _("Two-factor login"), "link": reverse("second_factor")},
    ]


def _link(app: str, model: str, icon: str) -> dict[str, Any]:
    title = capfirst(apps.get_model(app, model)._meta.verbose_name_plural)
    return {"title": title, "icon": icon, "link": reverse(f"admin:{app}_{model}_changelist")}


def _may_see(request: HttpRequest, app: str, model: str) -> bool:
    return request.user.has_perm(f"{app}.view_{model}") or request.user.has_perm(f"{app}.change_{model}")
