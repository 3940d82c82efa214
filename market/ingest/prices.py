from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

import polars as pl
from django.db import IntegrityError

from market.ingest import store
from market.ingest.copying import STORED, as_csv
from market.ingest.delivery import Delivery, of_file
from market.ingest.formats import PRICE_FORMATS, recognise
from market.ingest.intake import Intake
from market.ingest.months import Months
from market.ingest.parcels import FACTS, OutOfOrder, Parcel, PriceParcels, ahead
from market.ingest.progress import Unwatched, Watch
from market.ingest.report import Report
from market.ingest.rules import price_rules
from market.ingest.store import PRICES, STOCKS, Days
from market.ingest.tables import Table
from market.ingest.told import Told, told_of_prices

STAGE = f"COPY staged_prices (line, {', '.join(STORED)}) FROM STDIN (FORMAT csv)"
ATTEMPTS = 3


def load_prices(path: Path, watch: Watch | None = None, told: Told | None = None) -> Report:
    """Load one file of daily prices, in one transaction, and say what became of each row.

    `told` is what the operator says of it. Raises `RefusedFileError` where the file is not what it claims to be; then
    nothing of it is loaded.
    """
    return load(of_file(path, "load_prices", told), watch or Unwatched())


def load(delivery: Delivery, watch: Watch) -> Report:
    """Load daily prices from wherever they come."""
    way: type[_PriceLoad] = _ByDay
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _load(delivery, watch, way)
        except OutOfOrder:
            way = _AtOnce
        except IntegrityError:
            # Somebody else stored one of the prices meanwhile: the next attempt sees it.
            if attempt == ATTEMPTS:
                raise
    return _load(delivery, watch, _AtOnce)


def _load(delivery: Delivery, watch: Watch, way: "type[_PriceLoad]") -> Report:
    started = monotonic()
    with closing(delivery.open()) as table:
        form = recognise(table, PRICE_FORMATS)
        told = told_of_prices(table, form, delivery.told)
        with store.load_transaction(STOCKS, PRICES, staging=False) as cursor:
            intake = Intake(form, price_rules, store.today(cursor), told, is_file=delivery.is_file)
            load = way(cursor, table, intake, watch)
            load.store()
            load.end()
            if intake.rejects.counts or not delivery.is_file:
                load.need_staging()
            delivery.keep(cursor, intake.rejects)
    store.summarise(load.touched)
    return intake.report(table, load.inserted, load.updated, monotonic() - started)


