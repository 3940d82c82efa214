import datetime
import pgtrigger.migrations
import system.triggers
from django.db import migrations, models

from system.schemas import run_sql


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0008_sound_facts"),
        ("brain", "0004_sound_facts"),
        ("trade", "0007_owners"),
    ]

    operations = [
        migrations.CreateModel(
            name="OrderedPick",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("brain.dailypick",),
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="actionentry",
            name="prepare_action_entry",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="actionentry",
            name="settle_action_entries",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="execution",
            name="price_execution",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="execution",
            name="settle_executions",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="order",
            name="admit_amended",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="tradedholding",
            name="guard_holding",
        ),
        migrations.RemoveConstraint(
            model_name="execution",
            name="chk_executions_positive",
        ),
        migrations.RemoveConstraint(
            model_name="execution",
            name="chk_executions_ref",
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="chk_order_quantity",
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="chk_orders_expiry",
        ),
        migrations.AlterField(
            model_name="actionentry",
            name="average_after",
            field=models.DecimalField(
                db_comment="Trading currency",
                decimal_places=6,
                editable=False,
                max_digits=24,
                null=True,
                verbose_name="average after",
            ),
        ),
        migrations.AlterField(
            model_name="actionentry",
            name="average_before",
            field=models.DecimalField(
                db_comment="Trading currency",
                decimal_places=6,
                editable=False,
                max_digits=24,
                null=True,
                verbose_name="average before",
            ),
        ),
        migrations.AlterField(
            model_name="actionentry",
            name="cash_amount",
            field=models.DecimalField(
                db_comment="Dividend or cash for the fraction, trading currency; negative in a reversal",
                db_default=0,
                decimal_places=2,
                editable=False,
                max_digits=38,
                verbose_name="cash",
            ),
        ),
        migrations.AlterField(
            model_name="actionentry",
            name="fraction_price",
            field=models.DecimalField(
                db_comment="Latest close in shares after the action, trading currency",
                decimal_places=6,
                editable=False,
                max_digits=24,
                null=True,
                verbose_name="price of the fraction",
            ),
        ),
        migrations.AlterField(
            model_name="execution",
            name="net_amount",
            field=models.DecimalField(
                db_comment="Trading currency, signed: what the cash account changes by",
                decimal_places=2,
                editable=False,
                max_digits=38,
                null=True,
                verbose_name="net amount",
            ),
        ),
        migrations.AlterField(
            model_name="executionevent",
            name="net_amount",
            field=models.DecimalField(
                db_comment="Trading currency, signed: what the cash account changes by",
                decimal_places=2,
                editable=False,
                max_digits=38,
                null=True,
                verbose_name="net amount",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="actionentry",
            trigger=system.triggers.CompiledTrigger(
                name="prepare_action_entry",
                sql=system.triggers.TriggerSql(
                    func="-- A client says which action on which holding, or which entry to take back; all else is the ledger's to say.\nDECLARE\n    original trade.action_entries;\nBEGIN\n    IF NEW.reverses_id IS NOT NULL THEN\n        SELECT * INTO original FROM trade.action_entries WHERE action_entry_id = NEW.reverses_id;\n        IF original.action_entry_id IS NULL THEN\n            RAISE EXCEPTION 'fk_action_entries_reverses: there is no action entry %', NEW.reverses_id\n                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_action_entries_reverses';\n        ELSIF original.reverses_id IS NOT NULL THEN\n            RAISE EXCEPTION 'action_reversal: action entry % is itself a reversal', NEW.reverses_id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'action_reversal', HINT = 'Apply the action anew.';\n        END IF;\n        NEW.action_id := original.action_id;\n        NEW.holding_id := original.holding_id;\n    END IF;\n    -- Whoever is correcting the action is waited for, and whoever would correct it waits until this is booked.\n    PERFORM FROM market.corporate_actions WHERE action_id = NEW.action_id FOR SHARE;\n    NEW.ratio := 1;\n    NEW.per := 1;\n    NEW.quantity_before := NULL;\n    NEW.quantity_after := NULL;\n    NEW.average_before := NULL;\n    NEW.average_after := NULL;\n    NEW.fraction := NULL;\n    NEW.fraction_price := NULL;\n    NEW.cash_amount := 0;\n    NEW.orders := NULL;\n    NEW.booked := NULL;\n    NEW.place := NULL;\n    NEW.reversed_at := NULL;\n    RETURN NEW;\nEND",
                    hash="e83d145c23447bff90f1f15a01a3d23bc2904535",
                    operation="INSERT",
                    pgid="pgtrigger_prepare_action_entry_fe31f",
                    schema="trade",
                    security="DEFINER",
                    table="action_entries",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="actionentry",
            trigger=system.triggers.CompiledTrigger(
                name="settle_action_entries",
                sql=system.triggers.TriggerSql(
                    func="-- Book corporate actions: order → holding → cash and portfolio, locked in the order of fills, see settle_executions. Only\n-- orders that are open now are changed: locking one later would be out of order.\nDECLARE\n    entry trade.action_entries;\n    locked bigint[];\nBEGIN\n    SELECT array_agg(order_id) INTO locked\n      FROM (SELECT order_id FROM trade.orders\n             WHERE (holding_id IN (SELECT holding_id FROM arrived) AND status IN ('PENDING', 'PARTIAL_FILLED'))\n                OR order_id IN (SELECT (changed ->> 'order_id')::bigint\n                                  FROM arrived JOIN trade.action_entries AS original\n                                    ON original.action_entry_id = arrived.reverses_id\n                                 CROSS JOIN jsonb_array_elements(original.orders) AS changed)\n             ORDER BY order_id FOR NO KEY UPDATE) AS orders;\n    PERFORM FROM account.holdings\n      WHERE holding_id IN (SELECT holding_id FROM arrived) ORDER BY holding_id FOR NO KEY UPDATE;\n    PERFORM FROM account.portfolio\n      WHERE portfolio_id IN (SELECT portfolio_id FROM arrived JOIN account.holdings USING (holding_id))\n      ORDER BY portfolio_id FOR NO KEY UPDATE;\n\n    -- A reversal never before what it reverses, whatever numbers were typed.\n    FOR entry IN\n        SELECT * FROM arrived ORDER BY greatest(action_entry_id, reverses_id), reverses_id NULLS FIRST\n    LOOP\n        IF entry.reverses_id IS NULL THEN\n            PERFORM trade.apply_action(entry, coalesce(locked, '{}'));\n        ELSE\n            PERFORM trade.take_back_action(entry, coalesce(locked, '{}'));\n        END IF;\n    END LOOP;\n\n    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind, action_entry_id, created_by)\n    SELECT portfolio_id, currency, done.cash_amount, CASE kind WHEN 'CASH_DIVIDEND' THEN 'DIVIDEND' ELSE 'ADJUSTMENT' END,\n           action_entry_id, done.created_by\n      FROM arrived JOIN trade.action_entries AS done USING (action_entry_id)\n                   JOIN market.corporate_actions AS action ON action.action_id = done.action_id\n                   JOIN account.holdings ON holdings.holding_id = done.holding_id\n                   JOIN market.stocks ON stocks.stock_id = holdings.stock_id\n     WHERE done.cash_amount <> 0\n     ORDER BY action_entry_id;\n    PERFORM account.touch_portfolios(ARRAY(\n        SELECT DISTINCT portfolio_id FROM arrived JOIN account.holdings USING (holding_id)));\n    RETURN NULL;\nEND",
                    hash="c170110a9976982ceb8ef4c8c07893dca1644624",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_settle_action_entries_b9de2",
                    referencing="REFERENCING NEW TABLE AS arrived ",
                    schema="trade",
                    security="DEFINER",
                    table="action_entries",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="execution",
            trigger=system.triggers.CompiledTrigger(
                name="price_execution",
                sql=system.triggers.TriggerSql(
                    func="-- What the cash account changes by: a buy pays price and charges, a sell receives the price less charges. A reversal is the\n-- opposite of what it reverses, to the last cent, whatever the client wrote.\nDECLARE\n    original trade.executions;\n    worth numeric := NEW.executed_quantity * NEW.executed_price;\n    charges numeric := NEW.commission + NEW.tax;\nBEGIN\n    NEW.reversed_at := NULL;\n    IF NEW.executed_time NOT BETWEEN '1970-01-01 00:00+00' AND clock_timestamp() + interval '5 minutes' THEN\n        RAISE EXCEPTION 'execution_time: no fill can have been executed at %', NEW.executed_time\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_time',\n                  HINT = 'Give the time of the execution, with its zone; clocks may be five minutes apart.';\n    END IF;\n    IF NEW.reverses_id IS NULL THEN\n        SELECT CASE side WHEN 'BUY' THEN -(worth + charges) ELSE worth - charges END INTO NEW.net_amount\n          FROM trade.orders WHERE order_id = NEW.order_id;\n        RETURN NEW;\n    END IF;\n    SELECT * INTO original FROM trade.executions WHERE execution_id = NEW.reverses_id;\n    IF original.execution_id IS NULL THEN\n        RAISE EXCEPTION 'fk_executions_reverses: there is no execution %', NEW.reverses_id\n            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_executions_reverses';\n    ELSIF original.reverses_id IS NOT NULL THEN\n        RAISE EXCEPTION 'execution_reversal: execution % is itself a reversal', NEW.reverses_id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_reversal', HINT = 'Book the fill anew.';\n    END IF;\n    NEW.order_id := original.order_id;\n    NEW.executed_quantity := original.executed_quantity;\n    NEW.executed_price := original.executed_price;\n    NEW.commission := original.commission;\n    NEW.tax := original.tax;\n    NEW.fx_rate := original.fx_rate;\n    NEW.net_amount := -original.net_amount;\n    NEW.exchange_ref := coalesce(NEW.exchange_ref, 'reversal of #' || NEW.reverses_id);\n    RETURN NEW;\nEND",
                    hash="6d022cc30b4b7830e4a454eb770e39628e2291b1",
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
                    func="-- Book fills: order → holding → pick → cash and portfolio, in one transaction. Works on whole statements, so that it can lock\n-- in one order (orders, holdings, picks, portfolios, each by key) however the client sorted its rows. An INSERT … ON CONFLICT DO\n-- NOTHING that repeats a fill never gets here; a plain INSERT that repeats one fails on its unique key and moves nothing.\nDECLARE\n    fill record;\n    placed record;\n    held record;\n    after trade.position;\n    picks bigint[];\n    executions bigint[];\n    portfolios bigint[];\n    currencies text[];\n    amounts numeric[];\nBEGIN\n    -- One fill alone locks in that order as it goes.\n    IF EXISTS (SELECT FROM booked OFFSET 1) THEN\n        PERFORM FROM trade.orders\n          WHERE order_id IN (SELECT order_id FROM booked) ORDER BY order_id FOR NO KEY UPDATE;\n        PERFORM FROM account.holdings\n          WHERE holding_id IN (SELECT holding_id FROM booked JOIN trade.orders USING (order_id))\n          ORDER BY holding_id FOR NO KEY UPDATE;\n    END IF;\n\n    -- In the order of their numbers, but a reversal never before what it reverses: numbers can be typed (OVERRIDING SYSTEM VALUE).\n    FOR fill IN\n        SELECT execution_id, order_id, executed_quantity, executed_price, executed_time, commission, tax, net_amount,\n               reverses_id\n          FROM booked ORDER BY greatest(execution_id, reverses_id), reverses_id NULLS FIRST\n    LOOP\n        SELECT order_id, holding_id, pick_id, side, status, quantity, filled_quantity INTO placed\n          FROM trade.orders WHERE order_id = fill.order_id FOR NO KEY UPDATE;\n        SELECT holding_id, portfolio_id, quantity, avg_purchase_price, realized_pnl, currency INTO held\n          FROM account.holdings JOIN market.stocks USING (stock_id)\n         WHERE holding_id = placed.holding_id FOR NO KEY UPDATE OF holdings;\n        IF placed.pick_id IS NOT NULL THEN\n            picks := picks || placed.pick_id;\n        END IF;\n        executions := executions || fill.execution_id;\n        portfolios := portfolios || held.portfolio_id;\n        currencies := currencies || held.currency::text;\n        amounts := amounts || fill.net_amount;\n        IF fill.reverses_id IS NOT NULL THEN\n            IF placed.pick_id IS NOT NULL AND current_setting('transaction_isolation') = 'repeatable read' THEN\n                RAISE EXCEPTION 'execution_isolation: order % has a pick, and whether that is still executed depends on fills that'\n                    ' this transaction does not see', placed.order_id\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_isolation',\n                          HINT = 'Reverse it in a READ COMMITTED or SERIALIZABLE transaction.';\n            END IF;\n            UPDATE trade.executions SET reversed_at = now() WHERE execution_id = fill.reverses_id;\n            PERFORM trade.close_before_action(fill.order_id, fill.reverses_id);\n            PERFORM trade.rebook(fill.order_id,\n                                 ARRAY(SELECT execution_id FROM booked WHERE execution_id <> ALL (executions)));\n            CONTINUE;\n        END IF;\n        IF placed.holding_id IS NULL THEN\n            RAISE EXCEPTION 'execution_of_proposal: order % proposes a pick and has no holding yet', placed.order_id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_of_proposal',\n                      HINT = 'Give the order a holding first.';\n        ELSIF placed.status = 'REJECTED' THEN\n            RAISE EXCEPTION 'execution_of_rejected: order % was rejected', placed.order_id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_of_rejected',\n                      HINT = 'Check the broker''s order number.';\n        ELSIF placed.filled_quantity + fill.executed_quantity > placed.quantity THEN\n            RAISE EXCEPTION 'execution_overfill: order % is for %, % are filled, % more are too many',\n                placed.order_id, placed.quantity, placed.filled_quantity, fill.executed_quantity\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_overfill',\n                      HINT = 'Check the fill with the broker; a real over-fill needs an order of its own.';\n        END IF;\n        IF placed.side = 'SELL' AND fill.executed_quantity > held.quantity THEN\n            RAISE EXCEPTION 'execution_oversell: % shares cannot be sold, only % are held',\n                fill.executed_quantity, held.quantity\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_oversell',\n                      HINT = 'Book the missing buys first: AEGIS is long only.';\n        END IF;\n\n        -- No split is booked before its day begins, and no exchange trades in the hour before that.\n        IF fill.executed_time < now() - interval '1 hour' THEN\n            PERFORM trade.refuse_before_action(placed.holding_id, fill.executed_time);\n        END IF;\n\n        placed.status := trade.fill_order(placed.order_id, fill.executed_quantity);\n        after := trade.after_fill(\n            ROW(held.quantity, held.avg_purchase_price, held.realized_pnl, 0)::trade.position,\n            placed.side, fill.executed_quantity, fill.executed_price, fill.commission + fill.tax);\n        UPDATE account.holdings\n           SET quantity = after.quantity, avg_purchase_price = after.average, realized_pnl = after.realized\n         WHERE holding_id = held.holding_id;\n        IF placed.status = 'CANCELLED' THEN\n            INSERT INTO system.alerts (alert_type, severity, module, message, data)\n            VALUES ('ERROR', 'CRITICAL', 'trade',\n                    format('Order %s was filled after it was cancelled: %s shares at %s are booked.',\n                           placed.order_id, fill.executed_quantity, fill.executed_price),\n                    jsonb_build_object('order_id', placed.order_id, 'execution_id', fill.execution_id));\n        END IF;\n    END LOOP;\n\n    IF picks IS NOT NULL THEN\n        PERFORM trade.mark_picks(picks);\n    END IF;\n    -- Its trigger locks the portfolios.\n    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind, execution_id)\n    SELECT portfolio_id, currency, amount, 'TRADE', execution_id\n      FROM unnest(executions, portfolios, currencies, amounts) AS entry (execution_id, portfolio_id, currency, amount);\n    RETURN NULL;\nEND",
                    hash="20732d4c6df0c714eb887ec18682e575817721f7",
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
            model_name="order",
            trigger=system.triggers.CompiledTrigger(
                name="admit_amended",
                sql=system.triggers.TriggerSql(
                    condition="WHEN (pg_trigger_depth() = 0)",
                    func="-- An amended order is admitted like a new one, one that asks for less alone is not. After the whole statement, so that it holds all of its orders before it locks\n-- a holding: row by row, a fill that has its order and waits for the holding would wait in a circle.\nDECLARE\n    changed bigint[] := ARRAY(\n        SELECT order_id FROM amended JOIN before USING (order_id)\n         WHERE amended.quantity > before.quantity\n            OR (amended.holding_id, amended.pick_id) IS DISTINCT FROM (before.holding_id, before.pick_id));\n    placed trade.orders;\nBEGIN\n    PERFORM FROM account.holdings\n      WHERE holding_id IN (SELECT holding_id FROM amended WHERE order_id = ANY (changed) AND side = 'SELL')\n      ORDER BY holding_id FOR NO KEY UPDATE;\n    FOR placed IN SELECT * FROM amended WHERE order_id = ANY (changed) ORDER BY order_id LOOP\n        PERFORM trade.admit(placed);\n    END LOOP;\n    RETURN NULL;\nEND",
                    hash="72533469d7fe6045b5236568914ab4257b954f8a",
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
            model_name="tradedholding",
            trigger=system.triggers.CompiledTrigger(
                name="guard_holding",
                sql=system.triggers.TriggerSql(
                    condition="WHEN (pg_trigger_depth() = 0)",
                    func="-- Quantity, average and realised P&L follow from executions and corporate actions. Until the first one, what the holding\n-- opened with may be put right. What is compared is compared here: a WHEN is parsed anew by every statement, also by the\n-- ledger's own.\nBEGIN\n    IF (NEW.portfolio_id, NEW.stock_id, NEW.quantity, NEW.avg_purchase_price, NEW.realized_pnl, NEW.opening_quantity,\n        NEW.opening_price, NEW.split_on, NEW.split_ratio)\n       IS NOT DISTINCT FROM\n       (OLD.portfolio_id, OLD.stock_id, OLD.quantity, OLD.avg_purchase_price, OLD.realized_pnl, OLD.opening_quantity,\n        OLD.opening_price, OLD.split_on, OLD.split_ratio) THEN\n        RETURN NEW;\n    END IF;\n    IF EXISTS (SELECT FROM trade.executions JOIN trade.orders USING (order_id) WHERE holding_id = OLD.holding_id)\n       OR EXISTS (SELECT FROM trade.action_entries WHERE holding_id = OLD.holding_id)\n       OR NEW.realized_pnl <> OLD.realized_pnl\n       OR (NEW.split_on, NEW.split_ratio) IS DISTINCT FROM (OLD.split_on, OLD.split_ratio)\n       OR ((NEW.portfolio_id, NEW.stock_id) <> (OLD.portfolio_id, OLD.stock_id)\n           AND EXISTS (SELECT FROM trade.orders WHERE holding_id = OLD.holding_id)) THEN\n        RAISE EXCEPTION 'holding_moved_by_executions: quantity, average and P&L of holding % follow from its executions',\n            OLD.holding_id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'holding_moved_by_executions',\n                  HINT = 'Book an execution, or reverse one.';\n    END IF;\n    -- Whoever places a SELL updates the holding first, so that none is missed here.\n    IF NEW.quantity < OLD.quantity\n       AND NEW.quantity < (SELECT sum(quantity - filled_quantity) FROM trade.orders\n                            WHERE holding_id = OLD.holding_id AND side = 'SELL' AND status IN ('PENDING', 'PARTIAL_FILLED')) THEN\n        RAISE EXCEPTION 'holding_committed: open SELL orders of holding % need more than % shares', OLD.holding_id, NEW.quantity\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'holding_committed',\n                  HINT = 'Lower or cancel the SELL orders first.';\n    END IF;\n    NEW.opening_quantity := NEW.quantity;\n    NEW.opening_price := NEW.avg_purchase_price;\n    RETURN NEW;\nEND",
                    hash="fc1bd6c024517fed6b75dbc2be7f24a783187eac",
                    operation="UPDATE",
                    pgid="pgtrigger_guard_holding_af1bc",
                    schema="trade",
                    security="DEFINER",
                    table="holdings",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="execution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("executed_quantity__gt", 0),
                    ("executed_quantity__lte", 1000000000000),
                    models.Q(
                        ("executed_price__gt", 0),
                        (
                            "executed_price__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    ),
                ),
                name="chk_executions_positive",
                violation_error_message="Quantity and price are above zero; a trillion shares at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="execution",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("exchange_ref__regex", "\\S"))),
                name="chk_executions_ref",
                violation_error_message="A fill carries the exchange's reference.",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0), ("quantity__lte", 1000000000000)),
                name="chk_order_quantity",
                violation_error_message="The quantity is above zero, and at most a trillion shares.",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at__gt", models.F("order_time")),
                    models.Q(
                        ("order_time__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("order_time__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                    models.Q(
                        ("expires_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("expires_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                ),
                name="chk_orders_expiry",
                violation_error_message="An order expires after it is placed; times are from 1970 to 2199.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderedpick",
            trigger=system.triggers.CompiledTrigger(
                name="guard_ordered_pick",
                sql=system.triggers.TriggerSql(
                    condition="WHEN (pg_trigger_depth() = 0)",
                    func="-- Orders were admitted because they do what the pick advises. The lock waits for orders that are being placed on it.\nBEGIN\n    IF (NEW.pick_id, NEW.action, NEW.stock_id) IS NOT DISTINCT FROM (OLD.pick_id, OLD.action, OLD.stock_id) THEN\n        RETURN NEW;\n    END IF;\n    IF NOT EXISTS (SELECT FROM trade.orders WHERE pick_id = OLD.pick_id) THEN\n        LOCK TABLE trade.orders IN SHARE ROW EXCLUSIVE MODE;\n    END IF;\n    IF EXISTS (SELECT FROM trade.orders WHERE pick_id = OLD.pick_id) THEN\n        RAISE EXCEPTION 'pick_ordered: pick % has orders; its side and its stock stand', OLD.pick_id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'pick_ordered',\n                  HINT = 'Enter what the model advises now as a pick of its own.';\n    END IF;\n    RETURN NEW;\nEND",
                    hash="6e995102dbeeaa466a6c5e068c47f56662398b43",
                    operation="UPDATE",
                    pgid="pgtrigger_guard_ordered_pick_bb5dd",
                    schema="trade",
                    security="DEFINER",
                    table="daily_picks",
                    when="BEFORE",
                ),
            ),
        ),
        run_sql(__file__, "sound"),
    ]
