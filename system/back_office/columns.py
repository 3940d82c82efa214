"""How numbers and states read in the back office: separators, currency, sign and colour.

Each function makes one column, for `list_display` and `readonly_fields` alike, of one field of a model; the label and
the sorting are the field's. The same arguments give the same column, so it can be named in several places.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from django.contrib.admin.utils import display_for_field
from django.db.models import F, Model
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

Column = Callable[[Any], Any]
SYMBOLS = {"KRW": "₩", "USD": "$"}
# Smallest and largest number of decimals: won are whole, US ticks go below a cent.
DECIMALS = {"KRW": (0, 2), "USD": (2, 4)}
ROSE, FELL = "rose", "fell"  # red and blue, as every Korean trader reads them
NUMBER = '<span class="number {}">{}</span>'


@cache
def count(model: type[Model], name: str) -> Column:
    """A number of shares, trades or rows."""
    return _column(model, name, lambda value, row: _plain(value))


@cache
def score(model: type[Model], name: str) -> Column:
    """A number without a unit, decimals as stored."""
    decimals = _field(model, name).decimal_places
    return _column(model, name, lambda value, row: _plain(value, decimals))


@cache
def factor(model: type[Model], name: str) -> Column:
    """A number that others are multiplied by, with no more decimals than it needs."""
    return _column(model, name, lambda value, row: _plain(value, max(0, -value.normalize().as_tuple().exponent)))


@cache
def money(model: type[Model], name: str, currency: Callable[[Any], str | None]) -> Column:
    """An amount or a price, in the currency that `currency(row)` names."""
    decimals = _field(model, name).decimal_places
    return _column(model, name, lambda value, row: amount(value, currency(row), decimals))


@cache
def gain(model: type[Model], name: str, currency: Callable[[Any], str | None]) -> Column:
    """An amount won (red, +) or lost (blue, −)."""
    decimals = _field(model, name).decimal_places
    return _column(model, name, lambda value, row: amount(abs(value), currency(row), decimals), signed=True)


@cache
def rate(model: type[Model], name: str) -> Column:
    """A percentage that says how much, not which way."""
    return _column(model, name, lambda value, row: _plain(value, 2) + "%")


@cache
def change(model: type[Model], name: str) -> Column:
    """A percentage won (red, +) or lost (blue, −)."""
    return _column(model, name, lambda value, row: _percent(value), signed=True)


def risen(percent: Decimal) -> SafeString:
    """A percentage that is computed, and no field, as `change` shows one."""
    rounded = percent.quantize(Decimal("0.01"), ROUND_HALF_UP)  # formatting alone would cut decimals off
    return _coloured(rounded, _percent(rounded))


def label(model: type[Model], name: str, variants: Mapping[Any, str]) -> Column:
    """A choice as a coloured label; `variants` gives a value's colour: info, success, warning, danger or primary."""
    field = _field(model, name)

    def column(row: Any) -> tuple[str, str]:
        value = getattr(row, name)
        return value, display_for_field(value, field, "-")

    column.label = {value: variants.get(value, "") for value, _ in field.flatchoices}  # type: ignore[attr-defined]
    return _titled(column, model, name)


def won(row: Any) -> str:
    """The currency of columns that are always in KRW."""
    return "KRW"


def amount(value: Decimal, currency: str | None, decimals: int = 4) -> str:
    """`₩71,000`, `$182.30`, `-₩4,200`; no more than `decimals`, which is what the column holds."""
    least, most = (min(number, decimals) for number in DECIMALS.get(currency or "", (0, 4)))
    shown = f"{abs(value):.{most}f}"
    while most > least and shown.endswith("0"):
        shown, most = shown[:-1], most - 1
    sign = "-" if value < 0 and Decimal(shown) else ""
    return f"{sign}{SYMBOLS.get(currency or '', '')}{_plain(Decimal(shown), most)}"


def _plain(value: Any, decimals: int | None = None) -> str:
    return number_format(value, decimals, use_l10n=True, force_grouping=True)


def _percent(value: Decimal) -> str:
    return _plain(abs(value), 2) + "%"


def _column(model: type[Model], name: str, show: Callable[[Any, Any], str], *, signed: bool = False) -> Column:
    def column(row: Any) -> SafeString:
        value = getattr(row, name)
        text = "-" if value is None else show(value, row)
        return _coloured(value, text) if signed and value else format_html(NUMBER, "", text)

    return _titled(column, model, name)


def _coloured(value: Any, text: str) -> SafeString:
    return format_html(NUMBER, *((ROSE, f"+{text}") if value > 0 else (FELL, f"-{text}") if value < 0 else ("", text)))


def _titled(column: Column, model: type[Model], name: str) -> Column:
    column.__name__ = name
    column.short_description = _field(model, name).verbose_name  # type: ignore[attr-defined]
    # NULLs are the least, so that they are not on top of a list from the largest down.
    column.admin_order_field = F(name).asc(nulls_first=True) if _field(model, name).null else name  # type: ignore[attr-defined]
    return column


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)
