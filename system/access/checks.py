"""The rights as system checks: `check --deploy --database default` tells of every difference, by its id."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register

from system.access.apply import plan

HINT = "manage.py roles plan shows what would mend it, roles apply does."


@register(Tags.database, deploy=True)
def check_rights(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    return [
        (Error if one.is_error else Warning)(one.what, hint=HINT, id=one.check_id)
        for using in databases or ()
        for one in plan(using)
    ]
