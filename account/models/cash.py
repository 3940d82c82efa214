"""Money: entries, and the balances that follow from them."""

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _

from account.models.holdings import Portfolio
from market.models import Currency
from system.constraints import NOW, PRINCIPAL, ZERO, Among, Iff, Reference, ReferenceField, one_of
from system.triggers import Trigger, body

# No fill can bring more, and a million such entries in any currency have a sum and a value in KRW.
MOST_MONEY = Decimal(10**24)


class CashKind(models.TextChoices):
    OPENING = "OPENING", _("Opening")
    DEPOSIT = "DEPOSIT", _("Deposit")
    WITHDRAWAL = "WITHDRAWAL", _("Withdrawal")
    TRADE = "TRADE", _("Trade")
    FX = "FX", _("Currency exchange")
    DIVIDEND = "DIVIDEND", _("Dividend")
    ADJUSTMENT = "ADJUSTMENT", _("Adjustment")


class CashEntry(models.Model):
    """One movement of a portfolio's cash. Append-only: a mistake is corrected by the opposite entry."""

    cash_entry_id = models.BigAutoField(_("number"), primary_key=True)
    portfolio = ReferenceField(Portfolio, verbose_name=_("portfolio"), related_name="cash_entries")
    currency = models.CharField(_("currency"), max_length=3, choices=Currency)
    amount = models.DecimalField(
        _("amount"), max_digits=38, decimal_places=2, db_comment="In the currency, signed: what the balance changes by"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=CashKind)
    execution_id = models.BigIntegerField(
        _("execution"), null=True, blank=True, editable=False, db_comment="The fill that a TRADE entry belongs to"
    )
    action_entry_id = models.BigIntegerField(
        _("action entry"),
        null=True,
        blank=True,
        editable=False,
        db_comment="The booked corporate action that a DIVIDEND or ADJUSTMENT entry belongs to",
    )
    memo = models.CharField(_("memo"), max_length=200, null=True, blank=True)
    created_by = models.CharField(_("booked by"), max_length=150, db_default=PRINCIPAL, editable=False)
    created_at = models.DateTimeField(_("booked at"), db_default=NOW, editable=False)

    class Meta:
        db_table = "cash_entries"
        db_table_comment = "Cash movements, append-only; balances follow from them"
        verbose_name = _("cash entry")
        verbose_name_plural = _("cash entries")
        ordering = ["-cash_entry_id"]
        constraints = [
            # A portfolio that never traded takes its opening entry along; any other cannot be deleted.
            Reference(field="portfolio", name="fk_cash_entries_portfolio", on_delete="CASCADE"),
            one_of("currency", Currency, "chk_cash_entries_currency"),
            one_of("kind", CashKind, "chk_cash_entries_kind"),
            models.CheckConstraint(
                condition=Q(amount__gt=-MOST_MONEY, amount__lt=MOST_MONEY)
                & Q(
                    Case(
                        When(Among("kind", [CashKind.OPENING, CashKind.DEPOSIT]), then=Q(amount__gt=ZERO)),
                        When(kind=CashKind.WITHDRAWAL, then=Q(amount__lt=ZERO)),
                        default=True,
                        output_field=models.BooleanField(),
                    )
                ),
                name="chk_cash_entries_sign",
                violation_error_message=_("A deposit is above zero, a withdrawal below."),
            ),
            models.CheckConstraint(
                condition=Iff(Q(kind=CashKind.TRADE), Q(execution_id__isnull=False)),
                name="chk_cash_entries_execution",
                violation_error_message=_("A trade entry, and no other, belongs to an execution."),
            ),
            models.CheckConstraint(
                condition=Q(action_entry_id__isnull=True) | Q(Among("kind", [CashKind.DIVIDEND, CashKind.ADJUSTMENT])),
                name="chk_cash_entries_action",
                violation_error_message=_("Only a dividend or an adjustment belongs to a corporate action."),
            ),
            # One entry for each booked action.
            models.UniqueConstraint(fields=["action_entry_id"], name="uniq_cash_entries_action"),
            # One entry for each fill; finds it when the fill is deleted.
            models.UniqueConstraint(fields=["execution_id"], name="uniq_cash_entries_execution"),
            # A portfolio opens once.
            models.UniqueConstraint(
                fields=["portfolio"], name="uniq_cash_entries_opening", condition=Q(kind=CashKind.OPENING)
            ),
        ]
        indexes = [
            # A portfolio's statement, newest first; deleting a portfolio.
            models.Index(fields=["portfolio", "-cash_entry_id"], name="idx_cash_entries_portfolio"),
        ]
        triggers = [
            Trigger(
                name="book_cash",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="booked"),
                func=body(__file__, "book_cash"),
                definer=True,
            ),
            Trigger(
                name="unbook_cash",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="removed"),
                func=body(__file__, "unbook_cash"),
                definer=True,
            ),
            Trigger(
                name="guard_cash_entry",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("pg_trigger_depth() = 0"),
                func=body(__file__, "guard_cash_entry"),
            ),
            Trigger(
                name="guard_cash_kind",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("pg_trigger_depth() = 0"),
                func=body(__file__, "guard_cash_kind"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}"


class CashBalance(models.Model):
    """What the cash entries of a portfolio sum up to in one currency. Kept by their trigger."""

    cash_balance_id = models.BigAutoField(_("number"), primary_key=True)
    portfolio = ReferenceField(Portfolio, verbose_name=_("portfolio"), related_name="cash_balances")
    currency = models.CharField(_("currency"), max_length=3, choices=Currency)
    balance = models.DecimalField(_("balance"), max_digits=38, decimal_places=2, db_comment="In the currency")

    class Meta:
        db_table = "cash_balances"
        db_table_comment = "Sums of cash entries; below zero means that trades were not yet paid in that currency"
        verbose_name = _("cash balance")
        verbose_name_plural = _("cash balances")
        ordering = ["portfolio", "currency"]
        constraints = [
            Reference(field="portfolio", name="fk_cash_balances_portfolio", on_delete="CASCADE"),
            models.UniqueConstraint(fields=["portfolio", "currency"], name="uniq_cash_balances_currency"),
            one_of("currency", Currency, "chk_cash_balances_currency"),
        ]
        triggers = [
            Trigger(
                name="guard_cash_balance",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("pg_trigger_depth() = 0"),
                func=body(__file__, "guard_cash_balance"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.balance} {self.currency}"
