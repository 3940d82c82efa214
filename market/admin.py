from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    FieldTextFilter,
    RangeDateFilter,
)
from unfold.utils import parse_date_str

from market.models import CorporateAction, Currency, DailyPrice, FxRate, LatestPrice, SessionOverride, Stock
from system.back_office import BackOffice, LargeTable, ReadOnly
from system.back_office.columns import change, count, factor, money, score
from system.back_office.filters import YesNoFilter

# How many stocks a search in the prices looks up before it asks for more letters.
STOCKS_SEARCHED = 100
# So few days are sorted in memory by whatever column one likes.
SORTED_FREELY = timedelta(days=31)


def own_currency(stock: Stock) -> str:
    return str(stock.currency)


def currency(row: Any) -> str:
    """The trading currency of a row that belongs to a stock."""
    return str(row.stock.currency)


@admin.register(Stock)
class StockAdmin(BackOffice):
    list_display = [
        "ticker",
        "name",
        "market_type",
        "sector",
        "latest_close",
        "latest_date",
        money(Stock, "market_cap", own_currency),
        "is_active",
    ]
    list_display_links = ["ticker", "name"]
    list_filter = [
        ("market_type", ChoicesDropdownFilter),
        ("is_active", YesNoFilter),
        ("sector", FieldTextFilter),
        ("listing_date", RangeDateFilter),
    ]
    list_select_related = ("latest_price",)
    search_fields = ["ticker__istartswith", "name"]
    search_help_text = _("Ticker or name")
    readonly_fields = ["currency", "latest_close", "latest_date", "created_at", "updated_at"]
    fieldsets = [
        (None, {"fields": [("ticker", "name"), ("market_type", "currency"), "is_active"]}),
        (_("Classification"), {"fields": [("sector", "industry"), "listing_date"]}),
        (_("Value"), {"fields": ["market_cap", ("latest_close", "latest_date")]}),
        (_("Record"), {"fields": [("created_at", "updated_at")]}),
    ]

    @admin.display(description=_("close"))
    def latest_close(self, stock: Stock) -> SafeString | None:
        latest = getattr(stock, "latest_price", None)
        return money(LatestPrice, "close_price", currency)(latest) if latest else None

    @admin.display(description=_("trade date"))
    def latest_date(self, stock: Stock) -> Any:
        latest = getattr(stock, "latest_price", None)
        return latest.trade_date if latest else None


