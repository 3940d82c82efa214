from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management import CommandError, CommandParser
from django.db import DatabaseError

from market.ingest.command import LoadCommand
from market.ingest.prices import load, load_prices
from market.ingest.progress import Watch
from market.ingest.refusal import RefusedFileError
from market.ingest.report import Report
from market.ingest.retry import Waiting, retry
from market.ingest.sources import Source
from market.ingest.statistics import analyse
from market.ingest.superseded import superseded_prices
from market.ingest.told import Told, read_ticker
from market.jumps import flag_news, newest_day
from market.models import MarketType
from market.sessions import read_day
from system.partitions import ensure_ahead


class Command(LoadCommand):
    name = "load_prices"
    help = (
        "Load daily prices: marcap files (CSV, gzipped CSV, Parquet), the exchange's download of all stocks, CSV of "
        "single stocks as Yahoo gives it, and AEGIS CSV. Each file is one transaction. Loading a file again changes "
        "nothing; a bad row is kept in system.load_rejects and counted; a file of a day on which its exchange was "
        "closed is refused. Closes of the newest days that moved further than a day allows raise an alert."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--date",
            dest="day",
            metavar="DATE",
            type=read_day,
            help=(
                "The day that the rows are of, as 2024-01-31, where the file does not say or says a day on which its "
                "exchange was closed. Without it, the day in the name of the file counts."
            ),
        )
        parser.add_argument(
            "--ticker", type=read_ticker, help="The stock that the rows are of, where the file does not say."
        )
        parser.add_argument(
            "--market",
            choices=MarketType.values,
            help="The market of stocks that are not known yet, where the file does not say.",
        )

    def handle(self, *arguments: Any, **options: Any) -> None:
        self.told = Told(options["day"], options["ticker"], options["market"])
        self.changed = 0
        known = newest_day()
        ensure_ahead()
        try:
            super().handle(*arguments, **options)
        except CommandError:  # files were refused, and the others stay loaded
            with suppress(DatabaseError):
                self._follow(known)
            raise
        self._follow(known)

    def sources(self, files: Sequence[str], folder: Path) -> list[Source | RefusedFileError]:
        found = super().sources(files, folder)
        if self.told.ticker and len(found) > 1:
            raise CommandError("--ticker says of which stock one file is. Load the other files by themselves.")
        return found

    def load(self, path: Path, watch: Watch) -> Report:
        report = load_prices(path, watch, self.told)
        self.changed += report.inserted + report.updated
        return report

    def retry(self, waiting: Waiting, watch: Watch) -> Report:
        return retry(waiting, load, superseded_prices, watch)

    def _follow(self, known: date | None) -> None:
        """What follows from all files together."""
        analyse(self.changed)
        flag_news(known)
