"""Every test runs on a real PostgreSQL: the one DATABASE_URL names, or an embedded one of the tests' own."""

import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from shutil import which

import pytest
from django.conf import settings
from django.test import Client

from aegis.logins.sessions import BEGAN, SEEN
from system.partitions import SEOUL
from system.postgres import Cluster
from tests.desk import make_operator
from tests.web import log_in_as_superuser

settings.MIDDLEWARE.insert(0, "tests.web.AsTheWebLogin")

# A machine without Chromium runs the rest; .ci/run installs it, and there nothing is left out.
NO_BROWSER = which("chromium") is None and "CI" not in os.environ
collect_ignore = ["aegis/test_browser.py"] if NO_BROWSER else []

# A test server may forget everything in a crash; what survives one is proven on servers that the test itself starts.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def pytest_report_header() -> str | None:
    return "no chromium: the tests in a browser are left out (apt install chromium)" if NO_BROWSER else None


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Start the embedded server before pytest-django makes the test database, and stop it when the run ends."""
    if not settings.EMBEDDED_POSTGRES:
        yield
        return
    cluster = Cluster(settings.AEGIS_VAR / "postgres")
    started = cluster.start(**FORGETFUL)
    log_in_as_superuser(cluster.owner)
    yield
    if started:
        cluster.stop()


@pytest.fixture(autouse=True)
def _no_midnight_within_a_test() -> None:
    """What a test calls today is today to its end: in the day's last seconds it waits for the next one."""
    now = datetime.now(SEOUL)
    midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), SEOUL)
    if (left := midnight - now) < timedelta(seconds=5):
        time.sleep(left.total_seconds())


@pytest.fixture
def operator(client: Client) -> Client:
    """A browser in which the operator kim, who may do everything, is logged in to the back office."""
    client.force_login(make_operator(username="kim"))
    session = client.session  # as after a login by the form: the first page writes nothing of it
    session.update({BEGAN: int(time.time()), SEEN: int(time.time())})
    session.save()
    return client
