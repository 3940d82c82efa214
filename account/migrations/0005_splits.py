import pgtrigger.migrations
import system.triggers
from system.schemas import in_schema, run_sql
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0004_booking"),
        ("market", "0006_sessions_and_actions"),
    ]

    operations = [
        *in_schema(
            "account",
            [
                migrations.AddField(
                    model_name="cashentry",
                    name="action_entry_id",
                    field=models.BigIntegerField(
                        blank=True,
                        db_comment="The booked corporate action that a DIVIDEND or ADJUSTMENT entry belongs to",
                        editable=False,
                        null=True,
                        verbose_name="action entry",
                    ),
                ),
                migrations.AddField(
                    model_name="holding",
                    name="split_on",
                    field=models.DateField(
                        db_comment="Effective date of the newest split in the quantity; a close before it is of the shares before",
                        editable=False,
                        null=True,
                        verbose_name="split on",
                    ),
                ),
                migrations.AddField(
                    model_name="holding",
                    name="split_ratio",
                    field=models.DecimalField(
                        db_comment="What a close before split_on is divided by",
                        decimal_places=12,
                        editable=False,
                        max_digits=24,
                        null=True,
                        verbose_name="split ratio",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cashentry",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("action_entry_id__isnull", True), ("kind__in", ["DIVIDEND", "ADJUSTMENT"]), _connector="OR"
                        ),
                        name="chk_cash_entries_action",
                        violation_error_message="Only a dividend or an adjustment belongs to a corporate action.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cashentry",
                    constraint=models.UniqueConstraint(fields=("action_entry_id",), name="uniq_cash_entries_action"),
                ),
            ],
        ),
        run_sql(__file__, "split_closes"),
        *in_schema(
            "account",
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name="cashentry",
                    name="guard_cash_kind",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="holding",
                    name="open_holding",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="holding",
                    name="value_holding_on_insert",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="holding",
                    name="update_holding_value",
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="cashentry",
                    trigger=system.triggers.CompiledTrigger(
                        name="guard_cash_kind",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0)",
                            func="-- The condition is here and not in the trigger's WHEN, which is parsed anew by every statement that books cash.\nBEGIN\n    IF NEW.kind IN ('OPENING', 'TRADE') OR NEW.action_entry_id IS NOT NULL THEN\n        RAISE EXCEPTION 'cash_booked_by_ledger: this % entry is booked by the ledger itself', NEW.kind\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_booked_by_ledger',\n                  HINT = 'Insert the execution, the action entry or the portfolio that it would belong to.';\n    END IF;\n    RETURN NEW;\nEND",
                            hash="cc23dc94e599f9502781a575a5e767281f62d0ec",
                            operation="INSERT",
                            pgid="pgtrigger_guard_cash_kind_c2105",
                            schema="account",
                            security="INVOKER",
                            table="cash_entries",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="holding",
                    trigger=system.triggers.CompiledTrigger(
                        name="open_holding",
                        sql=system.triggers.TriggerSql(
                            func="-- What a holding is inserted with is its opening position: fills come on top of it.\nBEGIN\n    NEW.opening_quantity := NEW.quantity;\n    NEW.opening_price := NEW.avg_purchase_price;\n    NEW.realized_pnl := 0;\n    NEW.split_on := NULL;\n    NEW.split_ratio := NULL;\n    RETURN NEW;\nEND",
                            hash="cdbd47f6f8cc6ad8196e8d13eeae203c00e581fd",
                            operation="INSERT",
                            pgid="pgtrigger_open_holding_54a9c",
                            schema="account",
                            security="INVOKER",
                            table="holdings",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="holding",
                    trigger=system.triggers.CompiledTrigger(
                        name="value_holding_on_insert",
                        sql=system.triggers.TriggerSql(
                            func="-- Values are in the stock's currency. Without a price they are NULL: unknown, not zero.\nDECLARE\n    price market.latest_prices;\n    close_price numeric;\nBEGIN\n    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;\n    close_price := account.close_for(price.close_price, price.trade_date, NEW.split_on, NEW.split_ratio);\n    NEW.current_value := NEW.quantity * close_price;\n    NEW.unrealized_pnl := NEW.quantity * close_price - NEW.quantity * NEW.avg_purchase_price;\n    NEW.unrealized_pnl_rate := account.unrealized_rate(NEW.quantity, NEW.avg_purchase_price, close_price);\n    NEW.valued_on := price.trade_date;\n    NEW.last_updated := now();\n    RETURN NEW;\nEND",
                            hash="4dce8ca1208089838356931cff48806dd7a10efe",
                            operation="INSERT",
                            pgid="pgtrigger_value_holding_on_insert_9575f",
                            schema="account",
                            security="INVOKER",
                            table="holdings",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="holding",
                    trigger=system.triggers.CompiledTrigger(
                        name="update_holding_value",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0 OR NEW.valued_on IS NULL OR (OLD.quantity, OLD.avg_purchase_price, OLD.stock_id) IS DISTINCT FROM (NEW.quantity, NEW.avg_purchase_price, NEW.stock_id))",
                            func="-- Values are in the stock's currency. Without a price they are NULL: unknown, not zero.\nDECLARE\n    price market.latest_prices;\n    close_price numeric;\nBEGIN\n    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;\n    close_price := account.close_for(price.close_price, price.trade_date, NEW.split_on, NEW.split_ratio);\n    NEW.current_value := NEW.quantity * close_price;\n    NEW.unrealized_pnl := NEW.quantity * close_price - NEW.quantity * NEW.avg_purchase_price;\n    NEW.unrealized_pnl_rate := account.unrealized_rate(NEW.quantity, NEW.avg_purchase_price, close_price);\n    NEW.valued_on := price.trade_date;\n    NEW.last_updated := now();\n    RETURN NEW;\nEND",
                            hash="2ed6e8e0d6281b02c6601ed702605b78eedaac70",
                            operation="UPDATE",
                            pgid="pgtrigger_update_holding_value_50725",
                            schema="account",
                            security="INVOKER",
                            table="holdings",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
    ]
