import pgtrigger.migrations
import system.triggers
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("system", "0003_acting_user"),
        ("trade", "0005_corporate_actions"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="execution",
            name="audit_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="execution",
            name="audit_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="execution",
            name="audit_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="order",
            name="audit_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="order",
            name="audit_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="order",
            name="audit_delete",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="execution",
            trigger=system.triggers.CompiledTrigger(
                name="audit_insert",
                sql=system.triggers.TriggerSql(
                    func="BEGIN\n    INSERT INTO trade.execution_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, execution_id, order_id, executed_quantity, executed_price, executed_time, commission, tax, net_amount, fx_rate, exchange_ref, reverses_id, reversed_at)\n    VALUES (now(), 'insert', NEW.execution_id, system.history_context(), NEW.execution_id, NEW.order_id, NEW.executed_quantity, NEW.executed_price, NEW.executed_time, NEW.commission, NEW.tax, NEW.net_amount, NEW.fx_rate, NEW.exchange_ref, NEW.reverses_id, NEW.reversed_at);\n    RETURN NULL;\nEND",
                    hash="6a8efbb4eaaa942903318f66cc46359cdff45294",
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
                    func="BEGIN\n    INSERT INTO trade.execution_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, execution_id, order_id, executed_quantity, executed_price, executed_time, commission, tax, net_amount, fx_rate, exchange_ref, reverses_id, reversed_at)\n    VALUES (now(), 'update', NEW.execution_id, system.history_context(), NEW.execution_id, NEW.order_id, NEW.executed_quantity, NEW.executed_price, NEW.executed_time, NEW.commission, NEW.tax, NEW.net_amount, NEW.fx_rate, NEW.exchange_ref, NEW.reverses_id, NEW.reversed_at);\n    RETURN NULL;\nEND",
                    hash="0c1c162248eb2117b2563e10ed264b7fb1b8fd10",
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
                    func="BEGIN\n    INSERT INTO trade.execution_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, execution_id, order_id, executed_quantity, executed_price, executed_time, commission, tax, net_amount, fx_rate, exchange_ref, reverses_id, reversed_at)\n    VALUES (now(), 'delete', OLD.execution_id, system.history_context(), OLD.execution_id, OLD.order_id, OLD.executed_quantity, OLD.executed_price, OLD.executed_time, OLD.commission, OLD.tax, OLD.net_amount, OLD.fx_rate, OLD.exchange_ref, OLD.reverses_id, OLD.reversed_at);\n    RETURN NULL;\nEND",
                    hash="8aba59a22b51424197bd87c5822fb613503d72c6",
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
                    func="BEGIN\n    INSERT INTO trade.order_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, order_id, holding_id, pick_id, order_type, side, quantity, limit_price, stop_price, status, filled_quantity, status_reason, order_time, expires_at, created_by)\n    VALUES (now(), 'insert', NEW.order_id, system.history_context(), NEW.order_id, NEW.holding_id, NEW.pick_id, NEW.order_type, NEW.side, NEW.quantity, NEW.limit_price, NEW.stop_price, NEW.status, NEW.filled_quantity, NEW.status_reason, NEW.order_time, NEW.expires_at, NEW.created_by);\n    RETURN NULL;\nEND",
                    hash="f277eb10dc7090088c7de8532498a48aa4be60bc",
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
                    func="BEGIN\n    INSERT INTO trade.order_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, order_id, holding_id, pick_id, order_type, side, quantity, limit_price, stop_price, status, filled_quantity, status_reason, order_time, expires_at, created_by)\n    VALUES (now(), 'update', NEW.order_id, system.history_context(), NEW.order_id, NEW.holding_id, NEW.pick_id, NEW.order_type, NEW.side, NEW.quantity, NEW.limit_price, NEW.stop_price, NEW.status, NEW.filled_quantity, NEW.status_reason, NEW.order_time, NEW.expires_at, NEW.created_by);\n    RETURN NULL;\nEND",
                    hash="d55949b4203e616de290ad1aa235ed2586a4935e",
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
                    func="BEGIN\n    INSERT INTO trade.order_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, order_id, holding_id, pick_id, order_type, side, quantity, limit_price, stop_price, status, filled_quantity, status_reason, order_time, expires_at, created_by)\n    VALUES (now(), 'delete', OLD.order_id, system.history_context(), OLD.order_id, OLD.holding_id, OLD.pick_id, OLD.order_type, OLD.side, OLD.quantity, OLD.limit_price, OLD.stop_price, OLD.status, OLD.filled_quantity, OLD.status_reason, OLD.order_time, OLD.expires_at, OLD.created_by);\n    RETURN NULL;\nEND",
                    hash="11ae4dbb770436df7cf777ce52c5b4eeb7ba7dce",
                    operation="DELETE",
                    pgid="pgtrigger_audit_delete_9dd50",
                    schema="trade",
                    security="DEFINER",
                    table="orders",
                    when="AFTER",
                ),
            ),
        ),
    ]
