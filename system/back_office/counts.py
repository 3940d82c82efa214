"""Counts that stay quick on tables of any size: exact while small, then `10,000+`, or an estimate for a whole table."""

from dataclasses import dataclass

from django.db import connections, models
from django.utils.formats import number_format
from django.utils.translation import gettext as _

LIMIT = 10_000


@dataclass(frozen=True)
class Count:
    """A number of rows, which may be a lower bound or the planner's estimate."""

    number: int
    at_least: bool = False
    estimated: bool = False

    def __bool__(self) -> bool:
        return self.number > 0

    def __str__(self) -> str:
        number = number_format(self.number, force_grouping=True)
        if self.estimated:
            return _("about %(number)s") % {"number": number}
        return f"{number}+" if self.at_least else number


def count_up_to(rows: "models.QuerySet[models.Model]", limit: int = LIMIT) -> Count:
    """Count `rows`, reading no more than `limit` + 1 of them."""
    found = rows.order_by().values("pk")[: limit + 1].count()
    return Count(min(found, limit), at_least=found > limit)


def count_all(rows: "models.QuerySet[models.Model]") -> Count:
    """Count a whole table: by the planner's statistics when it is large, else row by row."""
    estimate = estimated_rows(rows.model, rows.db)
    return Count(estimate, estimated=True) if estimate > LIMIT else count_up_to(rows)


def estimated_rows(model: type[models.Model], using: str) -> int:
    """The rows of a table and all its partitions as of their last ANALYZE; parts never analysed count as empty."""
    return sum(partition_sizes(model, using).values())


def partition_sizes(model: type[models.Model], using: str) -> dict[str, int]:
    """The estimated rows of each partition, by name, the newest first."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT relname, greatest(reltuples, 0)::bigint"
            "  FROM pg_partition_tree(to_regclass(%s)) AS part JOIN pg_class ON pg_class.oid = part.relid"
            " WHERE part.isleaf ORDER BY relname DESC",
            [model._meta.db_table],
        )
        return dict(cursor.fetchall())
