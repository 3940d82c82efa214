from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    FieldTextFilter,
    RangeDateFilter,
    RangeNumericFilter,
)

from brain.models import Action, AIReport, DailyPick, RiskLevel
from market.admin import currency
from system.back_office import BackOffice, ReadOnlyInline
from system.back_office.columns import change, count, label, money, score
from system.back_office.filters import YesNoFilter

RISK = {RiskLevel.LOW: "success", RiskLevel.MEDIUM: "warning", RiskLevel.HIGH: "danger"}
# Red buys and blue sells, like red rises and blue falls.
ADVICE = {Action.BUY: "danger", Action.SELL: "info"}


class PickInline(ReadOnlyInline):
    model = DailyPick
    fields = readonly_fields = [
        "pick_date",
        "action",
        score(DailyPick, "priority_score"),
        change(DailyPick, "expected_return"),
        count(DailyPick, "holding_period"),
        "is_executed",
    ]
    list_select_related = ("stock",)
    per_page = 20


@admin.register(AIReport)
class AIReportAdmin(BackOffice):
    list_display = [
        "analysis_date",
        "stock",
        "model_version",
        score(AIReport, "sentiment_score"),
        score(AIReport, "confidence_score"),
        money(AIReport, "target_price", currency),
        label(AIReport, "risk_level", RISK),
        "summary_start",
    ]
    list_filter = [
        ("analysis_date", RangeDateFilter),
        ("stock", AutocompleteSelectFilter),
        ("risk_level", ChoicesDropdownFilter),
        ("model_version", FieldTextFilter),
        ("sentiment_score", RangeNumericFilter),
    ]
    list_select_related = ("stock",)
    search_fields = ["stock__ticker__istartswith", "stock__name", "model_version", "summary"]
    search_help_text = _("Ticker, name, model or words of the summary")
    autocomplete_fields = ["stock"]
    readonly_fields = ["created_at"]
    fieldsets = [
        (None, {"fields": ["stock", ("analysis_date", "model_version")]}),
        (
            _("Opinion"),
            {"fields": [("sentiment_score", "confidence_score"), ("target_price", "risk_level"), "summary"]},
        ),
        (_("Record"), {"fields": ["raw_data", "created_at"]}),
    ]
    inlines = [PickInline]

    @admin.display(description=_("summary"))
    def summary_start(self, report: AIReport) -> str | None:
        return report.summary[:60] if report.summary else None


@admin.register(DailyPick)
class DailyPickAdmin(BackOffice):
    list_display = [
        "pick_date",
        "stock",
        label(DailyPick, "action", ADVICE),
        score(DailyPick, "priority_score"),
        change(DailyPick, "expected_return"),
        count(DailyPick, "holding_period"),
        "is_executed",
    ]
    list_filter = [
        ("pick_date", RangeDateFilter),
        ("action", ChoicesDropdownFilter),
        ("is_executed", YesNoFilter),
        ("stock", AutocompleteSelectFilter),
    ]
    list_select_related = ("stock", "report__stock")
    search_fields = ["stock__ticker__istartswith", "stock__name"]
    search_help_text = _("Ticker or name")
    autocomplete_fields = ["report"]
    readonly_fields = ["stock", "is_executed", "created_at"]
    fieldsets = [
        (None, {"fields": ["report", "stock", ("pick_date", "action")]}),
        (_("Expectation"), {"fields": [("priority_score", "expected_return"), "holding_period"]}),
        (_("Record"), {"fields": ["is_executed", "created_at"]}),
    ]

    written_along = ("stock",)

    def save_model(self, request: HttpRequest, obj: DailyPick, form: Any, change: bool) -> None:
        # The stock is the report's. Left out, the database fills it in, also when the report was exchanged.
        obj.stock_id = None  # type: ignore[assignment]
        super().save_model(request, obj, form, change)
        obj.refresh_from_db()
