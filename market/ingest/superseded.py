"""Rejected rows in whose place something else is stored by now: they are right only if an operator says so."""

from contextlib import closing
from datetime import date
from typing import Any

import polars as pl
from django.db import connection

from market.ingest import store
from market.ingest.copying import STORED
from market.ingest.formats import PRICE_FORMATS, recognise
from market.ingest.intake import Intake
from market.ingest.reject_table import RejectTable
from market.ingest.rules import price_rules
from market.ingest.store import statement
from market.ingest.told import Told, told_of_prices
from system.models import LoadReject

VALUES = STORED[2:]
Key = tuple[int, date]


def superseded_prices(table: RejectTable, told: Told) -> list[int]:
    """The rows that would be loaded and say otherwise than the stored price of their stock and day."""
    form = recognise(table, PRICE_FORMATS)
    told = told_of_prices(table, form, told)
    with connection.cursor() as cursor, closing(table.reopened()) as rows:
        intake = Intake(form, price_rules, store.today(cursor), told, is_file=False)
        accepted = [row for raw in rows.batches() for row in _accepted(intake, raw)]
        stored = _stored(cursor, [key for key, _, _ in accepted], [name for name in VALUES if name in intake.columns])
    return [line for key, line, values in accepted if stored.get(key, values) != values]


def superseded_facts(table: RejectTable, _told: Told) -> list[int]:
    """The rows that another row of their file was chosen over."""
    reasons = ["duplicate", "superseded"]
    return list(LoadReject.objects.filter(pk__in=table.numbers, reason__in=reasons).values_list("pk", flat=True))


def _accepted(intake: Intake, raw: pl.DataFrame) -> list[tuple[Key, int, tuple[Any, ...]]]:
    """Of the rows of known stocks: stock and day, line, and the values that the rows have."""
    rows = intake.accept(raw).join(intake.directory.stocks.select("stock_no", "stock_id"), on="stock_no", how="left")
    rows = rows.filter(pl.col("stock_id").is_not_null())
    values = rows.select(name for name in VALUES if name in intake.columns)
    keys = rows.select("stock_id", "trade_date").rows()
    return list(zip(keys, rows["#line"].to_list(), values.rows(), strict=True))


def _stored(cursor: Any, keys: list[Key], names: list[str]) -> dict[Key, tuple[Any, ...]]:
    """Those values of the stored prices of these stocks and days."""
    if not keys:
        return {}
    stocks, days = (list(each) for each in zip(*keys, strict=True))
    bounds = {"first": min(days), "last": max(days)}
    cursor.execute(statement("stored_prices"), {"stocks": stocks, "days": days, **bounds})
    places = [STORED.index(name) for name in names]
    return {row[:2]: tuple(row[place] for place in places) for row in cursor.fetchall()}
