"""What happens to alerts."""

from django.db.models import QuerySet
from django.db.models.functions import Now

from system.models import Alert


def acknowledge(alerts: "QuerySet[Alert]", by: str) -> int:
    """Mark those of `alerts` that still wait as seen by the user `by`; return how many there were.

    Of two operators who acknowledge the same alert, the first is the one it names.
    """
    return alerts.filter(is_acknowledged=False).update(is_acknowledged=True, acknowledged_by=by, acknowledged_at=Now())
