"""What Python callers hand to a service, looked at before it reaches the database.

Type hints stop nobody at run time: a float would lose money, a part of a share would be rounded away in silence, and a
NUL or a missing value ends in an error of the driver's. What a right value means is for the rules of the database.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.timezone import is_aware

from system.refused import INVALID, Refused

LARGEST_WHOLE = 2**63 - 1
# No column holds as much; beyond it even the arithmetic of Decimal gives up.
LARGEST = Decimal(10) ** 20


@dataclass(frozen=True)
class Asked:
    """Refuses, as `error_type`, a value that is of another kind than the name says, or that no column could hold."""

    error_type: type[Refused]

    def whole(self, name: str, value: Any) -> None:
        """A number of shares, or of a row."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._refused(f"{name} is {value!r}, not a whole number.", "Give an int.")
        if abs(value) > LARGEST_WHOLE:
            raise self._refused(f"{name} is larger than any number here.", "Check the number.")

    def number(self, name: str, value: Any) -> None:
        """Money, a price or a rate: exact, so no float."""
        if not isinstance(value, int | Decimal) or isinstance(value, bool):
            raise self._refused(f"{name} is {value!r}, not an exact number.", "Give a Decimal.")
        if Decimal(value).is_snan():  # which raises in every comparison
            raise self._refused(f"{name} is no number.", "Give a Decimal that is one.")
        if Decimal(value).is_finite() and not -LARGEST < value < LARGEST:
            raise self._refused(f"{name} is larger than any number here.", "Check the number.")

    def text(self, name: str, value: Any, longest: int | None = None) -> None:
        """Words that are there."""
        if isinstance(value, str) and not value.strip():
            raise self._refused(f"{name} is empty.", f"Say the {name}.")
        self.characters(name, value, longest)

    def characters(self, name: str, value: Any, longest: int | None = None) -> None:
        """Characters that a database keeps; whether none will do is for the column to say."""
        if not isinstance(value, str):
            raise self._refused(f"{name} is {value!r}, not a text.", "Give a str.")
        if "\0" in value:
            raise self._refused(f"{name} contains a NUL character.", "Remove it.")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise self._refused(f"{name} contains half a character: {value!r}.", "Decode it as UTF-8.")
        if longest is not None and len(value) > longest:
            raise self._refused(f"{name} is longer than {longest} characters.", "Shorten it.")

    def row(self, name: str, value: Any, model: type[Model]) -> None:
        """A row of this table, as it was read or saved."""
        if not isinstance(value, model) or value.pk is None:
            kind = model._meta.verbose_name_raw
            raise self._refused(
                f"{name} is {value.__class__.__name__}, not a saved {kind}.", "Save or look it up first."
            )

    def actor(self, value: Any) -> None:
        """Who acts: everything that a service does is somebody's."""
        self.text("actor", value, 150)

    def moment(self, name: str, value: Any) -> None:
        """A point in time, in whatever zone, but in one."""
        if not isinstance(value, datetime) or not is_aware(value):
            raise self._refused(f"{name} is {value!r}, not a time with its zone.", "Give an aware datetime.")

    def _refused(self, reason: str, hint: str) -> Refused:
        return self.error_type(INVALID, reason, hint)
