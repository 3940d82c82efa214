"""The base of every admin class: the database's rules and defaults, told to people."""

from contextlib import nullcontext
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import DatabaseError, connections, models, router, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from system.back_office.actions import named
from system.back_office.counts import Count
from system.back_office.deletion import dependents
from system.back_office.forms import BackOfficeForm, PlainDecimalField, ReadableJSONField
from system.back_office.garbage import Forgiving, ShownRows
from system.back_office.history import events_of, history_page
from system.back_office.refusals import refusal

# What a page only reads, it reads outside of any savepoint: an error ends the request.
WRITING = {"POST"}


class CountingPaginator(Paginator):  # type: ignore[type-arg]
    """Pages, and below them how many rows there are, in the reader's word order."""

    object_list: "models.QuerySet[models.Model]"
    template_name = "system/back_office/pagination.html"

    @cached_property
    def found(self) -> Count:
        """How many rows there are, as well as it can be said quickly."""
        return Count(self.count)

    @property
    def cut_off(self) -> bool:
        """Whether there are rows that no page shows."""
        return False


class BackOffice(Forgiving, ModelAdmin):  # type: ignore[misc]
    """A model with add, change and delete, where a refusal by the database is a message on the form.

    `list_select_related` names the relations that a row's own text and columns need; it serves the change list,
    the autocompletes and the change form alike.
    """

    form = BackOfficeForm
    paginator = CountingPaginator
    formfield_overrides = {
        models.DecimalField: {"form_class": PlainDecimalField},
        models.JSONField: {"form_class": ReadableJSONField},
    }
    list_filter_submit = True
    list_per_page = 50
    list_select_related: tuple[str, ...] = ()
    warn_unsaved_form = True
    # How fields read that may be typed at first, and are only shown once they are frozen.
    read_as: tuple[Any, ...] = ()

    # What is typed once, with the row, and stands on no form of it: whoever sends it anyway is not heard.
    always_frozen: tuple[str, ...] = ()

    # Fields that follow from what is typed, and are written with it.
    written_along: tuple[str, ...] = ()

    def describe(self, row: Any) -> str:
        """What a row is called where an operator must know which one it is: before an action, after a refusal."""
        return str(row)

    def frozen_fields(self, row: Any) -> list[str]:
        """The fields of an existing row that the database would not let change."""
        return list(self.always_frozen)

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        frozen = self._frozen(request, obj)
        return [*super().get_readonly_fields(request, obj), *frozen.values()]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row; nobody's row is looked up who may see none, for the database would not tell whether it is there."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return super().get_object(request, object_id, from_field)

    def _frozen(self, request: HttpRequest, row: models.Model | None) -> dict[str, Any]:
        """The frozen fields, and what stands for each of them on the page; who may change none reads all of them."""
        reading = {column.__name__: column for column in self.read_as}
        if row is None:
            return {}
        if not self.has_change_permission(request, row):
            return reading
        return {name: reading.get(name, name) for name in self.frozen_fields(row)}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related(*self.list_select_related or (None,))

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        """As declared; a row that is not there yet has nothing computed to show."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None:
            frozen = self._frozen(request, obj)
            return [(title, {**options, "fields": _with(options["fields"], frozen)}) for title, options in fieldsets]
        computed = self.get_readonly_fields(request, obj)
        kept = [(title, {**options, "fields": _without(options["fields"], computed)}) for title, options in fieldsets]
        return [(title, options) for title, options in kept if options["fields"]]

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Nothing is chosen beforehand: an order must not be a purchase because nobody looked at the field."""
        if not db_field.has_default() and not db_field.has_db_default():
            kwargs.setdefault("choices", db_field.get_choices(blank_choice=[("", _("Select value"))]))
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        inlines = super().get_inlines(request, obj)
        return inlines if obj else [inline for inline in inlines if not issubclass(inline, ReadOnlyInline)]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)  # a class of this request's own
        return form

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Save; when the database refuses, show the form again, as it was typed, with what the database said."""
        response: HttpResponse
        if outdated := self._frozen_since(request, object_id):
            self.message_user(request, outdated, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        try:
            response = super().changeform_view(request, object_id, *args, **kwargs)
        except DatabaseError as error:
            if request.method not in WRITING:
                raise
            request.refusal = self._refusal(error)  # type: ignore[attr-defined]
            response = super().changeform_view(request, object_id, *args, **kwargs)
        return response

    def _frozen_since(self, request: HttpRequest, object_id: str | None) -> str | None:
        """What to tell whose form has fields that froze since it was opened: Django drops them and reports success."""
        if request.method not in WRITING or object_id is None:
            return None
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_change_permission(request, row):
            return None
        sent = {name.removesuffix("_0").removesuffix("_1") for name in request.POST}
        if not (late := [name for name in self.frozen_fields(row) if name in sent - set(self.always_frozen)]):
            return None
        labels = [str(self.opts.get_field(name).verbose_name) for name in late]
        return _(
            "Nothing was saved. %(row)s changed since this page was opened, and %(fields)s cannot be changed any more:"
            " look at it as it is now."
        ) % {"row": self.describe(row), "fields": ", ".join(labels)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write a new row; of a row that is there, only what was typed: the rest may not be this role's to write."""
        if change:
            own = {field.name for field in obj._meta.concrete_fields}
            obj.save(update_fields=(own & set(form.changed_data)) | set(self.written_along))
            return
        if hasattr(obj, "created_by"):
            obj.created_by = request.user.get_username()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # What the database checks at the commit is asked for now, while there is a form to answer on.
        connections[router.db_for_write(self.model)].check_constraints()

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> Any:
        """What may be done to this row: a closed order is not offered to be cancelled."""
        offered = super().get_actions_detail(request, object_id)
        deeds = {each.action_name: each.method.deed for each in offered if hasattr(each.method, "deed")}
        row = self.get_object(request, object_id) if deeds else None
        return [each for each in offered if (deed := deeds.get(each.action_name)) is None or (row and deed.when(row))]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Each change of the row, before and after, whoever made it; also when the row is gone."""
        if events_of(self.model) is None:
            response: HttpResponse = super().history_view(request, object_id, extra_context)
            return response
        return history_page(self, request, object_id)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Delete; when the database refuses, return to the row and say why."""
        try:
            response: HttpResponse = super().delete_view(request, object_id, extra_context)
        except DatabaseError as error:
            if request.method not in WRITING:
                raise
            self.message_user(request, self._refusal(error), messages.ERROR)
            page = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change"
            response = HttpResponseRedirect(reverse(page, args=[object_id]))
        return response

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """List, or run an action: wholly, or not at all with a word why, unless it is one that goes row by row."""
        act = getattr(type(self), request.POST.get("action", ""), None)
        by_row = getattr(act, "row_by_row", False)
        try:
            with nullcontext() if by_row else transaction.atomic(using=router.db_for_write(self.model)):
                response: HttpResponse = super().changelist_view(request, extra_context)
        except DatabaseError as error:
            if request.method not in WRITING:
                raise
            self.message_user(request, self._refusal(error), messages.ERROR)
            response = HttpResponseRedirect(request.get_full_path())
        return response

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The rows themselves and, in counts, what hangs on them."""
        rows = list(objs)
        found = list(dependents(self.model, rows))
        along = {capfirst(each.model._meta.verbose_name_plural): each.count for each in found if not each.kept}
        lacking = set() if self.has_delete_permission(request) else {self.opts.verbose_name}
        counted = {capfirst(self.opts.verbose_name_plural): len(rows), **along}
        return named(self, rows), counted, lacking, [str(each) for each in found if each.kept]

    def _refusal(self, error: DatabaseError) -> str:
        """The words of the refusal; an error that is a fault is raised on."""
        words = refusal(error, self.model)
        if words is None:
            raise error
        return words


def _with(fields: Any, others: dict[str, Any]) -> list[Any]:
    """Fields, some of them in lines of several, with those named in `others` exchanged."""
    return [
        tuple(others.get(each, each) for each in line) if isinstance(line, tuple | list) else others.get(line, line)
        for line in fields
    ]


def _without(fields: Any, names: Any) -> list[Any]:
    """Fields, some of them in lines of several, without those in `names`."""
    lines = [
        tuple(each for each in (line if isinstance(line, tuple | list) else [line]) if each not in names)
        for line in fields
    ]
    return [line if len(line) > 1 else line[0] for line in lines if line]


class ReadOnly(BackOffice):
    """A model that only programs write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):  # type: ignore[misc]
    """Rows that belong to the one on the form, to look at."""

    formset = ShownRows
    extra = max_num = 0
    can_delete = False
    hide_title = True
    list_select_related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related(*self.list_select_related or (None,))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
