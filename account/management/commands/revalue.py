import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from account.valuation import revalue
from system.partitions import ensure_ahead


class Command(BaseCommand):
    help = "Value all holdings and portfolios anew, at the latest closes and exchange rates."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON document instead of a sentence.")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_ahead()
        changed = revalue()
        self.stdout.write(
            json.dumps(changed)
            if options["json"]
            else _("%(holdings)s holdings and %(portfolios)s portfolios were out of date.") % changed
        )
