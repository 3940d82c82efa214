import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from market.models import Currency, DailyPrice, FxRate, LatestPrice, Stock
from system.audit import audited
from system.constraints import INFINITY, NOW, PRINCIPAL, Reference, ReferenceField, implies, not_negative, one_of
from system.triggers import Trigger, body, touch


@audited("portfolio_events", exclude=["current_value", "peak_value", "updated_at"])
class Portfolio(models.Model):
    """Capital under one strategy. Its values are in KRW."""

    portfolio_id = models.BigAutoField(_("number"), primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    strategy_type = models.CharField(_("strategy"), max_length=30, null=True, blank=True)
    target_return = models.DecimalField(
        _("target return %"), max_digits=6, decimal_places=2, null=True, blank=True, db_comment="Percent"
    )
    max_drawdown = models.DecimalField(
        _("maximum drawdown %"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        db_comment="Percent, positive: 15 means that a fall of 15 percent from the peak is a breach",
    )
    initial_capital = models.DecimalField(_("initial capital"), max_digits=15, decimal_places=0, db_comment="KRW")
    current_value = models.DecimalField(
        _("current value"), max_digits=20, decimal_places=2, null=True, blank=True, editable=False, db_comment="KRW"
    )
    peak_value = models.DecimalField(
        _("peak value"),
        max_digits=20,
        decimal_places=2,
        null=True,
        blank=True,
        editable=False,
        db_comment="KRW; the highest value since the last clearance, moved along by deposits and withdrawals",
    )
    buying_halted_at = models.DateTimeField(
        _("buying halted at"),
        null=True,
        blank=True,
        db_comment="Set when the value falls below the maximum drawdown; an operator clears it to NULL",
    )
    is_active = models.BooleanField(_("active"), db_default=True)
    created_by = models.CharField(
        _("owner"),
        max_length=150,
        db_default=PRINCIPAL,
        editable=False,
        db_comment="Whose it is; traders see their own",
    )
    created_at = models.DateTimeField(_("created at"), db_default=NOW, editable=False)
    updated_at = models.DateTimeField(_("updated at"), db_default=NOW, editable=False)

    class Meta:
        db_table = "portfolio"
        db_table_comment = "Capital under one strategy, valued in KRW"
        verbose_name = _("portfolio")
        verbose_name_plural = _("portfolios")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=not_negative("initial_capital"),
                name="chk_portfolio_capital",
                violation_error_message=_("Initial capital is not negative."),
            ),
            models.CheckConstraint(
                condition=Q(max_drawdown__gt=0, max_drawdown__lte=100),
                name="chk_portfolio_drawdown",
                violation_error_message=_("Maximum drawdown is a percentage above 0, up to 100."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="chk_portfolio_named",
                violation_error_message=_("A portfolio has a name."),
            ),
        ]
        triggers = [
            touch("update_portfolio_updated_at", "updated_at"),
            Trigger(
                name="value_new_portfolio",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=body(__file__, "value_new_portfolio"),
            ),
            Trigger(
                name="open_portfolio",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="opened"),
                func=body(__file__, "open_portfolio"),
                definer=True,
            ),
            Trigger(
                name="value_portfolio",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=body(__file__, "value_portfolio"),
                definer=True,
            ),
            Trigger(
                name="guard_portfolio_delete",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=body(__file__, "guard_portfolio_delete"),
                definer=True,
            ),
        ]

    def __str__(self) -> str:
        return self.name


