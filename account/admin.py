from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    FieldTextFilter,
    RangeNumericFilter,
    RelatedDropdownFilter,
)

from account.models import Holding, Portfolio
from market.admin import currency
from system.back_office import BackOffice, ReadOnlyInline
from system.back_office.columns import change, count, gain, money, rate, risen, won
from system.back_office.filters import YesNoFilter

COST = [count(Holding, "quantity"), money(Holding, "avg_purchase_price", currency)]
VALUATION = [
    money(Holding, "current_value", currency),
    gain(Holding, "unrealized_pnl", currency),
    change(Holding, "unrealized_pnl_rate"),
    gain(Holding, "realized_pnl", currency),
    "valued_on",
]


class HoldingInline(ReadOnlyInline):
    model = Holding
    fields = readonly_fields = ["stock", *COST, *VALUATION]
    list_select_related = ("stock", "portfolio")
    per_page = 20


@admin.register(Portfolio)
class PortfolioAdmin(BackOffice):
    list_display = [
        "name",
        "strategy_type",
        money(Portfolio, "initial_capital", won),
        money(Portfolio, "current_value", won),
        "return_rate",
        rate(Portfolio, "target_return"),
        rate(Portfolio, "max_drawdown"),
        "is_active",
        "created_by",
    ]
    list_filter = [
        ("is_active", YesNoFilter),
        ("strategy_type", FieldTextFilter),
        ("created_by", FieldTextFilter),
    ]
    search_fields = ["name", "strategy_type"]
    readonly_fields = [
        money(Portfolio, "current_value", won),
        "return_rate",
        "created_by",
        "created_at",
        "updated_at",
    ]
    fieldsets = [
        (None, {"fields": [("name", "strategy_type"), "is_active"]}),
        (_("Targets"), {"fields": [("target_return", "max_drawdown")]}),
        (_("Value"), {"fields": ["initial_capital", (money(Portfolio, "current_value", won), "return_rate")]}),
        (_("Record"), {"fields": ["created_by", ("created_at", "updated_at")]}),
    ]
    inlines = [HoldingInline]

    @admin.display(description=_("return %"))
    def return_rate(self, portfolio: Portfolio) -> SafeString | None:
        if portfolio.current_value is None or not portfolio.initial_capital:
            return None
        return risen((portfolio.current_value / portfolio.initial_capital - 1) * 100)


@admin.register(Holding)
class HoldingAdmin(BackOffice):
    list_display = ["stock", "portfolio", *COST, *VALUATION]
    list_filter = [
        ("portfolio", RelatedDropdownFilter),
        ("stock", AutocompleteSelectFilter),
        ("stock__market_type", ChoicesDropdownFilter),
        ("unrealized_pnl_rate", RangeNumericFilter),
    ]
    list_select_related = ("portfolio", "stock")
    search_fields = ["stock__ticker__istartswith", "stock__name", "portfolio__name"]
    search_help_text = _("Ticker, name or portfolio")
    ordering = ["portfolio__name", "stock__ticker"]
    autocomplete_fields = ["portfolio", "stock"]
    readonly_fields = [*VALUATION, "last_updated"]
    fieldsets = [
        (None, {"fields": ["portfolio", "stock"]}),
        (_("Position"), {"fields": [("quantity", "avg_purchase_price")]}),
        (_("Valuation"), {"fields": VALUATION}),
        (_("Record"), {"fields": ["last_updated"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # What it is a holding of does not change: the orders and executions under it were of that stock.
        return [*self.readonly_fields, *(["portfolio", "stock"] if obj else [])]
