from decimal import Decimal
from typing import Any

from django import forms
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
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from account.models import CashBalance, CashEntry, CashKind, Holding, Portfolio
from account.services import clear_drawdown_halt, convert_currency, deposit, withdraw
from market.admin import currency
from market.models import Currency
from system.back_office import BackOffice, LargeTable, ReadOnlyInline
from system.back_office.actions import Deed, Question, on_row
from system.back_office.columns import change, count, gain, label, money, rate, risen, won
from system.back_office.filters import DayRangeFilter, YesNoFilter
from system.back_office.forms import BackOfficeForm

COST = [count(Holding, "quantity"), money(Holding, "avg_purchase_price", currency)]
TYPED_KINDS = (CashKind.DEPOSIT, CashKind.WITHDRAWAL, CashKind.DIVIDEND, CashKind.ADJUSTMENT)
KIND = {CashKind.OPENING: "primary", CashKind.DEPOSIT: "success", CashKind.WITHDRAWAL: "warning", CashKind.FX: "info"}
OPENING = [count(Holding, "opening_quantity"), money(Holding, "opening_price", currency)]
VALUATION = [
    money(Holding, "current_value", currency),
    gain(Holding, "unrealized_pnl", currency),
    change(Holding, "unrealized_pnl_rate"),
    gain(Holding, "realized_pnl", currency),
    "valued_on",
]


def own_currency(row: Any) -> str:
    return str(row.currency)


class HoldingInline(ReadOnlyInline):
    model = Holding
    fields = readonly_fields = ["stock", *COST, *VALUATION]
    list_select_related = ("stock", "portfolio")
    per_page = 20


class CashInline(ReadOnlyInline):
    model = CashBalance
    fields = readonly_fields = ["currency", money(CashBalance, "balance", own_currency)]
    list_select_related = ("portfolio",)


