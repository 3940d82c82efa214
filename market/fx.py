"""Exchange rates from files: `currency,date,rate`, the rate in KRW for one unit."""

from collections import Counter
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

import polars as pl

from market.ingest import store
from market.ingest.dates import read_date
from market.ingest.delivery import Delivery, of_file
from market.ingest.naming import readable
from market.ingest.numbers import Number, is_beyond_reading
from market.ingest.progress import Unwatched, Watch
from market.ingest.refusal import RefusedFileError
from market.ingest.rejects import Rejects
from market.ingest.report import Report
from market.ingest.rules import EARLIEST, Rule, judge
from market.ingest.tables import Table
from market.models import MOST_KRW_PER_UNIT, Currency

STORE_FX_RATES = (Path(__file__).parent / "sql" / "store_fx_rates.sql").read_text()
COLUMNS = ("currency", "date", "rate")
RATE = Number(limit=MOST_KRW_PER_UNIT, scale=6)
OURS = [str(currency) for currency in Currency if currency != Currency.KRW]


def load_fx(path: Path, watch: Watch | None = None) -> Report:
    """Load one file of exchange rates, in one transaction, and say what became of each row.

    Currencies that AEGIS does not trade are skipped. Of a day that the file has twice the first row counts: one that
    repeats it is skipped, one that contradicts it rejected. Raises `RefusedFileError` where the file is not what it
    claims to be; then nothing of it is loaded.
    """
    return load(of_file(path, "load_fx"), watch or Unwatched())


def load(delivery: Delivery, watch: Watch) -> Report:
    """Load exchange rates from wherever they come."""
    started = monotonic()
    table = delivery.open()
    if lacking := sorted(set(COLUMNS).difference(table.columns)):
        problem = f"It lacks the columns {', '.join(lacking)}."
        raise RefusedFileError(table.path, problem, "Give currency, date and rate.")
    with store.load_transaction("market.fx_rates") as cursor:
        reading = _Reading(store.today(cursor).korea)
        rates = reading.read(table, watch)
        inserted, updated = _store(cursor, rates)
        delivery.keep(cursor, reading.rejects)
    return Report(
        file=readable(table.path),
        format=f"fx {table.container}",
        rows=reading.rows,
        inserted=inserted,
        updated=updated,
        unchanged=rates.height - inserted - updated,
        skipped=reading.skipped,
        rejected=reading.rejects.counts,
        seconds=monotonic() - started,
    )


class _Reading:
    """The rows of one file, judged, and the count of what is not going to be stored."""

    def __init__(self, today: date) -> None:
        self.rows = 0
        self.skipped: Counter[str] = Counter()
        self.rejects = Rejects()
        self._rules = _rules(today)
        self._chosen = pl.DataFrame()

    def read(self, table: Table, watch: Watch) -> pl.DataFrame:
        """One row for each currency and day of the file."""
        for raw in table.batches():
            self.rows += raw.height
            good, bad = judge(_typed(self._ours(_given(raw))), self._rules)
            self.rejects.add(raw, bad)
            self._choose(good.select("#line", *COLUMNS), raw)
            watch.step(f"{table.path.name}: read", self.rows, table.share_read())
        if not self.rows:
            raise RefusedFileError(table.path, "It has a header but no rows.", "Fetch it again.")
        return self._chosen

    def _ours(self, given: pl.DataFrame) -> pl.DataFrame:
        currency = pl.col("given_currency")
        is_other = currency.str.contains("^[A-Z]{3}$") & ~currency.is_in(OURS) & pl.col("#misfit").is_null()
        others = given.filter(is_other)
        if others.height:
            self.skipped["currency_other"] += others.height
        return given.filter(~is_other.fill_null(False))

    def _choose(self, told: pl.DataFrame, raw: pl.DataFrame) -> None:
        """Of each currency and day the first row of the file; the others repeat it, or contradict it."""
        told = pl.concat([self._chosen, told]) if self._chosen.height else told
        self._chosen = told.unique(["currency", "date"], keep="first", maintain_order=True)
        others = told.join(self._chosen, on="#line", how="anti").join(
            self._chosen, on=["currency", "date"], suffix="_chosen"
        )
        contradicting = others.filter(pl.col("rate") != pl.col("rate_chosen"))
        if others.height > contradicting.height:
            self.skipped["duplicate"] += others.height - contradicting.height
        reason = pl.lit("duplicate").alias("reason")
        detail = pl.lit("An earlier row of the file says otherwise about the same currency and day.").alias("detail")
        self.rejects.add(raw, contradicting.select(pl.col("#line"), reason, detail))


def _given(raw: pl.DataFrame) -> pl.DataFrame:
    """Each column as text, under the name `given_<column>`."""
    days = [name for name, kind in raw.schema.items() if kind.is_temporal()]
    texts = pl.col(COLUMNS).cast(pl.String).str.strip_chars().name.prefix("given_")
    return raw.with_columns(pl.col(days).cast(pl.Date)).select(pl.col("#line").cast(pl.Int64), "#misfit", texts)


def _typed(given: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("given_currency")
    return given.with_columns(
        currency=pl.when(text.is_in(OURS)).then(text),
        date=read_date(pl.col("given_date")),
        rate=RATE.read(pl.col("given_rate")),
    )


def _rules(today: date) -> list[Rule]:
    currency, day, rate = pl.col("currency"), pl.col("date"), pl.col("rate")
    no_currency, no_day, no_rate = (pl.col(f"given_{column}").fill_null("") == "" for column in COLUMNS)
    beyond = is_beyond_reading(pl.col("given_rate"))
    return [
        Rule("field_count", "#misfit", "has another number of fields than the header", pl.col("#misfit").is_not_null()),
        Rule("currency_missing", "currency", "is missing", no_currency),
        Rule("currency_unreadable", "currency", "is not the code of a currency like USD", currency.is_null()),
        Rule("date_missing", "date", "is missing", no_day),
        Rule("date_unreadable", "date", "is not a date like 2024-01-31", day.is_null()),
        Rule("date_too_early", "date", f"is before {EARLIEST}", day < EARLIEST),
        Rule("date_future", "date", "is yet to come", day > today),
        Rule("rate_missing", "rate", "is missing", no_rate),
        Rule("rate_overflow", "rate", "is beyond what a rate holds", RATE.overflows(rate) | (rate.is_null() & beyond)),
        Rule("rate_unreadable", "rate", "is not a number", rate.is_null()),
        Rule("rate_not_positive", "rate", "is not above zero", rate <= 0),
    ]


def _store(cursor: Any, rates: pl.DataFrame) -> tuple[int, int]:
    """Returns how many rates are new, and how many changed. Without any, no trigger has to look."""
    if rates.is_empty():
        return 0, 0
    cursor.execute(
        STORE_FX_RATES,
        {
            "currencies": rates["currency"].to_list(),
            "days": rates["date"].to_list(),
            "rates": rates["rate"].to_list(),
        },
    )
    inserted, updated = cursor.fetchone()
    return inserted, updated
