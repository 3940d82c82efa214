from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from system.constraints import NOW, Reference, ReferenceField, not_negative, positive, sensible_days, sensible_times
from trade.models import Order


class BacktestResult(models.Model):
    """How a strategy would have done over a past period."""

    backtest_id = models.BigAutoField(_("number"), primary_key=True)
    strategy_name = models.CharField(_("strategy"), max_length=100)
    test_period_start = models.DateField(_("from"))
    test_period_end = models.DateField(_("to"))
    initial_capital = models.DecimalField(_("initial capital"), max_digits=15, decimal_places=0, db_comment="KRW")
    final_value = models.DecimalField(_("final value"), max_digits=15, decimal_places=0, db_comment="KRW")
    total_return = models.DecimalField(_("total return %"), max_digits=8, decimal_places=2, db_comment="Percent")
    annual_return = models.DecimalField(
        _("annual return %"), max_digits=8, decimal_places=2, null=True, blank=True, db_comment="Percent"
    )
    sharpe_ratio = models.DecimalField(_("Sharpe ratio"), max_digits=6, decimal_places=2, null=True, blank=True)
    max_drawdown = models.DecimalField(
        _("maximum drawdown %"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        db_comment="Percent, positive: 15 is a fall of 15 percent from the peak",
    )
    win_rate = models.DecimalField(
        _("win rate %"), max_digits=6, decimal_places=2, null=True, blank=True, db_comment="Percent of trades"
    )
    total_trades = models.IntegerField(_("trades"), null=True, blank=True)
    parameters = models.JSONField(_("parameters"), null=True, blank=True)
    order = ReferenceField(
        Order,
        verbose_name=_("order"),
        related_name="backtests",
        null=True,
        blank=True,
        db_comment="The live order that this backtest argued for, if any",
    )
    created_at = models.DateTimeField(_("created at"), db_default=NOW, editable=False)

    class Meta:
        db_table = "backtest_results"
        db_table_comment = "Results of backtests"
        verbose_name = _("backtest result")
        verbose_name_plural = _("backtest results")
        ordering = ["-created_at"]
        constraints = [
            Reference(field="order", name="fk_backtest_results_order"),
            models.CheckConstraint(
                condition=Q(test_period_start__lte=F("test_period_end")),
                name="chk_backtest_results_period",
                violation_error_message=_("The period starts before it ends."),
            ),
            models.CheckConstraint(
                condition=positive("initial_capital") & not_negative("final_value"),
                name="chk_backtest_results_capital",
                violation_error_message=_("Initial capital is above zero, the final value not negative."),
            ),
            models.CheckConstraint(
                condition=Q(max_drawdown__gte=0, max_drawdown__lte=100) & Q(win_rate__gte=0, win_rate__lte=100),
                name="chk_backtest_results_rates",
                violation_error_message=_("Drawdown and win rate are percentages from 0 to 100."),
            ),
            models.CheckConstraint(
                condition=Q(total_trades__gte=0),
                name="chk_backtest_results_trades",
                violation_error_message=_("The number of trades is not negative."),
            ),
            models.CheckConstraint(
                condition=sensible_days("test_period_start", "test_period_end") & sensible_times("created_at"),
                name="chk_backtest_results_dates",
                violation_error_message=_("Dates are from 1800 to 2199, times from 1970 to 2199."),
            ),
        ]
        indexes = [
            # Deleting an order looks here.
            models.Index(fields=["order"], name="idx_backtest_results_order", condition=Q(order__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.strategy_name} {self.test_period_start}–{self.test_period_end}"
