import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from market.models import Stock
from system.audit import audited
from system.constraints import NOW, Reference, ReferenceField, one_of, positive, sensible_days, sensible_times
from system.triggers import Trigger, body


class RiskLevel(models.TextChoices):
    LOW = "LOW", _("Low")
    MEDIUM = "MEDIUM", _("Medium")
    HIGH = "HIGH", _("High")


@audited("ai_report_events", exclude=["raw_data"])
class AIReport(models.Model):
    """What a model thinks of one stock on one day."""

    report_id = models.BigAutoField(_("number"), primary_key=True)
    stock = ReferenceField(Stock, verbose_name=_("stock"), related_name="reports")
    analysis_date = models.DateField(_("analysis date"))
    model_version = models.CharField(_("model version"), max_length=20)
    sentiment_score = models.DecimalField(
        _("sentiment"), max_digits=4, decimal_places=2, null=True, blank=True, db_comment="-10 (bad) to 10 (good)"
    )
    confidence_score = models.DecimalField(
        _("confidence"), max_digits=5, decimal_places=4, null=True, blank=True, db_comment="0 to 1"
    )
    target_price = models.DecimalField(
        _("target price"), max_digits=14, decimal_places=4, null=True, blank=True, db_comment="Trading currency"
    )
    risk_level = models.CharField(_("risk"), max_length=10, choices=RiskLevel)
    summary = models.TextField(_("summary"), null=True, blank=True)
    raw_data = models.JSONField(_("raw data"), null=True, blank=True, db_comment="What the model returned")
    created_at = models.DateTimeField(_("created at"), db_default=NOW, editable=False)

    class Meta:
        db_table = "ai_reports"
        db_table_comment = "AI analysis of one stock on one day by one model version"
        verbose_name = _("AI report")
        verbose_name_plural = _("AI reports")
        ordering = ["-analysis_date", "stock"]
        constraints = [
            Reference(field="stock", name="fk_ai_reports_stock"),
            # Also a stock's reports by date: read backwards it is the document's (stock_id, analysis_date DESC).
            models.UniqueConstraint(
                fields=["stock", "analysis_date", "model_version"],
                name="idx_ai_reports_stock_date",
                violation_error_message=_("This model version has reported on this stock and day already."),
            ),
            models.CheckConstraint(
                condition=Q(sentiment_score__gte=-10, sentiment_score__lte=10),
                name="chk_ai_reports_sentiment",
                violation_error_message=_("Sentiment is from -10 to 10."),
            ),
            models.CheckConstraint(
                condition=Q(confidence_score__gte=0, confidence_score__lte=1),
                name="chk_ai_reports_confidence",
                violation_error_message=_("Confidence is from 0 to 1."),
            ),
            models.CheckConstraint(
                condition=positive("target_price"),
                name="chk_ai_reports_target",
                violation_error_message=_("The target price is above zero."),
            ),
            one_of("risk_level", RiskLevel, "chk_ai_reports_risk"),
            models.CheckConstraint(
                condition=sensible_days("analysis_date") & sensible_times("created_at"),
                name="chk_ai_reports_date",
                violation_error_message=_("Dates are from 1800 to 2199, times from 1970 to 2199."),
            ),
        ]
        indexes = [
            # The newest reports first.
            models.Index(fields=["-analysis_date"], name="idx_ai_reports_date"),
            # The most hopeful reports first.
            models.Index(models.F("sentiment_score").desc(nulls_last=True), name="idx_ai_reports_sentiment"),
        ]

    def __str__(self) -> str:
        return f"{self.stock} · {self.analysis_date}"


class Action(models.TextChoices):
    BUY = "BUY", _("Buy")
    SELL = "SELL", _("Sell")
    HOLD = "HOLD", _("Hold")


@audited("daily_pick_events")
class DailyPick(models.Model):
    """What a report advises to do on one day."""

    pick_id = models.BigAutoField(_("number"), primary_key=True)
    report = ReferenceField(AIReport, verbose_name=_("report"), related_name="picks")
    stock = ReferenceField(
        Stock, verbose_name=_("stock"), related_name="picks", editable=False, db_comment="The report's stock"
    )
    pick_date = models.DateField(_("pick date"))
    action = models.CharField(_("action"), max_length=10, choices=Action)
    priority_score = models.DecimalField(_("priority"), max_digits=8, decimal_places=2, null=True, blank=True)
    expected_return = models.DecimalField(
        _("expected return %"), max_digits=6, decimal_places=2, null=True, blank=True, db_comment="Percent"
    )
    holding_period = models.IntegerField(
        _("holding period (days)"), null=True, blank=True, db_comment="Expected days to hold"
    )
    is_executed = models.BooleanField(_("executed"), db_default=False, db_comment="True from the first fill on")
    created_at = models.DateTimeField(_("created at"), db_default=NOW, editable=False)

    class Meta:
        db_table = "daily_picks"
        db_table_comment = "Advice to buy, sell or hold a report's stock on one day"
        verbose_name = _("daily pick")
        verbose_name_plural = _("daily picks")
        ordering = ["-pick_date", "-priority_score"]
        constraints = [
            Reference(field="report", name="fk_daily_picks_report"),
            Reference(field="stock", name="fk_daily_picks_stock"),
            models.UniqueConstraint(
                fields=["report", "pick_date", "action"],
                name="uniq_daily_pick",
                violation_error_message=_("This report has this pick on this day already."),
            ),
            # A report cannot advise to buy and to sell on the same day.
            models.UniqueConstraint(
                fields=["pick_date", "report"],
                name="uniq_daily_picks_one_action",
                violation_error_message=_("This report has another pick on this day already."),
            ),
            one_of("action", Action, "chk_daily_picks_action"),
            models.CheckConstraint(
                condition=Q(holding_period__gt=0),
                name="chk_daily_picks_period",
                violation_error_message=_("The holding period is at least one day."),
            ),
            models.CheckConstraint(
                condition=Q(priority_score__lt=1_000_000),
                name="chk_daily_picks_priority",
                violation_error_message=_("The priority is a number."),
            ),
            models.CheckConstraint(
                condition=sensible_days("pick_date") & sensible_times("created_at"),
                name="chk_daily_picks_date",
                violation_error_message=_("Dates are from 1800 to 2199, times from 1970 to 2199."),
            ),
        ]
        indexes = [
            # The day's picks to buy.
            models.Index(fields=["pick_date", "action"], name="idx_daily_picks_date_action"),
            # The most urgent picks first.
            models.Index(
                models.F("priority_score").desc(nulls_last=True), "pick_date", name="idx_daily_picks_priority"
            ),
            # A stock's picks, and deleting a stock.
            models.Index(fields=["stock"], name="idx_daily_picks_stock"),
        ]
        triggers = [
            Trigger(
                name="pick_stock",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("report_id", "stock_id"),
                func=body(__file__, "pick_stock"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.pick_date} {self.action} {self.stock}"
