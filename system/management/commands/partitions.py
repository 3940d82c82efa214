import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from system.partitions import ensure_ahead


class Command(BaseCommand):
    help = (
        "Keep the partitions ahead of the data: without one for its day, no log line and no price is taken. `migrate`,"
        " a running `start`, `revalue`, `expire_orders` and `load_prices` do; where none of them runs,"
        " schedule it daily."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="action")
        ensure = actions.add_parser("ensure", help="Make the partitions that are missing; harmless when none is.")
        ensure.add_argument("--json", action="store_true", help="Print one JSON document instead of a sentence.")

    def handle(self, *args: Any, **options: Any) -> None:
        made = [f"{partition.schema}.{partition.name}" for partition in ensure_ahead()]
        if options["json"]:
            self.stdout.write(json.dumps({"made": made}))
            return
        for name in made:
            self.stdout.write(name)
        self.stdout.write(_("%(count)s partitions made.") % {"count": len(made)})
