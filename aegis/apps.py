from django.apps import AppConfig


class AegisConfig(AppConfig):
    name = "aegis"
    verbose_name = "AEGIS"

    def ready(self) -> None:
        from aegis import web_login  # noqa: F401, PLC0415  (registers its check)
