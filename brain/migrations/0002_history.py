import django.db.models.deletion
import pghistory.utils
import pgtrigger.migrations
import system.constraints
import system.triggers
from system.schemas import in_schema
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brain", "0001_reports_and_picks"),
        ("market", "0005_history"),
    ]

    operations = [
        *in_schema(
            "brain",
            [
                migrations.CreateModel(
                    name="AIReportEvent",
                    fields=[
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        (
                            "principal",
                            models.CharField(
                                db_comment="The acting user",
                                db_default=models.Func(output_field=models.CharField(), template="system.principal()"),
                                max_length=150,
                                verbose_name="user",
                            ),
                        ),
                        (
                            "login",
                            models.CharField(
                                db_comment="The database login",
                                db_default=models.Func(output_field=models.CharField(), template="session_user"),
                                max_length=63,
                                verbose_name="login",
                            ),
                        ),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("report_id", models.BigIntegerField()),
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
                            "created_at",
                            models.DateTimeField(
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                editable=False,
                                verbose_name="created at",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "ai_report_events",
                        "db_table_comment": "Every change of ai_reports, append-only",
                        "ordering": ["-pgh_id"],
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="DailyPickEvent",
                    fields=[
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        (
                            "principal",
                            models.CharField(
                                db_comment="The acting user",
                                db_default=models.Func(output_field=models.CharField(), template="system.principal()"),
                                max_length=150,
                                verbose_name="user",
                            ),
                        ),
                        (
                            "login",
                            models.CharField(
                                db_comment="The database login",
                                db_default=models.Func(output_field=models.CharField(), template="session_user"),
                                max_length=63,
                                verbose_name="login",
                            ),
                        ),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pick_id", models.BigIntegerField()),
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
                        "db_table": "daily_pick_events",
                        "db_table_comment": "Every change of daily_picks, append-only",
                        "ordering": ["-pgh_id"],
                        "abstract": False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="aireport",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_insert",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO brain.ai_report_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, report_id, stock_id, analysis_date, model_version, sentiment_score, confidence_score, target_price, risk_level, summary, created_at)\n    VALUES (now(), 'insert', NEW.report_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.report_id, NEW.stock_id, NEW.analysis_date, NEW.model_version, NEW.sentiment_score, NEW.confidence_score, NEW.target_price, NEW.risk_level, NEW.summary, NEW.created_at);\n    RETURN NULL;\nEND",
                            hash="d3f65627d6485a62658cf5baf0a121263a0a5de6",
                            operation="INSERT",
                            pgid="pgtrigger_audit_insert_9d010",
                            schema="brain",
                            security="DEFINER",
                            table="ai_reports",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="aireport",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_update",
                        sql=system.triggers.TriggerSql(
                            condition='WHEN (OLD."analysis_date" IS DISTINCT FROM (NEW."analysis_date") OR OLD."confidence_score" IS DISTINCT FROM (NEW."confidence_score") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."model_version" IS DISTINCT FROM (NEW."model_version") OR OLD."report_id" IS DISTINCT FROM (NEW."report_id") OR OLD."risk_level" IS DISTINCT FROM (NEW."risk_level") OR OLD."sentiment_score" IS DISTINCT FROM (NEW."sentiment_score") OR OLD."stock_id" IS DISTINCT FROM (NEW."stock_id") OR OLD."summary" IS DISTINCT FROM (NEW."summary") OR OLD."target_price" IS DISTINCT FROM (NEW."target_price"))',
                            func="BEGIN\n    INSERT INTO brain.ai_report_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, report_id, stock_id, analysis_date, model_version, sentiment_score, confidence_score, target_price, risk_level, summary, created_at)\n    VALUES (now(), 'update', NEW.report_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.report_id, NEW.stock_id, NEW.analysis_date, NEW.model_version, NEW.sentiment_score, NEW.confidence_score, NEW.target_price, NEW.risk_level, NEW.summary, NEW.created_at);\n    RETURN NULL;\nEND",
                            hash="9419a4c2c05977a6e64b5444a238107e12408f7b",
                            operation="UPDATE",
                            pgid="pgtrigger_audit_update_1bf02",
                            schema="brain",
                            security="DEFINER",
                            table="ai_reports",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="aireport",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_delete",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO brain.ai_report_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, report_id, stock_id, analysis_date, model_version, sentiment_score, confidence_score, target_price, risk_level, summary, created_at)\n    VALUES (now(), 'delete', OLD.report_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, OLD.report_id, OLD.stock_id, OLD.analysis_date, OLD.model_version, OLD.sentiment_score, OLD.confidence_score, OLD.target_price, OLD.risk_level, OLD.summary, OLD.created_at);\n    RETURN NULL;\nEND",
                            hash="74a857ec0450356d5efbdceaa222ca232cdf7017",
                            operation="DELETE",
                            pgid="pgtrigger_audit_delete_aa701",
                            schema="brain",
                            security="DEFINER",
                            table="ai_reports",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="dailypick",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_insert",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO brain.daily_pick_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, pick_id, report_id, stock_id, pick_date, action, priority_score, expected_return, holding_period, is_executed, created_at)\n    VALUES (now(), 'insert', NEW.pick_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.pick_id, NEW.report_id, NEW.stock_id, NEW.pick_date, NEW.action, NEW.priority_score, NEW.expected_return, NEW.holding_period, NEW.is_executed, NEW.created_at);\n    RETURN NULL;\nEND",
                            hash="5a5fbe3d29d776505d833e50f3e2b8d9821553c1",
                            operation="INSERT",
                            pgid="pgtrigger_audit_insert_74709",
                            schema="brain",
                            security="DEFINER",
                            table="daily_picks",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="dailypick",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_update",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func="BEGIN\n    INSERT INTO brain.daily_pick_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, pick_id, report_id, stock_id, pick_date, action, priority_score, expected_return, holding_period, is_executed, created_at)\n    VALUES (now(), 'update', NEW.pick_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.pick_id, NEW.report_id, NEW.stock_id, NEW.pick_date, NEW.action, NEW.priority_score, NEW.expected_return, NEW.holding_period, NEW.is_executed, NEW.created_at);\n    RETURN NULL;\nEND",
                            hash="f46d3b8d2510ac3bb9df545996f74c8d96b7d45b",
                            operation="UPDATE",
                            pgid="pgtrigger_audit_update_9e6f4",
                            schema="brain",
                            security="DEFINER",
                            table="daily_picks",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="dailypick",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_delete",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO brain.daily_pick_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, pick_id, report_id, stock_id, pick_date, action, priority_score, expected_return, holding_period, is_executed, created_at)\n    VALUES (now(), 'delete', OLD.pick_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, OLD.pick_id, OLD.report_id, OLD.stock_id, OLD.pick_date, OLD.action, OLD.priority_score, OLD.expected_return, OLD.holding_period, OLD.is_executed, OLD.created_at);\n    RETURN NULL;\nEND",
                            hash="d0093a8346f44aa945f149a8db698c9783b88d05",
                            operation="DELETE",
                            pgid="pgtrigger_audit_delete_a0ff8",
                            schema="brain",
                            security="DEFINER",
                            table="daily_picks",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AddField(
                    model_name="aireportevent",
                    name="pgh_obj",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="brain.aireport",
                    ),
                ),
                migrations.AddField(
                    model_name="aireportevent",
                    name="stock",
                    field=system.constraints.ReferenceField(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="market.stock",
                        verbose_name="stock",
                    ),
                ),
                migrations.AddField(
                    model_name="dailypickevent",
                    name="pgh_obj",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="brain.dailypick",
                    ),
                ),
                migrations.AddField(
                    model_name="dailypickevent",
                    name="report",
                    field=system.constraints.ReferenceField(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="brain.aireport",
                        verbose_name="report",
                    ),
                ),
                migrations.AddField(
                    model_name="dailypickevent",
                    name="stock",
                    field=system.constraints.ReferenceField(
                        db_comment="The report's stock",
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="market.stock",
                        verbose_name="stock",
                    ),
                ),
                migrations.AddIndex(
                    model_name="aireportevent",
                    index=models.Index(fields=["pgh_obj", "-pgh_id"], name="idx_ai_report_events_row"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="aireportevent",
                    trigger=system.triggers.CompiledTrigger(
                        name="append_only",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';\nEND",
                            hash="c24cc11e7b53cf0092e0ed3edc192ca92960e02f",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_d97c0",
                            schema="brain",
                            security="INVOKER",
                            table="ai_report_events",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddIndex(
                    model_name="dailypickevent",
                    index=models.Index(fields=["pgh_obj", "-pgh_id"], name="idx_daily_pick_events_row"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="dailypickevent",
                    trigger=system.triggers.CompiledTrigger(
                        name="append_only",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';\nEND",
                            hash="73b3469acd25046e5e07ee7f527d25c759ee09fd",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_d5362",
                            schema="brain",
                            security="INVOKER",
                            table="daily_pick_events",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
    ]
