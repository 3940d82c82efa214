import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from account.models import Holding
from market.models import CorporateAction
from system.constraints import INFINITY, NOW, PRINCIPAL, Reference, ReferenceField, positive
from system.triggers import Trigger, body


class ActionEntry(models.Model):
    """A corporate action booked on one holding: what it did to shares, average, open orders and cash.

    Insert action and holding; the trigger fills in the rest. What it did is taken back by an entry that reverses it.
    """

    action_entry_id = models.BigAutoField(_("number"), primary_key=True)
    action = ReferenceField(CorporateAction, verbose_name=_("corporate action"), related_name="entries")
    holding = ReferenceField(Holding, verbose_name=_("holding"), related_name="action_entries")
    ratio = models.DecimalField(
        _("ratio"),
        max_digits=18,
        decimal_places=9,
        db_default=1,
        editable=False,
        db_comment="Shares after, for `per` shares before; 1 for a dividend",
    )
    per = models.DecimalField(_("for"), max_digits=9, decimal_places=0, db_default=1, editable=False)
    quantity_before = models.BigIntegerField(
        _("quantity before"), null=True, editable=False, db_comment="Shares held when the effective date began"
    )
    quantity_after = models.BigIntegerField(_("quantity after"), null=True, editable=False, db_comment="Whole shares")
    average_before = models.DecimalField(
        _("average before"),
        max_digits=24,
        decimal_places=6,
        null=True,
        editable=False,
        db_comment="Trading currency",
    )
    average_after = models.DecimalField(
        _("average after"),
        max_digits=24,
        decimal_places=6,
        null=True,
        editable=False,
        db_comment="Trading currency",
    )
    fraction = models.DecimalField(
        _("fraction"),
        max_digits=18,
        decimal_places=9,
        null=True,
        editable=False,
        db_comment="Shares below one that cash was paid for",
    )
    fraction_price = models.DecimalField(
        _("price of the fraction"),
        max_digits=24,
        decimal_places=6,
        null=True,
        editable=False,
        db_comment="Latest close in shares after the action, trading currency",
    )
    cash_amount = models.DecimalField(
        _("cash"),
        max_digits=38,
        decimal_places=2,
        db_default=0,
        editable=False,
        db_comment="Dividend or cash for the fraction, trading currency; negative in a reversal",
    )
    orders = models.JSONField(
        _("open orders"),
        null=True,
        editable=False,
        db_comment="Each open order that was changed: order_id, and what it was before and after",
    )
    booked = models.BigIntegerField(
        _("booked as"),
        null=True,
        editable=False,
        db_comment="Drawn with the numbers of cash entries while the holding is locked: fills and actions in one order",
    )
    place = models.BigIntegerField(
        _("counts as"),
        null=True,
        editable=False,
        db_comment="Where the replay counts it: as `booked`, or before the first fill of the effective date if that was"
        " booked earlier",
    )
    reverses = ReferenceField(
        "self",
        verbose_name=_("reverses"),
        related_name="reversals",
        null=True,
        blank=True,
        editable=False,
        db_comment="The entry that this one takes back",
    )
    reversed_at = models.DateTimeField(
        _("reversed at"), null=True, blank=True, editable=False, db_comment="Set on the original by its reversal"
    )
    created_by = models.CharField(_("booked by"), max_length=150, db_default=PRINCIPAL, editable=False)
    created_at = models.DateTimeField(_("booked at"), db_default=NOW, editable=False)

    class Meta:
        db_table = "action_entries"
        db_table_comment = "Corporate actions booked on holdings, append-only"
        verbose_name = _("action entry")
        verbose_name_plural = _("action entries")
        ordering = ["-action_entry_id"]
        constraints = [
            Reference(field="action", name="fk_action_entries_action"),
            Reference(field="holding", name="fk_action_entries_holding"),
            Reference(field="reverses", name="fk_action_entries_reverses"),
            # An action moves a holding once, until that is taken back. Also the holdings of an action.
            models.UniqueConstraint(
                fields=["action", "holding"],
                name="uniq_action_entries_standing",
                condition=Q(reverses__isnull=True, reversed_at__isnull=True),
                violation_error_message=_("This action is booked on this holding already."),
            ),
            # An entry is taken back once.
            models.UniqueConstraint(
                fields=["reverses"],
                name="uniq_action_entries_reverses",
                violation_error_message=_("This entry is reversed already."),
            ),
            models.CheckConstraint(
                condition=positive("ratio", "per") & Q(cash_amount__lt=INFINITY),
                name="chk_action_entries_numbers",
                violation_error_message=_("Ratios are above zero, and cash is a number."),
            ),
            models.CheckConstraint(
                condition=Q(quantity_before__gte=0, quantity_after__gte=0, place__lte=F("booked")),
                name="chk_action_entries_quantity",
                violation_error_message=_("Quantities are not negative."),
            ),
        ]
        indexes = [
            # A holding's replay.
            models.Index(fields=["holding", "place"], name="idx_action_entries_holding"),
        ]
        triggers = [
            Trigger(
                name="prepare_action_entry",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=body(__file__, "prepare_action_entry"),
                definer=True,
            ),
            Trigger(
                name="settle_action_entries",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="arrived"),
                func=body(__file__, "settle_action_entries"),
                definer=True,
            ),
            Trigger(
                name="guard_action_entry",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("pg_trigger_depth() = 0"),
                func=body(__file__, "guard_action_entry"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.action_entry_id} {self.quantity_before} → {self.quantity_after}"


class AppliedAction(CorporateAction):
    """The corporate actions as this app sees them: one that is booked does not change. `market` knows no holdings."""

    class Meta:
        proxy = True
        triggers = [
            Trigger(
                name="guard_applied_action",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "pg_trigger_depth() = 0"
                    " AND (OLD.stock_id, OLD.kind, OLD.effective_date, OLD.ratio, OLD.per, OLD.amount)"
                    " IS DISTINCT FROM (NEW.stock_id, NEW.kind, NEW.effective_date, NEW.ratio, NEW.per, NEW.amount)"
                ),
                func=body(__file__, "guard_applied_action"),
                definer=True,
            )
        ]
