"""Batches judged row by row: which rows to store, which were skipped, which were rejected."""

from collections import Counter
from collections.abc import Callable, Sequence

import polars as pl

from market.ingest.directory import Directory
from market.ingest.formats.format import Format
from market.ingest.refusal import RefusedFileError
from market.ingest.rejects import Rejects
from market.ingest.report import Report
from market.ingest.rules import DATES, NO, NUMBERS, YES, Rule, Today, judge, skipped
from market.ingest.tables import Table
from market.models import MarketType

BARS = ("open_price", "high_price", "low_price")
RESERVED = ("#line", "#misfit")


class Intake:
    """Reads the batches of one file and keeps count of what is not going to be stored."""

    def __init__(self, form: Format, rules: Callable[[Sequence[str], Today], list[Rule]], today: Today) -> None:
        self.form, self._rules_for, self._today = form, rules, today
        self._rules: list[Rule] = []
        self.directory = Directory()
        self.columns: list[str] = []
        self.rows = 0
        self.skipped: Counter[str] = Counter()
        self.rejects = Rejects()

    def accept(self, raw: pl.DataFrame) -> pl.DataFrame:
        """The rows of a batch that are to be stored, with every value typed and every stock numbered."""
        self.rows += raw.height
        given = _given(self.form.frame(raw))
        if not self._rules:
            self.columns = [name.removeprefix("given_") for name in given.columns if name not in RESERVED]
            self._rules = self._rules_for(self.columns, self._today)
        good, bad = judge(_typed(self._without_skipped(given), self.columns, self.directory), self._rules)
        self.rejects.add(raw, bad)
        return self.directory.add(good)

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

    def report(self, table: Table, inserted: int, updated: int, seconds: float) -> Report:
        """What became of the rows, now that those accepted are stored."""
        stored = self.rows - self.skipped.total() - self.rejects.counts.total()
        return Report(
            file=str(table.path),
            format=f"{self.form.name} {table.container}",
            rows=self.rows,
            inserted=inserted,
            updated=updated,
            unchanged=stored - inserted - updated,
            skipped=self.skipped,
            rejected=self.rejects.counts,
            seconds=seconds,
        )

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


def _typed(given: pl.DataFrame, columns: Sequence[str], directory: Directory) -> pl.DataFrame:
    """The batch with what its texts say under the columns' own names, and `stock_no` and `known_market`."""
    typed = directory.look_up(given.with_columns(_read(column) for column in columns))
    told = pl.col("market_type") if "market_type" in columns else pl.lit(None, pl.String)
    is_halted = pl.all_horizontal(pl.col(bar) == 0 for bar in BARS) if set(BARS) <= set(columns) else pl.lit(False)
    return typed.with_columns(
        market_type=pl.coalesce(told, "known_market"), is_halted=is_halted.fill_null(False)
    ).with_columns(pl.when(~pl.col("is_halted")).then(pl.col(bar)).alias(bar) for bar in BARS if bar in columns)


def _read(column: str) -> pl.Expr:
    text = pl.col(f"given_{column}")
    if column in NUMBERS:
        value = NUMBERS[column].read(text)
    elif column in DATES:
        value = text.str.to_date("%Y-%m-%d", strict=False)
    elif column == "is_active":
        answer = text.str.to_lowercase()
        value = pl.when(answer.is_in(YES)).then(True).when(answer.is_in(NO)).then(False)
    elif column == "market_type":
        value = pl.when(text.is_in(MarketType.values)).then(text)
    else:
        value = pl.when(text != "").then(text)
    return value.alias(column)
