import django.db.models.deletion
import pgtrigger.migrations
import system.constraints
import system.triggers
from system.schemas import CreateSchema, in_schema
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("market", "0003_latest_prices"),
    ]

    operations = [
        CreateSchema("brain"),
        *in_schema(
            "brain",
            [
                migrations.CreateModel(
                    name="AIReport",
                    fields=[
                        ("report_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        (
                            "stock",
                            system.constraints.ReferenceField(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="reports",
                                to="market.stock",
                                verbose_name="stock",
                            ),
                        ),
                        ("analysis_date", models.DateField(verbose_name="analysis date")),
                        ("model_version", models.CharField(max_length=20, verbose_name="model version")),
                        (
                            "sentiment_score",
                            models.DecimalField(
                                blank=True,
                                db_comment="-10 (bad) to 10 (good)",
                                decimal_places=2,
                                max_digits=4,
                                null=True,
                                verbose_name="sentiment",
                            ),
                        ),
                        (
                            "confidence_score",
                            models.DecimalField(
                                blank=True,
                                db_comment="0 to 1",
                                decimal_places=4,
                                max_digits=5,
                                null=True,
                                verbose_name="confidence",
                            ),
                        ),
                        (
                            "target_price",
                            models.DecimalField(
                                blank=True,
                                db_comment="Trading currency",
                                decimal_places=4,
                                max_digits=14,
                                null=True,
                                verbose_name="target price",
                            ),
                        ),
                        (
                            "risk_level",
                            models.CharField(
                                choices=[("LOW", "Low"), ("MEDIUM", "Medium"), ("HIGH", "High")],
                                max_length=10,
                                verbose_name="risk",
                            ),
                        ),
                        ("summary", models.TextField(blank=True, null=True, verbose_name="summary")),
                        (
                            "raw_data",
                            models.JSONField(
                                blank=True, db_comment="What the model returned", null=True, verbose_name="raw data"
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
                    ],
                    options={
                        "verbose_name": "AI report",
                        "verbose_name_plural": "AI reports",
                        "db_table": "ai_reports",
                        "db_table_comment": "AI analysis of one stock on one day by one model version",
                        "ordering": ["-analysis_date", "stock"],
                    },
                ),
                migrations.CreateModel(
                    name="DailyPick",
                    fields=[
                        ("pick_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        (
                            "report",
                            system.constraints.ReferenceField(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="picks",
                                to="brain.aireport",
                                verbose_name="report",
                            ),
                        ),
                        (
                            "stock",
                            system.constraints.ReferenceField(
                                db_comment="The report's stock",
                                db_constraint=False,
                                db_index=False,
                                editable=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="picks",
                                to="market.stock",
                                verbose_name="stock",
                            ),
                        ),
                        ("pick_date", models.DateField(verbose_name="pick date")),
                        (
                            "action",
                            models.CharField(
                                choices=[("BUY", "Buy"), ("SELL", "Sell"), ("HOLD", "Hold")],
                                max_length=10,
                                verbose_name="action",
                            ),
                        ),
                        (
                            "priority_score",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="priority"
                            ),
                        ),
                        (
                            "expected_return",
                            models.DecimalField(
                                blank=True,
                                db_comment="Percent",
                                decimal_places=2,
                                max_digits=6,
                                null=True,
                                verbose_name="expected return %",
                            ),
                        ),
                        (
                            "holding_period",
                            models.IntegerField(
                                blank=True,
                                db_comment="Expected days to hold",
                                null=True,
                                verbose_name="holding period (days)",
                            ),
                        ),
                        (
                            "is_executed",
                            models.BooleanField(
                                db_comment="True from the first fill on", db_default=False, verbose_name="executed"
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
                    ],
                    options={
                        "verbose_name": "daily pick",
                        "verbose_name_plural": "daily picks",
                        "db_table": "daily_picks",
                        "db_table_comment": "Advice to buy, sell or hold a report's stock on one day",
                        "ordering": ["-pick_date", "-priority_score"],
                    },
                ),
                migrations.AddIndex(
                    model_name="aireport",
                    index=models.Index(fields=["-analysis_date"], name="idx_ai_reports_date"),
                ),
                migrations.AddIndex(
                    model_name="aireport",
                    index=models.Index(
                        models.OrderBy(models.F("sentiment_score"), descending=True, nulls_last=True),
                        name="idx_ai_reports_sentiment",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="aireport",
                    constraint=system.constraints.Reference(field="stock", name="fk_ai_reports_stock"),
                ),
                migrations.AddConstraint(
                    model_name="aireport",
                    constraint=models.UniqueConstraint(
                        fields=("stock", "analysis_date", "model_version"),
                        name="idx_ai_reports_stock_date",
                        violation_error_message="This model version has reported on this stock and day already.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="aireport",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("sentiment_score__gte", -10), ("sentiment_score__lte", 10)),
                        name="chk_ai_reports_sentiment",
                        violation_error_message="Sentiment is from -10 to 10.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="aireport",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("confidence_score__gte", 0), ("confidence_score__lte", 1)),
                        name="chk_ai_reports_confidence",
                        violation_error_message="Confidence is from 0 to 1.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="aireport",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("target_price__gt", 0),
                                (
                                    "target_price__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
                            )
                        ),
                        name="chk_ai_reports_target",
                        violation_error_message="The target price is above zero.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="aireport",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("risk_level__in", ["LOW", "MEDIUM", "HIGH"])),
                        name="chk_ai_reports_risk",
                        violation_error_message="This value is not on the list of choices.",
                    ),
                ),
                migrations.AddIndex(
                    model_name="dailypick",
                    index=models.Index(fields=["pick_date", "action"], name="idx_daily_picks_date_action"),
                ),
                migrations.AddIndex(
                    model_name="dailypick",
                    index=models.Index(
                        models.OrderBy(models.F("priority_score"), descending=True, nulls_last=True),
                        models.F("pick_date"),
                        name="idx_daily_picks_priority",
                    ),
                ),
                migrations.AddIndex(
                    model_name="dailypick",
                    index=models.Index(fields=["stock"], name="idx_daily_picks_stock"),
                ),
                migrations.AddConstraint(
                    model_name="dailypick",
                    constraint=system.constraints.Reference(field="report", name="fk_daily_picks_report"),
                ),
                migrations.AddConstraint(
                    model_name="dailypick",
                    constraint=system.constraints.Reference(field="stock", name="fk_daily_picks_stock"),
                ),
                migrations.AddConstraint(
                    model_name="dailypick",
                    constraint=models.UniqueConstraint(
                        fields=("report", "pick_date", "action"),
                        name="uniq_daily_pick",
                        violation_error_message="This report has this pick on this day already.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="dailypick",
                    constraint=models.UniqueConstraint(
                        fields=("pick_date", "report"),
                        name="uniq_daily_picks_one_action",
                        violation_error_message="This report has another pick on this day already.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="dailypick",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("action__in", ["BUY", "SELL", "HOLD"])),
                        name="chk_daily_picks_action",
                        violation_error_message="This value is not on the list of choices.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="dailypick",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("holding_period__gt", 0)),
                        name="chk_daily_picks_period",
                        violation_error_message="The holding period is at least one day.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="dailypick",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("priority_score__lt", 1000000)),
                        name="chk_daily_picks_priority",
                        violation_error_message="The priority is a number.",
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="dailypick",
                    trigger=system.triggers.CompiledTrigger(
                        name="pick_stock",
                        sql=system.triggers.TriggerSql(
                            func="-- A pick is of the stock that its report is about: filled in when omitted, refused when it disagrees.\nDECLARE\n    reported bigint := (SELECT stock_id FROM brain.ai_reports WHERE report_id = NEW.report_id);\nBEGIN\n    IF reported IS NULL AND NEW.report_id IS NOT NULL THEN\n        RAISE EXCEPTION 'fk_daily_picks_report: there is no report %', NEW.report_id\n            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_daily_picks_report';\n    ELSIF NEW.stock_id <> reported THEN\n        RAISE EXCEPTION 'pick_stock: report % is about stock %, not %; leave stock_id out to have it filled in',\n            NEW.report_id, reported, NEW.stock_id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'pick_stock';\n    END IF;\n    NEW.stock_id := reported;\n    RETURN NEW;\nEND",
                            hash="517e7ede6e442b959d1d3b39c677715114c50679",
                            operation='INSERT OR UPDATE OF "report_id", "stock_id"',
                            pgid="pgtrigger_pick_stock_2af67",
                            schema="brain",
                            security="INVOKER",
                            table="daily_picks",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
    ]
