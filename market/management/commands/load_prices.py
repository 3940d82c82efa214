from pathlib import Path

from market.ingest.command import LoadCommand
from market.ingest.prices import load_prices
from market.ingest.progress import Watch
from market.ingest.report import Report


class Command(LoadCommand):
    name = "load_prices"
    help = (
        "Load daily prices from marcap files (CSV, gzipped CSV, Parquet) and AEGIS CSV files. Each file is one "
        "transaction. Loading a file again changes nothing; a bad row is kept in system.load_rejects and counted."
    )

    def load(self, path: Path, watch: Watch) -> Report:
        return load_prices(path, watch)
