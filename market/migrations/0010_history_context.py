import pgtrigger.migrations
import system.triggers
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("system", "0003_acting_user"),
        ("market", "0009_price_numbers"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="corporateaction",
            name="audit_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="corporateaction",
            name="audit_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="corporateaction",
            name="audit_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="stock",
            name="audit_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="stock",
            name="audit_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="stock",
            name="audit_delete",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="corporateaction",
            trigger=system.triggers.CompiledTrigger(
                name="audit_insert",
                sql=system.triggers.TriggerSql(
                    func="BEGIN\n    INSERT INTO market.action_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, action_id, stock_id, kind, effective_date, ratio, per, amount, subscription_price, cum_price, memo, created_by, created_at)\n    VALUES (now(), 'insert', NEW.action_id, system.history_context(), NEW.action_id, NEW.stock_id, NEW.kind, NEW.effective_date, NEW.ratio, NEW.per, NEW.amount, NEW.subscription_price, NEW.cum_price, NEW.memo, NEW.created_by, NEW.created_at);\n    RETURN NULL;\nEND",
                    hash="aa6c3dd8aabe793e30b4f6d26dfe5bb420984adf",
                    operation="INSERT",
                    pgid="pgtrigger_audit_insert_fa3e5",
                    schema="market",
                    security="DEFINER",
                    table="corporate_actions",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="corporateaction",
            trigger=system.triggers.CompiledTrigger(
                name="audit_update",
                sql=system.triggers.TriggerSql(
                    condition='WHEN (OLD."action_id" IS DISTINCT FROM (NEW."action_id") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by" IS DISTINCT FROM (NEW."created_by") OR OLD."cum_price" IS DISTINCT FROM (NEW."cum_price") OR OLD."effective_date" IS DISTINCT FROM (NEW."effective_date") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."memo" IS DISTINCT FROM (NEW."memo") OR OLD."per" IS DISTINCT FROM (NEW."per") OR OLD."ratio" IS DISTINCT FROM (NEW."ratio") OR OLD."stock_id" IS DISTINCT FROM (NEW."stock_id") OR OLD."subscription_price" IS DISTINCT FROM (NEW."subscription_price"))',
                    func="BEGIN\n    INSERT INTO market.action_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, action_id, stock_id, kind, effective_date, ratio, per, amount, subscription_price, cum_price, memo, created_by, created_at)\n    VALUES (now(), 'update', NEW.action_id, system.history_context(), NEW.action_id, NEW.stock_id, NEW.kind, NEW.effective_date, NEW.ratio, NEW.per, NEW.amount, NEW.subscription_price, NEW.cum_price, NEW.memo, NEW.created_by, NEW.created_at);\n    RETURN NULL;\nEND",
                    hash="fcbf9f205b9be05d10b54e176a85f9e7e7ddf84c",
                    operation="UPDATE",
                    pgid="pgtrigger_audit_update_519b0",
                    schema="market",
                    security="DEFINER",
                    table="corporate_actions",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="corporateaction",
            trigger=system.triggers.CompiledTrigger(
                name="audit_delete",
                sql=system.triggers.TriggerSql(
                    func="BEGIN\n    INSERT INTO market.action_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, action_id, stock_id, kind, effective_date, ratio, per, amount, subscription_price, cum_price, memo, created_by, created_at)\n    VALUES (now(), 'delete', OLD.action_id, system.history_context(), OLD.action_id, OLD.stock_id, OLD.kind, OLD.effective_date, OLD.ratio, OLD.per, OLD.amount, OLD.subscription_price, OLD.cum_price, OLD.memo, OLD.created_by, OLD.created_at);\n    RETURN NULL;\nEND",
                    hash="f05b8747c8658049cf7bd837bb1a5293201941f6",
                    operation="DELETE",
                    pgid="pgtrigger_audit_delete_57aff",
                    schema="market",
                    security="DEFINER",
                    table="corporate_actions",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stock",
            trigger=system.triggers.CompiledTrigger(
                name="audit_insert",
                sql=system.triggers.TriggerSql(
                    func="BEGIN\n    INSERT INTO market.stock_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, stock_id, ticker, name, market_type, sector, industry, listing_date, is_active, created_at)\n    VALUES (now(), 'insert', NEW.stock_id, system.history_context(), NEW.stock_id, NEW.ticker, NEW.name, NEW.market_type, NEW.sector, NEW.industry, NEW.listing_date, NEW.is_active, NEW.created_at);\n    RETURN NULL;\nEND",
                    hash="69c664027d104b32df2858ea9ba1852eb25fd078",
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
                    func="BEGIN\n    INSERT INTO market.stock_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, stock_id, ticker, name, market_type, sector, industry, listing_date, is_active, created_at)\n    VALUES (now(), 'update', NEW.stock_id, system.history_context(), NEW.stock_id, NEW.ticker, NEW.name, NEW.market_type, NEW.sector, NEW.industry, NEW.listing_date, NEW.is_active, NEW.created_at);\n    RETURN NULL;\nEND",
                    hash="d6ab399123b33410188c80e5042a1cc18d6d7e7f",
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
                    func="BEGIN\n    INSERT INTO market.stock_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, stock_id, ticker, name, market_type, sector, industry, listing_date, is_active, created_at)\n    VALUES (now(), 'delete', OLD.stock_id, system.history_context(), OLD.stock_id, OLD.ticker, OLD.name, OLD.market_type, OLD.sector, OLD.industry, OLD.listing_date, OLD.is_active, OLD.created_at);\n    RETURN NULL;\nEND",
                    hash="8a46be8c69d3e4069ee05f51747a4570b266ccc4",
                    operation="DELETE",
                    pgid="pgtrigger_audit_delete_41175",
                    schema="market",
                    security="DEFINER",
                    table="stocks",
                    when="AFTER",
                ),
            ),
        ),
    ]
