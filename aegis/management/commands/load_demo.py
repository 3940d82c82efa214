from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aegis.demo.load import DemoRefusedError, load_demo


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
            rows = load_demo(options["until"])
        except DemoRefusedError as error:
            raise CommandError(str(error)) from error
        for table, count in rows.items():
            self.stdout.write(f"{table:20}{count:>8,}")
