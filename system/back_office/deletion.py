"""What hangs on a row that is to be deleted, in counts: Django's own page reads every dependent row into memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import models
from django.utils.text import capfirst

from system.back_office.counts import Count, count_up_to
from system.constraints import Reference


@dataclass(frozen=True)
class Dependents:
    """The rows of one table that refer to what is to be deleted."""

    model: type[models.Model]
    count: Count
    kept: bool  # the database keeps them, and so refuses the deletion; else it deletes them along

    def __str__(self) -> str:
        return f"{capfirst(self.model._meta.verbose_name_plural)}: {self.count}"


def dependents(model: type[models.Model], rows: Iterable[models.Model]) -> Iterator[Dependents]:
    """Every table with rows that refer to one of `rows`, counted no further than a person reads."""
    keys = [row.pk for row in rows]
    for relation in model._meta.related_objects:
        referring = relation.related_model
        found = referring._base_manager.filter(**{f"{relation.field.name}__in": keys})
        if count := count_up_to(found):
            yield Dependents(referring, count, kept=_keeps(referring, relation.field.name))


def _keeps(model: type[models.Model], field: str) -> bool:
    references = (constraint for constraint in model._meta.constraints if isinstance(constraint, Reference))
    return any(reference.field == field and reference.on_delete == "RESTRICT" for reference in references)
