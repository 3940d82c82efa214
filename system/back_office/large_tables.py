"""Changelists over tables of millions of rows in hundreds of partitions (design: the first page under 300 ms).

What costs on such a table is counting it, sorting it, and walking to its far end. So the count is an estimate, only
columns that an index serves can be sorted by, pages end where nobody reads on, and a statement that takes too long
anyway is stopped instead of leaving the operator with a page that hangs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR
from django.db import OperationalError, connections, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from unfold.views import ChangeList

from system.back_office.counts import LIMIT, Count, count_all, count_up_to, partition_sizes
from system.back_office.model_admin import BackOffice, CountingPaginator
from system.back_office.refusals import TOO_SLOW, sqlstate

LONGEST = 10_000  # milliseconds that one statement of a changelist may take


class BoundedPaginator(CountingPaginator):
    """Pages over the first `LIMIT` rows, and a count that does not read the table."""

    @cached_property
    def found(self) -> Count:
        whole_table = not self.object_list.query.where
        return count_all(self.object_list) if whole_table else count_up_to(self.object_list, LIMIT)

    @cached_property
    def count(self) -> int:
        return self.found.number

    @cached_property
    def num_pages(self) -> int:
        return max(1, -(-min(self.count, LIMIT) // self.per_page))

    def page(self, number: int | str) -> Any:
        number = self.validate_number(number)  # against the count of all, before the rows are narrowed
        self.object_list = newest(self.object_list)
        return super().page(number)

    @property
    def cut_off(self) -> bool:
        return self.count > LIMIT or self.found.at_least


class BoundedChangeList(ChangeList):  # type: ignore[misc]
    """A change list whose heading leaves the count to the line below the rows, which says how exact it is."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count


class LargeTable(BackOffice):
    """A model whose changelist must not read the whole table."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 100
    list_max_show_all = 0
    list_disable_select_all = True
    # Columns that an index serves in their order, whatever else is filtered.
    sortable_by: tuple[str, ...] = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedChangeList]:
        return BoundedChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if elsewhere := self._better_address(request):
            return HttpResponseRedirect(elsewhere)
        try:
            with time_limit(self.model._default_manager.db, LONGEST):
                return super().changelist_view(request, extra_context)
        except OperationalError as error:
            if sqlstate(error) != TOO_SLOW or not request.GET:
                raise
            self.message_user(request, _("This took too long and was stopped. Narrow it down."), messages.WARNING)
            return HttpResponseRedirect(request.path)

    def response_action(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        if request.POST.get("select_across", "0") == "1":
            self.message_user(request, _("Select rows page by page: this table is too large."), messages.WARNING)
            return None
        response: HttpResponse | None = super().response_action(request, queryset)
        return response

    def _better_address(self, request: HttpRequest) -> str | None:
        """Where to go instead of a page beyond the last or an order that no index serves; None from everywhere else."""
        query = request.GET.copy()
        page, last = query.get(PAGE_VAR, ""), LIMIT // self.list_per_page
        if page.isdecimal() and int(page) > last:
            self.message_user(request, _("Pages end here. Narrow the list down by date to see further."))
            query[PAGE_VAR] = str(last)
        if not self._is_served(query.get(ORDER_VAR, ""), request):
            del query[ORDER_VAR]
        return f"{request.path}?{query.urlencode()}" if query != request.GET else None

    def _is_served(self, order: str, request: HttpRequest) -> bool:
        columns = list(self.get_list_display(request))
        if self.get_actions(request):
            columns.insert(0, "action_checkbox")
        chosen = [int(part) for part in order.replace("-", "").split(".") if part.isdecimal()]
        served = self.get_sortable_by(request)
        return all(columns[index] in served for index in chosen if index < len(columns))


def newest(rows: "models.QuerySet[models.Model]") -> "models.QuerySet[models.Model]":
    """`rows` of the newest partitions alone, if they alone fill all pages; else `rows`.

    Planning a query over 240 partitions, and opening them for the first time in a session, takes ten times as long as
    reading a page from the newest.
    """
    model, rule = rows.model, getattr(rows.model, "partitioning", None)
    if rule is None or rows.query.where or rows.query.order_by[:1] != (f"-{rule.column}",):
        return rows
    held = 0
    for name, size in partition_sizes(model, rows.db).items():
        held += size
        if held > LIMIT and (start := _start(model, name)):
            part = rows.filter(**{f"{rule.column}__gte": rule.bound(start)})
            return part if count_up_to(part, LIMIT).at_least else rows  # sizes are estimates
    return rows


def _start(model: type[models.Model], partition: str) -> date | None:
    """The first day of a partition, from its name; None when somebody named it otherwise."""
    name_format = model.partitioning.name_format.format(table=model._meta.db_table)  # type: ignore[attr-defined]
    try:
        return datetime.strptime(partition, name_format).date()
    except ValueError:
        return None


@contextmanager
def time_limit(using: str, milliseconds: int) -> Iterator[None]:
    """Have the server stop any statement of this block that runs longer, and restore the limit that was."""
    with transaction.atomic(using=using):
        before = _swap_limit(using, f"{milliseconds}ms")
        yield  # after an error the savepoint, and the setting with it, is rolled back
        _swap_limit(using, before)


def _swap_limit(using: str, limit: str) -> str:
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)", [limit]
        )
        return str(cursor.fetchone()[0])