@admin.register(DailyPrice)
class DailyPriceAdmin(LargeTable):
    list_display = [
        "trade_date",
        "stock",
        money(DailyPrice, "open_price", currency),
        money(DailyPrice, "high_price", currency),
        money(DailyPrice, "low_price", currency),
        money(DailyPrice, "close_price", currency),
        change(DailyPrice, "changes"),
        count(DailyPrice, "volume"),
        money(DailyPrice, "amount", currency),
    ]
    list_filter = [
        ("trade_date", RangeDateFilter),
        ("stock", AutocompleteSelectFilter),
        ("stock__market_type", ChoicesDropdownFilter),
    ]
    list_select_related = ("stock",)
    search_fields = ["stock__ticker", "stock__name"]
    search_help_text = _("Ticker or name")
    # The newest session, most traded first: idx_daily_prices_volume read backwards brings the days in order, the
    # partitions are opened one after the other, and only the rows of one day are left to sort.
    ordering = ["-trade_date", "-volume"]
    sortable_by = ("trade_date",)
    autocomplete_fields = ["stock"]
    readonly_fields = ["created_at"]
    fieldsets = [
        (None, {"fields": ["stock", "trade_date"]}),
        (_("Price"), {"fields": [("open_price", "high_price"), ("low_price", "close_price"), "changes"]}),
        (_("Trading"), {"fields": [("volume", "amount")]}),
        (_("Record"), {"fields": ["created_at"]}),
    ]

    def get_sortable_by(self, request: HttpRequest) -> Any:
        first, last = (parse_date_str(request.GET.get(f"trade_date_{end}", "")) for end in ("from", "to"))
        few_days = first and last and last - first <= SORTED_FREELY
        return self.get_list_display(request) if few_days else self.sortable_by

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Find the stocks first, then their prices: a join over all partitions would read every price."""
        if not search_term.strip():
            return queryset, False
        found = Stock.objects.order_by(F("market_cap").desc(nulls_last=True))
        for word in search_term.split():
            found = found.filter(Q(ticker__istartswith=word) | Q(name__icontains=word))
        stock_ids = list(found.values_list("pk", flat=True)[: STOCKS_SEARCHED + 1])
        if len(stock_ids) > STOCKS_SEARCHED:
            words = _("More than %(count)s stocks match; only the largest are searched. Type more letters.")
            self.message_user(request, words % {"count": STOCKS_SEARCHED}, messages.WARNING)
        return queryset.filter(stock_id__in=stock_ids[:STOCKS_SEARCHED]), False


@admin.register(LatestPrice)
class LatestPriceAdmin(ReadOnly):
    list_display = ["stock", "trade_date", money(LatestPrice, "close_price", currency)]
    list_filter = [("trade_date", RangeDateFilter), ("stock__market_type", ChoicesDropdownFilter)]
    list_select_related = ("stock",)
    search_fields = ["stock__ticker__istartswith", "stock__name"]
    search_help_text = _("Ticker or name")
    ordering = ["-trade_date", "stock__ticker"]


@admin.register(FxRate)
class FxRateAdmin(BackOffice):
    list_display = ["rate_date", "currency", score(FxRate, "krw_per_unit")]
    list_filter = [("currency", ChoicesDropdownFilter), ("rate_date", RangeDateFilter)]
    search_fields = ["currency"]
    ordering = ["-rate_date", "currency"]
    fieldsets = [(None, {"fields": ["currency", "rate_date", "krw_per_unit"]})]

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        # KRW is what rates are in.
        kwargs["choices"] = [choice for choice in Currency.choices if choice[0] != Currency.KRW]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


@admin.register(SessionOverride)
class SessionOverrideAdmin(BackOffice):
    list_display = ["session_date", "exchange", "is_open", "reason"]
    list_filter = [
        ("exchange", ChoicesDropdownFilter),
        ("is_open", YesNoFilter),
        ("session_date", RangeDateFilter),
    ]
    search_fields = ["reason"]
    search_help_text = _("Reason")
    fieldsets = [
        (
            None,
            {
                "fields": [("exchange", "session_date"), "is_open", "reason"],
                "description": _("Only days that the built-in calendar of the exchange has wrong."),
            },
        )
    ]


@admin.register(CorporateAction)
class CorporateActionAdmin(BackOffice):
    list_display = [
        "effective_date",
        "stock",
        "kind",
        factor(CorporateAction, "ratio"),
        factor(CorporateAction, "per"),
        money(CorporateAction, "amount", currency),
        factor(CorporateAction, "price_factor"),
        "created_by",
    ]
    list_filter = [
        ("kind", ChoicesDropdownFilter),
        ("effective_date", RangeDateFilter),
        ("stock", AutocompleteSelectFilter),
        ("stock__market_type", ChoicesDropdownFilter),
    ]
    list_select_related = ("stock",)
    search_fields = ["stock__ticker__istartswith", "stock__name", "memo"]
    search_help_text = _("Ticker, name or memo")
    autocomplete_fields = ["stock"]
    readonly_fields = [factor(CorporateAction, "price_factor"), "created_by", "created_at"]
    read_as = (
        factor(CorporateAction, "ratio"),
        factor(CorporateAction, "per"),
        money(CorporateAction, "amount", currency),
    )
    fieldsets = [
        (None, {"fields": [("stock", "kind"), "effective_date"]}),
        (
            _("Split, bonus or rights issue"),
            {
                "fields": [("ratio", "per"), ("subscription_price", "cum_price")],
                "description": _(
                    "All shares after it, for so many before: 50 for 1 is a split, 1.1 for 1 a bonus of one in ten, "
                    "1 for 5 a reverse split. Prices only with a rights issue."
                ),
            },
        ),
        (_("Dividend"), {"fields": ["amount"], "description": _("For one share, before tax.")}),
        (_("Record"), {"fields": [factor(CorporateAction, "price_factor"), "memo", ("created_by", "created_at")]}),
    ]
