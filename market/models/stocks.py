from django.db import models
from django.db.models import Case, Value, When
from django.utils.translation import gettext_lazy as _

from system.audit import audited
from system.constraints import NOW, not_blank, not_negative, one_of, sensible_days, sensible_times
from system.triggers import touch


class MarketType(models.TextChoices):
    KOSPI = "KOSPI", _("KOSPI")
    KOSDAQ = "KOSDAQ", _("KOSDAQ")
    NYSE = "NYSE", _("NYSE")
    NASDAQ = "NASDAQ", _("NASDAQ")


KOREAN_MARKETS = (MarketType.KOSPI, MarketType.KOSDAQ)


class Exchange(models.TextChoices):
    """Who decides on which days its markets are open; the values are the ISO codes of exchange_calendars."""

    KOREA = "XKRX", _("Korea Exchange")
    NEW_YORK = "XNYS", _("New York (NYSE and NASDAQ)")


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
                condition=not_blank("ticker", "name"),
                name="chk_stocks_named",
                violation_error_message=_("A stock has a ticker and a name."),
            ),
            models.CheckConstraint(
                condition=not_negative("market_cap"),
                name="chk_stocks_market_cap",
                violation_error_message=_("Market capitalisation is not negative."),
            ),
            models.CheckConstraint(
                condition=sensible_days("listing_date") & sensible_times("created_at", "updated_at"),
                name="chk_stocks_dates",
                violation_error_message=_("Dates are from 1800 to 2199, times from 1970 to 2199."),
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


class SessionOverride(models.Model):
    """A day on which an exchange was open or closed, whatever the calendar library says."""

    session_override_id = models.BigAutoField(_("number"), primary_key=True)
    exchange = models.CharField(_("exchange"), max_length=4, choices=Exchange)
    session_date = models.DateField(_("date"), db_comment="Date at the exchange")
    is_open = models.BooleanField(_("open for trading"), db_comment="True for a session, false for a closed day")
    reason = models.CharField(_("reason"), max_length=200, db_comment="Why the library is wrong, e.g. local elections")

    class Meta:
        db_table = "session_overrides"
        db_table_comment = "Days that the calendar library has wrong: elections, extraordinary closures"
        verbose_name = _("session override")
        verbose_name_plural = _("session overrides")
        ordering = ["-session_date", "exchange"]
        constraints = [
            # Also the overrides of an exchange within a window.
            models.UniqueConstraint(
                fields=["exchange", "session_date"],
                name="uniq_session_overrides_day",
                violation_error_message=_("There is an override for this exchange and day already."),
            ),
            one_of("exchange", Exchange, "chk_session_overrides_exchange"),
            models.CheckConstraint(
                condition=not_blank("reason"),
                name="chk_session_overrides_reason",
                violation_error_message=_("An override says why."),
            ),
            models.CheckConstraint(
                condition=sensible_days("session_date"),
                name="chk_session_overrides_date",
                violation_error_message=_("Dates are from 1800 to 2199, times from 1970 to 2199."),
            ),
        ]

    def __str__(self) -> str:
        state = _("open for trading") if self.is_open else _("closed")
        return f"{self.exchange} {self.session_date} {state}"
