"""Rights follow every `migrate`: new tables get theirs, and new partitions none."""

from typing import Any

from django.apps import AppConfig, apps

from system.access.apply import apply
from system.access.groups import apply_groups


def rights_after_migrate(sender: AppConfig, using: str, **_: Any) -> None:
    """Once, after the last app: Django sends the signal for each."""
    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    if sender.label == last.label:
        apply(using)
        apply_groups(using)
