import pgtrigger.migrations
import system.triggers
from system.schemas import run_sql
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0007_owners"),
        ("brain", "0003_history_context"),
        ("trade", "0006_history_context"),
    ]

    operations = [
        migrations.CreateModel(
            name="TradedPortfolio",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("account.portfolio",),
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="order",
            name="audit_update",
        ),
        migrations.AddField(
            model_name="order",
            name="owned_by",
            field=models.CharField(
                db_comment="The owner of its portfolio, or who placed it while it has no holding; traders see their own",
                db_default=models.Func(output_field=models.CharField(), template="system.principal()"),
                editable=False,
                max_length=150,
                verbose_name="owner",
            ),
        ),
        run_sql(__file__, "order_owner"),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["owned_by", "-order_time"], name="idx_orders_owner"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=system.triggers.CompiledTrigger(
                name="own_order",
                sql=system.triggers.TriggerSql(
                    func="-- Row security asks each order whose it is: from the order itself, because a rule that looks it up in the holding's portfolio\n-- finds a trader's newest orders by reading everybody's.\nBEGIN\n    NEW.owned_by := coalesce(\n        (SELECT portfolio.created_by FROM account.holdings JOIN account.portfolio USING (portfolio_id)\n          WHERE holdings.holding_id = NEW.holding_id), NEW.created_by);\n    RETURN NEW;\nEND",
                    hash="d87f1a9308d31b1d69f0b843d62251ff42f17550",
                    operation='INSERT OR UPDATE OF "holding_id", "owned_by"',
                    pgid="pgtrigger_own_order_8faeb",
                    schema="trade",
                    security="DEFINER",
                    table="orders",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=system.triggers.CompiledTrigger(
                name="audit_update",
                sql=system.triggers.TriggerSql(
                    condition='WHEN (OLD."created_by" IS DISTINCT FROM (NEW."created_by") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."filled_quantity" IS DISTINCT FROM (NEW."filled_quantity") OR OLD."holding_id" IS DISTINCT FROM (NEW."holding_id") OR OLD."limit_price" IS DISTINCT FROM (NEW."limit_price") OR OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."order_time" IS DISTINCT FROM (NEW."order_time") OR OLD."order_type" IS DISTINCT FROM (NEW."order_type") OR OLD."pick_id" IS DISTINCT FROM (NEW."pick_id") OR OLD."quantity" IS DISTINCT FROM (NEW."quantity") OR OLD."side" IS DISTINCT FROM (NEW."side") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."status_reason" IS DISTINCT FROM (NEW."status_reason") OR OLD."stop_price" IS DISTINCT FROM (NEW."stop_price"))',
                    func="BEGIN\n    INSERT INTO trade.order_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, order_id, holding_id, pick_id, order_type, side, quantity, limit_price, stop_price, status, filled_quantity, status_reason, order_time, expires_at, created_by)\n    VALUES (now(), 'update', NEW.order_id, system.history_context(), NEW.order_id, NEW.holding_id, NEW.pick_id, NEW.order_type, NEW.side, NEW.quantity, NEW.limit_price, NEW.stop_price, NEW.status, NEW.filled_quantity, NEW.status_reason, NEW.order_time, NEW.expires_at, NEW.created_by);\n    RETURN NULL;\nEND",
                    hash="0677531295c73f3ed8ff4b014e38b66dd2dc9df0",
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
            model_name="tradedportfolio",
            trigger=system.triggers.CompiledTrigger(
                name="own_orders",
                sql=system.triggers.TriggerSql(
                    condition="WHEN (OLD.created_by IS DISTINCT FROM NEW.created_by)",
                    func="-- The lock waits for orders that are being placed under the old owner's name and are not seen yet. Naming holding_id has the\n-- owner looked up anew.\nBEGIN\n    LOCK TABLE trade.orders IN SHARE ROW EXCLUSIVE MODE;\n    UPDATE trade.orders SET holding_id = holding_id\n     WHERE holding_id IN (SELECT holding_id FROM account.holdings WHERE portfolio_id = NEW.portfolio_id);\n    RETURN NULL;\nEND",
                    hash="2e678d3de5fa1c19df119e900d967f2c08ad04aa",
                    operation="UPDATE",
                    pgid="pgtrigger_own_orders_98b05",
                    schema="trade",
                    security="DEFINER",
                    table="portfolio",
                    when="AFTER",
                ),
            ),
        ),
    ]
