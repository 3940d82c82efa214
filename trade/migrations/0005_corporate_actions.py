import django.db.models.deletion
import pgtrigger.migrations
import system.constraints
import system.triggers
from system.schemas import in_schema, run_sql
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0005_splits"),
        ("market", "0006_sessions_and_actions"),
        ("trade", "0004_booking"),
    ]

    operations = [
        *in_schema(
            "trade",
            [
                migrations.CreateModel(
                    name="ActionEntry",
                    fields=[
                        (
                            "action_entry_id",
                            models.BigAutoField(primary_key=True, serialize=False, verbose_name="number"),
                        ),
                        (
                            "ratio",
                            models.DecimalField(
                                db_comment="Shares after, for `per` shares before; 1 for a dividend",
                                db_default=1,
                                decimal_places=9,
                                editable=False,
                                max_digits=18,
                                verbose_name="ratio",
                            ),
                        ),
                        (
                            "per",
                            models.DecimalField(
                                db_default=1, decimal_places=0, editable=False, max_digits=9, verbose_name="for"
                            ),
                        ),
                        (
                            "quantity_before",
                            models.BigIntegerField(
                                db_comment="Shares held when the effective date began",
                                editable=False,
                                null=True,
                                verbose_name="quantity before",
                            ),
                        ),
                        (
                            "quantity_after",
                            models.BigIntegerField(
                                db_comment="Whole shares", editable=False, null=True, verbose_name="quantity after"
                            ),
                        ),
                        (
                            "average_before",
                            models.DecimalField(
                                db_comment="Trading currency",
                                decimal_places=6,
                                editable=False,
                                max_digits=18,
                                null=True,
                                verbose_name="average before",
                            ),
                        ),
                        (
                            "average_after",
                            models.DecimalField(
                                db_comment="Trading currency",
                                decimal_places=6,
                                editable=False,
                                max_digits=18,
                                null=True,
                                verbose_name="average after",
                            ),
                        ),
                        (
                            "fraction",
                            models.DecimalField(
                                db_comment="Shares below one that cash was paid for",
                                decimal_places=9,
                                editable=False,
                                max_digits=18,
                                null=True,
                                verbose_name="fraction",
                            ),
                        ),
                        (
                            "fraction_price",
                            models.DecimalField(
                                db_comment="Latest close in shares after the action, trading currency",
                                decimal_places=6,
                                editable=False,
                                max_digits=18,
                                null=True,
                                verbose_name="price of the fraction",
                            ),
                        ),
                        (
                            "cash_amount",
                            models.DecimalField(
                                db_comment="Dividend or cash for the fraction, trading currency; negative in a reversal",
                                db_default=0,
                                decimal_places=2,
                                editable=False,
                                max_digits=20,
                                verbose_name="cash",
                            ),
                        ),
                        (
                            "orders",
                            models.JSONField(
                                db_comment="Each open order that was changed: order_id, and what it was before and after",
                                editable=False,
                                null=True,
                                verbose_name="open orders",
                            ),
                        ),
                        (
                            "booked",
                            models.BigIntegerField(
                                db_comment="Drawn with the numbers of cash entries while the holding is locked: fills and actions in one order",
                                editable=False,
                                null=True,
                                verbose_name="booked as",
                            ),
                        ),
                        (
                            "place",
                            models.BigIntegerField(
                                db_comment="Where the replay counts it: as `booked`, or before the first fill of the effective date if that was booked earlier",
                                editable=False,
                                null=True,
                                verbose_name="counts as",
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
                        (
                            "created_by",
                            models.CharField(
                                db_default=models.Func(output_field=models.CharField(), template="system.principal()"),
                                editable=False,
                                max_length=150,
                                verbose_name="booked by",
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                editable=False,
                                verbose_name="booked at",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "action entry",
                        "verbose_name_plural": "action entries",
                        "db_table": "action_entries",
                        "db_table_comment": "Corporate actions booked on holdings, append-only",
                        "ordering": ["-action_entry_id"],
                    },
                ),
                migrations.CreateModel(
                    name="AppliedAction",
                    fields=[],
                    options={
                        "proxy": True,
                        "indexes": [],
                        "constraints": [],
                    },
                    bases=("market.corporateaction",),
                ),
                migrations.AddField(
                    model_name="actionentry",
                    name="action",
                    field=system.constraints.ReferenceField(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="entries",
                        to="market.corporateaction",
                        verbose_name="corporate action",
                    ),
                ),
                migrations.AddField(
                    model_name="actionentry",
                    name="holding",
                    field=system.constraints.ReferenceField(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="action_entries",
                        to="account.holding",
                        verbose_name="holding",
                    ),
                ),
                migrations.AddField(
                    model_name="actionentry",
                    name="reverses",
                    field=system.constraints.ReferenceField(
                        blank=True,
                        db_comment="The entry that this one takes back",
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="reversals",
                        to="trade.actionentry",
                        verbose_name="reverses",
                    ),
                ),
                migrations.AddIndex(
                    model_name="actionentry",
                    index=models.Index(fields=["holding", "place"], name="idx_action_entries_holding"),
                ),
                migrations.AddConstraint(
                    model_name="actionentry",
                    constraint=system.constraints.Reference(field="action", name="fk_action_entries_action"),
                ),
                migrations.AddConstraint(
                    model_name="actionentry",
                    constraint=system.constraints.Reference(field="holding", name="fk_action_entries_holding"),
                ),
                migrations.AddConstraint(
                    model_name="actionentry",
                    constraint=system.constraints.Reference(field="reverses", name="fk_action_entries_reverses"),
                ),
                migrations.AddConstraint(
                    model_name="actionentry",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("reversed_at__isnull", True), ("reverses__isnull", True)),
                        fields=("action", "holding"),
                        name="uniq_action_entries_standing",
                        violation_error_message="This action is booked on this holding already.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="actionentry",
                    constraint=models.UniqueConstraint(
                        fields=("reverses",),
                        name="uniq_action_entries_reverses",
                        violation_error_message="This entry is reversed already.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="actionentry",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ratio__gt", 0),
                                (
                                    "ratio__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
                            ),
                            models.Q(
                                ("per__gt", 0),
                                (
                                    "per__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
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
                    model_name="actionentry",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("place__lte", models.F("booked")), ("quantity_after__gte", 0), ("quantity_before__gte", 0)
                        ),
                        name="chk_action_entries_quantity",
                        violation_error_message="Quantities are not negative.",
                    ),
                ),
            ],
        ),
        run_sql(__file__, "position_with_actions"),
        run_sql(__file__, "actions"),
        *in_schema(
            "trade",
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name="execution",
                    name="settle_executions",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="execution",
                    name="unbook_executions",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="tradedholding",
                    name="guard_holding",
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="execution",
                    trigger=system.triggers.CompiledTrigger(
                        name="settle_executions",
                        sql=system.triggers.TriggerSql(
                            func="-- Book fills: order → holding → pick → cash and portfolio, in one transaction. Works on whole statements, so that it can lock\n-- in one order (orders, holdings, picks, portfolios, each by key) however the client sorted its rows. An INSERT … ON CONFLICT DO\n-- NOTHING that repeats a fill never gets here; a plain INSERT that repeats one fails on its unique key and moves nothing.\nDECLARE\n    fill record;\n    placed trade.orders;\n    held record;\n    after trade.position;\n    picks bigint[];\n    executions bigint[];\n    portfolios bigint[];\n    currencies text[];\n    amounts numeric[];\nBEGIN\n    -- One fill alone locks in that order as it goes.\n    IF EXISTS (SELECT FROM booked OFFSET 1) THEN\n        PERFORM FROM trade.orders\n          WHERE order_id IN (SELECT order_id FROM booked) ORDER BY order_id FOR NO KEY UPDATE;\n        PERFORM FROM account.holdings\n          WHERE holding_id IN (SELECT holding_id FROM booked JOIN trade.orders USING (order_id))\n          ORDER BY holding_id FOR NO KEY UPDATE;\n    END IF;\n\n    FOR fill IN SELECT * FROM booked ORDER BY execution_id LOOP\n        SELECT * INTO placed FROM trade.orders WHERE order_id = fill.order_id FOR NO KEY UPDATE;\n        SELECT holdings.*, currency INTO held\n          FROM account.holdings JOIN market.stocks USING (stock_id)\n         WHERE holding_id = placed.holding_id FOR NO KEY UPDATE OF holdings;\n        IF placed.pick_id IS NOT NULL THEN\n            picks := picks || placed.pick_id;\n        END IF;\n        executions := executions || fill.execution_id;\n        portfolios := portfolios || held.portfolio_id;\n        currencies := currencies || held.currency::text;\n        amounts := amounts || fill.net_amount;\n        IF fill.reverses_id IS NOT NULL THEN\n            UPDATE trade.executions SET reversed_at = now() WHERE execution_id = fill.reverses_id;\n            PERFORM trade.rebook(fill.order_id,\n                                 ARRAY(SELECT execution_id FROM booked WHERE execution_id > fill.execution_id));\n            CONTINUE;\n        END IF;\n        IF placed.holding_id IS NULL THEN\n            RAISE EXCEPTION 'execution_of_proposal: order % proposes a pick and has no holding yet', placed.order_id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_of_proposal',\n                      HINT = 'Give the order a holding first.';\n        ELSIF placed.status = 'REJECTED' THEN\n            RAISE EXCEPTION 'execution_of_rejected: order % was rejected', placed.order_id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_of_rejected',\n                      HINT = 'Check the broker''s order number.';\n        ELSIF placed.filled_quantity + fill.executed_quantity > placed.quantity THEN\n            RAISE EXCEPTION 'execution_overfill: order % is for %, % are filled, % more are too many',\n                placed.order_id, placed.quantity, placed.filled_quantity, fill.executed_quantity\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_overfill',\n                      HINT = 'Check the fill with the broker; a real over-fill needs an order of its own.';\n        END IF;\n        IF placed.side = 'SELL' AND fill.executed_quantity > held.quantity THEN\n            RAISE EXCEPTION 'execution_oversell: % shares cannot be sold, only % are held',\n                fill.executed_quantity, held.quantity\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_oversell',\n                      HINT = 'Book the missing buys first: AEGIS is long only.';\n        END IF;\n\n        -- No split is booked before its day begins, and no exchange trades in the hour before that.\n        IF fill.executed_time < now() - interval '1 hour' THEN\n            PERFORM trade.refuse_before_action(placed.holding_id, fill.executed_time);\n        END IF;\n\n        placed.status := trade.fill_order(placed.order_id, fill.executed_quantity);\n        after := trade.after_fill(\n            ROW(held.quantity, held.avg_purchase_price, held.realized_pnl, 0)::trade.position,\n            placed.side, fill.executed_quantity, fill.executed_price, fill.commission + fill.tax);\n        UPDATE account.holdings\n           SET quantity = after.quantity, avg_purchase_price = after.average, realized_pnl = after.realized\n         WHERE holding_id = held.holding_id;\n        IF placed.status = 'CANCELLED' THEN\n            INSERT INTO system.alerts (alert_type, severity, module, message, data)\n            VALUES ('ERROR', 'CRITICAL', 'trade',\n                    format('Order %s was filled after it was cancelled: %s shares at %s are booked.',\n                           placed.order_id, fill.executed_quantity, fill.executed_price),\n                    jsonb_build_object('order_id', placed.order_id, 'execution_id', fill.execution_id));\n        END IF;\n    END LOOP;\n\n    IF picks IS NOT NULL THEN\n        PERFORM trade.mark_picks(picks);\n    END IF;\n    -- Its trigger locks the portfolios.\n    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind, execution_id)\n    SELECT portfolio_id, currency, amount, 'TRADE', execution_id\n      FROM unnest(executions, portfolios, currencies, amounts) AS entry (execution_id, portfolio_id, currency, amount);\n    RETURN NULL;\nEND",
                            hash="0f459b34f8ad40ad71a9ee527688df11f1cc7c7d",
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
                            func="-- Deleting un-books exactly, and only what nothing followed: anything else is corrected by a reversing entry.\nDECLARE\n    gone record;\nBEGIN\n    PERFORM FROM trade.orders\n      WHERE order_id IN (SELECT order_id FROM removed) ORDER BY order_id FOR NO KEY UPDATE;\n    PERFORM FROM account.holdings\n      WHERE holding_id IN (SELECT holding_id FROM removed JOIN trade.orders USING (order_id))\n      ORDER BY holding_id FOR NO KEY UPDATE;\n    -- Booked later is what has the later cash entry, see trade.replay.\n    IF EXISTS (SELECT FROM removed JOIN account.cash_entries AS entry USING (execution_id)\n                 JOIN trade.orders AS placed ON placed.order_id = removed.order_id\n                 JOIN trade.orders AS other USING (holding_id)\n                 JOIN trade.executions AS standing ON standing.order_id = other.order_id\n                 JOIN account.cash_entries AS later ON later.execution_id = standing.execution_id\n                WHERE later.cash_entry_id > entry.cash_entry_id)\n       OR EXISTS (SELECT FROM removed JOIN account.cash_entries AS entry USING (execution_id)\n                    JOIN trade.orders AS placed ON placed.order_id = removed.order_id\n                    JOIN trade.action_entries AS action USING (holding_id)\n                   WHERE action.booked > entry.cash_entry_id) THEN\n        RAISE EXCEPTION 'execution_followed: other executions or actions followed on the same holding'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_followed',\n                  HINT = 'Reverse it (reverse_execution, or insert a row with reverses_id).';\n    END IF;\n    UPDATE trade.executions SET reversed_at = NULL WHERE execution_id IN (SELECT reverses_id FROM removed);\n    FOR gone IN SELECT DISTINCT order_id FROM removed ORDER BY order_id LOOP\n        PERFORM trade.rebook(gone.order_id);\n    END LOOP;\n    PERFORM trade.mark_picks(ARRAY(SELECT pick_id FROM removed JOIN trade.orders USING (order_id)));\n    DELETE FROM account.cash_entries WHERE execution_id IN (SELECT execution_id FROM removed);\n    RETURN NULL;\nEND",
                            hash="9b081d38d23d7986de918a1d258b4f15fb271643",
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
                    model_name="tradedholding",
                    trigger=system.triggers.CompiledTrigger(
                        name="guard_holding",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0)",
                            func="-- Quantity, average and realised P&L follow from executions and corporate actions. Until the first one, what the holding\n-- opened with may be put right. What is compared is compared here: a WHEN is parsed anew by every statement, also by the\n-- ledger's own.\nBEGIN\n    IF (NEW.portfolio_id, NEW.stock_id, NEW.quantity, NEW.avg_purchase_price, NEW.realized_pnl, NEW.opening_quantity,\n        NEW.opening_price, NEW.split_on, NEW.split_ratio)\n       IS NOT DISTINCT FROM\n       (OLD.portfolio_id, OLD.stock_id, OLD.quantity, OLD.avg_purchase_price, OLD.realized_pnl, OLD.opening_quantity,\n        OLD.opening_price, OLD.split_on, OLD.split_ratio) THEN\n        RETURN NEW;\n    END IF;\n    IF EXISTS (SELECT FROM trade.executions JOIN trade.orders USING (order_id) WHERE holding_id = OLD.holding_id)\n       OR EXISTS (SELECT FROM trade.action_entries WHERE holding_id = OLD.holding_id)\n       OR NEW.realized_pnl <> OLD.realized_pnl\n       OR (NEW.split_on, NEW.split_ratio) IS DISTINCT FROM (OLD.split_on, OLD.split_ratio)\n       OR ((NEW.portfolio_id, NEW.stock_id) <> (OLD.portfolio_id, OLD.stock_id)\n           AND EXISTS (SELECT FROM trade.orders WHERE holding_id = OLD.holding_id)) THEN\n        RAISE EXCEPTION 'holding_moved_by_executions: quantity, average and P&L of holding % follow from its executions',\n            OLD.holding_id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'holding_moved_by_executions',\n                  HINT = 'Book an execution, or reverse one.';\n    END IF;\n    NEW.opening_quantity := NEW.quantity;\n    NEW.opening_price := NEW.avg_purchase_price;\n    RETURN NEW;\nEND",
                            hash="8a40cd80b93ffa873cff50a8755b7fe623054774",
                            operation="UPDATE",
                            pgid="pgtrigger_guard_holding_af1bc",
                            schema="trade",
                            security="DEFINER",
                            table="holdings",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="appliedaction",
                    trigger=system.triggers.CompiledTrigger(
                        name="guard_applied_action",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0 AND (OLD.stock_id, OLD.kind, OLD.effective_date, OLD.ratio, OLD.per, OLD.amount) IS DISTINCT FROM (NEW.stock_id, NEW.kind, NEW.effective_date, NEW.ratio, NEW.per, NEW.amount))",
                            func="-- What was booked with this action would no longer follow from it.\nBEGIN\n    IF EXISTS (SELECT FROM trade.action_entries\n                WHERE action_id = OLD.action_id AND reverses_id IS NULL AND reversed_at IS NULL) THEN\n        RAISE EXCEPTION 'action_applied: corporate action % is booked on holdings', OLD.action_id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_applied',\n                  HINT = 'Reverse its entries, correct it, and apply it again.';\n    END IF;\n    RETURN NEW;\nEND",
                            hash="8040eaaa63831857c48af278f09147df439ee859",
                            operation="UPDATE",
                            pgid="pgtrigger_guard_applied_action_ddda5",
                            schema="trade",
                            security="DEFINER",
                            table="corporate_actions",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="actionentry",
                    trigger=system.triggers.CompiledTrigger(
                        name="prepare_action_entry",
                        sql=system.triggers.TriggerSql(
                            func="-- A client says which action on which holding, or which entry to take back; all else is the ledger's to say.\nDECLARE\n    original trade.action_entries;\nBEGIN\n    IF NEW.reverses_id IS NOT NULL THEN\n        SELECT * INTO original FROM trade.action_entries WHERE action_entry_id = NEW.reverses_id;\n        IF original.action_entry_id IS NULL THEN\n            RAISE EXCEPTION 'fk_action_entries_reverses: there is no action entry %', NEW.reverses_id\n                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_action_entries_reverses';\n        ELSIF original.reverses_id IS NOT NULL THEN\n            RAISE EXCEPTION 'action_reversal: action entry % is itself a reversal', NEW.reverses_id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'action_reversal', HINT = 'Apply the action anew.';\n        END IF;\n        NEW.action_id := original.action_id;\n        NEW.holding_id := original.holding_id;\n    END IF;\n    NEW.ratio := 1;\n    NEW.per := 1;\n    NEW.quantity_before := NULL;\n    NEW.quantity_after := NULL;\n    NEW.average_before := NULL;\n    NEW.average_after := NULL;\n    NEW.fraction := NULL;\n    NEW.fraction_price := NULL;\n    NEW.cash_amount := 0;\n    NEW.orders := NULL;\n    NEW.booked := NULL;\n    NEW.place := NULL;\n    NEW.reversed_at := NULL;\n    RETURN NEW;\nEND",
                            hash="7e5152c2e3021eddd462ed8191361669678e8bc4",
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
                            func="-- Book corporate actions: order → holding → cash and portfolio, locked in the order of fills, see settle_executions. Only\n-- orders that are open now are changed: locking one later would be out of order.\nDECLARE\n    entry trade.action_entries;\n    locked bigint[];\nBEGIN\n    SELECT array_agg(order_id) INTO locked\n      FROM (SELECT order_id FROM trade.orders\n             WHERE (holding_id IN (SELECT holding_id FROM arrived) AND status IN ('PENDING', 'PARTIAL_FILLED'))\n                OR order_id IN (SELECT (changed ->> 'order_id')::bigint\n                                  FROM arrived JOIN trade.action_entries AS original\n                                    ON original.action_entry_id = arrived.reverses_id\n                                 CROSS JOIN jsonb_array_elements(original.orders) AS changed)\n             ORDER BY order_id FOR NO KEY UPDATE) AS orders;\n    PERFORM FROM account.holdings\n      WHERE holding_id IN (SELECT holding_id FROM arrived) ORDER BY holding_id FOR NO KEY UPDATE;\n    PERFORM FROM account.portfolio\n      WHERE portfolio_id IN (SELECT portfolio_id FROM arrived JOIN account.holdings USING (holding_id))\n      ORDER BY portfolio_id FOR NO KEY UPDATE;\n\n    FOR entry IN SELECT * FROM arrived ORDER BY action_entry_id LOOP\n        IF entry.reverses_id IS NULL THEN\n            PERFORM trade.apply_action(entry, coalesce(locked, '{}'));\n        ELSE\n            PERFORM trade.take_back_action(entry, coalesce(locked, '{}'));\n        END IF;\n    END LOOP;\n\n    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind, action_entry_id, created_by)\n    SELECT portfolio_id, currency, done.cash_amount, CASE kind WHEN 'CASH_DIVIDEND' THEN 'DIVIDEND' ELSE 'ADJUSTMENT' END,\n           action_entry_id, done.created_by\n      FROM arrived JOIN trade.action_entries AS done USING (action_entry_id)\n                   JOIN market.corporate_actions AS action ON action.action_id = done.action_id\n                   JOIN account.holdings ON holdings.holding_id = done.holding_id\n                   JOIN market.stocks ON stocks.stock_id = holdings.stock_id\n     WHERE done.cash_amount <> 0\n     ORDER BY action_entry_id;\n    PERFORM account.touch_portfolios(ARRAY(\n        SELECT DISTINCT portfolio_id FROM arrived JOIN account.holdings USING (holding_id)));\n    RETURN NULL;\nEND",
                            hash="d53211753a9b1cf54b2f497d0447284343423152",
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
                    model_name="actionentry",
                    trigger=system.triggers.CompiledTrigger(
                        name="guard_action_entry",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0)",
                            func="BEGIN\n    RAISE EXCEPTION 'action_append_only: action entry % is booked', OLD.action_entry_id\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'action_append_only',\n              HINT = 'Insert an entry that reverses it.';\nEND",
                            hash="e5d5d256ae4492b43948ab917696c1b9d662dbe8",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_guard_action_entry_0615e",
                            schema="trade",
                            security="INVOKER",
                            table="action_entries",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
    ]
