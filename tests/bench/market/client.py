"""A process with Django on the database of a bench: it reads one question a line, and answers each with a JSON line."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aegis.settings")
django.setup()

from django.db import connection  # noqa: E402

from market.ingest.prices import load_prices  # noqa: E402
from tests.bench.market import peers, reads  # noqa: E402


def load(path: str) -> dict[str, Any]:
    """Load a file; the seconds are those of the caller's clock."""
    start = time.perf_counter()
    report = load_prices(Path(path))
    seconds = time.perf_counter() - start
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return report.as_json() | {"seconds": seconds, "megabytes": megabytes}


QUESTIONS: dict[str, Callable[..., Any]] = {
    "load": load,
    "bulk_create": peers.bulk_create,
    "executemany": peers.executemany,
    "to_sql": peers.to_sql,
    "reads": reads.compare,
}


def main() -> None:
    connection.ensure_connection()
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(QUESTIONS[name](*arguments), default=str) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
