"""What the back office says when the database refuses a write.

The rules live in the database, so any write may come back with an error that is an answer, not a fault. `refusal`
turns such an error into a sentence for the operator; a fault (a lost connection, a syntax error) stays an error.
A rule's sentence, in the operator's language, stands in `RULES` of the app that the rule belongs to, in its `rules.py`.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import DatabaseError, models
from django.utils.module_loading import module_has_submodule
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from psycopg import Error

from system.access.forbidden import SQLSTATE as FORBIDDEN
from system.access.forbidden import Forbidden
from system.catalogue import constrained_columns
from system.constraints import Reference
from system.refused import Refused

VALUE, RULE = "22", "23"  # SQLSTATE classes: data exception, integrity constraint violation
RAISED = "P0001"
NOT_NULL, FOREIGN_KEY, RESTRICT, UNIQUE, CHECK = "23502", "23503", "23001", "23505", "23514"
TOO_SLOW = "57014"
BUSY = {"40001", "40P01", "55P03"}


def sqlstate(error: DatabaseError) -> str:
    """The five characters by which PostgreSQL names the error, '' when the error is not the server's."""
    cause = error.__cause__
    return (cause.sqlstate or "") if isinstance(cause, Error) else ""


@cache
def rules() -> dict[str, Any]:
    """What the apps' `rules.py` say, by the name under which the database refuses."""
    modules = [config.module for config in apps.get_app_configs() if config.module]
    told = [import_module(f"{module.__name__}.rules") for module in modules if module_has_submodule(module, "rules")]
    return {name: words for module in told for name, words in getattr(module, "RULES", {}).items()}


def in_words(refused: Refused, model: type[models.Model]) -> str:
    """What to tell the operator whom a service refused."""
    return _rule(refused.rule, model) or str(refused)


def refusal(error: DatabaseError, model: type[models.Model]) -> str | None:
    """What to tell the operator who wrote to `model`; None when the error is a fault and no answer."""
    code, cause = sqlstate(error), error.__cause__
    if code in BUSY:
        return _("Somebody else is changing the same rows. Try again in a moment.")
    if code == TOO_SLOW:
        return _("This took too long and was stopped.")
    if isinstance(error, Forbidden):
        return error.words
    if code == FORBIDDEN:
        return _("Your role may not do this.")
    if not isinstance(cause, Error) or not (code == RAISED or code[:2] in {VALUE, RULE}):
        return None
    return (
        _rule(cause.diag.constraint_name, model)
        or _raised(cause)
        or _reference(cause, model)
        or _standing_rule(cause, model)
        or _("The database refuses this: %(reason)s") % {"reason": _first_line(cause)}
    )


def _rule(name: str | None, model: type[models.Model]) -> str | None:
    """The words of a trigger's rule, or of the constraint itself, if a model declares it."""
    if name in rules():
        return str(rules()[name])
    constraint = _constraint(name, model)
    if constraint is None or isinstance(constraint[1], Reference):
        return None
    return str(constraint[1].get_violation_error_message())


def _raised(cause: Error) -> str | None:
    """The words of a trigger, which RAISE wrote for people to read."""
    if cause.diag.source_function != "exec_stmt_raise" or _names_a_reference(cause):
        return None
    reason = _first_line(cause).removeprefix(f"{cause.diag.constraint_name}: ")
    return f"{reason} {cause.diag.message_hint or ''}".strip()


def _names_a_reference(cause: Error) -> bool:
    # Triggers that look a row up themselves refuse in the name of the foreign key.
    return cause.sqlstate == FOREIGN_KEY and bool(cause.diag.constraint_name)


def _reference(cause: Error, model: type[models.Model]) -> str | None:
    """A relation that keeps a row from being deleted, or that points to a row which is gone."""
    constraint = _constraint(cause.diag.constraint_name, model)
    if cause.sqlstate not in {FOREIGN_KEY, RESTRICT} or constraint is None:
        return None
    owner, reference = constraint
    if owner is not model or not isinstance(reference, Reference):
        return _("%(others)s still refer to this. Delete those first.") % {
            "others": capfirst(owner._meta.verbose_name_plural)
        }
    label = owner._meta.get_field(reference.field).verbose_name  # type: ignore[union-attr]
    return _("%(field)s: what was chosen does not exist any more.") % {"field": capfirst(label)}


def _standing_rule(cause: Error, model: type[models.Model]) -> str | None:
    """Rules that no model declares by name: NOT NULL, the key of a partitioned table, a partition that is missing."""
    diag, label = cause.diag, model._meta.verbose_name
    if cause.sqlstate == NOT_NULL:
        return _("%(field)s needs a value.") % {"field": _labels([diag.column_name or ""], model)}
    if cause.sqlstate == UNIQUE and (columns := _key(cause)):
        names = _labels(columns, model)
        return _("%(model)s with this %(fields)s exists already.") % {"model": capfirst(label), "fields": names}
    if cause.sqlstate == CHECK and not diag.constraint_name:
        return _("No partition holds this date: dates too far from what is loaded are not taken here.")
    return None


def _key(cause: Error) -> list[str]:
    """The columns of a key that is taken. Nobody has rights on partitions, so there the server keeps them to itself."""
    diag = cause.diag
    if told := re.match(r".*?\((.+?)\)=\(", diag.message_detail or ""):
        return told[1].split(", ")
    return constrained_columns(diag.schema_name, diag.table_name, diag.constraint_name)


def _constraint(name: str | None, model: type[models.Model]) -> tuple[type[models.Model], models.BaseConstraint] | None:
    """The model that declares the constraint `name`, the written one first, and the constraint."""
    declared = ((owner, constraint) for owner in _models(model) for constraint in owner._meta.constraints)
    return next(((owner, constraint) for owner, constraint in declared if constraint.name == name), None)


def _models(first: type[models.Model]) -> Iterator[type[models.Model]]:
    # A write may run into the rules of another table: a trigger carries it there.
    yield first
    yield from apps.get_models()


def _labels(columns: list[str], model: type[models.Model]) -> str:
    labels = {field.column: str(field.verbose_name) for field in model._meta.concrete_fields}
    return str(capfirst(get_text_list([labels.get(column, column) for column in columns], _("and"))))


def _first_line(cause: Error) -> str:
    return (cause.diag.message_primary or str(cause)).partition("\n")[0]
