from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aegis.serving import ServingError
from aegis.serving.supervisor import Plan, serve


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise ArgumentTypeError(f"{text!r} is no port. Choose a number up to 65535, as with --port 8123.")
    return int(text)


class Command(BaseCommand):
    help = (
        "Run AEGIS: the database server, its tables, demo data if it is empty, an operator account and the web server. "
        "Ctrl-C stops all of it."
    )
    # The tables come first, and `migrate` runs the checks.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=_port, default=8000, help="The port to serve on; 0 takes a free one.")
        parser.add_argument(
            "--host",
            default="127.0.0.1",
            help="The address to serve on. One that other machines can reach needs a TLS proxy in front of it.",
        )
        parser.add_argument("--reload", action="store_true", help="Restart the workers when the code changes.")
        parser.add_argument("--no-demo", action="store_true", help="Leave an empty database empty.")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan(options["host"], options["port"], options["reload"], demo=not options["no_demo"])
        try:
            serve(plan, say=self._say, announce=self._announce)
        except ServingError as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stderr.write(line, style_func=str)
        self.stderr.flush()

    def _announce(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
