"""The pages that say what a user's role does not allow, and which role would."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from system.access.declaration import Table, declared
from system.access.forbidden import Forbidden, is_forbidden, lack
from system.access.groups import table_of

__all__ = ["forbidden_page", "is_forbidden", "no_role_page", "permission_denied"]

# What a page of the admin asks the database for, by its name and by whether it is sent.
VERBS = {
    ("changelist", False): "SELECT",
    ("history", False): "SELECT",
    ("add", False): "INSERT",
    ("add", True): "INSERT",
    ("change", False): "SELECT",
    ("change", True): "UPDATE",
    ("delete", False): "DELETE",
    ("delete", True): "DELETE",
}


def forbidden_page(request: HttpRequest, error: BaseException) -> HttpResponse:
    """The page for what the database refused for want of rights."""
    words = error.words if isinstance(error, Forbidden) else lack(request.role, None, None)  # type: ignore[attr-defined]
    return _page(request, _("Your role does not allow this"), words)


def no_role_page(request: HttpRequest) -> HttpResponse:
    """The page of somebody who may log in and is in none of the four groups."""
    words = _(
        "Your account has no role yet, so there is nothing that it may see. An administrator gives it one by putting "
        "it into a group: aegis_readonly, aegis_trader, aegis_analyst or aegis_admin."
    )
    return _page(request, _("No role yet"), words, leads_on=False)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler for what the admin refuses before the database is asked."""
    role: str | None = request.role  # type: ignore[attr-defined]
    words = lack(role, *_asked_for(request)) if role else str(exception) or _("You may not do this.")
    return _page(request, _("Your role does not allow this"), words)


def _asked_for(request: HttpRequest) -> tuple[Table | None, str | None]:
    """The table and the verb of a page of the admin."""
    match = request.resolver_match
    for model in admin.site._registry:
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        if match and match.url_name and match.url_name.startswith(prefix):
            page = match.url_name.removeprefix(prefix)
            return declared().by_name.get(table_of(model)), VERBS.get((page, request.method == "POST"), "UPDATE")
    return None, None


def _page(request: HttpRequest, title: str, words: str, *, leads_on: bool = True) -> HttpResponse:
    facts = {**admin.site.each_context(request), "title": title, "words": words, "leads_on": leads_on}
    return render(request, "aegis/forbidden.html", facts, status=403)
