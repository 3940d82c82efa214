import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _

from system.audit import audited
from system.constraints import NOW, Reference, ReferenceField, not_negative, one_of, positive
from system.partitions import Monthly
from system.triggers import Trigger, body, touch


class MarketType(models.TextChoices):
    KOSPI = "KOSPI", _("KOSPI")
    KOSDAQ = "KOSDAQ", _("KOSDAQ")
    NYSE = "NYSE", _("NYSE")
    NASDAQ = "NASDAQ", _("NASDAQ")


KOREAN_MARKETS = (MarketType.KOSPI, MarketType.KOSDAQ)


class Currency(models.TextChoices):
    KRW = "KRW", _("KRW")
    USD = "USD", _("USD")


@audited("stock_events", exclude=["market_cap", "currency", "updated_at"])
class Stock(models.Model):
    """What can be traded."""

    stock_id = models.BigAutoField(_("number"), primary_key=True)
    ticker = models.CharField(_("ticker"), max_length=20, db_comment="Exchange code; not all digits, e.g. 00088K")
    name = models.CharField(_("name"), max_length=100)
    market_type = models.CharField(_("market"), max_length=10, choices=MarketType)
    currency = models.GeneratedField(
        verbose_name=_("currency"),
        expression=Case(When(market_type__in=KOREAN_MARKETS, then=Value("KRW")), default=Value("USD")),
        output_field=models.CharField(max_length=3, choices=Currency),
        db_persist=True,
        db_comment="Trading currency, from the market",
    )
    sector = models.CharField(_("sector"), max_length=100, null=True, blank=True)
    industry = models.CharField(_("industry"), max_length=100, null=True, blank=True)
    market_cap = models.DecimalField(
        _("market capitalisation"),
        max_digits=20,
        decimal_places=0,
        null=True,
        blank=True,
        db_comment="KRW for KOSPI and KOSDAQ, USD for NYSE and NASDAQ; of the newest loaded day",
    )
    listing_date = models.DateField(_("listing date"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), db_default=True, db_comment="False once delisted")
    created_at = models.DateTimeField(_("created at"), db_default=NOW, editable=False)
    updated_at = models.DateTimeField(_("updated at"), db_default=NOW, editable=False)

    class Meta:
        db_table = "stocks"
        db_table_comment = "Stock master: KOSPI, KOSDAQ, NYSE and NASDAQ"
        verbose_name = _("stock")
        verbose_name_plural = _("stocks")
        ordering = ["ticker"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticker"],
                name="idx_stocks_ticker",
                violation_error_message=_("A stock with this ticker exists already."),
            ),
            one_of("market_type", MarketType, "chk_stocks_market_type"),
            models.CheckConstraint(
                condition=~Q(ticker="") & ~Q(name=""),
                name="chk_stocks_named",
                violation_error_message=_("A stock has a ticker and a name."),
            ),
            models.CheckConstraint(
                condition=not_negative("market_cap"),
                name="chk_stocks_market_cap",
                violation_error_message=_("Market capitalisation is not negative."),
            ),
        ]
        indexes = [
            # Stocks of one sector.
            models.Index(fields=["sector"], name="idx_stocks_sector"),
            # The largest stocks first.
            models.Index(models.F("market_cap").desc(nulls_last=True), name="idx_stocks_market_cap"),
        ]
        triggers = [touch("update_stocks_updated_at", "updated_at")]

    def __str__(self) -> str:
        return f"{self.ticker} {self.name}"


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
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        db_comment="Day's return in percent: 5.23 is +5.23 percent",
    )
    created_at = models.DateTimeField(_("created at"), db_default=NOW, editable=False)

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
                condition=positive("krw_per_unit"),
                name="chk_fx_rates_positive",
                violation_error_message=_("The rate is above zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate_date} {self.krw_per_unit}"
