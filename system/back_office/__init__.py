"""The back office: what every app's admin classes are made of."""

from system.back_office.large_tables import LargeTable
from system.back_office.model_admin import BackOffice, ReadOnly, ReadOnlyInline

__all__ = ["BackOffice", "LargeTable", "ReadOnly", "ReadOnlyInline"]
