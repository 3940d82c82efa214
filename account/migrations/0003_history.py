import django.db.models.deletion
import pghistory.utils
import pgtrigger.migrations
import system.constraints
import system.triggers
from system.schemas import in_schema
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0002_cash_and_value"),
        ("market", "0005_history"),
    ]

    operations = [
        *in_schema(
            "account",
            [
                migrations.CreateModel(
                    name="HoldingEvent",
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
                        ("holding_id", models.BigIntegerField()),
                        ("quantity", models.BigIntegerField(db_comment="Shares", verbose_name="quantity")),
                        (
                            "avg_purchase_price",
                            models.DecimalField(
                                db_comment="Trading currency; fees are outside of it",
                                decimal_places=6,
                                max_digits=18,
                                verbose_name="average price",
                            ),
                        ),
                        (
                            "realized_pnl",
                            models.DecimalField(
                                db_comment="Trading currency, after commission and tax",
                                db_default=0,
                                decimal_places=2,
                                editable=False,
                                max_digits=20,
                                verbose_name="realised P&L",
                            ),
                        ),
                        (
                            "opening_quantity",
                            models.BigIntegerField(
                                db_comment="Shares before the first execution",
                                db_default=0,
                                editable=False,
                                verbose_name="opening quantity",
                            ),
                        ),
                        (
                            "opening_price",
                            models.DecimalField(
                                db_comment="Trading currency; average price before the first execution",
                                db_default=0,
                                decimal_places=6,
                                editable=False,
                                max_digits=18,
                                verbose_name="opening price",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "holding_events",
                        "db_table_comment": "Every change of holdings, append-only",
                        "ordering": ["-pgh_id"],
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="PortfolioEvent",
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
                        ("portfolio_id", models.BigIntegerField()),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "strategy_type",
                            models.CharField(blank=True, max_length=30, null=True, verbose_name="strategy"),
                        ),
                        (
                            "target_return",
                            models.DecimalField(
                                blank=True,
                                db_comment="Percent",
                                decimal_places=2,
                                max_digits=6,
                                null=True,
                                verbose_name="target return %",
                            ),
                        ),
                        (
                            "max_drawdown",
                            models.DecimalField(
                                blank=True,
                                db_comment="Percent, positive: 15 means that a fall of 15 percent from the peak is a breach",
                                decimal_places=2,
                                max_digits=6,
                                null=True,
                                verbose_name="maximum drawdown %",
                            ),
                        ),
                        (
                            "initial_capital",
                            models.DecimalField(
                                db_comment="KRW", decimal_places=0, max_digits=15, verbose_name="initial capital"
                            ),
                        ),
                        (
                            "buying_halted_at",
                            models.DateTimeField(
                                blank=True,
                                db_comment="Set when the value falls below the maximum drawdown; an operator clears it to NULL",
                                null=True,
                                verbose_name="buying halted at",
                            ),
                        ),
                        ("is_active", models.BooleanField(db_default=True, verbose_name="active")),
                        (
                            "created_by",
                            models.CharField(
                                db_comment="Whose it is; traders see their own",
                                db_default=models.Func(output_field=models.CharField(), template="system.principal()"),
                                editable=False,
                                max_length=150,
                                verbose_name="owner",
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
                        "db_table": "portfolio_events",
                        "db_table_comment": "Every change of portfolio, append-only",
                        "ordering": ["-pgh_id"],
                        "abstract": False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="holding",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_insert",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO account.holding_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, holding_id, portfolio_id, stock_id, quantity, avg_purchase_price, realized_pnl, opening_quantity, opening_price)\n    VALUES (now(), 'insert', NEW.holding_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.holding_id, NEW.portfolio_id, NEW.stock_id, NEW.quantity, NEW.avg_purchase_price, NEW.realized_pnl, NEW.opening_quantity, NEW.opening_price);\n    RETURN NULL;\nEND",
                            hash="7bf09c0767c93ef29250f0451ef4bc55c84da306",
                            operation="INSERT",
                            pgid="pgtrigger_audit_insert_9fb69",
                            schema="account",
                            security="DEFINER",
                            table="holdings",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="holding",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_update",
                        sql=system.triggers.TriggerSql(
                            condition='WHEN (OLD."avg_purchase_price" IS DISTINCT FROM (NEW."avg_purchase_price") OR OLD."holding_id" IS DISTINCT FROM (NEW."holding_id") OR OLD."opening_price" IS DISTINCT FROM (NEW."opening_price") OR OLD."opening_quantity" IS DISTINCT FROM (NEW."opening_quantity") OR OLD."portfolio_id" IS DISTINCT FROM (NEW."portfolio_id") OR OLD."quantity" IS DISTINCT FROM (NEW."quantity") OR OLD."realized_pnl" IS DISTINCT FROM (NEW."realized_pnl") OR OLD."stock_id" IS DISTINCT FROM (NEW."stock_id"))',
                            func="BEGIN\n    INSERT INTO account.holding_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, holding_id, portfolio_id, stock_id, quantity, avg_purchase_price, realized_pnl, opening_quantity, opening_price)\n    VALUES (now(), 'update', NEW.holding_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.holding_id, NEW.portfolio_id, NEW.stock_id, NEW.quantity, NEW.avg_purchase_price, NEW.realized_pnl, NEW.opening_quantity, NEW.opening_price);\n    RETURN NULL;\nEND",
                            hash="66284e3f21a3583f3498a1ce1cb386646aebd21b",
                            operation="UPDATE",
                            pgid="pgtrigger_audit_update_a5dee",
                            schema="account",
                            security="DEFINER",
                            table="holdings",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="holding",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_delete",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO account.holding_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, holding_id, portfolio_id, stock_id, quantity, avg_purchase_price, realized_pnl, opening_quantity, opening_price)\n    VALUES (now(), 'delete', OLD.holding_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, OLD.holding_id, OLD.portfolio_id, OLD.stock_id, OLD.quantity, OLD.avg_purchase_price, OLD.realized_pnl, OLD.opening_quantity, OLD.opening_price);\n    RETURN NULL;\nEND",
                            hash="b18f5d47787007b9218d07d838335442f3765d86",
                            operation="DELETE",
                            pgid="pgtrigger_audit_delete_3a2c3",
                            schema="account",
                            security="DEFINER",
                            table="holdings",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="portfolio",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_insert",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO account.portfolio_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, portfolio_id, name, strategy_type, target_return, max_drawdown, initial_capital, buying_halted_at, is_active, created_by, created_at)\n    VALUES (now(), 'insert', NEW.portfolio_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.portfolio_id, NEW.name, NEW.strategy_type, NEW.target_return, NEW.max_drawdown, NEW.initial_capital, NEW.buying_halted_at, NEW.is_active, NEW.created_by, NEW.created_at);\n    RETURN NULL;\nEND",
                            hash="6334becb311ff011b7cc397c9b8132266d1c68b2",
                            operation="INSERT",
                            pgid="pgtrigger_audit_insert_a6699",
                            schema="account",
                            security="DEFINER",
                            table="portfolio",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="portfolio",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_update",
                        sql=system.triggers.TriggerSql(
                            condition='WHEN (OLD."buying_halted_at" IS DISTINCT FROM (NEW."buying_halted_at") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by" IS DISTINCT FROM (NEW."created_by") OR OLD."initial_capital" IS DISTINCT FROM (NEW."initial_capital") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."max_drawdown" IS DISTINCT FROM (NEW."max_drawdown") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."portfolio_id" IS DISTINCT FROM (NEW."portfolio_id") OR OLD."strategy_type" IS DISTINCT FROM (NEW."strategy_type") OR OLD."target_return" IS DISTINCT FROM (NEW."target_return"))',
                            func="BEGIN\n    INSERT INTO account.portfolio_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, portfolio_id, name, strategy_type, target_return, max_drawdown, initial_capital, buying_halted_at, is_active, created_by, created_at)\n    VALUES (now(), 'update', NEW.portfolio_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.portfolio_id, NEW.name, NEW.strategy_type, NEW.target_return, NEW.max_drawdown, NEW.initial_capital, NEW.buying_halted_at, NEW.is_active, NEW.created_by, NEW.created_at);\n    RETURN NULL;\nEND",
                            hash="b9dbab55d232d98fec35249e14863227b0ba2140",
                            operation="UPDATE",
                            pgid="pgtrigger_audit_update_19284",
                            schema="account",
                            security="DEFINER",
                            table="portfolio",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="portfolio",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_delete",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO account.portfolio_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, portfolio_id, name, strategy_type, target_return, max_drawdown, initial_capital, buying_halted_at, is_active, created_by, created_at)\n    VALUES (now(), 'delete', OLD.portfolio_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, OLD.portfolio_id, OLD.name, OLD.strategy_type, OLD.target_return, OLD.max_drawdown, OLD.initial_capital, OLD.buying_halted_at, OLD.is_active, OLD.created_by, OLD.created_at);\n    RETURN NULL;\nEND",
                            hash="42ef9710f7ed85d00f38426f8dd6fca711c7712e",
                            operation="DELETE",
                            pgid="pgtrigger_audit_delete_89482",
                            schema="account",
                            security="DEFINER",
                            table="portfolio",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AddField(
                    model_name="holdingevent",
                    name="pgh_obj",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="account.holding",
                    ),
                ),
                migrations.AddField(
                    model_name="holdingevent",
                    name="portfolio",
                    field=system.constraints.ReferenceField(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="account.portfolio",
                        verbose_name="portfolio",
                    ),
                ),
                migrations.AddField(
                    model_name="holdingevent",
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
                    model_name="portfolioevent",
                    name="pgh_obj",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="account.portfolio",
                    ),
                ),
                migrations.AddIndex(
                    model_name="holdingevent",
                    index=models.Index(fields=["pgh_obj", "-pgh_id"], name="idx_holding_events_row"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="holdingevent",
                    trigger=system.triggers.CompiledTrigger(
                        name="append_only",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';\nEND",
                            hash="b302abe9ab210c313c98a016a68d7726a4e6213b",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_7a843",
                            schema="account",
                            security="INVOKER",
                            table="holding_events",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddIndex(
                    model_name="portfolioevent",
                    index=models.Index(fields=["pgh_obj", "-pgh_id"], name="idx_portfolio_events_row"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="portfolioevent",
                    trigger=system.triggers.CompiledTrigger(
                        name="append_only",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';\nEND",
                            hash="9e103aed5cd2f17476f30455b14af660ddf71625",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_c8776",
                            schema="account",
                            security="INVOKER",
                            table="portfolio_events",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
    ]