class CashQuestion(Question):
    """How much cash comes or goes."""

    amount = forms.DecimalField(
        label=_("amount"), max_digits=20, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget
    )
    currency = forms.ChoiceField(label=_("currency"), choices=Currency, widget=UnfoldAdminSelectWidget)
    memo = forms.CharField(label=_("memo"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget)

    def clean_memo(self) -> str | None:
        return self.cleaned_data["memo"] or None


class ExchangeQuestion(Question):
    """What is exchanged for what, at the rate as banks quote it."""

    sell = forms.ChoiceField(label=_("currency sold"), choices=Currency, widget=UnfoldAdminSelectWidget)
    amount = forms.DecimalField(
        label=_("amount sold"), max_digits=20, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget
    )
    buy = forms.ChoiceField(
        label=_("currency bought"), choices=Currency, initial=Currency.USD, widget=UnfoldAdminSelectWidget
    )
    krw_per_unit = forms.DecimalField(
        label=_("exchange rate"),
        min_value=Decimal("0.000001"),
        max_digits=18,
        help_text=_("KRW for one unit of the foreign currency, as the bank settled it."),
        widget=UnfoldAdminDecimalFieldWidget,
    )


def movement(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: answers[name] for name in ("amount", "currency", "memo")}


def exchange(portfolio: Portfolio, answers: dict[str, Any], actor: str) -> None:
    """Convert at a rate that is quoted in KRW, whichever way the money goes."""
    sell, buy, quoted = answers["sell"], answers["buy"], answers["krw_per_unit"]
    rate = quoted if buy == Currency.KRW else 1 / quoted
    memo = f"{sell} → {buy} @ {quoted} KRW"
    convert_currency(portfolio, sell=sell, buy=buy, amount=answers["amount"], rate=rate, actor=actor, memo=memo)


@admin.register(Portfolio)
class PortfolioAdmin(BackOffice):
    list_display = [
        "name",
        "strategy_type",
        money(Portfolio, "initial_capital", won),
        money(Portfolio, "current_value", won),
        "return_rate",
        "drawdown",
        rate(Portfolio, "max_drawdown"),
        "buying",
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
        money(Portfolio, "peak_value", won),
        "return_rate",
        "drawdown",
        "buying_halted_at",
        "created_by",
        "created_at",
        "updated_at",
    ]
    fieldsets = [
        (
            _("Value"),
            {
                "fields": [
                    (money(Portfolio, "current_value", won), "return_rate"),
                    (money(Portfolio, "peak_value", won), "drawdown", "buying_halted_at"),
                ]
            },
        ),
        (_("Portfolio"), {"fields": [("name", "strategy_type"), ("initial_capital", "is_active")]}),
        (_("Targets"), {"fields": [("target_return", "max_drawdown")]}),
        (_("Record"), {"fields": ["created_by", ("created_at", "updated_at")]}),
    ]
    read_as = (money(Portfolio, "initial_capital", won),)
    inlines = [CashInline, HoldingInline]
    actions_detail = ["deposit_this", "withdraw_this", "convert_this", "clear_halt_this"]

    deposit_this = on_row(
        Deed(
            name="deposit",
            title=_("Deposit"),
            question=_("The money stands in the portfolio at once. It is neither gain nor loss."),
            form=CashQuestion,
            do=lambda portfolio, answers, actor: deposit(portfolio, **movement(answers), actor=actor),
            done=_("The deposit is booked."),
            icon="add",
        )
    )
    withdraw_this = on_row(
        Deed(
            name="withdraw",
            title=_("Withdraw"),
            question=_("No more than the cash that is there in this currency."),
            form=CashQuestion,
            do=lambda portfolio, answers, actor: withdraw(portfolio, **movement(answers), actor=actor),
            done=_("The withdrawal is booked."),
            icon="remove",
        )
    )
    convert_this = on_row(
        Deed(
            name="convert",
            title=_("Convert currency"),
            question=_("Both sides are booked together, rounded to the cent."),
            form=ExchangeQuestion,
            do=exchange,
            done=_("The exchange is booked."),
            icon="currency_exchange",
        )
    )
    clear_halt_this = on_row(
        Deed(
            name="clear_halt",
            title=_("Allow buying again"),
            question=_("New BUY orders are taken again, and drawdown is measured from today's value on."),
            do=lambda portfolio, answers, actor: clear_drawdown_halt(portfolio, actor=actor, reason=answers["reason"]),
            done=_("The portfolio takes BUY orders again."),
            icon="lock_open",
            variant=ActionVariant.DANGER,
            when=lambda portfolio: portfolio.buying_halted_at is not None,
        )
    )

    # Booked as the opening entry: from then on deposits and withdrawals move cash.
    always_frozen = ("initial_capital",)

    @admin.display(description=_("against initial capital %"))
    def return_rate(self, portfolio: Portfolio) -> SafeString | None:
        if portfolio.current_value is None or not portfolio.initial_capital:
            return None
        return risen((portfolio.current_value / portfolio.initial_capital - 1) * 100)

    @admin.display(description=_("from peak %"))
    def drawdown(self, portfolio: Portfolio) -> SafeString | None:
        if portfolio.current_value is None or not portfolio.peak_value:
            return None
        return risen((portfolio.current_value / portfolio.peak_value - 1) * 100)

    @display(description=_("buying"), label={"halted": "danger"})  # type: ignore[untyped-decorator]
    def buying(self, portfolio: Portfolio) -> tuple[str, Any] | None:
        return ("halted", _("Halted")) if portfolio.buying_halted_at else None


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
    readonly_fields = [*VALUATION, *OPENING, "last_updated"]
    read_as = tuple(COST)
    fieldsets = [
        (None, {"fields": ["portfolio", "stock"]}),
        (
            _("Position"),
            {
                "fields": [("quantity", "avg_purchase_price"), tuple(OPENING)],
                "description": _("Open to changes until the first execution; from then on, executions move it."),
            },
        ),
        (_("Valuation"), {"fields": VALUATION}),
        (_("Record"), {"fields": ["last_updated"]}),
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        # What a first buy needs: a holding of nothing yet.
        return {"quantity": 0, "avg_purchase_price": 0, **super().get_changeform_initial_data(request)}

    # What it is a holding of does not change: the orders and executions under it were of that stock.
    always_frozen = ("portfolio", "stock")


class CashEntryForm(BackOfficeForm):
    """An entry that a person may book; the ledger books the others itself, and exchanges come in pairs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            self.fields["kind"].choices = [("", _("Select value")), *((kind, kind.label) for kind in TYPED_KINDS)]  # type: ignore[attr-defined]

    def clean_amount(self) -> Decimal:
        """A withdrawal may be typed without its minus."""
        amount: Decimal = self.cleaned_data["amount"]
        return -abs(amount) if self.data.get("kind") == CashKind.WITHDRAWAL else amount


@admin.register(CashEntry)
class CashEntryAdmin(LargeTable):
    form = CashEntryForm
    list_display = [
        "created_at",
        "portfolio",
        label(CashEntry, "kind", KIND),
        gain(CashEntry, "amount", own_currency),
        "currency",
        "memo",
        "execution_id",
        "action_entry_id",
        "created_by",
    ]
    list_filter = [
        ("portfolio", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("currency", ChoicesDropdownFilter),
        ("created_at", DayRangeFilter),
    ]
    list_select_related = ("portfolio",)
    search_fields = ["memo", "portfolio__name", "=execution_id", "=action_entry_id"]
    search_help_text = _("Memo, portfolio, or number of an execution or action entry")
    autocomplete_fields = ["portfolio"]
    readonly_fields = ["execution_id", "action_entry_id", "created_by", "created_at"]
    fieldsets = [
        (None, {"fields": ["portfolio", "kind", ("amount", "currency"), "memo"]}),
        (_("Record"), {"fields": [("execution_id", "action_entry_id"), "created_by", "created_at"]}),
    ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
