"""Constraints and expressions that Django does not have: named RESTRICT foreign keys, and CHECKs that refuse NaN.

PostgreSQL keeps a CHECK as a tree and parses it anew for every statement that writes to its table, which was 43 % of
what a fill costs. So they are worded here in few nodes: a constant of the right type instead of a cast, an array
instead of a list, an equation instead of two implications.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django.db import models
from django.db.backends.ddl_references import Statement
from django.db.models import BaseConstraint, CheckConstraint, ExpressionWrapper, F, Func, Q
from django.utils.translation import gettext_lazy as _

# 'NaN' sorts above every number, so `price > 0` lets it in; `price < 'Infinity'` does not.
INFINITY = Func(template="'Infinity'::numeric", output_field=models.DecimalField())
ZERO = Func(template="'0'::numeric", output_field=models.DecimalField())
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2200, 1, 1)
FIRST_TIME, LAST_TIME = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
NOW = Func(template="now()", output_field=models.DateTimeField())
PRINCIPAL = Func(template="system.principal()", output_field=models.CharField())


def positive(*fields: str) -> Q:
    """The condition that each field, where it is not NULL, is above zero and a number."""
    return Q(*[Q(**{f"{field}__gt": ZERO, f"{field}__lt": INFINITY}) for field in fields])


def not_negative(*fields: str) -> Q:
    """The condition that each field, where it is not NULL, is zero or more and a number."""
    return Q(*[Q(**{f"{field}__gte": ZERO, f"{field}__lt": INFINITY}) for field in fields])


def sensible_days(*fields: str) -> Q:
    """The condition that each date, where it is not NULL, is one that Python and every calendar can show.

    PostgreSQL also takes 'infinity' and years before Christ and after 9999, on which a client in Python fails for ever.
    """
    return Q(*[Q(**{f"{field}__gte": FIRST_DAY, f"{field}__lt": LAST_DAY}) for field in fields])


def sensible_times(*fields: str) -> Q:
    """The same for times, of which there are none before computers."""
    return Q(*[Q(**{f"{field}__gte": FIRST_TIME, f"{field}__lt": LAST_TIME}) for field in fields])


def not_blank(*fields: str) -> Q:
    """The condition that each text has a character that can be seen."""
    return Q(*[Q(**{f"{field}__regex": r"\S"}) for field in fields])


class Among(Func):
    """The condition that a text column holds one of some words: `Among("side", ["BUY", "SELL"])`."""

    output_field = models.BooleanField()

    def __init__(self, field: str, words: Iterable[str]) -> None:
        words = [str(word) for word in words]
        if not all(re.fullmatch(r"[A-Z0-9_]+", word) for word in words):
            raise ValueError(f"{words}: words of capitals, digits and underscores, which SQL need not quote.")
        super().__init__(F(field), template=f"%(expressions)s = ANY ('{{{','.join(words)}}}'::text[])")


class _Side(ExpressionWrapper):  # type: ignore[type-arg]
    """A condition that Django may find out to be false before it asks the database: then it is false, not absurd."""

    empty_result_set_value = False

    def __init__(self, condition: Q | Func) -> None:
        super().__init__(condition, output_field=models.BooleanField())


class Iff(Func):
    """The condition that of two conditions, neither of which is ever NULL, both hold or neither."""

    output_field = models.BooleanField()
    template = "(%(expressions)s)"
    arg_joiner = ") = ("

    def __init__(self, condition: Q | Func, other: Q | Func) -> None:
        super().__init__(_Side(condition), _Side(other))


def one_of(field: str, choices: type[models.TextChoices], name: str) -> CheckConstraint:
    """A CHECK that `field` holds one of the values of `choices`."""
    return CheckConstraint(
        condition=Among(field, choices.values),
        name=name,
        violation_error_message=_("This value is not on the list of choices."),
    )


def implies(condition: Q, consequence: Q) -> Q:
    """`condition → consequence`, for CHECK constraints that tie two columns together."""
    return ~condition | consequence


class Reference(BaseConstraint):
    """A foreign key with a name of its own that refuses the deletion of what it points to.

    Django's `ForeignKey` cannot name its constraint and makes it `NO ACTION DEFERRABLE`: the relation is declared
    there with `db_constraint=False`, and held here. The refusal comes at the statement, not at the commit.

    `on_delete` is the SQL action, RESTRICT unless a table is a mere annex of another.
    """

    def __init__(self, *, field: str, name: str, on_delete: str = "RESTRICT") -> None:
        super().__init__(name=name)
        self.field = field
        self.on_delete = on_delete

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        field = model._meta.get_field(self.field)
        target = field.target_field
        quote = schema_editor.quote_name
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({quote(field.column)}) "
            f"REFERENCES {quote(target.model._meta.db_table)} ({quote(target.column)}) ON DELETE {self.on_delete}"
        )

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return Statement(
            "ALTER TABLE %(table)s ADD %(constraint)s",
            table=schema_editor.quote_name(model._meta.db_table),
            constraint=self.constraint_sql(model, schema_editor),
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=schema_editor.quote_name(model._meta.db_table),
            name=schema_editor.quote_name(self.name),
        )

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Nothing to add: `ForeignKey.validate` already looks the target up."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((self.name, self.field))

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"field": self.field}
        if self.on_delete != "RESTRICT":
            kwargs["on_delete"] = self.on_delete
        return path, args, kwargs


class ReferenceField(models.ForeignKey[Any, Any]):
    """A `ForeignKey` whose constraint is a `Reference` in `Meta`, and whose index, if a query needs one, is too.

    Django's own cascade is off (`DO_NOTHING`): it would read every dependent row into memory before a delete that
    the database is going to refuse.
    """

    def __init__(self, to: Any, **kwargs: Any) -> None:
        kwargs.setdefault("on_delete", models.DO_NOTHING)
        kwargs.setdefault("db_constraint", False)
        kwargs["db_index"] = False
        super().__init__(to, **kwargs)
