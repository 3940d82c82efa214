"""Filters of the change lists."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.validators import EMPTY_VALUES
from django.http import HttpRequest
from django.utils.timezone import make_aware
from unfold.contrib.filters.admin import BooleanRadioFilter, RangeDateFilter
from unfold.utils import parse_date_str


class DayRangeFilter(RangeDateFilter):  # type: ignore[misc]
    """From one day to another, both included, of a column that holds a point in time."""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        first, last = self._day("from"), self._day("to")
        if first:
            queryset = queryset.filter(**{f"{self.field_path}__gte": midnight(first)})
        if last:
            queryset = queryset.filter(**{f"{self.field_path}__lt": midnight_after(last)})
        return queryset

    def _day(self, end: str) -> date | None:
        day: date | None = parse_date_str(self.used_parameters.get(f"{self.field_path}_{end}", ""))
        return day


class YesNoFilter(BooleanRadioFilter):  # type: ignore[misc]
    """Yes, no, or both: which is what the form sends as an empty value, and Unfold's own filter trips over."""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() in EMPTY_VALUES else super().queryset(request, queryset)


def midnight(day: date) -> datetime:
    """When a day begins, here."""
    return make_aware(datetime.combine(day, time.min))


def midnight_after(day: date) -> datetime:
    return midnight(day + timedelta(days=1))
