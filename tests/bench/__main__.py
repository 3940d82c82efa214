"""`make bench`: what AEGIS costs, as ratios to a limit or a peer measured in the same run.

Each bench gets a durable server of its own, used and thrown away. Exits with 1 when a bound is missed.
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from tests.bench.report import Figure, tell
from tests.servers import migrate, throwaway_server

BENCHES = ("access", "ledger", "valuation", "market")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="The benches to run; all unless named.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="Write the figures to this file too.")
    parser.add_argument("--rows", type=int, help="Rows of history for the bench market; 13 million unless given.")
    arguments = parser.parse_args()
    figures: list[Figure] = []
    for name in arguments.names or BENCHES:
        with throwaway_server() as server:
            migrate(server.url)
            options = {"rows": arguments.rows} if name == "market" and arguments.rows else {}
            figures += import_module(f"tests.bench.{name}").run(server, **options)
    tell(figures, arguments.json)
    return 0 if all(figure.is_met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