class _PriceLoad:
    """One file on its way into `market.daily_prices`."""

    def __init__(self, cursor: Any, table: Table, intake: Intake, watch: Watch) -> None:
        self.cursor, self.table, self.intake, self.watch = cursor, table, intake, watch
        self.parcels = PriceParcels(table, intake)
        self.months = Months(cursor)
        self.stock_ids = intake.directory.stocks["stock_id"]
        self.unmade = pl.DataFrame()
        self.touched: set[date] = set()
        self.inserted = self.updated = 0
        self._has_staging = False
        self._open = ExitStack()
        self._copy: tuple[str, Any] | None = None

    def store(self) -> None:
        """Move the rows of the file to where they stay."""
        with self._open:
            for parcel in ahead(self._parcels()):
                self._know(parcel.newcomers)
                self._take(parcel.rows)
                self.watch.step(f"{self.table.path.name}: read", self.intake.rows, self.table.share_read())
            self._pause()
            self.intake.refuse_if_empty(self.table)
            self.intake.refuse_if_closed(self.table)
            self._settle()
        self._reject_contradictions(self.parcels.contradicting)

    def end(self) -> None:
        """Make the stocks and months that are new, and let the stocks follow their newest prices."""
        newest = self.parcels.newest
        if newest.is_empty():
            return
        if self.unmade.height or self.months.made:
            self._make_stocks(self.intake.directory.identified(newest))
            self.months.attach()
            self.watch.step(f"{self.table.path.name}: store", self.intake.rows, 1)
            self.months.meet_latest(newest["trade_date"])
            store.update_stocks(self.cursor, self.intake.columns)
        elif set(FACTS) & set(self.intake.columns):
            stocks = newest.with_columns(self.stock_ids.gather(newest["stock_no"]))
            store.follow_newest(self.cursor, self.intake.directory.identified(stocks), self.intake.columns)

    def need_staging(self) -> None:
        """Make the staging tables where they are not there yet."""
        if not self._has_staging:
            store.make_staging(self.cursor)
            self._has_staging = True

    def _parcels(self) -> Iterator[Parcel]:
        raise NotImplementedError

    def _take(self, rows: pl.DataFrame) -> None:
        raise NotImplementedError

    def _settle(self) -> None:
        """All rows are read."""

    def _identified(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with the `stock_id` of now: a number that was reserved changes if somebody else makes the stock."""
        return rows.with_columns(self.stock_ids.gather(rows["stock_no"]))

    def _write(self, target: str, rows: pl.DataFrame) -> None:
        """Copy rows, going on with the COPY that is under way if it has the same target."""
        if not self._copy or self._copy[0] != target:
            self._pause()
            self._copy = target, self._open.enter_context(self.cursor.copy(target))
        self._copy[1].write(as_csv(rows))

    def _pause(self) -> None:
        """End the COPY that is under way: nothing else can be asked of the server before that."""
        self._copy = None
        self._open.close()

    def _know(self, newcomers: pl.DataFrame) -> None:
        """Reserve numbers for the stocks that the file is the first to tell of."""
        if newcomers.height:
            self._pause()
            reserved = store.reserve_stocks(self.cursor, newcomers.height)
            self.stock_ids = pl.concat([self.stock_ids, pl.Series("stock_id", reserved, pl.Int64)])
            self.unmade = pl.concat([self.unmade, newcomers], how="diagonal")

    def _make_stocks(self, stocks: pl.DataFrame) -> None:
        """Stage these stocks, and make those that are unknown.

        The lock is the one that attaching months takes: taken before anything is written to stocks, it cannot meet
        another writer of stocks halfway.
        """
        if self.unmade.height:
            self.cursor.execute("LOCK TABLE market.stocks IN SHARE ROW EXCLUSIVE MODE")
        self.need_staging()
        reserved = self.stock_ids.gather(stocks["stock_no"]).alias("reserved_id")
        store.stage_stocks(self.cursor, stocks.with_columns(reserved))
        for ours, theirs in store.renumbered(self.cursor) if self.unmade.height else ():
            self.months.move_stock(ours, theirs)
            self.stock_ids = self.stock_ids.replace(ours, theirs)
        self.unmade = pl.DataFrame()

    def _reject_contradictions(self, lines: list[int]) -> None:
        if lines:  # a second reading, because rows are not kept as the file has them
            with closing(self.table.reopened()) as table:
                for raw in table.batches():
                    self.intake.reject_contradictions(raw, lines)


class _ByDay(_PriceLoad):
    """A file in order of days, as most are: its rows go straight to where they stay while it is read.

    Rows of a month that exists wait until the file has no more of them: one statement for all costs less than several.
    """

    _month: date | None = None
    _waiting: tuple[pl.DataFrame, ...] = ()

    def _parcels(self) -> Iterator[Parcel]:
        return self.parcels.by_day()

    def _take(self, rows: pl.DataFrame) -> None:
        for month, part in by_month(rows):
            if self._month != month:
                self._settle()
                self._month = month
            if self.months.is_new(month):
                self._write(self.months.copy_into(month), self._identified(part).select(STORED))
                self.inserted += part.height
            else:
                self._waiting += (part,)

    def _settle(self) -> None:
        self._pause()
        if self._month and self.months.is_new(self._month):
            self.months.finish(self._month)
        elif self._month:
            self._meet(self._month, pl.concat(self._waiting))
        self._month, self._waiting = None, ()

    def _meet(self, month: date, rows: pl.DataFrame) -> None:
        """Rows of a month that exists."""
        rows = self._identified(rows)
        days = Days(rows["trade_date"][0], rows["trade_date"][-1], rows.height)
        is_held = self.months.holds(rows, days, self.intake.columns)
        if is_held:
            return
        if self.unmade.height:
            self._make_stocks(self.unmade)
            rows = self._identified(rows)
        self.touched.add(month)
        if is_held is None:
            self.months.insert(rows)
            self.inserted += rows.height
            return
        self.need_staging()
        inserted, updated = self.months.merge(rows, days, self.intake.columns)
        self.inserted, self.updated = self.inserted + inserted, self.updated + updated


class _AtOnce(_PriceLoad):
    """A file in another order: its rows wait in a staging table until the last of them is read."""

    def _parcels(self) -> Iterator[Parcel]:
        return self.parcels.as_read()

    def _take(self, rows: pl.DataFrame) -> None:
        if not self._has_staging:
            self._pause()
            self.need_staging()
        self._write(STAGE, self._identified(rows).select("line", *STORED))

    def _settle(self) -> None:
        if self.parcels.newest.is_empty():
            return
        repeats, self.parcels.contradicting = store.remove_repeats(self.cursor)
        self.intake.skip("duplicate", repeats)
        if self.unmade.height:
            self._make_stocks(self.unmade)
        months = store.staged_months(self.cursor)
        whole, done = sum(days.rows for days in months), 0
        for days in months:
            self._store_days(days)
            done += days.rows
            self.watch.step(f"{self.table.path.name}: store", done, done / whole)

    def _store_days(self, days: Days) -> None:
        if self.months.is_new(days.month):
            self.inserted += self.months.fill(days)
            self.months.finish(days.month)
            return
        inserted, updated = store.store_staged(self.cursor, days, self.intake.columns)
        if inserted or updated:
            self.touched.add(days.month)
        self.inserted, self.updated = self.inserted + inserted, self.updated + updated


def by_month(rows: pl.DataFrame) -> Iterator[tuple[date, pl.DataFrame]]:
    """Rows in order of days, cut into months."""
    starts = rows["trade_date"].dt.month_start()
    for month in starts.unique(maintain_order=True):
        yield month, rows.filter(starts == month)
