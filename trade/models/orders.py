import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from account.models import MOST_SHARES, Holding, Portfolio
from brain.models import DailyPick
from system.audit import audited
from system.constraints import (
    LAST_TIME,
    NOW,
    PRINCIPAL,
    Iff,
    Reference,
    ReferenceField,
    not_blank,
    not_negative,
    one_of,
    positive,
    sensible_times,
)
from system.triggers import Trigger, body


class OrderType(models.TextChoices):
    MARKET = "MARKET", _("Market")
    LIMIT = "LIMIT", _("Limit")
    STOP = "STOP", _("Stop")


class Side(models.TextChoices):
    BUY = "BUY", _("Buy")
    SELL = "SELL", _("Sell")


class OrderStatus(models.TextChoices):
    PENDING = "PENDING", _("Pending")
    PARTIAL_FILLED = "PARTIAL_FILLED", _("Partially filled")
    FILLED = "FILLED", _("Filled")
    CANCELLED = "CANCELLED", _("Cancelled")
    REJECTED = "REJECTED", _("Rejected")


OPEN = (OrderStatus.PENDING, OrderStatus.PARTIAL_FILLED)


@audited("order_events", exclude=["owned_by"])
class Order(models.Model):
    """The wish to buy or sell a quantity of one holding's stock."""

    order_id = models.BigAutoField(_("number"), primary_key=True)
    holding = ReferenceField(Holding, verbose_name=_("holding"), related_name="orders", null=True, blank=True)
    pick = ReferenceField(DailyPick, verbose_name=_("pick"), related_name="orders", null=True, blank=True)
    order_type = models.CharField(_("type"), max_length=10, choices=OrderType)
    side = models.CharField(_("side"), max_length=4, choices=Side)
    quantity = models.BigIntegerField(_("quantity"), db_comment="Shares")
    limit_price = models.DecimalField(
        _("limit price"), max_digits=14, decimal_places=4, null=True, blank=True, db_comment="Trading currency"
    )
    stop_price = models.DecimalField(
        _("stop price"), max_digits=14, decimal_places=4, null=True, blank=True, db_comment="Trading currency"
    )
    status = models.CharField(_("status"), max_length=20, choices=OrderStatus, db_default=OrderStatus.PENDING)
    filled_quantity = models.BigIntegerField(
        _("filled"), db_default=0, editable=False, db_comment="Shares; sum of the executions"
    )
    status_reason = models.CharField(
        _("reason"),
        max_length=200,
        null=True,
        blank=True,
        db_comment="Why it was cancelled or rejected: expired, operator, or the broker's words",
    )
    order_time = models.DateTimeField(_("order time"), db_default=NOW)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    created_by = models.CharField(_("placed by"), max_length=150, db_default=PRINCIPAL, editable=False)
    owned_by = models.CharField(
        _("owner"),
        max_length=150,
        db_default=PRINCIPAL,
        editable=False,
        db_comment="The owner of its portfolio, or who placed it while it has no holding; traders see their own",
    )

    class Meta:
        db_table = "orders"
        db_table_comment = "Orders; status and filled quantity follow from executions"
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-order_time"]
        constraints = [
            Reference(field="holding", name="fk_orders_holding"),
            Reference(field="pick", name="fk_orders_pick"),
            one_of("order_type", OrderType, "chk_orders_type"),
            one_of("side", Side, "chk_orders_side"),
            one_of("status", OrderStatus, "chk_orders_status"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, quantity__lte=MOST_SHARES),
                name="chk_order_quantity",
                violation_error_message=_("The quantity is above zero, and at most a trillion shares."),
            ),
            models.CheckConstraint(
                condition=Q(holding__isnull=False) | Q(pick__isnull=False),
                name="chk_orders_instrument",
                violation_error_message=_("An order belongs to a holding or proposes a pick."),
            ),
            models.CheckConstraint(
                condition=Q(
                    Iff(Q(order_type=OrderType.LIMIT), Q(limit_price__isnull=False)),
                    Iff(Q(order_type=OrderType.STOP), Q(stop_price__isnull=False)),
                ),
                name="chk_orders_price_for_type",
                violation_error_message=_("LIMIT needs a limit price, STOP a stop price, MARKET neither."),
            ),
            models.CheckConstraint(
                condition=positive("limit_price", "stop_price"),
                name="chk_orders_price_positive",
                violation_error_message=_("Prices are above zero."),
            ),
            models.CheckConstraint(
                condition=Q(filled_quantity__gte=0, filled_quantity__lte=F("quantity")),
                name="chk_orders_filled",
                violation_error_message=_("An order cannot be filled beyond its quantity."),
            ),
            models.CheckConstraint(
                # With the rule before: pending and rejected orders have no fill. A cancelled one may have any.
                condition=Q(status=OrderStatus.CANCELLED)
                | Q(
                    Iff(Q(status=OrderStatus.FILLED), Q(filled_quantity=F("quantity"))),
                    Iff(
                        Q(status=OrderStatus.PARTIAL_FILLED),
                        Q(filled_quantity__gt=0, filled_quantity__lt=F("quantity")),
                    ),
                ),
                name="chk_orders_status_filled",
                violation_error_message=_("Status and filled quantity follow from executions; they cannot be typed."),
            ),
            models.CheckConstraint(
                # What expires after it is placed is not before 1970 either.
                condition=Q(expires_at__gt=F("order_time"))
                & sensible_times("order_time")
                & Q(expires_at__lt=LAST_TIME),
                name="chk_orders_expiry",
                violation_error_message=_("An order expires after it is placed; times are from 1970 to 2199."),
            ),
        ]
        indexes = [
            # The newest orders first.
            models.Index(fields=["-order_time"], name="idx_orders_time"),
            # A trader's orders, newest first: row security looks for the owner.
            models.Index(fields=["owned_by", "-order_time"], name="idx_orders_owner"),
            # Open orders: few among many.
            models.Index(fields=["status"], name="idx_orders_status", condition=Q(status__in=OPEN)),
            # Orders of a holding: oversell check, reconciliation.
            models.Index(fields=["holding"], name="idx_orders_holding"),
            # Orders of a pick, and deleting a pick.
            models.Index(fields=["pick"], name="idx_orders_pick"),
            # What open SELL orders have committed of a holding.
            models.Index(fields=["holding"], name="idx_orders_open_holding", condition=Q(status__in=OPEN)),
        ]
        triggers = [
            Trigger(
                name="own_order",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("holding_id", "owned_by"),
                func=body(__file__, "own_order"),
                definer=True,
            ),
            # After row security: what it says of a portfolio is not for those who do not see it.
            Trigger(
                name="admit_orders",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="arrived"),
                func=body(__file__, "admit_orders"),
                definer=True,
            ),
            Trigger(
                name="admit_amended",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="before", new="amended"),
                condition=pgtrigger.Condition("pg_trigger_depth() = 0"),
                func=body(__file__, "admit_amended"),
                definer=True,
            ),
            Trigger(
                name="guard_order",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("pg_trigger_depth() = 0"),
                func=body(__file__, "guard_order"),
                definer=True,
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.order_id} {self.side} {self.quantity}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


