from system.schemas import CreateSchema, in_schema, run_sql
from django.db import migrations, models


from system.partitions import CreatePartitionedModel


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        CreateSchema("system"),
        run_sql(__file__, "foundation"),
        *in_schema(
            "system",
            [
                migrations.CreateModel(
                    name="Alert",
                    fields=[
                        ("alert_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        (
                            "alert_type",
                            models.CharField(
                                choices=[
                                    ("ERROR", "Error"),
                                    ("WARNING", "Warning"),
                                    ("INFO", "Information"),
                                    ("TRADE_SIGNAL", "Trade signal"),
                                ],
                                max_length=30,
                                verbose_name="type",
                            ),
                        ),
                        (
                            "severity",
                            models.CharField(
                                choices=[
                                    ("CRITICAL", "Critical"),
                                    ("HIGH", "High"),
                                    ("MEDIUM", "Medium"),
                                    ("LOW", "Low"),
                                ],
                                max_length=10,
                                verbose_name="severity",
                            ),
                        ),
                        (
                            "module",
                            models.CharField(
                                blank=True,
                                db_comment="The part of AEGIS that raised it, e.g. trade",
                                max_length=50,
                                null=True,
                                verbose_name="module",
                            ),
                        ),
                        ("message", models.TextField(verbose_name="message")),
                        (
                            "data",
                            models.JSONField(
                                blank=True,
                                db_comment="Facts behind the message, for programs",
                                null=True,
                                verbose_name="data",
                            ),
                        ),
                        ("is_acknowledged", models.BooleanField(db_default=False, verbose_name="acknowledged")),
                        (
                            "acknowledged_by",
                            models.CharField(blank=True, max_length=150, null=True, verbose_name="acknowledged by"),
                        ),
                        (
                            "acknowledged_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="acknowledged at"),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                editable=False,
                                verbose_name="created at",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "alert",
                        "verbose_name_plural": "alerts",
                        "db_table": "alerts",
                        "db_table_comment": "What an operator should look at, until acknowledged",
                        "ordering": ["-created_at"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("is_acknowledged", False)),
                                fields=["created_at"],
                                name="idx_alerts_waiting",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("alert_type__in", ["ERROR", "WARNING", "INFO", "TRADE_SIGNAL"])),
                                name="chk_alerts_type",
                                violation_error_message="This value is not on the list of choices.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("severity__in", ["CRITICAL", "HIGH", "MEDIUM", "LOW"])),
                                name="chk_alerts_severity",
                                violation_error_message="This value is not on the list of choices.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("acknowledged_at__isnull", False), _negated=True),
                                    ("is_acknowledged", True),
                                    _connector="OR",
                                ),
                                name="chk_alerts_acknowledged",
                                violation_error_message="An alert with a time of acknowledgement is acknowledged.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="JobRun",
                    fields=[
                        ("job_run_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        (
                            "job",
                            models.CharField(
                                db_comment="The management command, e.g. load_prices", max_length=50, verbose_name="job"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("RUNNING", "Running"), ("SUCCEEDED", "Succeeded"), ("FAILED", "Failed")],
                                db_default="RUNNING",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("arguments", models.JSONField(blank=True, null=True, verbose_name="arguments")),
                        (
                            "result",
                            models.JSONField(
                                blank=True, db_comment="What --json prints", null=True, verbose_name="result"
                            ),
                        ),
                        ("error", models.TextField(blank=True, null=True, verbose_name="error")),
                        (
                            "started_at",
                            models.DateTimeField(
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                verbose_name="started at",
                            ),
                        ),
                        ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                    ],
                    options={
                        "verbose_name": "job run",
                        "verbose_name_plural": "job runs",
                        "db_table": "job_runs",
                        "db_table_comment": "Runs of operations commands",
                        "ordering": ["-started_at"],
                        "indexes": [models.Index(fields=["job", "-started_at"], name="idx_job_runs_job_time")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["RUNNING", "SUCCEEDED", "FAILED"])),
                                name="chk_job_runs_state",
                                violation_error_message="This value is not on the list of choices.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("finished_at__isnull", True), ("state", "RUNNING")),
                                    models.Q(
                                        models.Q(("state", "RUNNING"), _negated=True), ("finished_at__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="chk_job_runs_finished",
                                violation_error_message="A job run has a finishing time if, and only if, it is not running.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LoadReject",
                    fields=[
                        (
                            "load_reject_id",
                            models.BigAutoField(primary_key=True, serialize=False, verbose_name="number"),
                        ),
                        (
                            "loader",
                            models.CharField(
                                db_comment="The command, e.g. load_prices", max_length=50, verbose_name="loader"
                            ),
                        ),
                        ("file_name", models.CharField(max_length=255, verbose_name="file")),
                        (
                            "file_digest",
                            models.CharField(
                                db_comment="SHA-256 of the file, in hex", max_length=64, verbose_name="file digest"
                            ),
                        ),
                        (
                            "line",
                            models.BigIntegerField(
                                db_comment="1 is the first line of the file, the header", verbose_name="line"
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                db_comment="A short code, e.g. close_not_positive", max_length=50, verbose_name="reason"
                            ),
                        ),
                        ("detail", models.TextField(verbose_name="detail")),
                        (
                            "raw",
                            models.JSONField(
                                db_comment="The row as the file has it, by column", verbose_name="raw row"
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                editable=False,
                                verbose_name="created at",
                            ),
                        ),
                        ("resolved_at", models.DateTimeField(blank=True, null=True, verbose_name="resolved at")),
                    ],
                    options={
                        "verbose_name": "rejected row",
                        "verbose_name_plural": "rejected rows",
                        "db_table": "load_rejects",
                        "db_table_comment": "Rows that loaders refused, kept until they are repaired",
                        "ordering": ["-created_at", "line"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("line__gte", 0),
                                        (
                                            "line__lt",
                                            models.Func(
                                                output_field=models.DecimalField(), template="'Infinity'::numeric"
                                            ),
                                        ),
                                    )
                                ),
                                name="chk_load_rejects_line",
                            ),
                            models.UniqueConstraint(
                                fields=("file_digest", "line", "reason", "loader"), name="uniq_load_rejects_row"
                            ),
                        ],
                    },
                ),
                CreatePartitionedModel(
                    name="Log",
                    partition_by="created_at",
                    key=["log_id", "created_at"],
                    key_name="pk_logs",
                    fields=[
                        ("log_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        (
                            "log_level",
                            models.CharField(
                                choices=[
                                    ("DEBUG", "Debug"),
                                    ("INFO", "Information"),
                                    ("WARN", "Warning"),
                                    ("ERROR", "Error"),
                                    ("FATAL", "Fatal"),
                                ],
                                max_length=10,
                                verbose_name="level",
                            ),
                        ),
                        ("logger", models.CharField(blank=True, max_length=100, null=True, verbose_name="logger")),
                        ("message", models.TextField(verbose_name="message")),
                        ("stack_trace", models.TextField(blank=True, null=True, verbose_name="stack trace")),
                        ("request_id", models.CharField(blank=True, max_length=50, null=True, verbose_name="request")),
                        ("user_id", models.CharField(blank=True, max_length=150, null=True, verbose_name="user")),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_comment="Partition key",
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                verbose_name="created at",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "log line",
                        "verbose_name_plural": "logs",
                        "db_table": "logs",
                        "db_table_comment": "Log lines of all programs, one partition for each day of Asia/Seoul",
                        "ordering": ["-created_at"],
                        "indexes": [models.Index(fields=["created_at"], name="idx_logs_time")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("log_level__in", ["DEBUG", "INFO", "WARN", "ERROR", "FATAL"])),
                                name="chk_logs_level",
                                violation_error_message="This value is not on the list of choices.",
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
