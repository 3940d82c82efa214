import system.constraints
from django.db import migrations, models

from system.schemas import run_sql


class Migration(migrations.Migration):
    dependencies = [
        ("system", "0005_sensible_times"),
    ]

    operations = [
        run_sql(__file__, "no_exclusion"),
        migrations.RemoveConstraint(
            model_name="alert",
            name="chk_alerts_type",
        ),
        migrations.RemoveConstraint(
            model_name="alert",
            name="chk_alerts_severity",
        ),
        migrations.RemoveConstraint(
            model_name="jobrun",
            name="chk_job_runs_state",
        ),
        migrations.RemoveConstraint(
            model_name="loadreject",
            name="chk_load_rejects_line",
        ),
        migrations.RemoveConstraint(
            model_name="log",
            name="chk_logs_level",
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among("alert_type", ["ERROR", "WARNING", "INFO", "TRADE_SIGNAL"]),
                name="chk_alerts_type",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among("severity", ["CRITICAL", "HIGH", "MEDIUM", "LOW"]),
                name="chk_alerts_severity",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobrun",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among("state", ["RUNNING", "SUCCEEDED", "FAILED"]),
                name="chk_job_runs_state",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
        migrations.AddConstraint(
            model_name="loadreject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("line__gte", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        ("line__lt", models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric")),
                    )
                ),
                name="chk_load_rejects_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="log",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among("log_level", ["DEBUG", "INFO", "WARN", "ERROR", "FATAL"]),
                name="chk_logs_level",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
    ]
