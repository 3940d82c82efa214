"""Forms that know what the database fills in by itself, and that show numbers as people write them."""

import json
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Field
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext_lazy as _

from system.constraints import NOW


class BackOfficeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model form for columns with a database default, and for writes that the database has refused.

    A literal default stands in the empty form; an expression such as `now()` is what an empty input means.
    """

    # The words of the database, when it has refused what this form says; set by the admin, which asks once more.
    refusal: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for column in self._columns():
            if column.null and isinstance(field := self.fields[column.name], forms.CharField):
                field.empty_value = None  # Django does so for CharField columns, but leaves '' in TextField ones
        if self.instance._state.adding:
            for column in self._with_default():
                self._offer_default(column)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for column in self._with_default():
            if cleaned.get(column.name) in self.fields[column.name].empty_values:
                cleaned.pop(column.name, None)  # not written to the instance, so the default, or what it has, stays
        for name in self._untouched_times():
            cleaned.pop(name, None)
        if self.refusal:
            self.add_error(None, self.refusal)
        return cleaned

    def _untouched_times(self) -> list[str]:
        """Points in time that nobody typed over: written back, they would lose what is finer than a second."""
        times = [name for name, field in self.fields.items() if isinstance(field, forms.SplitDateTimeField)]
        return [] if self.instance._state.adding else [name for name in times if name not in self.changed_data]

    def _columns(self) -> list["Field[Any, Any]"]:
        return [column for column in self._meta.model._meta.concrete_fields if column.name in self.fields]

    def _with_default(self) -> list["Field[Any, Any]"]:
        return [column for column in self._columns() if column.has_db_default()]

    def _offer_default(self, column: "Field[Any, Any]") -> None:
        field = self.fields[column.name]
        field.required = False
        if not hasattr(column.db_default, "resolve_expression"):
            self.initial.setdefault(column.name, column.db_default)
        elif column.db_default == NOW:
            field.help_text = field.help_text or _("Empty means now.")


class PlainDecimalField(forms.DecimalField):
    """A number without the zeros that fill up its column: 71000, not 71000.0000."""

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) and value.is_finite() else value


class ReadableJSONField(forms.JSONField):
    """JSON with one fact a line, Hangul as Hangul."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError):  # a number of thousands of digits, a list in a list in a list …
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except (ValueError, RecursionError):
            return InvalidJSONInput(data)

    def prepare_value(self, value: Any) -> Any:
        if value is None:
            return ""
        if isinstance(value, str):  # text, and what was typed but cannot be read
            return super().prepare_value(value)
        return json.dumps(value, indent=2, ensure_ascii=False, cls=self.encoder)
