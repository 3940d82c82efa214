#!/usr/bin/env python
"""The door to every AEGIS command: `./manage.py help` lists them."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

COULD_NOT_RUN = 2


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aegis.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A wrong setting is the operator's to mend: the sentence helps, the traceback does not.
        sys.exit(f"{error}")
    except OperationalError as error:
        if not is_away(error) or "--traceback" in sys.argv:
            raise
        said = " ".join(str(error).split())
        print(f"The database does not answer: {said} Start it, or mend DATABASE_URL.", file=sys.stderr)
        sys.exit(COULD_NOT_RUN)
    except KeyboardInterrupt:
        sys.exit(130)


def is_away(error: OperationalError) -> bool:
    """Whether there is no server, or none any more; what a server says about a statement has another SQLSTATE."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return not state or state.startswith(("08", "57P"))


if __name__ == "__main__":
    main()