@audited(
    "holding_events",
    exclude=[
        "current_value",
        "unrealized_pnl",
        "unrealized_pnl_rate",
        "split_on",
        "split_ratio",
        "valued_on",
        "last_updated",
    ],
)
class Holding(models.Model):
    """What a portfolio owns of one stock, at average cost. Values are in the stock's currency."""

    holding_id = models.BigAutoField(_("number"), primary_key=True)
    portfolio = ReferenceField(Portfolio, verbose_name=_("portfolio"), related_name="holdings")
    stock = ReferenceField(Stock, verbose_name=_("stock"), related_name="holdings")
    quantity = models.BigIntegerField(_("quantity"), db_comment="Shares")
    avg_purchase_price = models.DecimalField(
        _("average price"), max_digits=18, decimal_places=6, db_comment="Trading currency; fees are outside of it"
    )
    current_value = models.DecimalField(
        _("value"),
        max_digits=20,
        decimal_places=2,
        null=True,
        editable=False,
        db_comment="Trading currency; NULL while no price is known",
    )
    unrealized_pnl = models.DecimalField(
        _("unrealised P&L"), max_digits=20, decimal_places=2, null=True, editable=False, db_comment="Trading currency"
    )
    unrealized_pnl_rate = models.DecimalField(
        _("unrealised P&L %"), max_digits=12, decimal_places=2, null=True, editable=False, db_comment="Percent of cost"
    )
    realized_pnl = models.DecimalField(
        _("realised P&L"),
        max_digits=20,
        decimal_places=2,
        db_default=0,
        editable=False,
        db_comment="Trading currency, after commission and tax",
    )
    opening_quantity = models.BigIntegerField(
        _("opening quantity"), db_default=0, editable=False, db_comment="Shares before the first execution"
    )
    opening_price = models.DecimalField(
        _("opening price"),
        max_digits=18,
        decimal_places=6,
        db_default=0,
        editable=False,
        db_comment="Trading currency; average price before the first execution",
    )
    split_on = models.DateField(
        _("split on"),
        null=True,
        editable=False,
        db_comment="Effective date of the newest split in the quantity; a close before it is of the shares before",
    )
    split_ratio = models.DecimalField(
        _("split ratio"),
        max_digits=24,
        decimal_places=12,
        null=True,
        editable=False,
        db_comment="What a close before split_on is divided by",
    )
    valued_on = models.DateField(_("valued on"), null=True, editable=False, db_comment="Date of the close used")
    last_updated = models.DateTimeField(_("last updated"), db_default=NOW, editable=False)

    class Meta:
        db_table = "holdings"
        db_table_comment = "Positions at average cost, valued at the latest close"
        verbose_name = _("holding")
        verbose_name_plural = _("holdings")
        ordering = ["portfolio", "stock"]
        constraints = [
            Reference(field="portfolio", name="fk_holdings_portfolio"),
            Reference(field="stock", name="fk_holdings_stock"),
            models.UniqueConstraint(
                fields=["portfolio", "stock"],
                name="idx_holdings_portfolio",
                violation_error_message=_("This portfolio has a holding of this stock already."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0),
                name="chk_holdings_quantity",
                violation_error_message=_("The quantity is not negative: AEGIS is long only."),
            ),
            models.CheckConstraint(
                condition=not_negative("avg_purchase_price"),
                name="chk_holdings_average",
                violation_error_message=_("The average price is not negative."),
            ),
        ]
        indexes = [
            # Revaluation when a stock's close arrives.
            models.Index(fields=["stock"], name="idx_holdings_stock"),
            # Best and worst positions first.
            models.Index(models.F("unrealized_pnl_rate").desc(nulls_last=True), name="idx_holdings_pnl"),
        ]
        triggers = [
            Trigger(
                name="open_holding",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=body(__file__, "open_holding"),
            ),
            Trigger(
                name="value_holding_on_insert",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=body(__file__, "value_holding"),
            ),
            # A statement from outside always gets the true value; the set-based revaluation, itself run by a trigger,
            # brings the value along and is not computed again row by row. Who does not know it says so: valued_on NULL.
            Trigger(
                name="update_holding_value",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "pg_trigger_depth() = 0 OR NEW.valued_on IS NULL OR (OLD.quantity, OLD.avg_purchase_price, OLD.stock_id)"
                    " IS DISTINCT FROM (NEW.quantity, NEW.avg_purchase_price, NEW.stock_id)"
                ),
                func=body(__file__, "value_holding"),
            ),
            Trigger(
                name="meet_arriving_closes",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="opened"),
                func=body(__file__, "meet_arriving_closes"),
                definer=True,
            ),
            # Positions that a client opens, corrects or removes change what the portfolio is worth; fills reach it
            # through their cash.
            *[
                Trigger(
                    name=f"touch_portfolios_on_{event}",
                    level=pgtrigger.Statement,
                    when=pgtrigger.After,
                    operation=operation,
                    referencing=referencing,
                    condition=pgtrigger.Condition("pg_trigger_depth() = 0"),
                    func=body(__file__, "touch_portfolios"),
                    definer=True,
                )
                for event, operation, referencing in (
                    ("insert", pgtrigger.Insert, pgtrigger.Referencing(new="moved")),
                    ("update", pgtrigger.Update, pgtrigger.Referencing(new="moved")),
                    ("departure", pgtrigger.Update, pgtrigger.Referencing(old="moved")),
                    ("delete", pgtrigger.Delete, pgtrigger.Referencing(old="moved")),
                )
            ],
        ]

    def __str__(self) -> str:
        return f"{self.portfolio} · {self.stock}"


