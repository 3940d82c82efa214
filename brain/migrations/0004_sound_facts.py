import datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brain", "0003_history_context"),
        ("market", "0011_sound_facts"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="aireport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("analysis_date__gte", datetime.date(1800, 1, 1)),
                        ("analysis_date__lt", datetime.date(2200, 1, 1)),
                    ),
                    models.Q(
                        ("created_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("created_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                ),
                name="chk_ai_reports_date",
                violation_error_message="Dates are from 1800 to 2199, times from 1970 to 2199.",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailypick",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("pick_date__gte", datetime.date(1800, 1, 1)), ("pick_date__lt", datetime.date(2200, 1, 1))
                    ),
                    models.Q(
                        ("created_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("created_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                ),
                name="chk_daily_picks_date",
                violation_error_message="Dates are from 1800 to 2199, times from 1970 to 2199.",
            ),
        ),
    ]
