"""The history of audited rows, as people read it: who changed what, when and why, from what to what.

Triggers write the events (`system.audit`), whichever client made the change; here they are only read. Event tables
grow without end, so nothing is counted, and pages are walked from the newest event on by the key.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Field, Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import localize, number_format
from django.utils.text import Truncator, capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from system.audit import AuditEvent

PER_PAGE = 50
LONGEST_TEXT = 200
KINDS = {"insert": gettext_lazy("Added"), "update": gettext_lazy("Changed"), "delete": gettext_lazy("Deleted")}
UNKNOWN = gettext_lazy("unknown")


@dataclass(frozen=True)
class Fact:
    """What one field was and became."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One event, and what it changed."""

    event: Any
    facts: list[Fact] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return str(KINDS.get(self.event.pgh_label, self.event.pgh_label))

    @property
    def user(self) -> str:
        """Who did it: the user that the program stated, else the one that the database knows."""
        return str(self._stated("user") or self.event.principal)

    @property
    def source(self) -> str:
        """What the database itself knows of who it was: more than `user` when a program spoke for somebody."""
        known = dict.fromkeys([self.event.principal, self.event.login])
        return " · ".join(name for name in known if name != self.user)

    @property
    def reason(self) -> str:
        return str(self._stated("reason") or "")

    @property
    def request(self) -> str:
        return " ".join(str(self._stated(fact)) for fact in ("url", "request") if self._stated(fact))

    @property
    def row(self) -> str:
        return f"{capfirst(self.event.pgh_tracked_model._meta.verbose_name)} #{self.event.pgh_obj_id}"

    @property
    def page(self) -> str:
        """The address of the row's own history, which is there after the row is gone, too."""
        meta = self.event.pgh_tracked_model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_history", args=[self.event.pgh_obj_id])

    def _stated(self, fact: str) -> Any:
        return (self.event.pgh_context or {}).get(fact)


def events_of(model: type[Model]) -> Any:
    """The event model of an audited model, None of others."""
    return next((each for each in event_models() if each.pgh_tracked_model is model), None)


def event_models() -> list[Any]:
    return [each for each in apps.get_models() if issubclass(each, AuditEvent)]


def changes(events: "QuerySet[Any]", admin_site: Any, request: HttpRequest) -> list[Change]:
    """What the events (a page of them, newest first) changed. Reads the event before each of them, and no more."""
    model = events.model
    earlier = model.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    found = list(events.annotate(before_id=Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1])))
    before = model.objects.in_bulk({event.before_id for event in found if event.before_id})
    columns = [each for each in model.pgh_tracked_model._meta.concrete_fields if _is_kept(each, model)]
    names = _names([*found, *before.values()], columns, admin_site, request)
    return [Change(event, _facts(event, before.get(event.before_id), columns, names)) for event in found]


def history_page(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """One row's history, newest first; of a row that is gone, too."""
    key, events = unquote(object_id), events_of(admin.model)
    row = admin.get_object(request, key)
    if not admin.has_view_or_change_permission(request, row):
        raise PermissionDenied
    found = events.objects.filter(pgh_obj_id=key if key.isdecimal() else None)
    if row is None and not found.exists():
        response: HttpResponse = admin._get_obj_does_not_exist_redirect(request, admin.opts, object_id)
        return response
    if (last := request.GET.get("before", "")).isdecimal():
        found = found.filter(pgh_id__lt=last)
    page = changes(found.order_by("-pgh_id")[: PER_PAGE + 1], admin.admin_site, request)
    named = row or _("deleted %(model)s #%(key)s") % {"model": admin.opts.verbose_name, "key": key}
    facts = {
        **admin.admin_site.each_context(request),
        "title": _("Change history: %s") % named,
        "opts": admin.opts,
        "object": row,
        "changes": page[:PER_PAGE],
        "older": f"?before={page[PER_PAGE - 1].event.pgh_id}" if len(page) > PER_PAGE else "",
        "newest": "?" if last else "",
    }
    return TemplateResponse(request, "system/back_office/history.html", facts)


def _is_kept(column: "Field[Any, Any]", model: type[Model]) -> bool:
    kept = {each.name for each in model._meta.concrete_fields}
    return column.name in kept and not column.primary_key


def _facts(event: Any, before: Any, columns: "Iterable[Field[Any, Any]]", names: dict[Any, str]) -> list[Fact]:
    """The fields that differ; of a row that came or went, those that had a value."""
    came, went = event.pgh_label == "insert", event.pgh_label == "delete"
    facts = []
    for column in columns:
        new = None if went else getattr(event, column.attname)
        old = getattr(event if went else before, column.attname, None) if not came else None
        unknown = before is None and not came and not went
        if old != new:
            was = str(UNKNOWN) if unknown else shown(old, column, names)
            facts.append(Fact(str(capfirst(column.verbose_name)), was, shown(new, column, names)))
    return facts


def _names(events: list[Any], columns: Any, admin_site: Any, request: HttpRequest) -> dict[Any, str]:
    """What the rows are called that these events refer to, read together: a query for each relation."""
    keys: dict[type[Model], set[Any]] = defaultdict(set)
    for column in (column for column in columns if column.is_relation):
        keys[column.related_model] |= {getattr(event, column.attname) for event in events} - {None}
    return {(model, key): str(row) for model in keys for key, row in _rows(model, keys[model], admin_site, request)}


def _rows(model: type[Model], keys: set[Any], admin_site: Any, request: HttpRequest) -> Iterable[tuple[Any, Model]]:
    admin = admin_site._registry.get(model)
    rows: QuerySet[Model] = admin.get_queryset(request) if admin else model._base_manager.all()
    return rows.in_bulk(keys).items()


def shown(value: Any, column: "Field[Any, Any]", names: dict[Any, str]) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return ""
    if column.is_relation:
        return names.get((column.related_model, value), f"#{value}")
    if column.flatchoices:
        return str(dict(column.flatchoices).get(value, value))
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | Decimal):
        exact = f"{value.normalize():f}" if isinstance(value, Decimal) else value
        return str(number_format(exact, use_l10n=True, force_grouping=True))
    if isinstance(value, datetime):
        return str(localize(localtime(value)))
    if isinstance(value, date):
        return str(localize(value))
    return Truncator(str(value)).chars(LONGEST_TEXT)
