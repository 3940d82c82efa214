import datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("system", "0004_login_policy"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("created_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("created_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                    models.Q(
                        ("acknowledged_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("acknowledged_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                ),
                name="chk_alerts_times",
                violation_error_message="Dates are from 1800 to 2199, times from 1970 to 2199.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("started_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("started_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                    models.Q(
                        ("finished_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("finished_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                ),
                name="chk_job_runs_times",
                violation_error_message="Dates are from 1800 to 2199, times from 1970 to 2199.",
            ),
        ),
        migrations.AddConstraint(
            model_name="loadreject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("created_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("created_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                    models.Q(
                        ("repaired_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("repaired_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                    models.Q(
                        ("retried_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("retried_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                    models.Q(
                        ("resolved_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("resolved_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                ),
                name="chk_load_rejects_times",
                violation_error_message="Dates are from 1800 to 2199, times from 1970 to 2199.",
            ),
        ),
    ]
