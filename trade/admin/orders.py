from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminBigIntegerFieldWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
)

from account.admin import HoldingAdmin
from account.models import Holding, Portfolio
from brain.admin import DailyPickAdmin
from brain.models import DailyPick
from market.models import Stock
from system.back_office import BackOffice, ReadOnlyInline
from system.back_office.actions import (
    Deed,
    Question,
    ask,
    asked,
    each_alone,
    few,
    on_row,
    on_selected,
    row_by_row,
    tell_refused,
)
from system.back_office.columns import count, gain, label, money, won
from system.back_office.filters import DayRangeFilter
from system.back_office.refusals import in_words
from trade.models import Execution, Order, OrderStatus, Side
from trade.services import cancel_order, orders_from_picks, reject_order, reverse_execution
from trade.sizing import Sizing, same_quantity, worth

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


# What an order keeps: always, from its first fill on, and once it is closed.
KEPT = ["side"]
KEPT_ONCE_FILLED = [*KEPT, "holding", "pick", "quantity"]
KEPT_ONCE_CLOSED = [*KEPT_ONCE_FILLED, "order_type", "limit_price", "stop_price", "order_time", "expires_at"]


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


CANCEL = Deed(
    name="cancel",
    title=_("Cancel order"),
    question=_("What is not filled yet is given up. What is filled stays."),
    do=lambda order, answers, actor: cancel_order(order, actor=actor, reason=answers["reason"]),
    done=ngettext_lazy("%(count)s order cancelled.", "%(count)s orders cancelled.", "count"),
    icon="cancel",
    variant=ActionVariant.DANGER,
    when=lambda order: order.is_open,
)
REJECT = Deed(
    name="reject",
    title=_("Record rejection"),
    question=_("The broker has not taken the order: record why, in the broker's words."),
    do=lambda order, answers, actor: reject_order(order, actor=actor, reason=answers["reason"]),
    done=ngettext_lazy("%(count)s order recorded as rejected.", "%(count)s orders recorded as rejected.", "count"),
    icon="block",
    when=lambda order: order.status == OrderStatus.PENDING,
)
REVERSE = Deed(
    name="reverse",
    title=_("Reverse execution"),
    question=_("A reversing entry takes the fill back: order, holding, cash and P&L become what they were without it."),
    do=lambda execution, answers, actor: reverse_execution(execution, actor=actor, reason=answers["reason"]),
    done=ngettext_lazy("%(count)s execution reversed.", "%(count)s executions reversed.", "count"),
    icon="undo",
    variant=ActionVariant.DANGER,
    when=lambda execution: execution.reverses_id is None and execution.reversed_at is None,
    # A sale is taken back before the buy that it needs.
    order="-execution_id",
)


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
    read_as = (count(Order, "quantity"), *PRICES)
    actions = ["cancel_selected", "reject_selected"]
    actions_detail = ["cancel_this", "reject_this"]

    cancel_selected, cancel_this = on_selected(CANCEL), on_row(CANCEL)
    reject_selected, reject_this = on_selected(REJECT), on_row(REJECT)

    def describe(self, row: Order) -> str:
        filled = _("%(count)s filled") % {"count": f"{row.filled_quantity:,}"} if row.filled_quantity else ""
        where = row.holding.portfolio if row.holding else ""
        facts = [f"#{row.pk} {row.get_side_display()} {row.quantity:,}", stock_of(row), where, filled]
        return " · ".join(str(fact) for fact in facts if fact)

    always_frozen = tuple(KEPT)

    def frozen_fields(self, row: Order) -> list[str]:
        if not row.is_open:
            return KEPT_ONCE_CLOSED
        return KEPT_ONCE_FILLED if row.executions.exists() else KEPT

    @admin.display(description=_("number"), ordering="order_id")
    def number(self, order: Order) -> str:
        return f"#{order.order_id}"

    @admin.display(description=_("stock"))
    def stock(self, order: Order) -> Stock:
        return stock_of(order)

    @admin.display(description=_("portfolio"), ordering="holding__portfolio__name")
    def portfolio(self, order: Order) -> Portfolio | None:
        return order.holding.portfolio if order.holding else None


BOOKED = ["order", "executed_time", "executed_quantity", "executed_price", "fx_rate", "commission", "tax"]
STANDING = {"reversed": "warning", "reversal": "info"}


