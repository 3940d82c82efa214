import pgtrigger.migrations
import system.triggers
from django.db import migrations

from system.schemas import run_sql


class Migration(migrations.Migration):
    dependencies = [
        ("trade", "0003_history"),
    ]

    operations = [
        run_sql(__file__, "booking"),
        pgtrigger.migrations.RemoveTrigger(
            model_name="execution",
            name="settle_executions",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="execution",
            trigger=system.triggers.CompiledTrigger(
                name="settle_executions",
                sql=system.triggers.TriggerSql(
                    func="-- Book fills: order → holding → pick → cash and portfolio, in one transaction. Works on whole statements, so that it can lock\n-- in one order (orders, holdings, picks, portfolios, each by key) however the client sorted its rows. An INSERT … ON CONFLICT DO\n-- NOTHING that repeats a fill never gets here; a plain INSERT that repeats one fails on its unique key and moves nothing.\nDECLARE\n    fill record;\n    placed trade.orders;\n    held record;\n    after trade.position;\n    picks bigint[];\n    executions bigint[];\n    portfolios bigint[];\n    currencies text[];\n    amounts numeric[];\nBEGIN\n    -- One fill alone locks in that order as it goes.\n    IF EXISTS (SELECT FROM booked OFFSET 1) THEN\n        PERFORM FROM trade.orders\n          WHERE order_id IN (SELECT order_id FROM booked) ORDER BY order_id FOR NO KEY UPDATE;\n        PERFORM FROM account.holdings\n          WHERE holding_id IN (SELECT holding_id FROM booked JOIN trade.orders USING (order_id))\n          ORDER BY holding_id FOR NO KEY UPDATE;\n    END IF;\n\n    FOR fill IN SELECT * FROM booked ORDER BY execution_id LOOP\n        SELECT * INTO placed FROM trade.orders WHERE order_id = fill.order_id FOR NO KEY UPDATE;\n        SELECT holdings.*, currency INTO held\n          FROM account.holdings JOIN market.stocks USING (stock_id)\n         WHERE holding_id = placed.holding_id FOR NO KEY UPDATE OF holdings;\n        IF placed.pick_id IS NOT NULL THEN\n            picks := picks || placed.pick_id;\n        END IF;\n        executions := executions || fill.execution_id;\n        portfolios := portfolios || held.portfolio_id;\n        currencies := currencies || held.currency::text;\n        amounts := amounts || fill.net_amount;\n        IF fill.reverses_id IS NOT NULL THEN\n            UPDATE trade.executions SET reversed_at = now() WHERE execution_id = fill.reverses_id;\n            PERFORM trade.rebook(fill.order_id,\n                                 ARRAY(SELECT execution_id FROM booked WHERE execution_id > fill.execution_id));\n            CONTINUE;\n        END IF;\n        IF placed.holding_id IS NULL THEN\n            RAISE EXCEPTION 'execution_of_proposal: order % proposes a pick and has no holding yet', placed.order_id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_of_proposal',\n                      HINT = 'Give the order a holding first.';\n        ELSIF placed.status = 'REJECTED' THEN\n            RAISE EXCEPTION 'execution_of_rejected: order % was rejected', placed.order_id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_of_rejected',\n                      HINT = 'Check the broker''s order number.';\n        ELSIF placed.filled_quantity + fill.executed_quantity > placed.quantity THEN\n            RAISE EXCEPTION 'execution_overfill: order % is for %, % are filled, % more are too many',\n                placed.order_id, placed.quantity, placed.filled_quantity, fill.executed_quantity\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_overfill',\n                      HINT = 'Check the fill with the broker; a real over-fill needs an order of its own.';\n        END IF;\n        IF placed.side = 'SELL' AND fill.executed_quantity > held.quantity THEN\n            RAISE EXCEPTION 'execution_oversell: % shares cannot be sold, only % are held',\n                fill.executed_quantity, held.quantity\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_oversell',\n                      HINT = 'Book the missing buys first: AEGIS is long only.';\n        END IF;\n\n        placed.status := trade.fill_order(placed.order_id, fill.executed_quantity);\n        after := trade.after_fill(\n            ROW(held.quantity, held.avg_purchase_price, held.realized_pnl, 0)::trade.position,\n            placed.side, fill.executed_quantity, fill.executed_price, fill.commission + fill.tax);\n        UPDATE account.holdings\n           SET quantity = after.quantity, avg_purchase_price = after.average, realized_pnl = after.realized\n         WHERE holding_id = held.holding_id;\n        IF placed.status = 'CANCELLED' THEN\n            INSERT INTO system.alerts (alert_type, severity, module, message, data)\n            VALUES ('ERROR', 'CRITICAL', 'trade',\n                    format('Order %s was filled after it was cancelled: %s shares at %s are booked.',\n                           placed.order_id, fill.executed_quantity, fill.executed_price),\n                    jsonb_build_object('order_id', placed.order_id, 'execution_id', fill.execution_id));\n        END IF;\n    END LOOP;\n\n    IF picks IS NOT NULL THEN\n        PERFORM trade.mark_picks(picks);\n    END IF;\n    -- Its trigger locks the portfolios.\n    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind, execution_id)\n    SELECT portfolio_id, currency, amount, 'TRADE', execution_id\n      FROM unnest(executions, portfolios, currencies, amounts) AS entry (execution_id, portfolio_id, currency, amount);\n    RETURN NULL;\nEND",
                    hash="6261840780b86aba787fbbc6a9789caad009c1df",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_settle_executions_37a00",
                    referencing="REFERENCING NEW TABLE AS booked ",
                    schema="trade",
                    security="DEFINER",
                    table="executions",
                    when="AFTER",
                ),
            ),
        ),
    ]
