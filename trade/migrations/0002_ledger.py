import django.db.models.deletion
import pgtrigger.migrations
import system.constraints
import system.triggers
from system.schemas import in_schema, run_sql
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0002_cash_and_value"),
        ("brain", "0001_reports_and_picks"),
        ("trade", "0001_orders_and_executions"),
    ]

    operations = [
        *in_schema(
            "trade",
            [
                migrations.CreateModel(
                    name="TradedHolding",
                    fields=[],
                    options={
                        "proxy": True,
                        "indexes": [],
                        "constraints": [],
                    },
                    bases=("account.holding",),
                ),
                migrations.AddField(
                    model_name="execution",
                    name="reversed_at",
                    field=models.DateTimeField(
                        blank=True,
                        db_comment="Set on the original by its reversal",
                        editable=False,
                        null=True,
                        verbose_name="reversed at",
                    ),
                ),
                migrations.AddField(
                    model_name="execution",
                    name="reverses",
                    field=system.constraints.ReferenceField(
                        blank=True,
                        db_comment="The execution that this one takes back",
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="reversals",
                        to="trade.execution",
                        verbose_name="reverses",
                    ),
                ),
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(
                        condition=models.Q(("status__in", ("PENDING", "PARTIAL_FILLED"))),
                        fields=["holding"],
                        name="idx_orders_open_holding",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="execution",
                    constraint=system.constraints.Reference(field="reverses", name="fk_executions_reverses"),
                ),
                migrations.AddConstraint(
                    model_name="execution",
                    constraint=models.UniqueConstraint(
                        fields=("reverses",),
                        name="uniq_executions_reverses",
                        violation_error_message="This execution is reversed already.",
                    ),
                ),
            ],
        ),
        run_sql(__file__, "position"),
        *in_schema(
            "trade",
            [
                pgtrigger.migrations.AddTrigger(
                    model_name="execution",
                    trigger=system.triggers.CompiledTrigger(
                        name="price_execution",
                        sql=system.triggers.TriggerSql(
                            func="-- What the cash account changes by: a buy pays price and charges, a sell receives the price less charges. A reversal is the\n-- opposite of what it reverses, to the last cent, whatever the client wrote.\nDECLARE\n    original trade.executions;\n    worth numeric := NEW.executed_quantity * NEW.executed_price;\n    charges numeric := NEW.commission + NEW.tax;\nBEGIN\n    NEW.reversed_at := NULL;\n    IF NEW.reverses_id IS NULL THEN\n        SELECT CASE side WHEN 'BUY' THEN -(worth + charges) ELSE worth - charges END INTO NEW.net_amount\n          FROM trade.orders WHERE order_id = NEW.order_id;\n        RETURN NEW;\n    END IF;\n    SELECT * INTO original FROM trade.executions WHERE execution_id = NEW.reverses_id;\n    IF original.execution_id IS NULL THEN\n        RAISE EXCEPTION 'fk_executions_reverses: there is no execution %', NEW.reverses_id\n            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_executions_reverses';\n    ELSIF original.reverses_id IS NOT NULL THEN\n        RAISE EXCEPTION 'execution_reversal: execution % is itself a reversal', NEW.reverses_id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_reversal', HINT = 'Book the fill anew.';\n    END IF;\n    NEW.order_id := original.order_id;\n    NEW.executed_quantity := original.executed_quantity;\n    NEW.executed_price := original.executed_price;\n    NEW.commission := original.commission;\n    NEW.tax := original.tax;\n    NEW.fx_rate := original.fx_rate;\n    NEW.net_amount := -original.net_amount;\n    NEW.exchange_ref := coalesce(NEW.exchange_ref, 'reversal of #' || NEW.reverses_id);\n    RETURN NEW;\nEND",
                            hash="5ae8a3109febb5df3322211f40685df8f1b54ea1",
                            operation="INSERT",
                            pgid="pgtrigger_price_execution_a5a74",
                            schema="trade",
                            security="DEFINER",
                            table="executions",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="execution",
                    trigger=system.triggers.CompiledTrigger(
                        name="settle_executions",
                        sql=system.triggers.TriggerSql(
                            func="-- Book fills: order → holding → pick → cash and portfolio, in one transaction. Works on whole statements, so that it can lock\n-- in one order (orders, holdings, picks, portfolios, each by key) however the client sorted its rows. An INSERT … ON CONFLICT DO\n-- NOTHING that repeats a fill never gets here; a plain INSERT that repeats one fails on its unique key and moves nothing.\nDECLARE\n    fill record;\n    placed trade.orders;\n    held account.holdings;\n    after trade.position;\n    picks bigint[];\nBEGIN\n    -- One fill alone locks in that order as it goes.\n    IF EXISTS (SELECT FROM booked OFFSET 1) THEN\n        PERFORM FROM trade.orders\n          WHERE order_id IN (SELECT order_id FROM booked) ORDER BY order_id FOR NO KEY UPDATE;\n        PERFORM FROM account.holdings\n          WHERE holding_id IN (SELECT holding_id FROM booked JOIN trade.orders USING (order_id))\n          ORDER BY holding_id FOR NO KEY UPDATE;\n    END IF;\n\n    FOR fill IN SELECT * FROM booked ORDER BY execution_id LOOP\n        SELECT * INTO placed FROM trade.orders WHERE order_id = fill.order_id FOR NO KEY UPDATE;\n        IF placed.pick_id IS NOT NULL THEN\n            picks := picks || placed.pick_id;\n        END IF;\n        IF fill.reverses_id IS NOT NULL THEN\n            UPDATE trade.executions SET reversed_at = now() WHERE execution_id = fill.reverses_id;\n            PERFORM trade.rebook(fill.order_id,\n                                 ARRAY(SELECT execution_id FROM booked WHERE execution_id > fill.execution_id));\n            CONTINUE;\n        END IF;\n        IF placed.holding_id IS NULL THEN\n            RAISE EXCEPTION 'execution_of_proposal: order % proposes a pick and has no holding yet', placed.order_id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_of_proposal',\n                      HINT = 'Give the order a holding first.';\n        ELSIF placed.status = 'REJECTED' THEN\n            RAISE EXCEPTION 'execution_of_rejected: order % was rejected', placed.order_id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_of_rejected',\n                      HINT = 'Check the broker''s order number.';\n        ELSIF placed.filled_quantity + fill.executed_quantity > placed.quantity THEN\n            RAISE EXCEPTION 'execution_overfill: order % is for %, % are filled, % more are too many',\n                placed.order_id, placed.quantity, placed.filled_quantity, fill.executed_quantity\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_overfill',\n                      HINT = 'Check the fill with the broker; a real over-fill needs an order of its own.';\n        END IF;\n        SELECT * INTO held FROM account.holdings WHERE holding_id = placed.holding_id FOR NO KEY UPDATE;\n        IF placed.side = 'SELL' AND fill.executed_quantity > held.quantity THEN\n            RAISE EXCEPTION 'execution_oversell: % shares cannot be sold, only % are held',\n                fill.executed_quantity, held.quantity\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_oversell',\n                      HINT = 'Book the missing buys first: AEGIS is long only.';\n        END IF;\n\n        UPDATE trade.orders\n           SET filled_quantity = filled_quantity + fill.executed_quantity,\n               status = CASE WHEN status = 'CANCELLED' THEN status\n                             WHEN filled_quantity + fill.executed_quantity < quantity THEN 'PARTIAL_FILLED'\n                             ELSE 'FILLED' END\n         WHERE order_id = placed.order_id;\n        after := trade.after_fill(\n            ROW(held.quantity, held.avg_purchase_price, held.realized_pnl, 0)::trade.position,\n            placed.side, fill.executed_quantity, fill.executed_price, fill.commission + fill.tax);\n        UPDATE account.holdings\n           SET quantity = after.quantity, avg_purchase_price = after.average, realized_pnl = after.realized\n         WHERE holding_id = held.holding_id;\n        IF placed.status = 'CANCELLED' THEN\n            INSERT INTO system.alerts (alert_type, severity, module, message, data)\n            VALUES ('ERROR', 'CRITICAL', 'trade',\n                    format('Order %s was filled after it was cancelled: %s shares at %s are booked.',\n                           placed.order_id, fill.executed_quantity, fill.executed_price),\n                    jsonb_build_object('order_id', placed.order_id, 'execution_id', fill.execution_id));\n        END IF;\n    END LOOP;\n\n    IF picks IS NOT NULL THEN\n        PERFORM trade.mark_picks(picks);\n    END IF;\n    -- Its trigger locks the portfolios.\n    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind, execution_id)\n    SELECT portfolio_id, currency, net_amount, 'TRADE', execution_id\n      FROM booked JOIN trade.orders USING (order_id)\n                  JOIN account.holdings USING (holding_id)\n                  JOIN market.stocks USING (stock_id)\n     ORDER BY execution_id;\n    RETURN NULL;\nEND",
                            hash="20a5471380ef3398c48401f65b91faab1949ae9c",
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
                pgtrigger.migrations.AddTrigger(
                    model_name="execution",
                    trigger=system.triggers.CompiledTrigger(
                        name="unbook_executions",
                        sql=system.triggers.TriggerSql(
                            func="-- Deleting un-books exactly, and only what nothing followed: anything else is corrected by a reversing entry.\nDECLARE\n    gone record;\nBEGIN\n    PERFORM FROM trade.orders\n      WHERE order_id IN (SELECT order_id FROM removed) ORDER BY order_id FOR NO KEY UPDATE;\n    PERFORM FROM account.holdings\n      WHERE holding_id IN (SELECT holding_id FROM removed JOIN trade.orders USING (order_id))\n      ORDER BY holding_id FOR NO KEY UPDATE;\n    -- Booked later is what has the later cash entry, see trade.replay.\n    IF EXISTS (SELECT FROM removed JOIN account.cash_entries AS entry USING (execution_id)\n                 JOIN trade.orders AS placed ON placed.order_id = removed.order_id\n                 JOIN trade.orders AS other USING (holding_id)\n                 JOIN trade.executions AS standing ON standing.order_id = other.order_id\n                 JOIN account.cash_entries AS later ON later.execution_id = standing.execution_id\n                WHERE later.cash_entry_id > entry.cash_entry_id) THEN\n        RAISE EXCEPTION 'execution_followed: other executions followed on the same holding'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_followed',\n                  HINT = 'Reverse it (reverse_execution, or insert a row with reverses_id).';\n    END IF;\n    UPDATE trade.executions SET reversed_at = NULL WHERE execution_id IN (SELECT reverses_id FROM removed);\n    FOR gone IN SELECT DISTINCT order_id FROM removed ORDER BY order_id LOOP\n        PERFORM trade.rebook(gone.order_id);\n    END LOOP;\n    PERFORM trade.mark_picks(ARRAY(SELECT pick_id FROM removed JOIN trade.orders USING (order_id)));\n    DELETE FROM account.cash_entries WHERE execution_id IN (SELECT execution_id FROM removed);\n    RETURN NULL;\nEND",
                            hash="ded0a0ebfd7898f20365e69d6d124a51690bc59a",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_unbook_executions_2b8f5",
                            referencing="REFERENCING OLD TABLE AS removed ",
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
                        name="guard_execution",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0 AND (to_jsonb(OLD) - 'exchange_ref') <> (to_jsonb(NEW) - 'exchange_ref'))",
                            func="BEGIN\n    RAISE EXCEPTION 'execution_append_only: execution % is booked; only its exchange_ref may be mended', OLD.execution_id\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_append_only',\n              HINT = 'Reverse it (reverse_execution, or insert a row with reverses_id) and book it anew.';\nEND",
                            hash="8aef00c44026cc3dad88276db8b4e934d19a2c6c",
                            operation="UPDATE",
                            pgid="pgtrigger_guard_execution_634eb",
                            schema="trade",
                            security="INVOKER",
                            table="executions",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="order",
                    trigger=system.triggers.CompiledTrigger(
                        name="admit_amended",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0)",
                            func="-- An amended order is admitted like a new one. After the whole statement, so that it holds all of its orders before it locks\n-- a holding: row by row, a fill that has its order and waits for the holding would wait in a circle.\nDECLARE\n    changed bigint[] := ARRAY(\n        SELECT order_id FROM amended JOIN before USING (order_id)\n         WHERE (amended.quantity, amended.holding_id, amended.pick_id)\n               IS DISTINCT FROM (before.quantity, before.holding_id, before.pick_id));\n    placed trade.orders;\nBEGIN\n    PERFORM FROM account.holdings\n      WHERE holding_id IN (SELECT holding_id FROM amended WHERE order_id = ANY (changed) AND side = 'SELL')\n      ORDER BY holding_id FOR NO KEY UPDATE;\n    FOR placed IN SELECT * FROM amended WHERE order_id = ANY (changed) ORDER BY order_id LOOP\n        PERFORM trade.admit(placed);\n    END LOOP;\n    RETURN NULL;\nEND",
                            hash="981f061d14bdea8fb5989ff0929acab788a22337",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_admit_amended_86ba4",
                            referencing="REFERENCING OLD TABLE AS before  NEW TABLE AS amended ",
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
                        name="admit_orders",
                        sql=system.triggers.TriggerSql(
                            func="-- Looks at the whole statement, so that holdings are locked in the order of their keys however the client sorted its rows.\nDECLARE\n    placed trade.orders;\nBEGIN\n    FOR placed IN SELECT * FROM arrived ORDER BY holding_id, order_id LOOP\n        IF placed.filled_quantity <> 0 OR placed.status <> 'PENDING' THEN\n            RAISE EXCEPTION 'order_starts_pending: an order starts PENDING and unfilled, not %', placed.status\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_starts_pending',\n                      HINT = 'Insert it, then book its executions, or cancel or reject it.';\n        END IF;\n        PERFORM trade.admit(placed);\n    END LOOP;\n    RETURN NULL;\nEND",
                            hash="537eff0cea63fe5e7d6c935dccdf6e62f8c85553",
                            level="STATEMENT",
                            operation="INSERT",
                            pgid="pgtrigger_admit_orders_9d025",
                            referencing="REFERENCING NEW TABLE AS arrived ",
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
                        name="guard_order",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0)",
                            func="-- What a client may change. The ledger's own updates come from inside triggers and are not looked at here.\nBEGIN\n    IF NEW.filled_quantity <> OLD.filled_quantity\n       OR (NEW.status <> OLD.status AND NEW.status IN ('PARTIAL_FILLED', 'FILLED')) THEN\n        RAISE EXCEPTION 'order_filled_by_executions: filled quantity, PARTIAL_FILLED and FILLED follow from executions'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_filled_by_executions', HINT = 'Book an execution.';\n    END IF;\n    IF OLD.status IN ('FILLED', 'CANCELLED', 'REJECTED')\n       AND (NEW.status, NEW.order_type, NEW.side, NEW.quantity, NEW.holding_id, NEW.pick_id, NEW.limit_price,\n            NEW.stop_price, NEW.order_time, NEW.expires_at)\n           IS DISTINCT FROM\n           (OLD.status, OLD.order_type, OLD.side, OLD.quantity, OLD.holding_id, OLD.pick_id, OLD.limit_price,\n            OLD.stop_price, OLD.order_time, OLD.expires_at) THEN\n        RAISE EXCEPTION 'order_terminal: order % is % and does not change any more', OLD.order_id, OLD.status\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_terminal', HINT = 'Place a new order.';\n    END IF;\n    IF NEW.status NOT IN (OLD.status, 'CANCELLED') AND (OLD.status, NEW.status) <> ('PENDING', 'REJECTED') THEN\n        RAISE EXCEPTION 'order_transition: an order does not go from % to %', OLD.status, NEW.status\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_transition',\n                  HINT = 'PENDING may be cancelled or rejected, PARTIAL_FILLED may be cancelled.';\n    END IF;\n    IF (NEW.order_id, NEW.side, NEW.created_by) <> (OLD.order_id, OLD.side, OLD.created_by) THEN\n        RAISE EXCEPTION 'order_identity: an order keeps its number, its side and the name of who placed it'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_identity', HINT = 'Place a new order.';\n    END IF;\n    IF (NEW.quantity, NEW.holding_id, NEW.pick_id) IS DISTINCT FROM (OLD.quantity, OLD.holding_id, OLD.pick_id)\n       AND EXISTS (SELECT FROM trade.executions WHERE order_id = OLD.order_id) THEN\n        RAISE EXCEPTION 'order_frozen: quantity, holding and pick do not change after the first fill'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_frozen',\n                  HINT = 'Cancel the rest and place a new order.';\n    END IF;\n    RETURN NEW;\nEND",
                            hash="0812b8b5d6499a25ff323d88b5f2a37750c77095",
                            operation="UPDATE",
                            pgid="pgtrigger_guard_order_dafbf",
                            schema="trade",
                            security="DEFINER",
                            table="orders",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="tradedholding",
                    trigger=system.triggers.CompiledTrigger(
                        name="guard_holding",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0)",
                            func="-- Quantity, average and realised P&L follow from executions. Until the first one, what the holding opened with may be\n-- put right. What is compared is compared here: a WHEN is parsed anew by every statement, also by the ledger's own.\nBEGIN\n    IF (NEW.portfolio_id, NEW.stock_id, NEW.quantity, NEW.avg_purchase_price, NEW.realized_pnl, NEW.opening_quantity,\n        NEW.opening_price)\n       IS NOT DISTINCT FROM\n       (OLD.portfolio_id, OLD.stock_id, OLD.quantity, OLD.avg_purchase_price, OLD.realized_pnl, OLD.opening_quantity,\n        OLD.opening_price) THEN\n        RETURN NEW;\n    END IF;\n    IF EXISTS (SELECT FROM trade.executions JOIN trade.orders USING (order_id) WHERE holding_id = OLD.holding_id)\n       OR NEW.realized_pnl <> OLD.realized_pnl\n       OR ((NEW.portfolio_id, NEW.stock_id) <> (OLD.portfolio_id, OLD.stock_id)\n           AND EXISTS (SELECT FROM trade.orders WHERE holding_id = OLD.holding_id)) THEN\n        RAISE EXCEPTION 'holding_moved_by_executions: quantity, average and P&L of holding % follow from its executions',\n            OLD.holding_id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'holding_moved_by_executions',\n                  HINT = 'Book an execution, or reverse one.';\n    END IF;\n    NEW.opening_quantity := NEW.quantity;\n    NEW.opening_price := NEW.avg_purchase_price;\n    RETURN NEW;\nEND",
                            hash="fd7299acd1ae79a54e9063c77bf215103025a542",
                            operation="UPDATE",
                            pgid="pgtrigger_guard_holding_af1bc",
                            schema="trade",
                            security="DEFINER",
                            table="holdings",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
    ]