@admin.register(Execution)
class ExecutionAdmin(BackOffice):
    list_display = [
        "executed_time",
        "order_number",
        "stock",
        "side",
        count(Execution, "executed_quantity"),
        money(Execution, "executed_price", currency_of_fill),
        *CHARGES,
        gain(Execution, "net_amount", currency_of_fill),
        "exchange_ref",
        "standing",
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
    readonly_fields = [gain(Execution, "net_amount", currency_of_fill), "reverses", "reversed_at"]
    fieldsets = [
        (None, {"fields": ["order", "exchange_ref", "executed_time"]}),
        (_("Fill"), {"fields": [("executed_quantity", "executed_price"), "fx_rate"]}),
        (_("Charges"), {"fields": [("commission", "tax"), gain(Execution, "net_amount", currency_of_fill)]}),
        (_("Reversal"), {"fields": [("reverses", "reversed_at")]}),
    ]
    read_as = (
        count(Execution, "executed_quantity"),
        money(Execution, "executed_price", currency_of_fill),
        money(Execution, "fx_rate", won),
        *CHARGES,
    )
    actions = ["reverse_selected"]
    actions_detail = ["reverse_this"]

    reverse_selected, reverse_this = on_selected(REVERSE), on_row(REVERSE)

    def describe(self, row: Execution) -> str:
        price = money(Execution, "executed_price", currency_of_fill)(row)
        side, shares = row.order.get_side_display(), f"{row.executed_quantity:,}"
        return f"#{row.pk} {side} {shares} @ {strip_tags(price)} · {stock_of(row.order)} · {row.exchange_ref}"

    # Booked: only the reference may be mended; anything else is corrected by a reversal.
    always_frozen = tuple(BOOKED)

    @admin.display(description=_("order"), ordering="order_id")
    def order_number(self, execution: Execution) -> str:
        return f"#{execution.order_id}"

    @admin.display(description=_("stock"))
    def stock(self, execution: Execution) -> Stock:
        return stock_of(execution.order)

    @admin.display(description=_("side"), ordering="order__side")
    def side(self, execution: Execution) -> str:
        return str(execution.order.get_side_display())

    @display(description=_("reversal"), label=STANDING)  # type: ignore[untyped-decorator]
    def standing(self, execution: Execution) -> tuple[str, Any] | None:
        if execution.reverses_id:
            return "reversal", _("Reversal of #%(number)s") % {"number": execution.reverses_id}
        return ("reversed", _("Reversed")) if execution.reversed_at else None


class PicksQuestion(Question):
    """Where the picks are ordered, and how many shares of each."""

    portfolio = forms.ModelChoiceField(
        label=_("portfolio"),
        queryset=Portfolio.objects.filter(is_active=True),
        empty_label=_("Select value"),
        widget=UnfoldAdminSelectWidget,
    )
    quantity = forms.IntegerField(
        label=_("shares of each pick"), min_value=1, required=False, widget=UnfoldAdminBigIntegerFieldWidget
    )
    amount = forms.DecimalField(
        label=_("or KRW for each pick"),
        min_value=1,
        decimal_places=0,
        required=False,
        help_text=_("As many whole shares as this pays for at the latest close."),
        widget=UnfoldAdminDecimalFieldWidget,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and (cleaned["quantity"] is None) == (cleaned["amount"] is None):
            raise forms.ValidationError(_("Give either the shares or the KRW of each pick."))
        return cleaned

    @property
    def sizing(self) -> Sizing:
        quantity = self.cleaned_data["quantity"]
        return same_quantity(quantity) if quantity else worth(self.cleaned_data["amount"])


admin.site.unregister([Holding, DailyPick])


@admin.register(Holding)
class TradedHoldingAdmin(HoldingAdmin):
    """A holding as this app sees it: once it traded or split, only executions and corporate actions move it."""

    def frozen_fields(self, row: Holding) -> list[str]:
        traded = Execution.objects.filter(order__holding=row).exists() or row.action_entries.exists()
        return [*super().frozen_fields(row), *(["quantity", "avg_purchase_price"] if traded else [])]


@admin.register(DailyPick)
class OrderedPickAdmin(DailyPickAdmin):
    """A pick as this app sees it: it may be ordered."""

    actions = ["order_selected"]

    def describe(self, row: DailyPick) -> str:
        return f"{row.pick_date} {row.get_action_display()} {row.stock}"

    def has_order_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("trade.add_order"))

    @row_by_row(_("Place orders for selected picks"), ["order"])
    def order_selected(self, request: HttpRequest, picks: Any) -> HttpResponse | None:
        chosen = few(self, request, picks.order_by("pick_id"))
        form: Any = asked(request, PicksQuestion)
        if not chosen or not form.is_valid():
            words = {"title": _("Place orders"), "question": _("Place a market order for each of these picks?")}
            return ask(self, request, chosen, form, **words) if chosen else None
        actor = request.user.get_username()
        one_by_one = each_alone(request, chosen)
        placed, refused = orders_from_picks(one_by_one, form.cleaned_data["portfolio"], form.sizing, actor=actor)
        self._tell(request, len(placed), passed=len(chosen) - len(placed) - len(refused))
        tell_refused(self, request, [(pick, in_words(refusal, Order)) for pick, refusal in refused])
        return None

    def _tell(self, request: HttpRequest, placed: int, passed: int) -> None:
        if placed:
            words = ngettext("%(count)s order placed.", "%(count)s orders placed.", placed)
            self.message_user(request, words % {"count": placed}, messages.SUCCESS)
        if passed:
            words = ngettext(
                "%(count)s pick was passed over: to hold, ordered already, or no whole share for the amount.",
                "%(count)s picks were passed over: to hold, ordered already, or no whole share for the amount.",
                passed,
            )
            self.message_user(request, words % {"count": passed}, messages.WARNING)
