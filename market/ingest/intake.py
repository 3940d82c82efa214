"""Batches judged row by row: which rows to store, which were skipped, which were rejected."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import polars as pl

from market.ingest.closed_days import ClosedDays
from market.ingest.dates import read_date, reread_dates
from market.ingest.directory import Directory
from market.ingest.formats.format import Format
from market.ingest.naming import readable
from market.ingest.refusal import RefusedFileError
from market.ingest.rejects import Rejects
from market.ingest.report import Report
from market.ingest.rules import DATES, NO, NUMBERS, YES, Rule, Today, judge, price_rules, skipped
from market.ingest.tables import Table
from market.ingest.told import Told
from market.models import MarketType

BARS = ("open_price", "high_price", "low_price")
RESERVED = ("#line", "#misfit")


class Rules(Protocol):
    """What rejects the rows of a file."""

    def __call__(self, columns: Sequence[str], today: Today, market: str | None, *, of_krx: bool) -> list[Rule]: ...


class Intake:
    """Reads the batches of one file and keeps count of what is not going to be stored."""

    def __init__(
        self, form: Format, rules: Rules, today: Today, told: Told | None = None, *, is_file: bool = True
    ) -> None:
        self.form, self._rules_for, self._today, self.told = form, rules, today, told or Told()
        self._is_file = is_file
        self._rules: list[Rule] = []
        self.closed_days = ClosedDays(today, self.told.day) if rules is price_rules else None
        self.directory = Directory()
        self.columns: list[str] = []
        self.rows = 0
        self.skipped: Counter[str] = Counter()
        self.rejects = Rejects(self.told)

    def accept(self, raw: pl.DataFrame) -> pl.DataFrame:
        """The rows of a batch that are to be stored, with every value typed and every stock numbered."""
        self.rows += raw.height
        given = _given(self.told.completed(self.form.frame(raw)))
        if not self._rules:
            self.columns = [name.removeprefix("given_") for name in given.columns if name not in RESERVED]
            market, of_krx = self.told.market, self.form.is_of_krx
            self._rules = self._rules_for(self.columns, self._today, market, of_krx=of_krx)
        good, bad = judge(self._typed(self._without_skipped(given)), self._rules)
        self.rejects.add(raw, bad)
        return self.directory.add(self._of_known_stocks(good) if self.form.is_of_delistings else good)

    def skip(self, reason: str, count: int) -> None:
        """Count accepted rows that are not to be stored after all."""
        if count:
            self.skipped[reason] += count

    def reject_contradictions(self, raw: pl.DataFrame, lines: list[int]) -> None:
        """Reject accepted rows of a batch, because an earlier one says otherwise."""
        rows = raw.filter(pl.col("#line").is_in(lines)).select(
            pl.col("#line").cast(pl.Int64),
            pl.lit("duplicate").alias("reason"),
            pl.lit("An earlier row of the file says otherwise about the same stock and day.").alias("detail"),
        )
        self.rejects.add(raw, rows)

    def refuse_if_empty(self, table: Table) -> None:
        """Raise `RefusedFileError` where no row was read."""
        if not self.rows:
            raise RefusedFileError(table.path, "It has a header but no rows.", "Fetch it again.")

    def refuse_if_closed(self, table: Table) -> None:
        """Raise `RefusedFileError` where the exchange was closed on every day of the file."""
        if self.closed_days and self._is_file:
            self.closed_days.refuse_if_all(table)

    def report(self, table: Table, inserted: int, updated: int, seconds: float) -> Report:
        """What became of the rows, now that those accepted are stored."""
        stored = self.rows - self.skipped.total() - self.rejects.counts.total()
        return Report(
            file=readable(table.path),
            format=f"{self.form.name} {table.container}",
            rows=self.rows,
            inserted=inserted,
            updated=updated,
            unchanged=stored - inserted - updated,
            skipped=self.skipped,
            rejected=self.rejects.counts,
            seconds=seconds,
        )

    def _typed(self, given: pl.DataFrame) -> pl.DataFrame:
        """The batch with what its texts say under the columns' own names, and `stock_no` and `known_market`."""
        typed = given.with_columns(_read(column) for column in self.columns)
        typed = self.directory.look_up(typed)
        of_stock = ("market_type", "known_market") if "market_type" in self.columns else ("known_market", "told_market")
        has_bars = set(BARS) <= set(self.columns)
        is_halted = pl.all_horizontal(pl.col(bar) == 0 for bar in BARS) if has_bars else pl.lit(False)
        typed = typed.with_columns(told_market=pl.lit(self.told.market, pl.String)).with_columns(
            market_type=pl.coalesce(of_stock), is_halted=is_halted.fill_null(False)
        )
        bars = (pl.when(~pl.col("is_halted")).then(pl.col(bar)).alias(bar) for bar in BARS if bar in self.columns)
        dated = reread_dates(typed.with_columns(bars), [day for day in DATES if day in self.columns])
        return self.closed_days.mark(dated) if self.closed_days else dated

    def _of_known_stocks(self, rows: pl.DataFrame) -> pl.DataFrame:
        known = rows.filter(pl.col("stock_no").is_not_null())
        self.skip("unknown_stock", rows.height - known.height)
        return known

    def _without_skipped(self, given: pl.DataFrame) -> pl.DataFrame:
        reasons = given.select(skipped(self.columns).alias("reason")).to_series()
        if reasons.null_count() == given.height:
            return given
        self.skipped.update(dict(reasons.drop_nulls().value_counts().iter_rows()))
        return given.filter(reasons.is_null())


def _given(frame: pl.DataFrame) -> pl.DataFrame:
    """Each column as text, under the name `given_<column>`."""
    days = [name for name, kind in frame.schema.items() if kind.is_temporal()]
    return frame.with_columns(pl.col(days).cast(pl.Date)).select(
        pl.col("#line").cast(pl.Int64),
        "#misfit",
        pl.exclude(RESERVED).cast(pl.String).str.strip_chars().name.prefix("given_"),
    )


def _read(column: str) -> pl.Expr:
    text = pl.col(f"given_{column}")
    if column in NUMBERS:
        value = NUMBERS[column].read(text)
    elif column in DATES:
        value = read_date(text)
    elif column == "is_active":
        answer = text.str.to_lowercase()
        value = pl.when(answer.is_in(YES)).then(True).when(answer.is_in(NO)).then(False)
    elif column == "market_type":
        value = pl.when(text.is_in(MarketType.values)).then(text)
    else:
        value = pl.when(text != "").then(text)
    return value.alias(column)
