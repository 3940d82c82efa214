"""Portfolios and what they hold."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from market.models import Stock
from system.audit import audited
from system.constraints import NOW, PRINCIPAL, Reference, ReferenceField, not_blank, not_negative
from system.triggers import Trigger, body

# More than any company has; so no value overflows, whatever the close.
MOST_SHARES = 10**12


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
        _("current value"), max_digits=38, decimal_places=2, null=True, blank=True, editable=False, db_comment="KRW"
    )
    peak_value = models.DecimalField(
        _("peak value"),
        max_digits=38,
        decimal_places=2,
        null=True,
        blank=True,
        editable=False,
        db_comment="KRW; the highest value since the last clearance, moved in proportion by deposits and withdrawals",
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
                condition=not_blank("name"),
                name="chk_portfolio_named",
                violation_error_message=_("A portfolio has a name."),
            ),
        ]
        indexes = [
            # A trader's portfolios: row security asks for them in every statement.
            models.Index(fields=["created_by"], name="idx_portfolio_owner"),
        ]
        triggers = [
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
        _("average price"), max_digits=24, decimal_places=6, db_comment="Trading currency; fees are outside of it"
    )
    current_value = models.DecimalField(
        _("value"),
        max_digits=38,
        decimal_places=2,
        null=True,
        editable=False,
        db_comment="Trading currency; NULL while no price is known",
    )
    unrealized_pnl = models.DecimalField(
        _("unrealised P&L"), max_digits=38, decimal_places=2, null=True, editable=False, db_comment="Trading currency"
    )
    unrealized_pnl_rate = models.DecimalField(
        _("unrealised P&L %"), max_digits=12, decimal_places=2, null=True, editable=False, db_comment="Percent of cost"
    )
    realized_pnl = models.DecimalField(
        _("realised P&L"),
        max_digits=38,
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
        max_digits=24,
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
                condition=Q(quantity__gte=0, quantity__lte=MOST_SHARES),
                name="chk_holdings_quantity",
                violation_error_message=_(
                    "The quantity is not negative: AEGIS is long only. A trillion shares at most."
                ),
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
            # Told by columns and not by a WHEN, which every statement parses anew. A statement that names what a value
            # is made of has it computed; the set-based revaluation names the values alone, brings them along, and is
            # not computed again row by row; a client who types a value gets the true one.
            Trigger(
                name="update_holding_value",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("quantity", "avg_purchase_price", "stock_id"),
                func=body(__file__, "value_holding"),
            ),
            Trigger(
                name="value_holding_on_typing",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf(
                    "current_value", "unrealized_pnl", "unrealized_pnl_rate", "valued_on", "last_updated"
                ),
                condition=pgtrigger.Condition("pg_trigger_depth() = 0"),
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
                    func=body(__file__, text),
                    definer=True,
                )
                for event, text, operation, referencing in (
                    ("insert", "touch_portfolios", pgtrigger.Insert, pgtrigger.Referencing(new="moved")),
                    ("update", "touch_both", pgtrigger.Update, pgtrigger.Referencing(old="departed", new="moved")),
                    ("delete", "touch_portfolios", pgtrigger.Delete, pgtrigger.Referencing(old="moved")),
                )
            ],
        ]

    def __str__(self) -> str:
        return f"{self.portfolio} · {self.stock}"
