"""docs/access.md is the table of rights. `make snapshot` writes it anew when the table changes."""

import pytest

from aegis.access import ACCESS
from system.access.page import page
from tests.servers import ROOT

PAGE = ROOT / "docs" / "access.md"


def test_the_page_is_the_table_of_rights(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("write_snapshot"):
        PAGE.write_text(page(ACCESS))

    assert PAGE.read_text() == page(ACCESS)
