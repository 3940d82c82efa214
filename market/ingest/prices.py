from calendar import monthrange
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

from market.ingest import store
from market.ingest.formats import PRICE_FORMATS, recognise
from market.ingest.intake import Intake
from market.ingest.parcels import COLUMNS, PriceParcels, ahead
from market.ingest.progress import Unwatched, Watch
from market.ingest.report import Report
from market.ingest.rules import price_rules
from market.ingest.store import PRICES, STOCKS, Days
from market.ingest.tables import Table, open_table
from market.ingest.told import Told, told_of_prices

COPY = f"COPY staged_prices ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv)"


def load_prices(path: Path, watch: Watch | None = None, told: Told | None = None) -> Report:
    """Load one file of daily prices, in one transaction, and say what became of each row.

    `told` is what the operator says of it. Raises `RefusedFileError` where the file is not what it claims to be; then
    nothing of it is loaded.
    """
    started = monotonic()
    with closing(open_table(path)) as table:
        form = recognise(table, PRICE_FORMATS)
        told = told_of_prices(table, form, told or Told())
        with store.load_transaction(STOCKS, PRICES) as cursor:
            intake = Intake(form, price_rules, store.today(cursor), told)
            load = _PriceLoad(cursor, table, intake, watch or Unwatched())
            load.stage()
            load.store()
            intake.rejects.store(cursor, "load_prices", path)
    store.summarise(load.touched)
    return intake.report(table, load.inserted, load.updated, monotonic() - started)


class _PriceLoad:
    """One file on its way into `market.daily_prices`."""

    def __init__(self, cursor: Any, table: Table, intake: Intake, watch: Watch) -> None:
        self.cursor, self.table, self.intake, self.watch = cursor, table, intake, watch
        self.parcels = PriceParcels(table, intake)
        self.touched: list[date] = []
        self.inserted = self.updated = 0

    def stage(self) -> None:
        with self.cursor.copy(COPY) as copy:
            for parcel in ahead(self.parcels):
                copy.write(parcel)
                self.watch.step(f"{self.table.path.name}: read", self.intake.rows, self.table.share_read())
        self.intake.refuse_if_empty(self.table)
        self.intake.refuse_if_closed(self.table)
        if self.parcels.may_repeat:
            repeats, contradicting = store.remove_repeats(self.cursor)
            self.intake.skip("duplicate", repeats)
            self._reject_contradictions(contradicting)

    def store(self) -> None:
        store.prepare_months(self.cursor, self.parcels.months)
        if self.parcels.months:
            store.stage_stocks(self.cursor, self.intake.directory.identified(self.parcels.newest))
        done, whole = 0, self.parcels.months.total()
        for days in self._months():
            self._store_days(days)
            done += days.rows
            self.watch.step(f"{self.table.path.name}: store", done, done / whole)
        store.update_stocks(self.cursor, self.intake.columns)

    def _months(self) -> Iterator[Days]:
        """The newest first: then the latest prices, and the holdings valued at them, are set once, not every month."""
        for month in sorted(self.parcels.months, reverse=True):
            end = month.replace(day=monthrange(month.year, month.month)[1])
            first, last = max(month, self.parcels.first), min(end, self.parcels.last)
            yield Days(first, last, self.parcels.months[month])

    def _store_days(self, days: Days) -> None:
        inserted, updated = store.store_days(self.cursor, days, self.intake.columns)
        if inserted or updated:
            self.touched.append(days.first)
        self.inserted += inserted
        self.updated += updated

    def _reject_contradictions(self, lines: list[int]) -> None:
        if lines:  # a second reading, because staged rows are not kept as the file has them
            with closing(self.table.reopened()) as table:
                for raw in table.batches():
                    self.intake.reject_contradictions(raw, lines)
