import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.migrations
import system.constraints
import system.triggers
from system.schemas import in_schema, run_sql
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0001_portfolio_and_holdings"),
        ("market", "0004_fx_rates"),
    ]

    operations = [
        *in_schema(
            "account",
            [
                migrations.CreateModel(
                    name="CashBalance",
                    fields=[
                        (
                            "cash_balance_id",
                            models.BigAutoField(primary_key=True, serialize=False, verbose_name="number"),
                        ),
                        (
                            "currency",
                            models.CharField(
                                choices=[("KRW", "KRW"), ("USD", "USD")], max_length=3, verbose_name="currency"
                            ),
                        ),
                        (
                            "balance",
                            models.DecimalField(
                                db_comment="In the currency", decimal_places=2, max_digits=20, verbose_name="balance"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "cash balance",
                        "verbose_name_plural": "cash balances",
                        "db_table": "cash_balances",
                        "db_table_comment": "Sums of cash entries; below zero means that trades were not yet paid in that currency",
                        "ordering": ["portfolio", "currency"],
                    },
                ),
                migrations.CreateModel(
                    name="CashEntry",
                    fields=[
                        (
                            "cash_entry_id",
                            models.BigAutoField(primary_key=True, serialize=False, verbose_name="number"),
                        ),
                        (
                            "currency",
                            models.CharField(
                                choices=[("KRW", "KRW"), ("USD", "USD")], max_length=3, verbose_name="currency"
                            ),
                        ),
                        (
                            "amount",
                            models.DecimalField(
                                db_comment="In the currency, signed: what the balance changes by",
                                decimal_places=2,
                                max_digits=20,
                                verbose_name="amount",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("OPENING", "Opening"),
                                    ("DEPOSIT", "Deposit"),
                                    ("WITHDRAWAL", "Withdrawal"),
                                    ("TRADE", "Trade"),
                                    ("FX", "Currency exchange"),
                                    ("DIVIDEND", "Dividend"),
                                    ("ADJUSTMENT", "Adjustment"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "execution_id",
                            models.BigIntegerField(
                                blank=True,
                                db_comment="The fill that a TRADE entry belongs to",
                                editable=False,
                                null=True,
                                verbose_name="execution",
                            ),
                        ),
                        ("memo", models.CharField(blank=True, max_length=200, null=True, verbose_name="memo")),
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
                        "verbose_name": "cash entry",
                        "verbose_name_plural": "cash entries",
                        "db_table": "cash_entries",
                        "db_table_comment": "Cash movements, append-only; balances follow from them",
                        "ordering": ["-cash_entry_id"],
                    },
                ),
                migrations.CreateModel(
                    name="FxArrival",
                    fields=[],
                    options={
                        "proxy": True,
                        "indexes": [],
                        "constraints": [],
                    },
                    bases=("market.fxrate",),
                ),
                migrations.AddField(
                    model_name="holding",
                    name="opening_price",
                    field=models.DecimalField(
                        db_comment="Trading currency; average price before the first execution",
                        db_default=0,
                        decimal_places=6,
                        editable=False,
                        max_digits=18,
                        verbose_name="opening price",
                    ),
                ),
                migrations.AddField(
                    model_name="holding",
                    name="opening_quantity",
                    field=models.BigIntegerField(
                        db_comment="Shares before the first execution",
                        db_default=0,
                        editable=False,
                        verbose_name="opening quantity",
                    ),
                ),
                migrations.AddField(
                    model_name="portfolio",
                    name="buying_halted_at",
                    field=models.DateTimeField(
                        blank=True,
                        db_comment="Set when the value falls below the maximum drawdown; an operator clears it to NULL",
                        null=True,
                        verbose_name="buying halted at",
                    ),
                ),
                migrations.AddField(
                    model_name="portfolio",
                    name="peak_value",
                    field=models.DecimalField(
                        blank=True,
                        db_comment="KRW; the highest value since the last clearance, moved along by deposits and withdrawals",
                        decimal_places=2,
                        editable=False,
                        max_digits=20,
                        null=True,
                        verbose_name="peak value",
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="holding",
                    trigger=system.triggers.CompiledTrigger(
                        name="open_holding",
                        sql=system.triggers.TriggerSql(
                            func="-- What a holding is inserted with is its opening position: fills come on top of it.\nBEGIN\n    NEW.opening_quantity := NEW.quantity;\n    NEW.opening_price := NEW.avg_purchase_price;\n    NEW.realized_pnl := 0;\n    RETURN NEW;\nEND",
                            hash="4289fa0c3312f0daf8f513281a878536e7ad1df8",
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
                        name="touch_portfolios_on_insert",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0)",
                            func="BEGIN\n    PERFORM account.touch_portfolios(ARRAY(SELECT DISTINCT portfolio_id FROM moved WHERE quantity > 0));\n    RETURN NULL;\nEND",
                            hash="4d43d40e8d22c9c7d4ed0a5f087f7efb6f26e725",
                            level="STATEMENT",
                            operation="INSERT",
                            pgid="pgtrigger_touch_portfolios_on_insert_201f4",
                            referencing="REFERENCING NEW TABLE AS moved ",
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
                        name="touch_portfolios_on_update",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0)",
                            func="BEGIN\n    PERFORM account.touch_portfolios(ARRAY(SELECT DISTINCT portfolio_id FROM moved WHERE quantity > 0));\n    RETURN NULL;\nEND",
                            hash="59f6c9b28c18114a04bebfb01f9f156a13e2104d",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_portfolios_on_update_4946c",
                            referencing="REFERENCING NEW TABLE AS moved ",
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
                        name="touch_portfolios_on_delete",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0)",
                            func="BEGIN\n    PERFORM account.touch_portfolios(ARRAY(SELECT DISTINCT portfolio_id FROM moved WHERE quantity > 0));\n    RETURN NULL;\nEND",
                            hash="c851ed034350ee240abd120b2400d9f5dfcc2351",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_touch_portfolios_on_delete_718b5",
                            referencing="REFERENCING OLD TABLE AS moved ",
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
                        name="value_new_portfolio",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    NEW.current_value := NEW.initial_capital;\n    NEW.peak_value := NEW.initial_capital;\n    RETURN NEW;\nEND",
                            hash="ebc0b4187d54ccc97dded5e72a56332fdf6984dc",
                            operation="INSERT",
                            pgid="pgtrigger_value_new_portfolio_d6eaa",
                            schema="account",
                            security="INVOKER",
                            table="portfolio",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="portfolio",
                    trigger=system.triggers.CompiledTrigger(
                        name="open_portfolio",
                        sql=system.triggers.TriggerSql(
                            func="-- The initial capital is the first cash entry: from then on value follows from entries and holdings alone.\nBEGIN\n    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind)\n    SELECT portfolio_id, 'KRW', initial_capital, 'OPENING' FROM opened WHERE initial_capital > 0;\n    RETURN NULL;\nEND",
                            hash="19fef7bf22885a0743010b03da947e685bd8bec2",
                            level="STATEMENT",
                            operation="INSERT",
                            pgid="pgtrigger_open_portfolio_64079",
                            referencing="REFERENCING NEW TABLE AS opened ",
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
                        name="value_portfolio",
                        sql=system.triggers.TriggerSql(
                            func="-- Any update of a portfolio values it: nobody can type a value, and whoever moves cash or holdings need only touch it.\n-- The row is locked by now, so these queries see everything that earlier holders of the lock have committed.\nDECLARE\n    typed_by_client CONSTANT boolean := pg_trigger_depth() = 1;\nBEGIN\n    IF NEW.initial_capital <> OLD.initial_capital THEN\n        RAISE EXCEPTION 'portfolio_capital: the initial capital is booked as the opening entry and cannot change'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'portfolio_capital',\n                  HINT = 'Deposit or withdraw the difference.';\n    END IF;\n    IF typed_by_client THEN\n        NEW.peak_value := OLD.peak_value;\n    END IF;\n    NEW.current_value := account.portfolio_value(NEW.portfolio_id);\n    IF OLD.buying_halted_at IS NOT NULL AND NEW.buying_halted_at IS NULL THEN\n        NEW.peak_value := NEW.current_value;  -- cleared by an operator: the fall is measured from here on\n    ELSE\n        NEW.peak_value := greatest(NEW.peak_value, NEW.current_value);\n    END IF;\n    IF NEW.current_value IS NULL AND OLD.current_value IS NOT NULL THEN\n        INSERT INTO system.alerts (alert_type, severity, module, message, data)\n        VALUES ('WARNING', 'HIGH', 'account',\n                format('Portfolio %s cannot be valued: an exchange rate or a price is missing.', NEW.name),\n                jsonb_build_object('portfolio_id', NEW.portfolio_id, 'missing', account.missing_for_value(NEW.portfolio_id)));\n    END IF;\n    IF NEW.current_value < NEW.peak_value * (1 - NEW.max_drawdown / 100) AND NEW.buying_halted_at IS NULL THEN\n        NEW.buying_halted_at := now();\n        INSERT INTO system.alerts (alert_type, severity, module, message, data)\n        VALUES ('ERROR', 'CRITICAL', 'account',\n                format('Portfolio %s fell more than %s %% below its peak: no new BUY orders until an operator clears it.',\n                       NEW.name, NEW.max_drawdown),\n                jsonb_build_object('portfolio_id', NEW.portfolio_id, 'value', NEW.current_value, 'peak', NEW.peak_value));\n    END IF;\n    RETURN NEW;\nEND",
                            hash="0b4e3dd5463121f26bdd9ca66c7b1e12ea2c60dd",
                            operation="UPDATE",
                            pgid="pgtrigger_value_portfolio_b72d3",
                            schema="account",
                            security="DEFINER",
                            table="portfolio",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="portfolio",
                    trigger=system.triggers.CompiledTrigger(
                        name="guard_portfolio_delete",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    IF EXISTS (SELECT FROM account.cash_entries WHERE portfolio_id = OLD.portfolio_id AND kind <> 'OPENING') THEN\n        RAISE EXCEPTION 'portfolio_has_cash: money has moved through portfolio %; it is history now', OLD.name\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'portfolio_has_cash',\n                  HINT = 'Set it inactive instead of deleting it.';\n    END IF;\n    RETURN OLD;\nEND",
                            hash="9918cf4db5e92d8310993341ce42cf66316744ce",
                            operation="DELETE",
                            pgid="pgtrigger_guard_portfolio_delete_c5958",
                            schema="account",
                            security="DEFINER",
                            table="portfolio",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddField(
                    model_name="cashbalance",
                    name="portfolio",
                    field=system.constraints.ReferenceField(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="cash_balances",
                        to="account.portfolio",
                        verbose_name="portfolio",
                    ),
                ),
                migrations.AddField(
                    model_name="cashentry",
                    name="portfolio",
                    field=system.constraints.ReferenceField(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="cash_entries",
                        to="account.portfolio",
                        verbose_name="portfolio",
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="fxarrival",
                    trigger=system.triggers.CompiledTrigger(
                        name="revalue_currency_on_insert",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    PERFORM account.touch_portfolios(ARRAY(\n        SELECT portfolio_id FROM account.cash_balances JOIN changed USING (currency)\n        UNION\n        SELECT portfolio_id FROM account.holdings JOIN market.stocks USING (stock_id) JOIN changed USING (currency)));\n    RETURN NULL;\nEND",
                            hash="40fa4be6f87f08d3d065b24c85a467099faf521a",
                            level="STATEMENT",
                            operation="INSERT",
                            pgid="pgtrigger_revalue_currency_on_insert_930fd",
                            referencing="REFERENCING NEW TABLE AS changed ",
                            schema="account",
                            security="DEFINER",
                            table="fx_rates",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="fxarrival",
                    trigger=system.triggers.CompiledTrigger(
                        name="revalue_currency_on_update",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    PERFORM account.touch_portfolios(ARRAY(\n        SELECT portfolio_id FROM account.cash_balances JOIN changed USING (currency)\n        UNION\n        SELECT portfolio_id FROM account.holdings JOIN market.stocks USING (stock_id) JOIN changed USING (currency)));\n    RETURN NULL;\nEND",
                            hash="6f953108aaa8e70541ac38a05afd8d353940cb96",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_revalue_currency_on_update_cb4ad",
                            referencing="REFERENCING NEW TABLE AS changed ",
                            schema="account",
                            security="DEFINER",
                            table="fx_rates",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="fxarrival",
                    trigger=system.triggers.CompiledTrigger(
                        name="revalue_currency_on_delete",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    PERFORM account.touch_portfolios(ARRAY(\n        SELECT portfolio_id FROM account.cash_balances JOIN changed USING (currency)\n        UNION\n        SELECT portfolio_id FROM account.holdings JOIN market.stocks USING (stock_id) JOIN changed USING (currency)));\n    RETURN NULL;\nEND",
                            hash="f8bbaa51e3fd6c84d392bcf3afb2a391c7ff723f",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_revalue_currency_on_delete_9a6d2",
                            referencing="REFERENCING OLD TABLE AS changed ",
                            schema="account",
                            security="DEFINER",
                            table="fx_rates",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cashbalance",
                    constraint=system.constraints.Reference(
                        field="portfolio", name="fk_cash_balances_portfolio", on_delete="CASCADE"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cashbalance",
                    constraint=models.UniqueConstraint(
                        fields=("portfolio", "currency"), name="uniq_cash_balances_currency"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cashbalance",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("currency__in", ["KRW", "USD"])),
                        name="chk_cash_balances_currency",
                        violation_error_message="This value is not on the list of choices.",
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="cashbalance",
                    trigger=system.triggers.CompiledTrigger(
                        name="guard_cash_balance",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0)",
                            func="BEGIN\n    RAISE EXCEPTION 'cash_balance: balances follow from cash entries'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_balance', HINT = 'Book a cash entry.';\nEND",
                            hash="5fc61b47f1f4bf79000589b5f4f5c4730e7cfab7",
                            operation="INSERT OR UPDATE OR DELETE",
                            pgid="pgtrigger_guard_cash_balance_fa988",
                            schema="account",
                            security="INVOKER",
                            table="cash_balances",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddIndex(
                    model_name="cashentry",
                    index=models.Index(fields=["portfolio", "-cash_entry_id"], name="idx_cash_entries_portfolio"),
                ),
                migrations.AddConstraint(
                    model_name="cashentry",
                    constraint=system.constraints.Reference(
                        field="portfolio", name="fk_cash_entries_portfolio", on_delete="CASCADE"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cashentry",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("currency__in", ["KRW", "USD"])),
                        name="chk_cash_entries_currency",
                        violation_error_message="This value is not on the list of choices.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cashentry",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["OPENING", "DEPOSIT", "WITHDRAWAL", "TRADE", "FX", "DIVIDEND", "ADJUSTMENT"])
                        ),
                        name="chk_cash_entries_kind",
                        violation_error_message="This value is not on the list of choices.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cashentry",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "amount__lt",
                                models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                            ),
                            models.Q(
                                models.Q(("kind__in", ["OPENING", "DEPOSIT"]), _negated=True),
                                ("amount__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(("kind", "WITHDRAWAL"), _negated=True), ("amount__lt", 0), _connector="OR"
                            ),
                        ),
                        name="chk_cash_entries_sign",
                        violation_error_message="A deposit is above zero, a withdrawal below.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cashentry",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("execution_id__isnull", False), ("kind", "TRADE")),
                            models.Q(models.Q(("kind", "TRADE"), _negated=True), ("execution_id__isnull", True)),
                            _connector="OR",
                        ),
                        name="chk_cash_entries_execution",
                        violation_error_message="A trade entry, and no other, belongs to an execution.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cashentry",
                    constraint=models.UniqueConstraint(fields=("execution_id",), name="uniq_cash_entries_execution"),
                ),
                migrations.AddConstraint(
                    model_name="cashentry",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("kind", "OPENING")), fields=("portfolio",), name="uniq_cash_entries_opening"
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="cashentry",
                    trigger=system.triggers.CompiledTrigger(
                        name="book_cash",
                        sql=system.triggers.TriggerSql(
                            func="-- One balance after the other, in the order of their portfolios, which are locked on the way: no two bookings wait for each\n-- other in a circle. Portfolios are valued when all balances stand: between the two entries of an exchange there is no fall.\nDECLARE\n    flow record;\n    standing numeric;\nBEGIN\n    FOR flow IN\n        SELECT portfolio_id, currency, sum(amount) AS amount, bool_or(kind = 'WITHDRAWAL') AS has_withdrawal\n          FROM booked GROUP BY portfolio_id, currency ORDER BY portfolio_id\n    LOOP\n        PERFORM FROM account.portfolio WHERE portfolio_id = flow.portfolio_id FOR NO KEY UPDATE;\n        INSERT INTO account.cash_balances AS balances (portfolio_id, currency, balance)\n        VALUES (flow.portfolio_id, flow.currency, flow.amount)\n            ON CONFLICT (portfolio_id, currency) DO UPDATE SET balance = balances.balance + EXCLUDED.balance\n        RETURNING balance INTO standing;\n        IF flow.has_withdrawal AND standing < 0 THEN\n            RAISE EXCEPTION 'cash_withdrawal: a withdrawal cannot exceed the cash that is there'\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_withdrawal',\n                      HINT = 'Withdraw less, or convert currency first.';\n        END IF;\n    END LOOP;\n\n    -- Money brought in or taken out is neither gain nor loss: the peak that drawdown is measured from moves along.\n    UPDATE account.portfolio\n       SET peak_value = peak_value + coalesce(brought.krw, 0)\n      FROM (SELECT portfolio_id,\n                   sum(amount * market.krw_rate(currency)) FILTER (WHERE kind IN ('DEPOSIT', 'WITHDRAWAL')) AS krw\n              FROM booked GROUP BY portfolio_id) AS brought\n     WHERE portfolio.portfolio_id = brought.portfolio_id;\n    RETURN NULL;\nEND",
                            hash="e6c321a9717a422cf6c2499842f83d6e7b3a61e0",
                            level="STATEMENT",
                            operation="INSERT",
                            pgid="pgtrigger_book_cash_c0e4f",
                            referencing="REFERENCING NEW TABLE AS booked ",
                            schema="account",
                            security="DEFINER",
                            table="cash_entries",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="cashentry",
                    trigger=system.triggers.CompiledTrigger(
                        name="unbook_cash",
                        sql=system.triggers.TriggerSql(
                            func="-- Only reached when an execution that nothing followed is deleted and takes its entry along.\nBEGIN\n    PERFORM FROM account.portfolio\n      WHERE portfolio_id IN (SELECT portfolio_id FROM removed) ORDER BY portfolio_id FOR NO KEY UPDATE;\n    UPDATE account.cash_balances AS standing\n       SET balance = balance - gone.amount\n      FROM (SELECT portfolio_id, currency, sum(amount) AS amount FROM removed GROUP BY portfolio_id, currency) AS gone\n     WHERE (standing.portfolio_id, standing.currency) = (gone.portfolio_id, gone.currency);\n    PERFORM account.touch_portfolios(ARRAY(SELECT DISTINCT portfolio_id FROM removed));\n    RETURN NULL;\nEND",
                            hash="ca81178b6fb60f453f8f53cf8025632517659987",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_unbook_cash_beb8d",
                            referencing="REFERENCING OLD TABLE AS removed ",
                            schema="account",
                            security="DEFINER",
                            table="cash_entries",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="cashentry",
                    trigger=system.triggers.CompiledTrigger(
                        name="guard_cash_entry",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0)",
                            func="BEGIN\n    RAISE EXCEPTION 'cash_append_only: cash entries are neither changed nor deleted'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_append_only',\n              HINT = 'Book an entry of the opposite amount; reverse the execution that a TRADE entry belongs to.';\nEND",
                            hash="725289e28b6339127949f99fc5dbde3610841c0a",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_guard_cash_entry_06851",
                            schema="account",
                            security="INVOKER",
                            table="cash_entries",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="cashentry",
                    trigger=system.triggers.CompiledTrigger(
                        name="guard_cash_kind",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0)",
                            func="-- The condition is here and not in the trigger's WHEN, which is parsed anew by every statement that books cash.\nBEGIN\n    IF NEW.kind IN ('OPENING', 'TRADE') THEN\n        RAISE EXCEPTION 'cash_booked_by_ledger: % entries are booked by the ledger itself', NEW.kind\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_booked_by_ledger',\n                  HINT = 'Insert the execution, or the portfolio, that the entry would belong to.';\n    END IF;\n    RETURN NEW;\nEND",
                            hash="1973fc9efbe755b7cf5aff3bf3d7ac78487250e1",
                            operation="INSERT",
                            pgid="pgtrigger_guard_cash_kind_c2105",
                            schema="account",
                            security="INVOKER",
                            table="cash_entries",
                            when="BEFORE",
                        ),
                    ),
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
                    model_name="holding",
                    trigger=system.triggers.CompiledTrigger(
                        name="value_holding_on_insert",
                        sql=system.triggers.TriggerSql(
                            func="-- Values are in the stock's currency. Without a price they are NULL: unknown, not zero.\nDECLARE\n    price market.latest_prices;\nBEGIN\n    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;\n    NEW.current_value := NEW.quantity * price.close_price;\n    NEW.unrealized_pnl := NEW.quantity * price.close_price - NEW.quantity * NEW.avg_purchase_price;\n    NEW.unrealized_pnl_rate := account.unrealized_rate(NEW.quantity, NEW.avg_purchase_price, price.close_price);\n    NEW.valued_on := price.trade_date;\n    NEW.last_updated := now();\n    RETURN NEW;\nEND",
                            hash="bb49642e27fd5ff165fb6ba2a5c0dc6dcb3abdaf",
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
                            func="-- Values are in the stock's currency. Without a price they are NULL: unknown, not zero.\nDECLARE\n    price market.latest_prices;\nBEGIN\n    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;\n    NEW.current_value := NEW.quantity * price.close_price;\n    NEW.unrealized_pnl := NEW.quantity * price.close_price - NEW.quantity * NEW.avg_purchase_price;\n    NEW.unrealized_pnl_rate := account.unrealized_rate(NEW.quantity, NEW.avg_purchase_price, price.close_price);\n    NEW.valued_on := price.trade_date;\n    NEW.last_updated := now();\n    RETURN NEW;\nEND",
                            hash="9560cbf4c37e300b36a844d602ebef1ca5dcb800",
                            operation="UPDATE",
                            pgid="pgtrigger_update_holding_value_50725",
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
                        name="touch_portfolios_on_departure",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0)",
                            func="BEGIN\n    PERFORM account.touch_portfolios(ARRAY(SELECT DISTINCT portfolio_id FROM moved WHERE quantity > 0));\n    RETURN NULL;\nEND",
                            hash="7ab6deb1f3fcd659a6d2e33fefdd83cc16506c48",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_portfolios_on_departure_ea58a",
                            referencing="REFERENCING OLD TABLE AS moved ",
                            schema="account",
                            security="DEFINER",
                            table="holdings",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Revaluation",
                    fields=[
                        (
                            "revaluation_id",
                            models.BigAutoField(primary_key=True, serialize=False, verbose_name="number"),
                        ),
                        (
                            "stock_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), size=None, verbose_name="stocks"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "revaluation",
                        "verbose_name_plural": "revaluations",
                        "db_table": "revaluations",
                        "db_table_comment": "Stocks whose holdings are to be valued anew before the transaction ends; empty outside of one",
                    },
                ),
                migrations.CreateModel(
                    name="PriceStatement",
                    fields=[],
                    options={
                        "proxy": True,
                        "indexes": [],
                        "constraints": [],
                    },
                    bases=("market.dailyprice",),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="pricearrival",
                    trigger=system.triggers.CompiledTrigger(
                        name="queue_revaluation_on_insert",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO account.revaluations (stock_ids) SELECT array_agg(stock_id) FROM changed HAVING count(*) > 0;\n    RETURN NULL;\nEND",
                            hash="33c444a861f5164c71e21816a00a7f68c61151aa",
                            level="STATEMENT",
                            operation="INSERT",
                            pgid="pgtrigger_queue_revaluation_on_insert_0c2fa",
                            referencing="REFERENCING NEW TABLE AS changed ",
                            schema="account",
                            security="DEFINER",
                            table="latest_prices",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="pricearrival",
                    trigger=system.triggers.CompiledTrigger(
                        name="queue_revaluation_on_update",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO account.revaluations (stock_ids) SELECT array_agg(stock_id) FROM changed HAVING count(*) > 0;\n    RETURN NULL;\nEND",
                            hash="6b2c08dbcab9c96e6c7564151eb21b6eb946f189",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_queue_revaluation_on_update_fadd4",
                            referencing="REFERENCING NEW TABLE AS changed ",
                            schema="account",
                            security="DEFINER",
                            table="latest_prices",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="pricearrival",
                    trigger=system.triggers.CompiledTrigger(
                        name="queue_revaluation_on_delete",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO account.revaluations (stock_ids) SELECT array_agg(stock_id) FROM changed HAVING count(*) > 0;\n    RETURN NULL;\nEND",
                            hash="9fd096034aaf674d0548528b0cbdfa67ca4ee683",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_queue_revaluation_on_delete_49c59",
                            referencing="REFERENCING OLD TABLE AS changed ",
                            schema="account",
                            security="DEFINER",
                            table="latest_prices",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="revaluation",
                    trigger=system.triggers.CompiledTrigger(
                        name="revalue_at_commit",
                        sql=system.triggers.TriggerSql(
                            constraint="CONSTRAINT",
                            func="BEGIN\n    PERFORM account.revalue_queued();\n    RETURN NULL;\nEND",
                            hash="94fe62fff75eeebcae23225f74d64351e6d68508",
                            operation="INSERT",
                            pgid="pgtrigger_revalue_at_commit_22c47",
                            schema="account",
                            security="DEFINER",
                            table="revaluations",
                            timing="DEFERRABLE INITIALLY DEFERRED",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="pricestatement",
                    trigger=system.triggers.CompiledTrigger(
                        name="price_event_opens",
                        sql=system.triggers.TriggerSql(
                            func="-- INSERT … ON CONFLICT DO UPDATE and MERGE are several events in one statement; they open, and close, one within the other.\nBEGIN\n    PERFORM set_config('aegis.open_price_events',\n        (coalesce(nullif(current_setting('aegis.open_price_events', true), ''), '0')::int + 1)::text, true);\n    RETURN NULL;\nEND",
                            hash="c12e7688a9f46bb2b3ce661cf82ad42b34eccba0",
                            level="STATEMENT",
                            operation="INSERT OR UPDATE OR DELETE",
                            pgid="pgtrigger_price_event_opens_953c3",
                            schema="account",
                            security="DEFINER",
                            table="daily_prices",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="pricestatement",
                    trigger=system.triggers.CompiledTrigger(
                        name="price_event_over",
                        sql=system.triggers.TriggerSql(
                            func="-- Holdings are valued when the last event of the statement is over, all in one go: a second go would wait for holdings while\n-- it keeps portfolios locked, and a fill does the opposite. A load of several statements opens one event more.\nDECLARE\n    still_open CONSTANT int := current_setting('aegis.open_price_events')::int - 1;\nBEGIN\n    PERFORM set_config('aegis.open_price_events', still_open::text, true);\n    IF still_open = 0 THEN\n        PERFORM account.revalue_queued();\n    END IF;\n    RETURN NULL;\nEND",
                            hash="615c8fc7ee4261a18f04f4d1961cb9c0336a9823",
                            level="STATEMENT",
                            operation="INSERT OR UPDATE OR DELETE",
                            pgid="pgtrigger_price_event_over_d8768",
                            schema="account",
                            security="DEFINER",
                            table="daily_prices",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="HeldStock",
                    fields=[],
                    options={
                        "proxy": True,
                        "indexes": [],
                        "constraints": [],
                    },
                    bases=("market.stock",),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="heldstock",
                    trigger=system.triggers.CompiledTrigger(
                        name="guard_stock_currency",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (OLD.currency IS DISTINCT FROM NEW.currency)",
                            func="BEGIN\n    IF EXISTS (SELECT FROM account.holdings WHERE stock_id = NEW.stock_id) THEN\n        RAISE EXCEPTION 'stock_currency: stock % is held, and was paid for in %', NEW.ticker, OLD.currency\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_currency',\n                  HINT = 'Add the stock of the other market under a ticker of its own.';\n    END IF;\n    RETURN NULL;\nEND",
                            hash="06e40eaec983ad7fb49150a6d8ccff74a517b6ab",
                            operation="UPDATE",
                            pgid="pgtrigger_guard_stock_currency_cf249",
                            schema="account",
                            security="DEFINER",
                            table="stocks",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="holding",
                    trigger=system.triggers.CompiledTrigger(
                        name="meet_arriving_closes",
                        sql=system.triggers.TriggerSql(
                            func="-- A close that is arriving does not see these holdings yet. Wait for it, and have them valued at what it leaves.\nBEGIN\n    PERFORM FROM market.latest_prices\n      WHERE stock_id IN (SELECT stock_id FROM opened) ORDER BY stock_id FOR SHARE;\n    UPDATE account.holdings\n       SET valued_on = NULL\n      FROM opened JOIN market.latest_prices AS price USING (stock_id)\n     WHERE holdings.holding_id = opened.holding_id\n       AND (price.trade_date, round(opened.quantity * price.close_price, 2))\n           IS DISTINCT FROM (opened.valued_on, opened.current_value);\n    RETURN NULL;\nEND",
                            hash="a9863b67963b993188c3a5ab80eee643c2e8dd89",
                            level="STATEMENT",
                            operation="INSERT",
                            pgid="pgtrigger_meet_arriving_closes_2da8b",
                            referencing="REFERENCING NEW TABLE AS opened ",
                            schema="account",
                            security="DEFINER",
                            table="holdings",
                            when="AFTER",
                        ),
                    ),
                ),
            ],
        ),
        run_sql(__file__, "valuation"),
    ]
