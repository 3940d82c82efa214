import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from system.partitions import ensure_ahead
from trade.services import expire_orders


class Command(BaseCommand):
    help = "Cancel the open orders whose time is over, with the reason “expired”."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON document instead of a sentence.")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_ahead()
        expired = expire_orders(actor="expire_orders")
        self.stdout.write(
            json.dumps({"expired": expired})
            if options["json"]
            else _("%(count)s orders expired.") % {"count": len(expired)}
        )
