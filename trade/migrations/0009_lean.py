import datetime
import pgtrigger.migrations
import system.constraints
import system.triggers
from django.db import migrations, models

from system.schemas import run_sql


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_lean"),
        ("brain", "0005_lean"),
        ("market", "0013_lean"),
        ("trade", "0008_sound_facts"),
    ]

    operations = [
        run_sql(__file__, "lean"),
        pgtrigger.migrations.RemoveTrigger(
            model_name="execution",
            name="settle_executions",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="order",
            name="admit_orders",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="tradedportfolio",
            name="own_orders",
        ),
        migrations.RemoveConstraint(
            model_name="actionentry",
            name="chk_action_entries_numbers",
        ),
        migrations.RemoveConstraint(
            model_name="execution",
            name="chk_executions_charges",
        ),
        migrations.RemoveConstraint(
            model_name="execution",
            name="chk_executions_fx",
        ),
        migrations.RemoveConstraint(
            model_name="execution",
            name="chk_executions_positive",
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="chk_orders_type",
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="chk_orders_side",
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="chk_orders_status",
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="chk_orders_price_for_type",
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="chk_orders_price_positive",
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="chk_orders_status_filled",
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="chk_orders_expiry",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="execution",
            trigger=system.triggers.CompiledTrigger(
                name="settle_executions",
                sql=system.triggers.TriggerSql(
                    func="-- Book fills: order → holding → pick → cash and portfolio, in one transaction. Works on whole statements, so that it can lock\n-- in one order (orders, holdings, picks, portfolios, each by key) however the client sorted its rows. An INSERT … ON CONFLICT DO\n-- NOTHING that repeats a fill never gets here; a plain INSERT that repeats one fails on its unique key and moves nothing.\nDECLARE\n    fills trade.executions[];\n    fill trade.executions;\n    placed trade.orders;\n    held record;\n    after trade.position;\n    picks bigint[];\n    booked_so_far bigint[];\n    portfolios bigint[];\n    currencies text[];\n    amounts numeric[];\nBEGIN\n    -- In the order of their numbers, but a reversal never before what it reverses: numbers can be typed (OVERRIDING SYSTEM VALUE).\n    SELECT array_agg(ROW(booked.*)::trade.executions ORDER BY greatest(execution_id, reverses_id), reverses_id NULLS FIRST)\n      INTO fills FROM booked;\n    -- One fill alone locks in that order as it goes.\n    IF cardinality(fills) > 1 THEN\n        PERFORM FROM trade.orders\n          WHERE order_id IN (SELECT order_id FROM booked) ORDER BY order_id FOR NO KEY UPDATE;\n        PERFORM FROM account.holdings\n          WHERE holding_id IN (SELECT holding_id FROM booked JOIN trade.orders USING (order_id))\n          ORDER BY holding_id FOR NO KEY UPDATE;\n    ELSIF fills IS NULL THEN\n        RETURN NULL;\n    END IF;\n\n    FOREACH fill IN ARRAY fills LOOP\n        IF fill.reverses_id IS NULL THEN\n            placed := trade.fill_order(fill.order_id, fill.executed_quantity);\n            IF placed.order_id IS NULL THEN\n                PERFORM trade.refuse_fill(fill.order_id, fill.executed_quantity);\n            END IF;\n        ELSE\n            SELECT * INTO placed FROM trade.orders WHERE order_id = fill.order_id FOR NO KEY UPDATE;\n        END IF;\n        SELECT holding_id, portfolio_id, quantity, avg_purchase_price, realized_pnl, currency INTO held\n          FROM account.holdings JOIN market.stocks USING (stock_id)\n         WHERE holding_id = placed.holding_id FOR NO KEY UPDATE OF holdings;\n        IF placed.pick_id IS NOT NULL THEN\n            picks := picks || placed.pick_id;\n        END IF;\n        booked_so_far := booked_so_far || fill.execution_id;\n        portfolios := portfolios || held.portfolio_id;\n        currencies := currencies || held.currency::text;\n        amounts := amounts || fill.net_amount;\n        IF fill.reverses_id IS NOT NULL THEN\n            IF placed.pick_id IS NOT NULL AND current_setting('transaction_isolation') = 'repeatable read' THEN\n                RAISE EXCEPTION 'execution_isolation: order % has a pick, and whether that is still executed depends on fills that'\n                    ' this transaction does not see', placed.order_id\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_isolation',\n                          HINT = 'Reverse it in a READ COMMITTED or SERIALIZABLE transaction.';\n            END IF;\n            UPDATE trade.executions SET reversed_at = now() WHERE execution_id = fill.reverses_id;\n            PERFORM trade.close_before_action(fill.order_id, fill.reverses_id);\n            PERFORM trade.rebook(fill.order_id,\n                                 ARRAY(SELECT execution_id FROM booked WHERE execution_id <> ALL (booked_so_far)));\n            CONTINUE;\n        END IF;\n        IF placed.side = 'SELL' AND fill.executed_quantity > held.quantity THEN\n            RAISE EXCEPTION 'execution_oversell: % shares cannot be sold, only % are held',\n                fill.executed_quantity, held.quantity\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_oversell',\n                      HINT = 'Book the missing buys first: AEGIS is long only.';\n        END IF;\n\n        -- No split is booked before its day begins, and no exchange trades in the hour before that.\n        IF fill.executed_time < now() - interval '1 hour' THEN\n            PERFORM trade.refuse_before_action(placed.holding_id, fill.executed_time);\n        END IF;\n\n        after := trade.after_fill(\n            ROW(held.quantity, held.avg_purchase_price, held.realized_pnl, 0)::trade.position,\n            placed.side, fill.executed_quantity, fill.executed_price, fill.commission + fill.tax);\n        UPDATE account.holdings\n           SET quantity = after.quantity, avg_purchase_price = after.average, realized_pnl = after.realized\n         WHERE holding_id = held.holding_id;\n        IF placed.status = 'CANCELLED' THEN\n            INSERT INTO system.alerts (alert_type, severity, module, message, data)\n            VALUES ('ERROR', 'CRITICAL', 'trade',\n                    format('Order %s was filled after it was cancelled: %s shares at %s are booked.',\n                           placed.order_id, fill.executed_quantity, fill.executed_price),\n                    jsonb_build_object('order_id', placed.order_id, 'execution_id', fill.execution_id));\n        END IF;\n    END LOOP;\n\n    IF picks IS NOT NULL THEN\n        PERFORM trade.mark_picks(picks);\n    END IF;\n    -- Its trigger locks the portfolios.\n    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind, execution_id)\n    SELECT portfolio_id, currency, amount, 'TRADE', execution_id\n      FROM unnest(booked_so_far, portfolios, currencies, amounts) AS entry (execution_id, portfolio_id, currency, amount);\n    RETURN NULL;\nEND",
                    hash="f25fa2b192fb7ee1a398df6948531d581a8014d1",
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
                name="admit_orders",
                sql=system.triggers.TriggerSql(
                    func="-- Looks at the whole statement, so that holdings are locked in the order of their keys however the client sorted its rows. One\n-- look passes what most orders are, a new BUY on a portfolio and a stock that take one; the others are looked at closely.\nDECLARE\n    placed trade.orders;\nBEGIN\n    FOR placed IN\n        SELECT arrived.*\n          FROM arrived LEFT JOIN account.holdings ON holdings.holding_id = arrived.holding_id\n          LEFT JOIN account.portfolio USING (portfolio_id) LEFT JOIN market.stocks USING (stock_id)\n         WHERE arrived.side <> 'BUY' OR arrived.pick_id IS NOT NULL OR arrived.status <> 'PENDING' OR arrived.filled_quantity <> 0\n            OR portfolio.buying_halted_at IS NOT NULL OR NOT portfolio.is_active OR NOT stocks.is_active\n         ORDER BY arrived.holding_id, arrived.order_id\n    LOOP\n        IF placed.filled_quantity <> 0 OR placed.status <> 'PENDING' THEN\n            RAISE EXCEPTION 'order_starts_pending: an order starts PENDING and unfilled, not %', placed.status\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_starts_pending',\n                      HINT = 'Insert it, then book its executions, or cancel or reject it.';\n        END IF;\n        PERFORM trade.admit(placed);\n    END LOOP;\n    RETURN NULL;\nEND",
                    hash="06ad03731264f02a1414e607f307cda7eff8ac02",
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
            model_name="tradedportfolio",
            trigger=system.triggers.CompiledTrigger(
                name="own_orders",
                sql=system.triggers.TriggerSql(
                    condition="WHEN (OLD.created_by IS DISTINCT FROM NEW.created_by)",
                    func="-- The lock waits for orders that are being placed under the old owner's name and are not seen yet. Naming holding_id has the\n-- owner looked up anew.\nBEGIN\n    LOCK TABLE trade.orders IN SHARE ROW EXCLUSIVE MODE;\n    UPDATE trade.orders SET holding_id = holding_id\n     WHERE holding_id IN (SELECT holding_id FROM account.holdings WHERE portfolio_id = NEW.portfolio_id);\n    RETURN NULL;\nEND",
                    hash="30a4371fba6bcd96a29ac5433d3c97a50ebcf1b2",
                    operation='UPDATE OF "created_by"',
                    pgid="pgtrigger_own_orders_98b05",
                    schema="trade",
                    security="DEFINER",
                    table="portfolio",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="actionentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ratio__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        ("ratio__lt", models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric")),
                    ),
                    models.Q(
                        ("per__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        ("per__lt", models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric")),
                    ),
                    (
                        "cash_amount__lt",
                        models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                    ),
                ),
                name="chk_action_entries_numbers",
                violation_error_message="Ratios are above zero, and cash is a number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="execution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("executed_quantity__gt", 0),
                    ("executed_quantity__lte", 1000000000000),
                    models.Q(
                        (
                            "executed_price__gt",
                            models.Func(output_field=models.DecimalField(), template="'0'::numeric"),
                        ),
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
                condition=models.Q(
                    models.Q(
                        ("commission__gte", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        (
                            "commission__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    ),
                    models.Q(
                        ("tax__gte", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        ("tax__lt", models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric")),
                    ),
                ),
                name="chk_executions_charges",
                violation_error_message="Commission and tax are not negative.",
            ),
        ),
        migrations.AddConstraint(
            model_name="execution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("fx_rate__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        (
                            "fx_rate__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    )
                ),
                name="chk_executions_fx",
                violation_error_message="The exchange rate is above zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among("order_type", ["MARKET", "LIMIT", "STOP"]),
                name="chk_orders_type",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among("side", ["BUY", "SELL"]),
                name="chk_orders_side",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among(
                    "status", ["PENDING", "PARTIAL_FILLED", "FILLED", "CANCELLED", "REJECTED"]
                ),
                name="chk_orders_status",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    system.constraints.Iff(models.Q(("order_type", "LIMIT")), models.Q(("limit_price__isnull", False))),
                    system.constraints.Iff(models.Q(("order_type", "STOP")), models.Q(("stop_price__isnull", False))),
                ),
                name="chk_orders_price_for_type",
                violation_error_message="LIMIT needs a limit price, STOP a stop price, MARKET neither.",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("limit_price__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        (
                            "limit_price__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    ),
                    models.Q(
                        ("stop_price__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        (
                            "stop_price__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    ),
                ),
                name="chk_orders_price_positive",
                violation_error_message="Prices are above zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status", "CANCELLED"),
                    models.Q(
                        system.constraints.Iff(
                            models.Q(("status", "FILLED")), models.Q(("filled_quantity", models.F("quantity")))
                        ),
                        system.constraints.Iff(
                            models.Q(("status", "PARTIAL_FILLED")),
                            models.Q(("filled_quantity__gt", 0), ("filled_quantity__lt", models.F("quantity"))),
                        ),
                    ),
                    _connector="OR",
                ),
                name="chk_orders_status_filled",
                violation_error_message="Status and filled quantity follow from executions; they cannot be typed.",
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
                    ("expires_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                ),
                name="chk_orders_expiry",
                violation_error_message="An order expires after it is placed; times are from 1970 to 2199.",
            ),
        ),
    ]
