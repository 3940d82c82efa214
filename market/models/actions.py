from decimal import Decimal

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _

from market.models.stocks import Stock
from system.audit import audited
from system.constraints import (
    NOW,
    PRINCIPAL,
    Reference,
    ReferenceField,
    implies,
    one_of,
    positive,
    sensible_days,
    sensible_times,
)

# NULLIF leaves what would divide by zero to the constraints, which refuse it by name.
EX_RIGHTS_VALUE = F("cum_price") * F("per") + (F("ratio") - F("per")) * F("subscription_price")
PRICE_FACTOR = Case(
    When(kind="CASH_DIVIDEND", then=Value(Decimal(1))),
    # The price with the right over the theoretical one without it; 1 where nobody would subscribe.
    When(kind="RIGHTS", cum_price__lte=F("subscription_price"), then=Value(Decimal(1))),
    When(kind="RIGHTS", then=F("cum_price") * F("ratio") / NullIf(EX_RIGHTS_VALUE, Value(Decimal(0)))),
    default=F("ratio") / NullIf(F("per"), Value(Decimal(0))),
)


# Shares times ratio, or a price times its inverse, fit their columns; and no price factor rounds to nothing.
MOST_SHARES_FOR_ONE = 1_000_000


class ActionKind(models.TextChoices):
    SPLIT = "SPLIT", _("Split")
    REVERSE_SPLIT = "REVERSE_SPLIT", _("Reverse split")
    BONUS = "BONUS", _("Bonus issue")
    RIGHTS = "RIGHTS", _("Rights issue")
    CASH_DIVIDEND = "CASH_DIVIDEND", _("Cash dividend")


@audited("action_events", exclude=["price_factor"])
class CorporateAction(models.Model):
    """What a company did to its shares. Prices stay as they were printed; `AdjustedPrice` and holdings follow."""

    action_id = models.BigAutoField(_("number"), primary_key=True)
    stock = ReferenceField(Stock, verbose_name=_("stock"), related_name="corporate_actions")
    kind = models.CharField(_("kind"), max_length=13, choices=ActionKind)
    effective_date = models.DateField(
        _("effective date"), db_comment="Ex-date at the exchange: the first session that trades without the right"
    )
    ratio = models.DecimalField(
        _("ratio"),
        max_digits=18,
        decimal_places=9,
        null=True,
        blank=True,
        db_comment="All shares after the action for `per` shares before: 50 for a split, 1.1 for a bonus of one in ten",
    )
    per = models.DecimalField(
        _("for"),
        max_digits=9,
        decimal_places=0,
        db_default=1,
        db_comment="Shares before: 3 with a ratio of 1 makes one of three, which no decimal says",
    )
    amount = models.DecimalField(
        _("amount"),
        max_digits=18,
        decimal_places=6,
        null=True,
        blank=True,
        db_comment="Cash for one share, trading currency, before tax",
    )
    subscription_price = models.DecimalField(
        _("subscription price"),
        max_digits=14,
        decimal_places=4,
        null=True,
        blank=True,
        db_comment="What a new share of a rights issue costs, trading currency",
    )
    cum_price = models.DecimalField(
        _("price with the right"),
        max_digits=14,
        decimal_places=4,
        null=True,
        blank=True,
        db_comment="The last close before the effective date of a rights issue, trading currency",
    )
    price_factor = models.GeneratedField(
        verbose_name=_("price factor"),
        expression=PRICE_FACTOR,
        output_field=models.DecimalField(max_digits=24, decimal_places=12),
        db_persist=True,
        db_comment="What prices before the effective date are divided by, and volumes multiplied",
    )
    memo = models.CharField(_("memo"), max_length=200, null=True, blank=True)
    created_by = models.CharField(_("entered by"), max_length=150, db_default=PRINCIPAL, editable=False)
    created_at = models.DateTimeField(_("entered at"), db_default=NOW, editable=False)

    class Meta:
        db_table = "corporate_actions"
        db_table_comment = "Splits, bonus and rights issues, cash dividends"
        verbose_name = _("corporate action")
        verbose_name_plural = _("corporate actions")
        ordering = ["-effective_date", "stock"]
        constraints = [
            Reference(field="stock", name="fk_corporate_actions_stock"),
            # Also a stock's actions after a day: adjusted prices.
            models.UniqueConstraint(
                fields=["stock", "effective_date", "kind"],
                name="uniq_corporate_actions_day",
                violation_error_message=_("This action is on file already."),
            ),
            one_of("kind", ActionKind, "chk_corporate_actions_kind"),
            models.CheckConstraint(
                condition=positive("ratio", "per")
                & Q(ratio__lte=MOST_SHARES_FOR_ONE, per__lte=MOST_SHARES_FOR_ONE)
                & implies(
                    Q(kind__in=[ActionKind.SPLIT, ActionKind.BONUS, ActionKind.RIGHTS]),
                    Q(ratio__isnull=False, ratio__gt=F("per")),
                )
                & implies(Q(kind=ActionKind.REVERSE_SPLIT), Q(ratio__isnull=False, ratio__lt=F("per")))
                & implies(Q(kind=ActionKind.CASH_DIVIDEND), Q(ratio__isnull=True, per=1)),
                name="chk_corporate_actions_ratio",
                violation_error_message=_(
                    "The ratio counts all shares after the action: above 1 for a split, bonus or rights issue (1.1 for "
                    "one new share for ten), below 1 for a reverse split, none for a dividend."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ratio__gte=F("per") * (Decimal(1) / MOST_SHARES_FOR_ONE)),
                name="chk_corporate_actions_smallest_ratio",
                violation_error_message=_("An action makes one share of a million at most."),
            ),
            models.CheckConstraint(
                condition=positive("amount")
                & (
                    Q(kind=ActionKind.CASH_DIVIDEND, amount__isnull=False)
                    | (~Q(kind=ActionKind.CASH_DIVIDEND) & Q(amount__isnull=True))
                ),
                name="chk_corporate_actions_amount",
                violation_error_message=_("A cash dividend, and no other action, has an amount above zero."),
            ),
            models.CheckConstraint(
                condition=positive("subscription_price", "cum_price")
                & (
                    Q(kind=ActionKind.RIGHTS, subscription_price__isnull=False, cum_price__isnull=False)
                    | (~Q(kind=ActionKind.RIGHTS) & Q(subscription_price__isnull=True, cum_price__isnull=True))
                ),
                name="chk_corporate_actions_rights",
                violation_error_message=_(
                    "A rights issue, and no other action, has a subscription price and the last price with the right."
                ),
            ),
            models.CheckConstraint(
                condition=sensible_days("effective_date") & sensible_times("created_at"),
                name="chk_corporate_actions_date",
                violation_error_message=_("Dates are from 1800 to 2199, times from 1970 to 2199."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_date} {self.stock} · {self.get_kind_display()}"
