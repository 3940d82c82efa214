import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from market.gaps import all_gaps
from market.models import MarketType
from market.sessions import UnknownSessionError, read_day


class Command(BaseCommand):
    help = (
        "List sessions without prices, for each market and each active stock, against the exchange's calendar; exit "
        "with 1 if there are any."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--market",
            action="append",
            default=[],
            choices=MarketType.values,
            help="Look at this market; may be given again. All markets that have prices, if left out.",
        )
        parser.add_argument(
            "--from",
            dest="first",
            metavar="DATE",
            type=read_day,
            help="The first day to look at, as 2024-01-31. The market's oldest price, if left out.",
        )
        parser.add_argument(
            "--to",
            dest="last",
            metavar="DATE",
            type=read_day,
            help="The last day to look at. Yesterday at the exchange, if left out.",
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON document instead of sentences.")

    def handle(self, *_args: Any, market: list[str], first: date | None, last: date | None, **options: Any) -> None:
        try:
            found = all_gaps(market, first, last)
        except UnknownSessionError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"markets": [gaps.as_json() for gaps in found]}, ensure_ascii=False))
        for line in (line for gaps in found for line in gaps.lines() if not options["json"]):
            self.stdout.write(line)
        if not all(gaps.is_whole for gaps in found):
            raise CommandError(_("Prices are missing. Load them, or enter the closed days as session overrides."))