class HeldStock(Stock):
    """A stock as this app sees it: once it is held, its currency stands."""

    class Meta:
        proxy = True
        triggers = [
            Trigger(
                name="guard_stock_currency",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.currency IS DISTINCT FROM NEW.currency"),
                func=body(__file__, "guard_stock_currency"),
                definer=True,
            )
        ]


class PriceArrival(LatestPrice):
    """The latest prices as this app sees them: what changes is queued for revaluation. `market` knows nothing of it."""

    class Meta:
        proxy = True
        triggers = [
            Trigger(
                name=f"queue_revaluation_on_{event}",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=operation,
                referencing=referencing,
                func=body(__file__, "queue_revaluation"),
                definer=True,
            )
            for event, operation, referencing in (
                ("insert", pgtrigger.Insert, pgtrigger.Referencing(new="changed")),
                ("update", pgtrigger.Update, pgtrigger.Referencing(new="changed")),
                ("delete", pgtrigger.Delete, pgtrigger.Referencing(old="changed")),
            )
        ]


class PriceStatement(DailyPrice):
    """The daily prices as this app sees them: when a statement on them is over, holdings are valued anew, once."""

    class Meta:
        proxy = True
        triggers = [
            Trigger(
                name=name,
                level=pgtrigger.Statement,
                when=when,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=body(__file__, name),
                definer=True,
            )
            # By name the last of the table's: by then all latest prices are known.
            for name, when in (("price_event_opens", pgtrigger.Before), ("price_event_over", pgtrigger.After))
        ]


class Revaluation(models.Model):
    """Stocks whose newest close changed, until the holdings are valued: within one transaction."""

    revaluation_id = models.BigAutoField(_("number"), primary_key=True)
    stock_ids = ArrayField(models.BigIntegerField(), verbose_name=_("stocks"))

    class Meta:
        db_table = "revaluations"
        db_table_comment = (
            "Stocks whose holdings are to be valued anew before the transaction ends; empty outside of one"
        )
        verbose_name = _("revaluation")
        verbose_name_plural = _("revaluations")
        triggers = [
            # What no statement's end took along, at the latest when the transaction ends.
            Trigger(
                name="revalue_at_commit",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=body(__file__, "revalue_at_commit"),
                definer=True,
            )
        ]


class FxArrival(FxRate):
    """The exchange rates as this app sees them: their change revalues portfolios. `market` knows nothing of it."""

    class Meta:
        proxy = True
        triggers = [
            Trigger(
                name=f"revalue_currency_on_{event}",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=operation,
                referencing=referencing,
                func=body(__file__, "revalue_currency"),
                definer=True,
            )
            for event, operation, referencing in (
                ("insert", pgtrigger.Insert, pgtrigger.Referencing(new="changed")),
                ("update", pgtrigger.Update, pgtrigger.Referencing(new="changed")),
                ("delete", pgtrigger.Delete, pgtrigger.Referencing(old="changed")),
            )
        ]


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
        _("amount"), max_digits=20, decimal_places=2, db_comment="In the currency, signed: what the balance changes by"
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
                condition=Q(amount__lt=INFINITY)
                & implies(Q(kind__in=[CashKind.OPENING, CashKind.DEPOSIT]), Q(amount__gt=0))
                & implies(Q(kind=CashKind.WITHDRAWAL), Q(amount__lt=0)),
                name="chk_cash_entries_sign",
                violation_error_message=_("A deposit is above zero, a withdrawal below."),
            ),
            models.CheckConstraint(
                condition=Q(kind=CashKind.TRADE, execution_id__isnull=False)
                | (~Q(kind=CashKind.TRADE) & Q(execution_id__isnull=True)),
                name="chk_cash_entries_execution",
                violation_error_message=_("A trade entry, and no other, belongs to an execution."),
            ),
            models.CheckConstraint(
                condition=Q(action_entry_id__isnull=True) | Q(kind__in=[CashKind.DIVIDEND, CashKind.ADJUSTMENT]),
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
    balance = models.DecimalField(_("balance"), max_digits=20, decimal_places=2, db_comment="In the currency")

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
