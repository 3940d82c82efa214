"""Keeps partitions ahead of the data: `python -m aegis.serving.ahead`, run by the supervisor while it serves."""

import argparse
import os
import sys

from aegis.serving import lifeline


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lifeline", type=int, required=True)
    options = parser.parse_args()
    lifeline.hold(options.lifeline)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aegis.settings")
    import django  # noqa: PLC0415 - the lifeline comes first

    django.setup()
    from django.db import DatabaseError  # noqa: PLC0415

    from system.partitions import ensure_ahead  # noqa: PLC0415

    try:
        ensure_ahead()
    except DatabaseError as error:  # tried again later, long before the last partition is full
        print(f"Partitions: {error}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
