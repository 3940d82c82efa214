from pathlib import Path

from market.ingest.command import LoadCommand
from market.ingest.progress import Watch
from market.ingest.report import Report
from market.ingest.retry import Waiting, retry
from market.ingest.stocks import load, load_stocks
from market.ingest.superseded import superseded_facts


class Command(LoadCommand):
    name = "load_stocks"
    help = (
        "Load the stock master: AEGIS CSV, the KRX's stock list and its delistings, or files of prices (marcap, the "
        "exchange's download of all stocks), of which the newest row of each stock counts. Each file is one "
        "transaction. Loading a file again changes nothing."
    )

    def load(self, path: Path, watch: Watch) -> Report:
        return load_stocks(path, watch)

    def retry(self, waiting: Waiting, watch: Watch) -> Report:
        return retry(waiting, load, superseded_facts, watch)
