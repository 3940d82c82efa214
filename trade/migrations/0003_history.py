import django.db.models.deletion
import pghistory.utils
import pgtrigger.migrations
import system.constraints
import system.triggers
from system.schemas import in_schema
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0003_history"),
        ("brain", "0002_history"),
        ("trade", "0002_ledger"),
    ]

    operations = [
        *in_schema(
            "trade",
            [
                migrations.CreateModel(
                    name="ExecutionEvent",
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
                        ("execution_id", models.BigIntegerField()),
                        ("executed_quantity", models.BigIntegerField(db_comment="Shares", verbose_name="quantity")),
                        (
                            "executed_price",
                            models.DecimalField(
                                db_comment="Trading currency, for one share",
                                decimal_places=4,
                                max_digits=14,
                                verbose_name="price",
                            ),
                        ),
                        (
                            "executed_time",
                            models.DateTimeField(
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                verbose_name="executed at",
                            ),
                        ),
                        (
                            "commission",
                            models.DecimalField(
                                db_comment="Trading currency",
                                db_default=0,
                                decimal_places=2,
                                max_digits=20,
                                verbose_name="commission",
                            ),
                        ),
                        (
                            "tax",
                            models.DecimalField(
                                db_comment="Trading currency",
                                db_default=0,
                                decimal_places=2,
                                max_digits=20,
                                verbose_name="tax",
                            ),
                        ),
                        (
                            "net_amount",
                            models.DecimalField(
                                db_comment="Trading currency, signed: what the cash account changes by",
                                decimal_places=2,
                                editable=False,
                                max_digits=20,
                                null=True,
                                verbose_name="net amount",
                            ),
                        ),
                        (
                            "fx_rate",
                            models.DecimalField(
                                blank=True,
                                db_comment="KRW for one unit of the trading currency, if the broker reports it",
                                decimal_places=6,
                                max_digits=18,
                                null=True,
                                verbose_name="exchange rate",
                            ),
                        ),
                        (
                            "exchange_ref",
                            models.CharField(
                                db_comment="The fill's identity: a replay brings the same one",
                                max_length=100,
                                verbose_name="exchange reference",
                            ),
                        ),
                        (
                            "reversed_at",
                            models.DateTimeField(
                                blank=True,
                                db_comment="Set on the original by its reversal",
                                editable=False,
                                null=True,
                                verbose_name="reversed at",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "execution_events",
                        "db_table_comment": "Every change of executions, append-only",
                        "ordering": ["-pgh_id"],
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="OrderEvent",
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
                        ("order_id", models.BigIntegerField()),
                        (
                            "order_type",
                            models.CharField(
                                choices=[("MARKET", "Market"), ("LIMIT", "Limit"), ("STOP", "Stop")],
                                max_length=10,
                                verbose_name="type",
                            ),
                        ),
                        (
                            "side",
                            models.CharField(
                                choices=[("BUY", "Buy"), ("SELL", "Sell")], max_length=4, verbose_name="side"
                            ),
                        ),
                        ("quantity", models.BigIntegerField(db_comment="Shares", verbose_name="quantity")),
                        (
                            "limit_price",
                            models.DecimalField(
                                blank=True,
                                db_comment="Trading currency",
                                decimal_places=4,
                                max_digits=14,
                                null=True,
                                verbose_name="limit price",
                            ),
                        ),
                        (
                            "stop_price",
                            models.DecimalField(
                                blank=True,
                                db_comment="Trading currency",
                                decimal_places=4,
                                max_digits=14,
                                null=True,
                                verbose_name="stop price",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("PENDING", "Pending"),
                                    ("PARTIAL_FILLED", "Partially filled"),
                                    ("FILLED", "Filled"),
                                    ("CANCELLED", "Cancelled"),
                                    ("REJECTED", "Rejected"),
                                ],
                                db_default="PENDING",
                                max_length=20,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "filled_quantity",
                            models.BigIntegerField(
                                db_comment="Shares; sum of the executions",
                                db_default=0,
                                editable=False,
                                verbose_name="filled",
                            ),
                        ),
                        (
                            "status_reason",
                            models.CharField(
                                blank=True,
                                db_comment="Why it was cancelled or rejected: expired, operator, or the broker's words",
                                max_length=200,
                                null=True,
                                verbose_name="reason",
                            ),
                        ),
                        (
                            "order_time",
                            models.DateTimeField(
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                verbose_name="order time",
                            ),
                        ),
                        ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires at")),
                        (
                            "created_by",
                            models.CharField(
                                db_default=models.Func(output_field=models.CharField(), template="system.principal()"),
                                editable=False,
                                max_length=150,
                                verbose_name="placed by",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "order_events",
                        "db_table_comment": "Every change of orders, append-only",
                        "ordering": ["-pgh_id"],
                        "abstract": False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="execution",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_insert",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO trade.execution_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, execution_id, order_id, executed_quantity, executed_price, executed_time, commission, tax, net_amount, fx_rate, exchange_ref, reverses_id, reversed_at)\n    VALUES (now(), 'insert', NEW.execution_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.execution_id, NEW.order_id, NEW.executed_quantity, NEW.executed_price, NEW.executed_time, NEW.commission, NEW.tax, NEW.net_amount, NEW.fx_rate, NEW.exchange_ref, NEW.reverses_id, NEW.reversed_at);\n    RETURN NULL;\nEND",
                            hash="a0417239d30f4050c909202cdb9461205ecda965",
                            operation="INSERT",
                            pgid="pgtrigger_audit_insert_24723",
                            schema="trade",
                            security="DEFINER",
                            table="executions",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="execution",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_update",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func="BEGIN\n    INSERT INTO trade.execution_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, execution_id, order_id, executed_quantity, executed_price, executed_time, commission, tax, net_amount, fx_rate, exchange_ref, reverses_id, reversed_at)\n    VALUES (now(), 'update', NEW.execution_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.execution_id, NEW.order_id, NEW.executed_quantity, NEW.executed_price, NEW.executed_time, NEW.commission, NEW.tax, NEW.net_amount, NEW.fx_rate, NEW.exchange_ref, NEW.reverses_id, NEW.reversed_at);\n    RETURN NULL;\nEND",
                            hash="f8afb0edb0bd428b10de85f7a9cc1e4e9ca9b8b4",
                            operation="UPDATE",
                            pgid="pgtrigger_audit_update_e8c18",
                            schema="trade",
                            security="DEFINER",
                            table="executions",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="execution",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_delete",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO trade.execution_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, execution_id, order_id, executed_quantity, executed_price, executed_time, commission, tax, net_amount, fx_rate, exchange_ref, reverses_id, reversed_at)\n    VALUES (now(), 'delete', OLD.execution_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, OLD.execution_id, OLD.order_id, OLD.executed_quantity, OLD.executed_price, OLD.executed_time, OLD.commission, OLD.tax, OLD.net_amount, OLD.fx_rate, OLD.exchange_ref, OLD.reverses_id, OLD.reversed_at);\n    RETURN NULL;\nEND",
                            hash="97ce12a72111c86e56f09363621cd12344a58d74",
                            operation="DELETE",
                            pgid="pgtrigger_audit_delete_00fe0",
                            schema="trade",
                            security="DEFINER",
                            table="executions",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="order",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_insert",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO trade.order_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, order_id, holding_id, pick_id, order_type, side, quantity, limit_price, stop_price, status, filled_quantity, status_reason, order_time, expires_at, created_by)\n    VALUES (now(), 'insert', NEW.order_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.order_id, NEW.holding_id, NEW.pick_id, NEW.order_type, NEW.side, NEW.quantity, NEW.limit_price, NEW.stop_price, NEW.status, NEW.filled_quantity, NEW.status_reason, NEW.order_time, NEW.expires_at, NEW.created_by);\n    RETURN NULL;\nEND",
                            hash="e9a8601ed63afbf0aa16d8de5ad97d6f2b9adb01",
                            operation="INSERT",
                            pgid="pgtrigger_audit_insert_bcbc7",
                            schema="trade",
                            security="DEFINER",
                            table="orders",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="order",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_update",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func="BEGIN\n    INSERT INTO trade.order_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, order_id, holding_id, pick_id, order_type, side, quantity, limit_price, stop_price, status, filled_quantity, status_reason, order_time, expires_at, created_by)\n    VALUES (now(), 'update', NEW.order_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.order_id, NEW.holding_id, NEW.pick_id, NEW.order_type, NEW.side, NEW.quantity, NEW.limit_price, NEW.stop_price, NEW.status, NEW.filled_quantity, NEW.status_reason, NEW.order_time, NEW.expires_at, NEW.created_by);\n    RETURN NULL;\nEND",
                            hash="254b838446f0d29e85557aa333654e55ab63d859",
                            operation="UPDATE",
                            pgid="pgtrigger_audit_update_9a894",
                            schema="trade",
                            security="DEFINER",
                            table="orders",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="order",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_delete",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO trade.order_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, order_id, holding_id, pick_id, order_type, side, quantity, limit_price, stop_price, status, filled_quantity, status_reason, order_time, expires_at, created_by)\n    VALUES (now(), 'delete', OLD.order_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, OLD.order_id, OLD.holding_id, OLD.pick_id, OLD.order_type, OLD.side, OLD.quantity, OLD.limit_price, OLD.stop_price, OLD.status, OLD.filled_quantity, OLD.status_reason, OLD.order_time, OLD.expires_at, OLD.created_by);\n    RETURN NULL;\nEND",
                            hash="dd4e430fbe9897923c1537a028cf892f15cb7e0b",
                            operation="DELETE",
                            pgid="pgtrigger_audit_delete_9dd50",
                            schema="trade",
                            security="DEFINER",
                            table="orders",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AddField(
                    model_name="executionevent",
                    name="order",
                    field=system.constraints.ReferenceField(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="trade.order",
                        verbose_name="order",
                    ),
                ),
                migrations.AddField(
                    model_name="executionevent",
                    name="pgh_obj",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="trade.execution",
                    ),
                ),
                migrations.AddField(
                    model_name="executionevent",
                    name="reverses",
                    field=system.constraints.ReferenceField(
                        blank=True,
                        db_comment="The execution that this one takes back",
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="trade.execution",
                        verbose_name="reverses",
                    ),
                ),
                migrations.AddField(
                    model_name="orderevent",
                    name="holding",
                    field=system.constraints.ReferenceField(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="account.holding",
                        verbose_name="holding",
                    ),
                ),
                migrations.AddField(
                    model_name="orderevent",
                    name="pgh_obj",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="trade.order",
                    ),
                ),
                migrations.AddField(
                    model_name="orderevent",
                    name="pick",
                    field=system.constraints.ReferenceField(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="brain.dailypick",
                        verbose_name="pick",
                    ),
                ),
                migrations.AddIndex(
                    model_name="executionevent",
                    index=models.Index(fields=["pgh_obj", "-pgh_id"], name="idx_execution_events_row"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="executionevent",
                    trigger=system.triggers.CompiledTrigger(
                        name="append_only",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';\nEND",
                            hash="e1fe72a9cffd0ef5af10b79350db3c6514d0569f",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_faa7e",
                            schema="trade",
                            security="INVOKER",
                            table="execution_events",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddIndex(
                    model_name="orderevent",
                    index=models.Index(fields=["pgh_obj", "-pgh_id"], name="idx_order_events_row"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="orderevent",
                    trigger=system.triggers.CompiledTrigger(
                        name="append_only",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';\nEND",
                            hash="a2e038cd844c4b7d4b66eff6bf6eac1dc80009dc",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_871d1",
                            schema="trade",
                            security="INVOKER",
                            table="order_events",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
    ]
