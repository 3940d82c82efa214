import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from market.models.stocks import Currency, Stock
from market.queries import LatestPriceQuerySet, PriceQuerySet
from system.constraints import NOW, Reference, ReferenceField, not_negative, one_of, positive, sensible_days
from system.partitions import Monthly
from system.triggers import Trigger, body

MOST_KRW_PER_UNIT = 100_000


class DailyPrice(models.Model):
    """What a stock did on one session. Raw prices as the exchange printed them, never adjusted."""

    partitioning = Monthly(column="trade_date", ahead=3)

    price_id = models.BigAutoField(
        _("number"), primary_key=True, db_comment="Django's key; the database's is (stock_id, trade_date)"
    )
    stock = ReferenceField(Stock, verbose_name=_("stock"), related_name="prices")
    trade_date = models.DateField(_("trade date"), db_comment="Date at the exchange; partition key")
    open_price = models.DecimalField(
        _("open"), max_digits=14, decimal_places=4, null=True, blank=True, db_comment="NULL on a halted day"
    )
    high_price = models.DecimalField(
        _("high"), max_digits=14, decimal_places=4, null=True, blank=True, db_comment="NULL on a halted day"
    )
    low_price = models.DecimalField(
        _("low"), max_digits=14, decimal_places=4, null=True, blank=True, db_comment="NULL on a halted day"
    )
    close_price = models.DecimalField(_("close"), max_digits=14, decimal_places=4, db_comment="Trading currency")
    volume = models.BigIntegerField(_("volume"), db_comment="Shares")
    amount = models.DecimalField(
        _("traded amount"),
        max_digits=20,
        decimal_places=0,
        null=True,
        blank=True,
        db_comment="Traded value, trading currency",
    )
    changes = models.DecimalField(
        _("change %"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        db_comment="Day's return in percent: 5.23 is +5.23 percent",
    )
    created_at = models.DateTimeField(_("created at"), db_default=NOW, editable=False)

    objects = PriceQuerySet.as_manager()

    class Meta:
        db_table = "daily_prices"
        db_table_comment = "Raw daily bars, one partition a month; key (stock_id, trade_date)"
        verbose_name = _("daily price")
        verbose_name_plural = _("daily prices")
        constraints = [
            Reference(field="stock", name="fk_daily_prices_stock"),
            models.CheckConstraint(
                condition=positive("close_price") & not_negative("volume"),
                name="chk_price_positive",
                violation_error_message=_("The close is above zero and the volume is not negative."),
            ),
            models.CheckConstraint(
                condition=positive("open_price", "high_price", "low_price") & Q(high_price__gte=models.F("low_price")),
                name="chk_daily_prices_range",
                violation_error_message=_("Open, high and low are above zero, and the high is not below the low."),
            ),
            models.CheckConstraint(
                condition=not_negative("amount"),
                name="chk_daily_prices_amount",
                violation_error_message=_("The traded amount is not negative."),
            ),
        ]
        indexes = [
            # The primary key (stock_id, trade_date) carries the name idx_daily_prices_stock_date: a stock's history.
            # Rows arrive in date order, so a few pages of BRIN find a range of days.
            BrinIndex(fields=["trade_date"], name="idx_daily_prices_date", autosummarize=True),
            # The day's most traded stocks.
            models.Index(fields=["trade_date", "-volume"], name="idx_daily_prices_volume"),
            # Django's key: the admin's change page finds one row over 240 partitions.
            BrinIndex(fields=["price_id"], name="idx_daily_prices_id", autosummarize=True, pages_per_range=32),
        ]
        triggers = [
            # Transition tables allow one event for each trigger, so there are three.
            Trigger(
                name="latest_price_on_insert",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="arrived"),
                func=body(__file__, "latest_price_on_insert"),
                definer=True,
            ),
            Trigger(
                name="latest_price_on_update",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="departed", new="arrived"),
                func=body(__file__, "latest_price_on_update"),
                definer=True,
            ),
            Trigger(
                name="latest_price_on_delete",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="departed"),
                func=body(__file__, "latest_price_on_delete"),
                definer=True,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stock_id} {self.trade_date}"


