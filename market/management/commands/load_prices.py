from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.db import DatabaseError

from market.ingest.command import LoadCommand
from market.ingest.prices import load_prices
from market.ingest.progress import Watch
from market.ingest.report import Report
from market.jumps import flag_news, newest_day


class Command(LoadCommand):
    name = "load_prices"
    help = (
        "Load daily prices from marcap files (CSV, gzipped CSV, Parquet) and AEGIS CSV files. Each file is one "
        "transaction. Loading a file again changes nothing; a bad row is kept in system.load_rejects and counted. "
        "Closes of the newest days that moved further than a day allows raise an alert."
    )

    def handle(self, *arguments: Any, **options: Any) -> None:
        known = newest_day()
        try:
            super().handle(*arguments, **options)
        except CommandError:  # a refused file ends the command, and those before it stay loaded
            with suppress(DatabaseError):
                flag_news(known)
            raise
        flag_news(known)

    def load(self, path: Path, watch: Watch) -> Report:
        return load_prices(path, watch)
