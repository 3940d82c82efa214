"""What arrives from the market below, and values holdings and portfolios anew."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from market.models import DailyPrice, FxRate, LatestPrice, Stock
from system.triggers import Trigger, body


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

    def __str__(self) -> str:
        return f"#{self.revaluation_id}"


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
