from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter

from account.models import Portfolio
from market.models import Stock
from system.back_office import BackOffice, ReadOnlyInline
from system.back_office.columns import count, gain, label, money
from system.back_office.filters import DayRangeFilter
from trade.models import Execution, Order, OrderStatus, Side

# Red buys and blue sells, like red rises and blue falls.
SIDE = {Side.BUY: "danger", Side.SELL: "info"}
STATUS = {
    OrderStatus.PENDING: "warning",
    OrderStatus.PARTIAL_FILLED: "primary",
    OrderStatus.FILLED: "success",
    OrderStatus.REJECTED: "danger",
}


def stock_of(order: Order) -> Stock:
    """What an order trades: its holding's stock, or, of a proposal, its pick's."""
    stock: Stock = (order.holding or order.pick).stock
    return stock


def currency(order: Order) -> str:
    return str(stock_of(order).currency)


def currency_of_fill(execution: Execution) -> str:
    return currency(execution.order)


PRICES = [money(Order, "limit_price", currency), money(Order, "stop_price", currency)]
CHARGES = [money(Execution, "commission", currency_of_fill), money(Execution, "tax", currency_of_fill)]


class ExecutionInline(ReadOnlyInline):
    model = Execution
    fields = readonly_fields = [
        "executed_time",
        count(Execution, "executed_quantity"),
        money(Execution, "executed_price", currency_of_fill),
        *CHARGES,
        gain(Execution, "net_amount", currency_of_fill),
        "exchange_ref",
    ]
    list_select_related = ("order__holding__stock", "order__pick__stock")
    per_page = 20


@admin.register(Order)
class OrderAdmin(BackOffice):
    list_display = [
        "number",
        "order_time",
        "stock",
        "portfolio",
        label(Order, "side", SIDE),
        "order_type",
        count(Order, "quantity"),
        count(Order, "filled_quantity"),
        *PRICES,
        label(Order, "status", STATUS),
        "created_by",
    ]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("side", ChoicesDropdownFilter),
        ("order_type", ChoicesDropdownFilter),
        ("order_time", DayRangeFilter),
        ("created_by", FieldTextFilter),
    ]
    list_select_related = ("holding__stock", "holding__portfolio", "pick__stock")
    search_fields = [
        "=order_id",
        "holding__stock__ticker__istartswith",
        "holding__stock__name",
        "pick__stock__ticker__istartswith",
        "pick__stock__name",
        "holding__portfolio__name",
    ]
    search_help_text = _("Order number, ticker, name or portfolio")
    autocomplete_fields = ["holding", "pick"]
    readonly_fields = ["status", count(Order, "filled_quantity"), "status_reason", "created_by"]
    fieldsets = [
        (None, {"fields": ["holding", "pick", ("side", "order_type"), "quantity", ("limit_price", "stop_price")]}),
        (_("Status"), {"fields": ["status", count(Order, "filled_quantity"), "status_reason"]}),
        (_("Time"), {"fields": ["order_time", "expires_at"]}),
        (_("Record"), {"fields": ["created_by"]}),
    ]
    inlines = [ExecutionInline]

    @admin.display(description=_("number"), ordering="order_id")
    def number(self, order: Order) -> str:
        return f"#{order.order_id}"

    @admin.display(description=_("stock"))
    def stock(self, order: Order) -> Stock:
        return stock_of(order)

    @admin.display(description=_("portfolio"), ordering="holding__portfolio__name")
    def portfolio(self, order: Order) -> Portfolio | None:
        return order.holding.portfolio if order.holding else None


@admin.register(Execution)
class ExecutionAdmin(BackOffice):
    list_display = [
        "executed_time",
        "order",
        "stock",
        "side",
        count(Execution, "executed_quantity"),
        money(Execution, "executed_price", currency_of_fill),
        *CHARGES,
        gain(Execution, "net_amount", currency_of_fill),
        "exchange_ref",
    ]
    list_filter = [("executed_time", DayRangeFilter), ("order__side", ChoicesDropdownFilter)]
    list_select_related = (
        "order__holding__stock",
        "order__pick__stock",
    )
    search_fields = [
        "exchange_ref__istartswith",
        "=order__order_id",
        "order__holding__stock__ticker__istartswith",
        "order__holding__stock__name",
    ]
    search_help_text = _("Exchange reference, order number, ticker or name")
    autocomplete_fields = ["order"]
    readonly_fields = [gain(Execution, "net_amount", currency_of_fill)]
    fieldsets = [
        (None, {"fields": ["order", "exchange_ref", "executed_time"]}),
        (_("Fill"), {"fields": [("executed_quantity", "executed_price"), "fx_rate"]}),
        (_("Charges"), {"fields": [("commission", "tax"), gain(Execution, "net_amount", currency_of_fill)]}),
    ]

    @admin.display(description=_("stock"))
    def stock(self, execution: Execution) -> Stock:
        return stock_of(execution.order)

    @admin.display(description=_("side"), ordering="order__side")
    def side(self, execution: Execution) -> str:
        return str(execution.order.get_side_display())
