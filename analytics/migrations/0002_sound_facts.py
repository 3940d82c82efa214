import datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0001_backtest_results"),
        ("trade", "0008_sound_facts"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="backtestresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("test_period_start__gte", datetime.date(1800, 1, 1)),
                        ("test_period_start__lt", datetime.date(2200, 1, 1)),
                    ),
                    models.Q(
                        ("test_period_end__gte", datetime.date(1800, 1, 1)),
                        ("test_period_end__lt", datetime.date(2200, 1, 1)),
                    ),
                    models.Q(
                        ("created_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("created_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                ),
                name="chk_backtest_results_dates",
                violation_error_message="Dates are from 1800 to 2199, times from 1970 to 2199.",
            ),
        ),
    ]
