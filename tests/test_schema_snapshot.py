"""docs/schema.sql is what the migrations make. `make snapshot` writes it anew after a migration."""

from pathlib import Path

import pytest

from system.catalogue import describe_schema

SNAPSHOT = Path(__file__).resolve().parent.parent / "docs" / "schema.sql"
HEADER = (
    "-- The schema that `manage.py migrate` makes, as the catalogue tells it. `make snapshot` writes this file.\n\n"
)


@pytest.mark.django_db
def test_the_snapshot_is_what_the_migrations_make(request: pytest.FixtureRequest) -> None:
    live = HEADER + describe_schema()
    if request.config.getoption("write_snapshot"):
        SNAPSHOT.write_text(live)

    assert live == SNAPSHOT.read_text()
