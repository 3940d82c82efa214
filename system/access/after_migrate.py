"""Rights follow every `migrate`: new tables get theirs, and new partitions none."""

from typing import Any

from django.apps import AppConfig, apps
from django.core.management.base import CommandError

from system.access.apply import NOT_MINE, RolesNeeded, apply
from system.access.groups import apply_groups


def rights_after_migrate(sender: AppConfig, using: str, **_: Any) -> None:
    """Once, after the last app: Django sends the signal for each."""
    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    if sender.label == last.label:
        try:
            apply(using)
        except RolesNeeded as error:
            remedy = "The tables are made. Have a DBA run this in psql, and then run manage.py roles apply:"
            raise CommandError(f"{error} {remedy}\n\n{error.script}", returncode=NOT_MINE) from error
        apply_groups(using)
