import django.db.models.deletion
import pghistory.utils
import pgtrigger.migrations
import system.triggers
from system.schemas import in_schema
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0004_fx_rates"),
    ]

    operations = [
        *in_schema(
            "market",
            [
                migrations.CreateModel(
                    name="StockEvent",
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
                        ("stock_id", models.BigIntegerField()),
                        (
                            "ticker",
                            models.CharField(
                                db_comment="Exchange code; not all digits, e.g. 00088K",
                                max_length=20,
                                verbose_name="ticker",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "market_type",
                            models.CharField(
                                choices=[
                                    ("KOSPI", "KOSPI"),
                                    ("KOSDAQ", "KOSDAQ"),
                                    ("NYSE", "NYSE"),
                                    ("NASDAQ", "NASDAQ"),
                                ],
                                max_length=10,
                                verbose_name="market",
                            ),
                        ),
                        ("sector", models.CharField(blank=True, max_length=100, null=True, verbose_name="sector")),
                        ("industry", models.CharField(blank=True, max_length=100, null=True, verbose_name="industry")),
                        ("listing_date", models.DateField(blank=True, null=True, verbose_name="listing date")),
                        (
                            "is_active",
                            models.BooleanField(
                                db_comment="False once delisted", db_default=True, verbose_name="active"
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
                        "db_table": "stock_events",
                        "db_table_comment": "Every change of stocks, append-only",
                        "ordering": ["-pgh_id"],
                        "abstract": False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="stock",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_insert",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO market.stock_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, stock_id, ticker, name, market_type, sector, industry, listing_date, is_active, created_at)\n    VALUES (now(), 'insert', NEW.stock_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.stock_id, NEW.ticker, NEW.name, NEW.market_type, NEW.sector, NEW.industry, NEW.listing_date, NEW.is_active, NEW.created_at);\n    RETURN NULL;\nEND",
                            hash="e07fc64b45aa623767af545aeff0c638c4957b14",
                            operation="INSERT",
                            pgid="pgtrigger_audit_insert_04be8",
                            schema="market",
                            security="DEFINER",
                            table="stocks",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="stock",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_update",
                        sql=system.triggers.TriggerSql(
                            condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."industry" IS DISTINCT FROM (NEW."industry") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."listing_date" IS DISTINCT FROM (NEW."listing_date") OR OLD."market_type" IS DISTINCT FROM (NEW."market_type") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."sector" IS DISTINCT FROM (NEW."sector") OR OLD."stock_id" IS DISTINCT FROM (NEW."stock_id") OR OLD."ticker" IS DISTINCT FROM (NEW."ticker"))',
                            func="BEGIN\n    INSERT INTO market.stock_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, stock_id, ticker, name, market_type, sector, industry, listing_date, is_active, created_at)\n    VALUES (now(), 'update', NEW.stock_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.stock_id, NEW.ticker, NEW.name, NEW.market_type, NEW.sector, NEW.industry, NEW.listing_date, NEW.is_active, NEW.created_at);\n    RETURN NULL;\nEND",
                            hash="292c3b50601aa94a5e9e2279b249e9504ad725fa",
                            operation="UPDATE",
                            pgid="pgtrigger_audit_update_38d4f",
                            schema="market",
                            security="DEFINER",
                            table="stocks",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="stock",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_delete",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO market.stock_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, stock_id, ticker, name, market_type, sector, industry, listing_date, is_active, created_at)\n    VALUES (now(), 'delete', OLD.stock_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, OLD.stock_id, OLD.ticker, OLD.name, OLD.market_type, OLD.sector, OLD.industry, OLD.listing_date, OLD.is_active, OLD.created_at);\n    RETURN NULL;\nEND",
                            hash="416287bdb74e8f2cb7b00ec285ba3e197e49f0b2",
                            operation="DELETE",
                            pgid="pgtrigger_audit_delete_41175",
                            schema="market",
                            security="DEFINER",
                            table="stocks",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AddField(
                    model_name="stockevent",
                    name="pgh_obj",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="market.stock",
                    ),
                ),
                migrations.AddIndex(
                    model_name="stockevent",
                    index=models.Index(fields=["pgh_obj", "-pgh_id"], name="idx_stock_events_row"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="stockevent",
                    trigger=system.triggers.CompiledTrigger(
                        name="append_only",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';\nEND",
                            hash="66b0f380b1a688750430965643df3080d6ad2d2d",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_cc20b",
                            schema="market",
                            security="INVOKER",
                            table="stock_events",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
    ]
