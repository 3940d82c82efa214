"""The days that the calendar library has wrong, as far as known when this was written."""

from datetime import date
from typing import Any

from django.db import migrations

# exchange_calendars 4.13 has neither the local elections nor the holidays of the law of 2026: Constitution Day is one
# again, and what falls on a weekend is made up for on the Monday.
CLOSED = (
    ("XKRX", date(2026, 6, 3), "제9회 전국동시지방선거"),
    ("XKRX", date(2026, 7, 17), "제헌절 (공휴일 재지정)"),
    ("XKRX", date(2027, 5, 3), "노동절 대체공휴일"),
    ("XKRX", date(2027, 7, 19), "제헌절 대체공휴일"),
)


def enter(apps: Any, schema_editor: Any) -> None:
    """What an operator entered for one of these days stays."""
    model = apps.get_model("market", "SessionOverride")
    model.objects.using(schema_editor.connection.alias).bulk_create(
        [model(exchange=exchange, session_date=day, is_open=False, reason=reason) for exchange, day, reason in CLOSED],
        ignore_conflicts=True,
    )


def take_out(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("market", "SessionOverride").objects.using(schema_editor.connection.alias)
    for exchange, day, reason in CLOSED:
        rows.filter(exchange=exchange, session_date=day, is_open=False, reason=reason).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0007_wide_changes"),
    ]

    operations = [
        migrations.RunPython(enter, take_out),
    ]