class LatestPrice(models.Model):
    """The newest close of each stock, not after today at its exchange. Kept by triggers on daily prices."""

    stock = models.OneToOneField(
        Stock,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        primary_key=True,
        verbose_name=_("stock"),
        related_name="latest_price",
    )
    trade_date = models.DateField(_("trade date"))
    close_price = models.DecimalField(_("close"), max_digits=14, decimal_places=4, db_comment="Trading currency")

    objects = LatestPriceQuerySet.as_manager()

    class Meta:
        db_table = "latest_prices"
        db_table_comment = "The newest close of each stock; valuation reads this one row instead of all partitions"
        verbose_name = _("latest price")
        verbose_name_plural = _("latest prices")
        constraints = [
            Reference(field="stock", name="fk_latest_prices_stock", on_delete="CASCADE"),
            models.CheckConstraint(condition=positive("close_price"), name="chk_latest_prices_close"),
        ]

    def __str__(self) -> str:
        return f"{self.stock_id} {self.trade_date} {self.close_price}"


class AdjustedPrice(models.Model):
    """A daily price in today's shares: a view, so it is never out of date. Only for reading."""

    price_id = models.BigIntegerField(_("number"), primary_key=True)
    stock = ReferenceField(Stock, verbose_name=_("stock"), related_name="adjusted_prices")
    trade_date = models.DateField(_("trade date"))
    open_price = models.DecimalField(_("open"), max_digits=20, decimal_places=6, null=True)
    high_price = models.DecimalField(_("high"), max_digits=20, decimal_places=6, null=True)
    low_price = models.DecimalField(_("low"), max_digits=20, decimal_places=6, null=True)
    close_price = models.DecimalField(_("close"), max_digits=20, decimal_places=6)
    # As numeric in the view: shares of before a split may be more than a bigint holds.
    volume = models.DecimalField(_("volume"), max_digits=40, decimal_places=0)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=0, null=True)
    factor = models.DecimalField(_("factor"), max_digits=24, decimal_places=12)

    objects = PriceQuerySet.as_manager()

    class Meta:
        db_table = "adjusted_prices"
        db_table_comment = "Daily prices in today's shares: raw prices divided by the factors of later actions"
        managed = False
        verbose_name = _("adjusted price")
        verbose_name_plural = _("adjusted prices")

    def __str__(self) -> str:
        return f"{self.stock_id} {self.trade_date}"


class FxRate(models.Model):
    """What one unit of a currency was worth in KRW on a day."""

    fx_rate_id = models.BigAutoField(_("number"), primary_key=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency)
    rate_date = models.DateField(_("date"))
    krw_per_unit = models.DecimalField(_("KRW per unit"), max_digits=18, decimal_places=6)

    class Meta:
        db_table = "fx_rates"
        db_table_comment = "KRW for one unit of a currency; the newest not after a day values that day"
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["-rate_date", "currency"]
        constraints = [
            # Also the newest rate of a currency.
            models.UniqueConstraint(
                fields=["currency", "rate_date"],
                name="uniq_fx_rates_day",
                violation_error_message=_("There is a rate of this currency on this day already."),
            ),
            one_of("currency", Currency, "chk_fx_rates_currency"),
            models.CheckConstraint(
                condition=~Q(currency=Currency.KRW),
                name="chk_fx_rates_foreign",
                violation_error_message=_("KRW needs no rate: it is what values are in."),
            ),
            models.CheckConstraint(
                # No currency is worth more; so no value in KRW overflows.
                condition=positive("krw_per_unit") & Q(krw_per_unit__lt=MOST_KRW_PER_UNIT),
                name="chk_fx_rates_positive",
                violation_error_message=_("The rate is above zero, and below 100,000 won."),
            ),
            models.CheckConstraint(
                condition=sensible_days("rate_date"),
                name="chk_fx_rates_date",
                violation_error_message=_("Dates are from 1800 to 2199, times from 1970 to 2199."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate_date} {self.krw_per_unit}"
