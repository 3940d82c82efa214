"""The settings of a test run, in place before Django reads them (pyproject.toml loads this as a pytest plugin)."""

import os
from pathlib import Path

import pytest

VAR = Path(__file__).resolve().parent.parent / "var" / "test"

os.environ.update(
    AEGIS_VAR=os.environ.get("AEGIS_VAR", str(VAR)),
    DEBUG="false",
    HTTPS="false",
    SECRET_KEY="tests-only-" + "x" * 40,
    TIME_ZONE="Asia/Seoul",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-snapshot", action="store_true", help="Write docs/schema.sql from the test database.")
