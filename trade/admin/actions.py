from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from market.admin import CorporateActionAdmin
from market.models import ActionKind, CorporateAction
from system.back_office import ReadOnly, ReadOnlyInline
from system.back_office.actions import Deed, on_row, on_selected
from system.back_office.columns import count, factor, gain, money
from system.back_office.filters import DayRangeFilter
from trade.actions import apply_action, is_booked, reverse_action
from trade.models import ActionEntry

STANDING = {"reversed": "warning", "reversal": "info"}
# What was booked with an action follows from these.
BOOKED_BY = ["stock", "kind", "effective_date", "ratio", "per", "amount"]


def currency(entry: ActionEntry) -> str:
    return str(entry.holding.stock.currency)


SHARES = [count(ActionEntry, "quantity_before"), count(ActionEntry, "quantity_after")]
AVERAGE = [money(ActionEntry, "average_before", currency), money(ActionEntry, "average_after", currency)]
RATIO = [factor(ActionEntry, "ratio"), factor(ActionEntry, "per")]
FRACTION = [factor(ActionEntry, "fraction"), money(ActionEntry, "fraction_price", currency)]
CASH = gain(ActionEntry, "cash_amount", currency)

APPLY = Deed(
    name="apply",
    title=_("Apply to holdings"),
    question=_(
        "Shares, average price, open orders and cash change on every holding that held the stock when the effective "
        "date began: on all of them, or on none."
    ),
    do=lambda action, answers, actor: apply_action(action, actor=actor, reason=answers["reason"]),
    done=ngettext_lazy("%(count)s corporate action applied.", "%(count)s corporate actions applied.", "count"),
    icon="call_split",
    when=lambda action: action.kind != ActionKind.RIGHTS,
    order="effective_date",
)
REVERSE = Deed(
    name="reverse",
    title=_("Take back"),
    question=_("Shares, average price, open orders and cash become what they were without it, on every holding."),
    do=lambda action, answers, actor: reverse_action(action, actor=actor, reason=answers["reason"]),
    done=ngettext_lazy("%(count)s corporate action taken back.", "%(count)s corporate actions taken back.", "count"),
    icon="undo",
    variant=ActionVariant.DANGER,
    when=is_booked,
    # A later one is taken back before the one that it follows.
    order="-effective_date",
)


class ActionEntryInline(ReadOnlyInline):
    model = ActionEntry
    fields = readonly_fields = ["holding", *SHARES, *AVERAGE, CASH, "reverses", "reversed_at", "created_by"]
    list_select_related = ("holding__stock", "holding__portfolio")
    per_page = 20


admin.site.unregister(CorporateAction)


@admin.register(CorporateAction)
class AppliedActionAdmin(CorporateActionAdmin):
    """A corporate action as this app sees it: it is applied to holdings, and taken back."""

    inlines = [ActionEntryInline]
    actions = ["apply_selected", "reverse_selected"]
    actions_detail = ["apply_this", "reverse_this"]

    apply_selected, apply_this = on_selected(APPLY), on_row(APPLY)
    reverse_selected, reverse_this = on_selected(REVERSE), on_row(REVERSE)

    def frozen_fields(self, row: CorporateAction) -> list[str]:
        return [*super().frozen_fields(row), *(BOOKED_BY if is_booked(row) else [])]


@admin.register(ActionEntry)
class ActionEntryAdmin(ReadOnly):
    list_display = [
        "created_at",
        "stock",
        "portfolio",
        "kind",
        "effective_date",
        *SHARES,
        *AVERAGE,
        CASH,
        "standing",
        "created_by",
    ]
    list_filter = [
        ("action__kind", ChoicesDropdownFilter),
        ("action__effective_date", RangeDateFilter),
        ("holding__portfolio", RelatedDropdownFilter),
        ("created_at", DayRangeFilter),
    ]
    list_select_related = ("action__stock", "holding__stock", "holding__portfolio")
    search_fields = ["holding__stock__ticker__istartswith", "holding__stock__name", "holding__portfolio__name"]
    search_help_text = _("Ticker, name or portfolio")
    fieldsets = [
        (None, {"fields": ["action", "holding", tuple(RATIO)]}),
        (_("Position"), {"fields": [tuple(SHARES), tuple(AVERAGE)]}),
        (_("Cash"), {"fields": [tuple(FRACTION), CASH]}),
        (_("Orders"), {"fields": ["orders"]}),
        (_("Reversal"), {"fields": [("reverses", "reversed_at")]}),
        (_("Record"), {"fields": [("created_by", "created_at")]}),
    ]
    readonly_fields = [*RATIO, *SHARES, *AVERAGE, *FRACTION, CASH]

    @admin.display(description=_("stock"), ordering="holding__stock__ticker")
    def stock(self, entry: ActionEntry) -> Any:
        return entry.holding.stock

    @admin.display(description=_("portfolio"), ordering="holding__portfolio__name")
    def portfolio(self, entry: ActionEntry) -> Any:
        return entry.holding.portfolio

    @admin.display(description=_("kind"), ordering="action__kind")
    def kind(self, entry: ActionEntry) -> str:
        return str(entry.action.get_kind_display())

    @admin.display(description=_("effective date"), ordering="action__effective_date")
    def effective_date(self, entry: ActionEntry) -> Any:
        return entry.action.effective_date

    @display(description=_("reversal"), label=STANDING)  # type: ignore[untyped-decorator]
    def standing(self, entry: ActionEntry) -> tuple[str, Any] | None:
        if entry.reverses_id:
            return "reversal", _("Reversal of #%(number)s") % {"number": entry.reverses_id}
        return ("reversed", _("Reversed")) if entry.reversed_at else None
