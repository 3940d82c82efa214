"""Text to exact decimals: what the file says, rounded half away from zero as PostgreSQL does, without float noise."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

import polars as pl
from django.db import models

# Room for 28 digits before the point, and for enough after it that the second rounding, to a scale of ours, is exact.
WIDE = pl.Decimal(38, 10)


@dataclass(frozen=True)
class Number:
    """What a column holds: numbers below `limit`, on either side of zero, with `scale` digits after the point."""

    limit: int
    scale: int

    @classmethod
    def of(cls, model: type[models.Model], name: str) -> Self:
        """What the field `name` holds."""
        field = model._meta.get_field(name)
        if isinstance(field, models.DecimalField):
            return cls(limit=10 ** (field.max_digits - field.decimal_places), scale=field.decimal_places)
        return cls(limit=2**63, scale=0)

    def read(self, text: pl.Expr) -> pl.Expr:
        """The number that a text says, rounded; NULL where it says none, or one of more than 28 digits."""
        wide = text.cast(WIDE, strict=False)
        return wide.round(self.scale, mode="half_away_from_zero").cast(pl.Decimal(38, self.scale))

    def overflows(self, number: pl.Expr) -> pl.Expr:
        return number.abs() >= pl.lit(Decimal(self.limit), dtype=pl.Decimal(38, 0))


def is_fraction(text: pl.Expr) -> pl.Expr:
    """Whether the text says a number that is not whole."""
    wide = text.cast(WIDE, strict=False)
    return wide.round(0, mode="half_away_from_zero") != wide


def is_beyond_reading(text: pl.Expr) -> pl.Expr:
    """Whether the text says a finite number, however long."""
    return text.cast(pl.Float64, strict=False).is_finite()
