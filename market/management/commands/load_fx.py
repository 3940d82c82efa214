from pathlib import Path

from market.fx import load, load_fx
from market.ingest.command import LoadCommand
from market.ingest.progress import Watch
from market.ingest.report import Report
from market.ingest.retry import Waiting, retry
from market.ingest.superseded import superseded_facts


class Command(LoadCommand):
    name = "load_fx"
    help = (
        "Load exchange rates from CSV files with the columns currency, date and rate (KRW for one unit). Each file is "
        "one transaction. Loading a file again changes nothing; a bad row is kept in system.load_rejects and counted."
    )

    def load(self, path: Path, watch: Watch) -> Report:
        return load_fx(path, watch)

    def retry(self, waiting: Waiting, watch: Watch) -> Report:
        return retry(waiting, load, superseded_facts, watch)
