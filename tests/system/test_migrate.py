"""A migration and the record of it are one: killed at any moment, `migrate` can be run again."""

from typing import Any

import pytest
from django.core.management import get_commands
from django.db import connection
from django.db.migrations import Migration, RunPython
from django.db.migrations.state import ProjectState

from system.management.commands.migrate import WholeMigrations


class PowerCutError(Exception):
    pass


def create_at_the_end(apps: Any, schema_editor: Any) -> None:
    schema_editor.deferred_sql.append("CREATE TABLE public.half_done ()")


def drop(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("DROP TABLE public.half_done")


def migration() -> Migration:
    made = Migration("0001_half_done", "system")
    made.operations = [RunPython(create_at_the_end, drop)]
    return made


def exists() -> bool:
    return "half_done" in connection.introspection.table_names()


def cut_the_power(*args: Any) -> None:
    raise PowerCutError


def test_the_command_is_ours() -> None:
    assert get_commands()["migrate"] == "system"


@pytest.mark.django_db
def test_a_migration_that_is_not_recorded_has_not_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    executor = WholeMigrations(connection)
    monkeypatch.setattr(executor, "record_migration", cut_the_power)
    with pytest.raises(PowerCutError):
        executor.apply_migration(ProjectState(), migration())
    assert not exists()


@pytest.mark.django_db
def test_a_reversal_that_is_not_recorded_has_not_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    executor = WholeMigrations(connection)
    executor.apply_migration(ProjectState(), migration())
    monkeypatch.setattr(executor.recorder, "record_unapplied", cut_the_power)
    with pytest.raises(PowerCutError):
        executor.unapply_migration(ProjectState(), migration())
    assert exists()
