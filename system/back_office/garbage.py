"""What a page does with what no form of ours sends: a typed address, a stale bookmark, a program that tries things.

Django reads several parts of an address and of a form without asking whether they can be read; what cannot is left out
here, in one place, so that a page answers as if it had not been sent.
"""

from contextlib import suppress
from copy import copy
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import FieldDoesNotExist, SuspiciousOperation, ValidationError
from django.db import DataError, ProgrammingError, models, router, transaction
from django.forms.utils import to_current_timezone
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from unfold.forms import PaginationInlineFormSet

from system.access.forbidden import Forbidden

NUL = "\0"
# How the reading of a lookup ends that is none: a year 0, a range of one end, a pattern with half a parenthesis.
UNREADABLE = (ValueError, TypeError, OverflowError, IndexError, DataError, ProgrammingError)
# Longer page numbers than this are not read: no table has so many pages.
DIGITS = 9


def is_readable(field: Any, value: Any) -> bool:
    """Whether a column could hold what was sent for it."""
    try:
        field.to_python(value)
    except (ValidationError, ValueError, TypeError, OverflowError):
        return False
    return NUL not in str(value)


class ReadableChoice(AutocompleteSelect):
    """Looks up the row that was chosen; of what can be no row's number, it shows nothing."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        key = self.field.target_field
        return super().optgroups(name, [each for each in value if each in ("", None) or is_readable(key, each)], attr)


class Forgiving:
    """An admin class whose pages leave out what cannot be read."""

    model: type[models.Model]
    opts: Any
    admin_site: Any

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs["widget"] = ReadableChoice(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address fills in beforehand, as far as its columns could hold it."""
        asked: dict[str, Any] = super().get_changeform_initial_data(request)  # type: ignore[misc]
        return {name: read for name, value in asked.items() if (read := self._read(name, value)) is not None}

    def _read(self, name: str, value: Any) -> Any:
        try:
            field = self.opts.get_field(name)
        except FieldDoesNotExist:
            return value
        if isinstance(value, list):  # of a relation to many
            return [each for each in value if is_readable(field.target_field, each)]
        if not hasattr(field, "to_python") or not is_readable(field, value):
            return None
        if not isinstance(field, models.DateTimeField):
            return value
        try:
            return to_current_timezone(field.to_python(value))  # the form takes a time apart
        except (ValueError, OverflowError):
            return None

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        if NUL in search_term:
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)  # type: ignore[misc]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if elsewhere := _without_nul(request):
            return HttpResponseRedirect(elsewhere)
        if ACTION_CHECKBOX_NAME in request.POST:
            self._keep_readable_keys(request)
        if request.method == "POST" or not request.GET:
            response: HttpResponse = super().changelist_view(request, extra_context)  # type: ignore[misc]
            return response
        try:
            with transaction.atomic(using=router.db_for_read(self.model)):
                response = super().changelist_view(request, extra_context)  # type: ignore[misc]
        except Forbidden:
            raise
        except UNREADABLE:
            return HttpResponseRedirect(self._readable_address(request))
        return response

    def _readable_address(self, request: HttpRequest) -> str:
        """The address without what no list can be made of; bare, where none of its parts is wrong by itself.

        Each is tried as Django reads it: which lookups a column takes, and what it makes of their values, is known
        there and in the database alone.
        """
        kept = request.GET.copy()
        for name, values in request.GET.lists():
            alone: Any = copy(request)
            alone.GET = QueryDict(mutable=True)
            alone.GET.setlist(name, values)
            try:
                with suppress(SuspiciousOperation), transaction.atomic(using=router.db_for_read(self.model)):
                    self.get_changelist_instance(alone)  # type: ignore[attr-defined]
            except (*UNREADABLE, IncorrectLookupParameters):
                del kept[name]
        return f"{request.path}?{kept.urlencode()}" if kept and kept != request.GET else request.path

    def _keep_readable_keys(self, request: HttpRequest) -> None:
        typed: Any = request.POST.copy()
        keys = [key for key in typed.getlist(ACTION_CHECKBOX_NAME) if is_readable(self.opts.pk, key)]
        typed.setlist(ACTION_CHECKBOX_NAME, keys)
        request.POST = typed  # Django's own actions read it from there


def _without_nul(request: HttpRequest) -> str | None:
    """The address without the parameters that no text of a database contains; None when there are none."""
    query = request.GET.copy()
    for name, values in request.GET.lists():
        if NUL in name or any(NUL in value for value in values):
            del query[name]
    return f"{request.path}?{query.urlencode()}" if query != request.GET else None


class ShownRows(PaginationInlineFormSet):  # type: ignore[misc]
    """Rows that a form shows and does not ask for: nothing that is sent for them is read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        for sent in ("data", "files", "save_as_new"):
            kwargs.pop(sent, None)
        super().__init__(*args, **kwargs)

    def get_page_num(self) -> int:
        asked = self.request.GET.get(self.get_pagination_key()) or self.request.POST.get(self.get_pagination_key(), "")
        return max(int(asked), 1) if asked.isdecimal() and len(asked) <= DIGITS else 1

    def is_valid(self) -> bool:
        return True

    def save(self, commit: bool = True) -> list[Any]:
        self.new_objects: list[Any] = []
        self.changed_objects: list[Any] = []
        self.deleted_objects: list[Any] = []
        return []
