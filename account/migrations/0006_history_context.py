import pgtrigger.migrations
import system.triggers
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("system", "0003_acting_user"),
        ("account", "0005_splits"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="holding",
            name="audit_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="holding",
            name="audit_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="holding",
            name="audit_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="portfolio",
            name="audit_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="portfolio",
            name="audit_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="portfolio",
            name="audit_delete",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="holding",
            trigger=system.triggers.CompiledTrigger(
                name="audit_insert",
                sql=system.triggers.TriggerSql(
                    func="BEGIN\n    INSERT INTO account.holding_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, holding_id, portfolio_id, stock_id, quantity, avg_purchase_price, realized_pnl, opening_quantity, opening_price)\n    VALUES (now(), 'insert', NEW.holding_id, system.history_context(), NEW.holding_id, NEW.portfolio_id, NEW.stock_id, NEW.quantity, NEW.avg_purchase_price, NEW.realized_pnl, NEW.opening_quantity, NEW.opening_price);\n    RETURN NULL;\nEND",
                    hash="0530fea5368c8f4705023b55089af23a7764fa56",
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
                    func="BEGIN\n    INSERT INTO account.holding_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, holding_id, portfolio_id, stock_id, quantity, avg_purchase_price, realized_pnl, opening_quantity, opening_price)\n    VALUES (now(), 'update', NEW.holding_id, system.history_context(), NEW.holding_id, NEW.portfolio_id, NEW.stock_id, NEW.quantity, NEW.avg_purchase_price, NEW.realized_pnl, NEW.opening_quantity, NEW.opening_price);\n    RETURN NULL;\nEND",
                    hash="61cc9f2136d2cc12b2975223a54c55a89ddcffd7",
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
                    func="BEGIN\n    INSERT INTO account.holding_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, holding_id, portfolio_id, stock_id, quantity, avg_purchase_price, realized_pnl, opening_quantity, opening_price)\n    VALUES (now(), 'delete', OLD.holding_id, system.history_context(), OLD.holding_id, OLD.portfolio_id, OLD.stock_id, OLD.quantity, OLD.avg_purchase_price, OLD.realized_pnl, OLD.opening_quantity, OLD.opening_price);\n    RETURN NULL;\nEND",
                    hash="188592134e01307f192fd67da3ec46d95fcf2c65",
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
                    func="BEGIN\n    INSERT INTO account.portfolio_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, portfolio_id, name, strategy_type, target_return, max_drawdown, initial_capital, buying_halted_at, is_active, created_by, created_at)\n    VALUES (now(), 'insert', NEW.portfolio_id, system.history_context(), NEW.portfolio_id, NEW.name, NEW.strategy_type, NEW.target_return, NEW.max_drawdown, NEW.initial_capital, NEW.buying_halted_at, NEW.is_active, NEW.created_by, NEW.created_at);\n    RETURN NULL;\nEND",
                    hash="17b329e7df213816e292c7793e3a259ccdb8a269",
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
                    func="BEGIN\n    INSERT INTO account.portfolio_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, portfolio_id, name, strategy_type, target_return, max_drawdown, initial_capital, buying_halted_at, is_active, created_by, created_at)\n    VALUES (now(), 'update', NEW.portfolio_id, system.history_context(), NEW.portfolio_id, NEW.name, NEW.strategy_type, NEW.target_return, NEW.max_drawdown, NEW.initial_capital, NEW.buying_halted_at, NEW.is_active, NEW.created_by, NEW.created_at);\n    RETURN NULL;\nEND",
                    hash="b134af5bb4eeeffb78d976f0b7ce43d270154bd2",
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
                    func="BEGIN\n    INSERT INTO account.portfolio_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, portfolio_id, name, strategy_type, target_return, max_drawdown, initial_capital, buying_halted_at, is_active, created_by, created_at)\n    VALUES (now(), 'delete', OLD.portfolio_id, system.history_context(), OLD.portfolio_id, OLD.name, OLD.strategy_type, OLD.target_return, OLD.max_drawdown, OLD.initial_capital, OLD.buying_halted_at, OLD.is_active, OLD.created_by, OLD.created_at);\n    RETURN NULL;\nEND",
                    hash="fa844f742cbbd441a91e8a3dfc019c88cc0d187a",
                    operation="DELETE",
                    pgid="pgtrigger_audit_delete_89482",
                    schema="account",
                    security="DEFINER",
                    table="portfolio",
                    when="AFTER",
                ),
            ),
        ),
    ]
