from contextlib import nullcontext
from typing import Any

from django.core.management.commands import migrate
from django.db import transaction
from django.db.migrations.executor import MigrationExecutor


class WholeMigrations(MigrationExecutor):
    """Keeps each atomic migration and the record of it in one transaction.

    Django writes the record after the commit where statements were deferred to the migration's end. A process that is
    killed between the two leaves a database that no later `migrate` gets past: what it would create exists already.
    """

    def apply_migration(self, state: Any, migration: Any, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic(self.connection.alias) if migration.atomic else nullcontext():
            return super().apply_migration(state, migration, *args, **kwargs)

    def unapply_migration(self, state: Any, migration: Any, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic(self.connection.alias) if migration.atomic else nullcontext():
            return super().unapply_migration(state, migration, *args, **kwargs)


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> Any:
        migrate.MigrationExecutor = WholeMigrations  # type: ignore[attr-defined]  # the command offers no other place for it
        return super().handle(*args, **options)
