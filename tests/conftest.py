"""Every test runs on a real PostgreSQL: the one DATABASE_URL names, or an embedded one of the tests' own."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from system.partitions import SEOUL
from system.postgres import Cluster
from tests.desk import make_operator

# A test server may forget everything in a crash; what survives one is proven on servers that the test itself starts.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Start the embedded server before pytest-django makes the test database, and stop it when the run ends."""
    if not settings.EMBEDDED_POSTGRES:
        yield
        return
    cluster = Cluster(settings.AEGIS_VAR / "postgres")
    started = cluster.start(**FORGETFUL)
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
    return client
