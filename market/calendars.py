"""The days that exchanges are open by the calendar library, remembered: to compute them takes it seconds.

The file lives with AEGIS's other files and is of one version of the library; without it, or where it cannot be written,
everything works and takes longer.
"""

import json
from contextlib import suppress
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings

LIBRARY = "exchange_calendars"
FIRST_DAY = date(1980, 1, 1)


def last_day() -> date:
    """How far the calendars are asked for: holidays are decided about a year ahead."""
    return date(date.today().year + 1, 12, 31)


def open_days(exchange: str) -> tuple[date, ...]:
    """The sessions of an exchange from `FIRST_DAY` to `last_day()`, oldest first."""
    return _open_days(exchange, last_day())


@cache
def _open_days(exchange: str, end: date) -> tuple[date, ...]:
    path = settings.AEGIS_VAR / "calendars" / f"{exchange}-{version(LIBRARY)}-{end}.json"
    with suppress(OSError, ValueError):
        return tuple(map(date.fromordinal, json.loads(path.read_text())))
    days = _computed(exchange, end)
    with suppress(OSError):
        _keep(path, json.dumps([day.toordinal() for day in days]))
    return days


def _computed(exchange: str, end: date) -> tuple[date, ...]:
    from exchange_calendars import get_calendar  # noqa: PLC0415 (with pandas it takes a second)

    return tuple(day.date() for day in get_calendar(exchange, start=FIRST_DAY, end=end).sessions)


def _keep(path: Path, text: str) -> None:
    """Write the file whole or not at all: another process may be reading it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        file.write(text)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
