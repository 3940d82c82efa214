import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from market.sessions import read_day
from trade.actions import apply_actions


class Command(BaseCommand):
    help = (
        "Apply the splits, bonus issues and dividends that are effective today to holdings, open orders and cash. What "
        "is applied already is left alone; exit with 1 if a holding was refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--date",
            dest="day",
            metavar="DATE",
            type=read_day,
            help="Apply the actions of this effective date, to what was held when it began; the day at each exchange, "
            "if left out.",
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON document instead of sentences.")

    def handle(self, *_args: Any, day: date | None, **options: Any) -> None:
        applied = apply_actions(day, actor="apply_corporate_actions")
        if options["json"]:
            self.stdout.write(json.dumps(applied.as_json(), ensure_ascii=False))
        else:
            for line in applied.lines():
                self.stdout.write(line)
            self.stdout.write(
                _("%(applied)s entries were booked, %(refused)s refused.")
                % {"applied": len(applied.entries), "refused": len(applied.refused)}
            )
        if applied.refused:
            raise CommandError(_("Some holdings were refused. Do what their reasons say and run the command again."))
