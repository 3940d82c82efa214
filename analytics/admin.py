from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateFilter, RangeNumericFilter

from analytics.models import BacktestResult
from system.back_office import BackOffice
from system.back_office.columns import change, count, money, rate, score, won


@admin.register(BacktestResult)
class BacktestResultAdmin(BackOffice):
    list_display = [
        "strategy_name",
        "test_period_start",
        "test_period_end",
        money(BacktestResult, "initial_capital", won),
        money(BacktestResult, "final_value", won),
        change(BacktestResult, "total_return"),
        change(BacktestResult, "annual_return"),
        score(BacktestResult, "sharpe_ratio"),
        rate(BacktestResult, "max_drawdown"),
        rate(BacktestResult, "win_rate"),
        count(BacktestResult, "total_trades"),
    ]
    list_filter = [
        ("strategy_name", FieldTextFilter),
        ("test_period_start", RangeDateFilter),
        ("total_return", RangeNumericFilter),
        ("sharpe_ratio", RangeNumericFilter),
    ]
    list_select_related = ("order",)
    search_fields = ["strategy_name"]
    autocomplete_fields = ["order"]
    readonly_fields = ["created_at"]
    fieldsets = [
        (None, {"fields": ["strategy_name", ("test_period_start", "test_period_end"), "parameters"]}),
        (
            _("Result"),
            {
                "fields": [
                    ("initial_capital", "final_value"),
                    ("total_return", "annual_return"),
                    ("sharpe_ratio", "max_drawdown"),
                    ("win_rate", "total_trades"),
                ]
            },
        ),
        (_("Record"), {"fields": ["order", "created_at"]}),
    ]
