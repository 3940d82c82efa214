"""A desk that nobody migrates for weeks still takes the rows of today."""

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from aegis.serving import supervisor
from system import partitions
from system.models import Log
from system.partitions import SEOUL, ensure_ahead

pytestmark = pytest.mark.django_db

LATER = datetime.now(SEOUL) + timedelta(days=200)


@pytest.fixture
def months_later(monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return LATER

    monkeypatch.setattr(partitions, "datetime", Later)


def log(at: datetime) -> None:
    with transaction.atomic():
        Log.objects.create(log_level="INFO", logger="engine", message="up", created_at=at)


def test_there_is_a_month_ahead_and_no_more() -> None:
    log(datetime.now(SEOUL) + timedelta(days=31))
    with pytest.raises(IntegrityError, match="no partition"):
        log(LATER)


@pytest.mark.usefixtures("months_later")
@pytest.mark.parametrize("job", [["partitions", "ensure"], ["revalue"], ["expire_orders"]])
def test_what_runs_every_day_keeps_partitions_ahead(job: list[str]) -> None:
    call_command(*job, stdout=StringIO())

    log(LATER)
    log(LATER + timedelta(days=31))
    assert Log.objects.count() == 2


@pytest.mark.usefixtures("months_later")
def test_the_command_tells_what_it_made_and_does_nothing_twice() -> None:
    out = StringIO()
    call_command("partitions", "ensure", "--json", stdout=out)
    assert f"system.logs_y{LATER:%Y_%m_%d}" in json.loads(out.getvalue())["made"]

    assert ensure_ahead() == []


def test_a_desk_that_is_up_looks_ahead_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []

    class Web:
        result: int | None = None

    class Stop:
        def pause(self, _seconds: float) -> None:
            Web.result = 1 if len(looks) == 2 else None

    monkeypatch.setattr(supervisor, "AHEAD_SECONDS", -1)
    monkeypatch.setattr(supervisor, "_keep_partitions_ahead", lambda place, stop: looks.append("look"))
    monkeypatch.setattr(supervisor, "_ended", lambda child: "ended")
    monkeypatch.setattr(supervisor, "_cluster", lambda: type("Server", (), {"is_running": True}))
    with pytest.raises(supervisor.ServingError):
        supervisor._watch(Web(), None, Stop())  # type: ignore[arg-type]

    assert len(looks) >= 2
