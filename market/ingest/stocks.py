from contextlib import closing
from pathlib import Path
from time import monotonic

import polars as pl

from market.ingest import store
from market.ingest.delivery import Delivery, of_file
from market.ingest.formats import STOCK_FORMATS, recognise
from market.ingest.intake import Intake
from market.ingest.listings import judge_listings
from market.ingest.progress import Unwatched, Watch
from market.ingest.report import Report
from market.ingest.rules import stock_rules
from market.ingest.store import STOCKS
from market.ingest.tables import Table
from market.ingest.told import told_of_stocks

FACTS = ("name", "market_type", "sector", "industry", "market_cap", "listing_date", "is_active")


def load_stocks(path: Path, watch: Watch | None = None) -> Report:
    """Load the stock master from one file, in one transaction, and say what became of each row.

    Where a file tells of a stock on several days, the newest counts. Raises `RefusedFileError` where the file is not
    what it claims to be; then nothing of it is loaded.
    """
    return load(of_file(path, "load_stocks"), watch or Unwatched())


def load(delivery: Delivery, watch: Watch) -> Report:
    """Load the stock master from wherever it comes."""
    started = monotonic()
    inserted = updated = 0
    with closing(delivery.open()) as table:
        form = recognise(table, STOCK_FORMATS)
        with store.load_transaction(STOCKS) as cursor:
            told = told_of_stocks(table, form, delivery.told)
            intake = Intake(form, stock_rules, store.today(cursor), told, is_file=delivery.is_file)
            chosen = _read(table, intake, watch)
            intake.refuse_if_empty(table)
            chosen = judge_listings(chosen, intake)
            if chosen.height:
                inserted = store.stage_stocks(cursor, intake.directory.identified(chosen))
                updated, outdated = store.update_stocks(cursor, intake.columns)
                intake.skip("older", outdated)
            delivery.keep(cursor, intake.rejects)
    return intake.report(table, inserted, updated, monotonic() - started)


def _read(table: Table, intake: Intake, watch: Watch) -> pl.DataFrame:
    """One row for each stock of the file."""
    chosen = pl.DataFrame()
    for raw in table.batches():
        rows = intake.accept(raw)
        facts = [fact for fact in FACTS if fact in rows.columns]
        day = pl.col("trade_date") if "trade_date" in rows.columns else pl.lit(None, pl.Date).alias("trade_date")
        told = rows.select("#line", "stock_no", day, *facts)
        chosen = _choose(pl.concat([chosen, told]) if chosen.height else told, raw, intake)
        watch.step(f"{table.path.name}: read", intake.rows, table.share_read())
    return chosen


def _choose(told: pl.DataFrame, raw: pl.DataFrame, intake: Intake) -> pl.DataFrame:
    """Of each stock the first row of its newest day. The others are older, repeat it, or contradict it."""
    told = told.sort("trade_date", "#line", descending=[True, False], nulls_last=True)
    chosen = told.unique("stock_no", keep="first", maintain_order=True)
    others = told.join(chosen, on="#line", how="anti").join(chosen, on="stock_no", suffix="_chosen")
    is_older = (pl.col("trade_date") < pl.col("trade_date_chosen")).fill_null(False)
    same_day = others.filter(~is_older)
    facts = [fact for fact in FACTS if fact in told.columns]
    differs = pl.any_horizontal(pl.col(fact).ne_missing(pl.col(f"{fact}_chosen")) for fact in facts)
    contradicting = same_day.filter(differs)
    intake.skip("older", others.height - same_day.height)
    intake.skip("duplicate", same_day.height - contradicting.height)
    intake.reject_contradictions(raw, contradicting["#line"].to_list())
    return chosen
