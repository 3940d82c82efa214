"""All changes of all audited tables on one page, newest first, by table, kind, user and day."""

from collections.abc import Iterator
from heapq import merge
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget, UnfoldAdminTextInputWidget

from system.back_office.filters import midnight, midnight_after
from system.back_office.history import KINDS, PER_PAGE, Change, changes, event_models
from system.back_office.large_tables import LONGEST, time_limit
from system.back_office.refusals import TOO_SLOW, sqlstate


class Narrowed(forms.Form):
    """What the reader looks for."""

    table = forms.ChoiceField(label=_("table"), required=False, widget=UnfoldAdminSelectWidget)
    kind = forms.ChoiceField(label=_("kind"), required=False, widget=UnfoldAdminSelectWidget)
    user = forms.CharField(label=_("user"), required=False, widget=UnfoldAdminTextInputWidget)
    first = forms.DateField(label=_("from"), required=False, widget=UnfoldAdminSingleDateWidget)
    last = forms.DateField(label=_("to"), required=False, widget=UnfoldAdminSingleDateWidget)

    def __init__(self, *args: Any, tables: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(name, capfirst(each.pgh_tracked_model._meta.verbose_name_plural)) for name, each in tables.items()]
        self.fields["table"].choices = [("", _("All")), *named]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", _("All")), *KINDS.items()]  # type: ignore[attr-defined]

    def narrow(self, events: "QuerySet[Any]") -> "QuerySet[Any]":
        facts = self.cleaned_data
        if user := facts["user"]:
            events = events.filter(Q(pgh_context__user=user) | Q(principal=user) | Q(login=user))
        if facts["kind"]:
            events = events.filter(pgh_label=facts["kind"])
        if facts["first"]:
            events = events.filter(pgh_created_at__gte=midnight(facts["first"]))
        if facts["last"]:
            events = events.filter(pgh_created_at__lt=midnight_after(facts["last"]))
        return events


def changes_page(request: HttpRequest) -> HttpResponse:
    """The page. Too wide a search is stopped, and says so."""
    tables = visible_tables(request)
    if not tables:
        raise PermissionDenied
    form = Narrowed(request.GET, tables=tables)
    try:
        with time_limit("default", LONGEST):
            page = _page(request, form, tables) if form.is_valid() else []
    except OperationalError as error:
        if sqlstate(error) != TOO_SLOW:
            raise
        messages.warning(request, _("This took too long and was stopped. Narrow it down."))
        return HttpResponseRedirect(request.path)
    facts = {
        **admin.site.each_context(request),
        "title": _("Changes"),
        "form": form,
        "media": form.media,
        "changes": page[:PER_PAGE],
        "older": _older(request, page) if len(page) > PER_PAGE else "",
        "newest": _query(request, None) if "before" in request.GET else "",
        "several_tables": True,
    }
    return TemplateResponse(request, "system/back_office/changes.html", facts)


def visible_tables(request: HttpRequest) -> dict[str, Any]:
    """The histories of the tables that this user may see, by the table's name."""
    visible = [each for each in event_models() if _may_see(request, each)]
    return {each.pgh_tracked_model._meta.db_table: each for each in visible}


def _may_see(request: HttpRequest, events: Any) -> bool:
    shown_by = admin.site._registry.get(events.pgh_tracked_model)
    return bool(shown_by and shown_by.has_view_or_change_permission(request))


def _page(request: HttpRequest, form: Narrowed, tables: dict[str, Any]) -> list[Change]:
    """A page and one more, put together from the newest of each table."""
    chosen = [form.cleaned_data["table"]] if form.cleaned_data["table"] else list(tables)
    seen = dict(_seen(request))
    newest = []
    for name in chosen:
        events = form.narrow(tables[name].objects.order_by("-pgh_id"))
        events = events.filter(pgh_id__lt=seen[name]) if name in seen else events
        newest.append(events[: PER_PAGE + 1])
    # Which of them are on the page is known before what they changed is read.
    found = merge(*newest, key=lambda event: event.pgh_created_at, reverse=True)
    page = [event for event, _number in zip(found, range(PER_PAGE + 1), strict=False)]
    told = {(type(change.event), change.event.pgh_id): change for change in _changes(page, request)}
    return [told[type(event), event.pgh_id] for event in page]


def _changes(page: list[Any], request: HttpRequest) -> Iterator[Change]:
    for model in {type(event) for event in page}:
        keys = [event.pgh_id for event in page if type(event) is model]
        yield from changes(model.objects.filter(pk__in=keys), admin.site, request)


def _older(request: HttpRequest, page: list[Change]) -> str:
    """The address of the next page: the last event of each table that was shown."""
    seen = dict(_seen(request))
    for change in page[:PER_PAGE]:
        seen[change.event.pgh_tracked_model._meta.db_table] = change.event.pgh_id
    return _query(request, ",".join(f"{table}:{number}" for table, number in seen.items()))


def _seen(request: HttpRequest) -> Iterator[tuple[str, int]]:
    for part in request.GET.get("before", "").split(","):
        table, _colon, number = part.partition(":")
        if number.isdecimal():
            yield table, int(number)


def _query(request: HttpRequest, before: str | None) -> str:
    query = request.GET.copy()
    query.pop("before", None)
    if before:
        query["before"] = before
    return f"?{query.urlencode()}"
