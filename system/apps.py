from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SystemConfig(AppConfig):
    name = "system"
    verbose_name = _("System")

    def ready(self) -> None:
        # The one hook that `migrate` offers: partitions must exist after every migrate, also one years after
        # the migration that made their table.
        import system.access.checks  # noqa: F401, PLC0415
        from system.access.after_migrate import rights_after_migrate  # noqa: PLC0415  (models must be loaded)
        from system.partitions import ensure_after_migrate  # noqa: PLC0415

        post_migrate.connect(ensure_after_migrate, dispatch_uid="system.partitions")
        post_migrate.connect(rights_after_migrate, dispatch_uid="system.access")
