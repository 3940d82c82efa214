"""What a stock master or a list of delistings says of stocks that were listed more than once."""

import polars as pl

from market.ingest.intake import Intake
from market.models import Stock

SCHEMA = {"ticker": pl.String(), "known_listing": pl.Date(), "was_active": pl.Boolean()}


def judge_listings(rows: pl.DataFrame, intake: Intake) -> pl.DataFrame:
    """One row of each stock, judged by the listing that is known of it.

    Codes are given out again. A delisting before the known listing is that of an earlier stock and is skipped; a
    listing after the known one of an inactive stock is a new one, which makes it active.
    """
    if "listing_date" not in rows.columns:
        return rows
    facts = list(Stock.objects.exclude(listing_date=None).values_list("ticker", "listing_date", "is_active"))
    known = pl.DataFrame(facts, schema=SCHEMA, orient="row").join(intake.directory.stocks, on="ticker")
    together = rows.join(known.select("stock_no", "known_listing", "was_active"), on="stock_no", how="left")
    if intake.form.is_of_delistings:
        return _delisted(together, intake)
    if "is_active" in rows.columns:
        return rows
    is_new = ~pl.col("was_active") & (pl.col("listing_date") > pl.col("known_listing"))
    return together.with_columns(is_active=pl.when(is_new).then(True)).select(*rows.columns, "is_active")


def _delisted(together: pl.DataFrame, intake: Intake) -> pl.DataFrame:
    is_earlier = (pl.col("known_listing") > pl.col("trade_date")).fill_null(False)
    ours = together.filter(~is_earlier)
    intake.skip("listed_again", together.height - ours.height)
    # A delisting tells when the stock was listed, where nobody did; what else is known of the stock stays.
    listing = pl.coalesce("known_listing", "listing_date").alias("listing_date")
    return ours.with_columns(listing).drop("known_listing", "was_active", "market_type")
