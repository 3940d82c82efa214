import json
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from account.models import Portfolio
from trade.broker import MATCHED, Finding, compare, find_portfolios
from trade.reconciliation import Difference, UncoveredSales, differences, uncovered_sales
from trade.statement import StatementRefused

COULD_NOT_RUN = 2


class Command(BaseCommand):
    help = (
        "Recompute orders, holdings, realised P&L and cash from executions, cash entries and opening positions, and"
        " print every difference, and open SELL orders for shares that are not held. Exits with status 1 if there is"
        " any, and with 2 if it could not look."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--portfolio", help="Look at this portfolio only: its number or its name.")
        parser.add_argument(
            "--broker",
            type=Path,
            metavar="FILE",
            help="Compare with a broker's CSV file instead: positions (portfolio, ticker, quantity, average)"
            " or fills (exchange_ref, quantity, price; also portfolio, ticker, order and side, if it has them).",
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON document instead of a list.")

    def handle(self, *args: Any, **options: Any) -> None:
        portfolio = self._portfolio(options["portfolio"])
        if options["broker"]:
            self._tell_broker(options["broker"], portfolio, as_json=options["json"])
        else:
            self._tell(portfolio.pk if portfolio else None, as_json=options["json"])

    def _tell(self, portfolio_id: int | None, *, as_json: bool) -> None:
        wrong, uncovered = differences(portfolio_id), uncovered_sales(portfolio_id)
        found: list[Difference | UncoveredSales] = [*wrong, *uncovered]
        if as_json:
            document = {
                "differences": [difference.as_dict() for difference in wrong],
                "uncovered_sales": [sales.as_dict() for sales in uncovered],
            }
            self.stdout.write(json.dumps(document))
        else:
            for difference in found:
                self.stdout.write(str(difference))
        if found:
            raise CommandError(_("%(count)s differences.") % {"count": len(found)}, returncode=1)
        if not as_json:
            self.stdout.write(_("The ledger agrees with its executions and entries."))

    def _tell_broker(self, path: Path, portfolio: Portfolio | None, *, as_json: bool) -> None:
        try:
            findings = compare(path, portfolio)
        except StatementRefused as refusal:
            raise CommandError(str(refusal), returncode=COULD_NOT_RUN) from refusal
        counts = Counter(finding.status for finding in findings)
        self._print_findings(findings, counts, as_json=as_json)
        if len(findings) > counts[MATCHED]:
            raise CommandError(
                _("%(count)s of %(all)s do not match.")
                % {"count": len(findings) - counts[MATCHED], "all": len(findings)},
                returncode=1,
            )

    def _print_findings(self, findings: list[Finding], counts: Counter[str], *, as_json: bool) -> None:
        if as_json:
            document = {"counts": dict(counts), "findings": [finding.as_dict() for finding in findings]}
            self.stdout.write(json.dumps(document))
            return
        for finding in findings:
            if finding.status != MATCHED:
                self.stdout.write(str(finding))
        self.stdout.write(_("%(count)s matched.") % {"count": counts[MATCHED]})

    def _portfolio(self, asked: str | None) -> Portfolio | None:
        if asked is None:
            return None
        found = find_portfolios(asked)
        if len(found) != 1:
            raise CommandError(
                _("%(count)s portfolios are called %(name)s. Give the number of one.")
                % {"count": len(found), "name": asked},
                returncode=COULD_NOT_RUN,
            )
        return found[0]