@audited("execution_events")
class Execution(models.Model):
    """A fill that the exchange reported."""

    execution_id = models.BigAutoField(_("number"), primary_key=True)
    order = ReferenceField(Order, verbose_name=_("order"), related_name="executions")
    executed_quantity = models.BigIntegerField(_("quantity"), db_comment="Shares")
    executed_price = models.DecimalField(
        _("price"), max_digits=14, decimal_places=4, db_comment="Trading currency, for one share"
    )
    executed_time = models.DateTimeField(_("executed at"), db_default=NOW)
    commission = models.DecimalField(
        _("commission"), max_digits=20, decimal_places=2, db_default=0, db_comment="Trading currency"
    )
    tax = models.DecimalField(_("tax"), max_digits=20, decimal_places=2, db_default=0, db_comment="Trading currency")
    net_amount = models.DecimalField(
        _("net amount"),
        max_digits=38,
        decimal_places=2,
        null=True,
        editable=False,
        db_comment="Trading currency, signed: what the cash account changes by",
    )
    fx_rate = models.DecimalField(
        _("exchange rate"),
        max_digits=18,
        decimal_places=6,
        null=True,
        blank=True,
        db_comment="KRW for one unit of the trading currency, if the broker reports it",
    )
    exchange_ref = models.CharField(
        _("exchange reference"), max_length=100, db_comment="The fill's identity: a replay brings the same one"
    )
    reverses = ReferenceField(
        "self",
        verbose_name=_("reverses"),
        related_name="reversals",
        null=True,
        blank=True,
        editable=False,
        db_comment="The execution that this one takes back",
    )
    reversed_at = models.DateTimeField(
        _("reversed at"), null=True, blank=True, editable=False, db_comment="Set on the original by its reversal"
    )

    class Meta:
        db_table = "executions"
        db_table_comment = "Fills, append-only"
        verbose_name = _("execution")
        verbose_name_plural = _("executions")
        ordering = ["-executed_time"]
        constraints = [
            Reference(field="order", name="fk_executions_order"),
            # Also an order's executions.
            models.UniqueConstraint(
                fields=["order", "exchange_ref"],
                name="idx_executions_order",
                violation_error_message=_("This fill is booked already."),
            ),
            models.CheckConstraint(
                condition=Q(executed_quantity__gt=0, executed_quantity__lte=MOST_SHARES) & positive("executed_price"),
                name="chk_executions_positive",
                violation_error_message=_("Quantity and price are above zero; a trillion shares at most."),
            ),
            models.CheckConstraint(
                condition=not_negative("commission", "tax"),
                name="chk_executions_charges",
                violation_error_message=_("Commission and tax are not negative."),
            ),
            models.CheckConstraint(
                condition=positive("fx_rate"),
                name="chk_executions_fx",
                violation_error_message=_("The exchange rate is above zero."),
            ),
            Reference(field="reverses", name="fk_executions_reverses"),
            # A fill is taken back once.
            models.UniqueConstraint(
                fields=["reverses"],
                name="uniq_executions_reverses",
                violation_error_message=_("This execution is reversed already."),
            ),
            models.CheckConstraint(
                condition=not_blank("exchange_ref"),
                name="chk_executions_ref",
                violation_error_message=_("A fill carries the exchange's reference."),
            ),
        ]
        indexes = [
            # The newest fills first.
            models.Index(fields=["-executed_time"], name="idx_executions_time"),
        ]
        triggers = [
            Trigger(
                name="price_execution",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=body(__file__, "price_execution"),
                definer=True,
            ),
            Trigger(
                name="settle_executions",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="booked"),
                func=body(__file__, "settle_executions"),
                definer=True,
            ),
            Trigger(
                name="unbook_executions",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="removed"),
                func=body(__file__, "unbook_executions"),
                definer=True,
            ),
            Trigger(
                name="trim_reference",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("exchange_ref"),
                func=body(__file__, "trim_reference"),
                definer=True,
            ),
            Trigger(
                name="guard_execution",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "pg_trigger_depth() = 0 AND (to_jsonb(OLD) - 'exchange_ref') <> (to_jsonb(NEW) - 'exchange_ref')"
                ),
                func=body(__file__, "guard_execution"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.execution_id} {self.executed_quantity} @ {self.executed_price}"


class TradedHolding(Holding):
    """A holding as this app sees it: once it traded, only executions move it. `account` knows nothing of orders."""

    class Meta:
        proxy = True
        triggers = [
            Trigger(
                name="guard_holding",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("pg_trigger_depth() = 0"),
                func=body(__file__, "guard_holding"),
                definer=True,
            )
        ]


class OrderedPick(DailyPick):
    """A pick as this app sees it: once it is ordered, its side and stock stand. `brain` knows nothing of orders."""

    class Meta:
        proxy = True
        triggers = [
            Trigger(
                name="guard_ordered_pick",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("pg_trigger_depth() = 0"),
                func=body(__file__, "guard_ordered_pick"),
                definer=True,
            )
        ]


class TradedPortfolio(Portfolio):
    """A portfolio as this app sees it: its orders change hands with it. `account` knows nothing of orders."""

    class Meta:
        proxy = True
        triggers = [
            Trigger(
                name="own_orders",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("created_by"),
                condition=pgtrigger.Condition("OLD.created_by IS DISTINCT FROM NEW.created_by"),
                func=body(__file__, "own_orders"),
                definer=True,
            )
        ]
