from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from aegis.demo.load import DemoRefusedError, load_demo
from aegis.demo.operators import DEMO_LOGINS, lines, make_operators


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day. Write it as 2026-01-31.") from None


class Command(BaseCommand):
    help = "Fill an empty database with a small invented desk: 41 stocks, two years of prices, three portfolios."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--until",
            type=_day,
            metavar="DATE",
            help="The last day of the demo, as YYYY-MM-DD; without it the demo ends with the last finished session.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                rows = load_demo(options["until"])
                people = make_operators(settings.AEGIS_VAR / DEMO_LOGINS)
        except DemoRefusedError as error:
            raise CommandError(str(error)) from error
        for table, count in rows.items():
            self.stdout.write(f"{table:20}{count:>8,}")
        for line in lines(people):
            self.stderr.write(line, style_func=str)
