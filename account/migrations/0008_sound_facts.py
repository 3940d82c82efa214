import pgtrigger.migrations
import system.triggers
from decimal import Decimal
from django.db import migrations, models

from system.schemas import run_sql


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0007_owners"),
        ("market", "0011_sound_facts"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="cashentry",
            name="book_cash",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="cashentry",
            name="guard_cash_kind",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="heldstock",
            name="guard_stock_currency",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="portfolio",
            name="value_new_portfolio",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="portfolio",
            name="value_portfolio",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="pricestatement",
            name="price_event_opens",
        ),
        migrations.RemoveConstraint(
            model_name="cashentry",
            name="chk_cash_entries_sign",
        ),
        migrations.RemoveConstraint(
            model_name="holding",
            name="chk_holdings_quantity",
        ),
        migrations.RemoveConstraint(
            model_name="portfolio",
            name="chk_portfolio_named",
        ),
        migrations.AlterField(
            model_name="cashbalance",
            name="balance",
            field=models.DecimalField(
                db_comment="In the currency", decimal_places=2, max_digits=38, verbose_name="balance"
            ),
        ),
        migrations.AlterField(
            model_name="cashentry",
            name="amount",
            field=models.DecimalField(
                db_comment="In the currency, signed: what the balance changes by",
                decimal_places=2,
                max_digits=38,
                verbose_name="amount",
            ),
        ),
        migrations.AlterField(
            model_name="holding",
            name="avg_purchase_price",
            field=models.DecimalField(
                db_comment="Trading currency; fees are outside of it",
                decimal_places=6,
                max_digits=24,
                verbose_name="average price",
            ),
        ),
        migrations.AlterField(
            model_name="holding",
            name="current_value",
            field=models.DecimalField(
                db_comment="Trading currency; NULL while no price is known",
                decimal_places=2,
                editable=False,
                max_digits=38,
                null=True,
                verbose_name="value",
            ),
        ),
        migrations.AlterField(
            model_name="holding",
            name="opening_price",
            field=models.DecimalField(
                db_comment="Trading currency; average price before the first execution",
                db_default=0,
                decimal_places=6,
                editable=False,
                max_digits=24,
                verbose_name="opening price",
            ),
        ),
        migrations.AlterField(
            model_name="holding",
            name="realized_pnl",
            field=models.DecimalField(
                db_comment="Trading currency, after commission and tax",
                db_default=0,
                decimal_places=2,
                editable=False,
                max_digits=38,
                verbose_name="realised P&L",
            ),
        ),
        migrations.AlterField(
            model_name="holding",
            name="unrealized_pnl",
            field=models.DecimalField(
                db_comment="Trading currency",
                decimal_places=2,
                editable=False,
                max_digits=38,
                null=True,
                verbose_name="unrealised P&L",
            ),
        ),
        migrations.AlterField(
            model_name="holdingevent",
            name="avg_purchase_price",
            field=models.DecimalField(
                db_comment="Trading currency; fees are outside of it",
                decimal_places=6,
                max_digits=24,
                verbose_name="average price",
            ),
        ),
        migrations.AlterField(
            model_name="holdingevent",
            name="opening_price",
            field=models.DecimalField(
                db_comment="Trading currency; average price before the first execution",
                db_default=0,
                decimal_places=6,
                editable=False,
                max_digits=24,
                verbose_name="opening price",
            ),
        ),
        migrations.AlterField(
            model_name="holdingevent",
            name="realized_pnl",
            field=models.DecimalField(
                db_comment="Trading currency, after commission and tax",
                db_default=0,
                decimal_places=2,
                editable=False,
                max_digits=38,
                verbose_name="realised P&L",
            ),
        ),
        migrations.AlterField(
            model_name="portfolio",
            name="current_value",
            field=models.DecimalField(
                blank=True,
                db_comment="KRW",
                decimal_places=2,
                editable=False,
                max_digits=38,
                null=True,
                verbose_name="current value",
            ),
        ),
        migrations.AlterField(
            model_name="portfolio",
            name="peak_value",
            field=models.DecimalField(
                blank=True,
                db_comment="KRW; the highest value since the last clearance, moved along by deposits and withdrawals",
                decimal_places=2,
                editable=False,
                max_digits=38,
                null=True,
                verbose_name="peak value",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cashentry",
            trigger=system.triggers.CompiledTrigger(
                name="book_cash",
                sql=system.triggers.TriggerSql(
                    func="-- One balance after the other, in the order of their portfolios, which are locked on the way: no two bookings wait for each\n-- other in a circle. Portfolios are valued when all balances stand: between the two entries of an exchange there is no fall.\nDECLARE\n    flow record;\n    standing numeric;\n    touched bigint[] := '{}';\n    the_portfolio bigint;\n    brings_money boolean := false;\nBEGIN\n    FOR flow IN\n        SELECT portfolio_id, currency, sum(amount) AS amount, bool_or(kind = 'WITHDRAWAL') AS has_withdrawal,\n               bool_or(kind IN ('DEPOSIT', 'WITHDRAWAL')) AS brings_money\n          FROM booked GROUP BY portfolio_id, currency ORDER BY portfolio_id\n    LOOP\n        PERFORM FROM account.portfolio WHERE portfolio_id = flow.portfolio_id FOR NO KEY UPDATE;\n        INSERT INTO account.cash_balances AS balances (portfolio_id, currency, balance)\n        VALUES (flow.portfolio_id, flow.currency, flow.amount)\n            ON CONFLICT (portfolio_id, currency) DO UPDATE SET balance = balances.balance + EXCLUDED.balance\n        RETURNING balance INTO standing;\n        IF flow.has_withdrawal AND standing < 0 THEN\n            RAISE EXCEPTION 'cash_withdrawal: a withdrawal cannot exceed the cash that is there'\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_withdrawal',\n                      HINT = 'Withdraw less, or convert currency first.';\n        END IF;\n        IF flow.portfolio_id IS DISTINCT FROM touched[cardinality(touched)] THEN\n            touched := touched || flow.portfolio_id;\n        END IF;\n        brings_money := brings_money OR flow.brings_money;\n    END LOOP;\n\n    IF NOT brings_money THEN\n        FOREACH the_portfolio IN ARRAY touched LOOP\n            UPDATE account.portfolio SET updated_at = now() WHERE portfolio_id = the_portfolio;\n        END LOOP;\n        RETURN NULL;\n    END IF;\n    -- Money brought in or taken out is neither gain nor loss: the peak that drawdown is measured from moves along. By how much\n    -- is unknown where a rate is missing: then there is no peak, and the fall is measured from the next value on.\n    UPDATE account.portfolio\n       SET peak_value = peak_value + brought.krw\n      FROM (SELECT portfolio_id,\n                   CASE WHEN count(*) = count(krw) THEN sum(krw) END AS krw\n              FROM (SELECT portfolio_id, CASE WHEN kind IN ('DEPOSIT', 'WITHDRAWAL')\n                                              THEN amount * market.krw_rate(currency) ELSE 0 END AS krw\n                      FROM booked) AS entries\n             GROUP BY portfolio_id) AS brought\n     WHERE portfolio.portfolio_id = brought.portfolio_id;\n    RETURN NULL;\nEND",
                    hash="bcafaa46fffccd732e84cda7e91c58a2b7abbf69",
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
                name="guard_cash_kind",
                sql=system.triggers.TriggerSql(
                    condition="WHEN (pg_trigger_depth() = 0)",
                    func="-- The condition is here and not in the trigger's WHEN, which is parsed anew by every statement that books cash.\nBEGIN\n    IF NEW.kind IN ('OPENING', 'TRADE') OR NEW.action_entry_id IS NOT NULL THEN\n        RAISE EXCEPTION 'cash_booked_by_ledger: this % entry is booked by the ledger itself', NEW.kind\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_booked_by_ledger',\n                  HINT = 'Insert the execution, the action entry or the portfolio that it would belong to.';\n    END IF;\n    IF NEW.created_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00' THEN\n        RAISE EXCEPTION 'cash_time: no cash entry is of %', NEW.created_at\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_time', HINT = 'Leave the time to the database.';\n    END IF;\n    RETURN NEW;\nEND",
                    hash="28c88f3620d46be8b1cc3c2cf6434bc653571c56",
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
            model_name="heldstock",
            trigger=system.triggers.CompiledTrigger(
                name="guard_stock_currency",
                sql=system.triggers.TriggerSql(
                    condition="WHEN (OLD.currency IS DISTINCT FROM NEW.currency)",
                    func="-- The lock waits for holdings that are being opened and are not seen yet.\nBEGIN\n    LOCK TABLE account.holdings IN SHARE ROW EXCLUSIVE MODE;\n    IF EXISTS (SELECT FROM account.holdings WHERE stock_id = NEW.stock_id) THEN\n        RAISE EXCEPTION 'stock_currency: stock % is held, and was paid for in %', NEW.ticker, OLD.currency\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_currency',\n                  HINT = 'Add the stock of the other market under a ticker of its own.';\n    END IF;\n    RETURN NULL;\nEND",
                    hash="90b1ec9b2d2ceedf497fdd8a2255879d2e9a48c4",
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
            model_name="portfolio",
            trigger=system.triggers.CompiledTrigger(
                name="value_new_portfolio",
                sql=system.triggers.TriggerSql(
                    func="BEGIN\n    IF NEW.created_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00'\n       OR NEW.buying_halted_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00' THEN\n        RAISE EXCEPTION 'portfolio_time: portfolio % has a time before 1970 or after 2199', NEW.name\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'portfolio_time', HINT = 'Use now(), or NULL to clear the halt.';\n    END IF;\n    NEW.current_value := NEW.initial_capital;\n    NEW.peak_value := NEW.initial_capital;\n    RETURN NEW;\nEND",
                    hash="934c414dc5ad89d235d44841ff10c825e5d0d4fd",
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
                name="value_portfolio",
                sql=system.triggers.TriggerSql(
                    func="-- Any update of a portfolio values it: nobody can type a value, and whoever moves cash or holdings need only touch it.\n-- The row is locked by now, so these queries see everything that earlier holders of the lock have committed.\nDECLARE\n    typed_by_client CONSTANT boolean := pg_trigger_depth() = 1;\nBEGIN\n    IF NEW.initial_capital <> OLD.initial_capital THEN\n        RAISE EXCEPTION 'portfolio_capital: the initial capital is booked as the opening entry and cannot change'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'portfolio_capital',\n                  HINT = 'Deposit or withdraw the difference.';\n    END IF;\n    IF typed_by_client THEN\n        NEW.peak_value := OLD.peak_value;\n        IF NEW.created_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00'\n           OR NEW.buying_halted_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00' THEN\n            RAISE EXCEPTION 'portfolio_time: portfolio % has a time before 1970 or after 2199', NEW.name\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'portfolio_time', HINT = 'Use now(), or NULL to clear the halt.';\n        END IF;\n    END IF;\n    NEW.current_value := account.portfolio_value(NEW.portfolio_id);\n    IF OLD.buying_halted_at IS NOT NULL AND NEW.buying_halted_at IS NULL THEN\n        NEW.peak_value := NEW.current_value;  -- cleared by an operator: the fall is measured from here on\n    ELSE\n        NEW.peak_value := greatest(NEW.peak_value, NEW.current_value);\n    END IF;\n    IF NEW.current_value IS NULL AND OLD.current_value IS NOT NULL THEN\n        INSERT INTO system.alerts (alert_type, severity, module, message, data)\n        VALUES ('WARNING', 'HIGH', 'account',\n                format('Portfolio %s cannot be valued: an exchange rate or a price is missing.', NEW.name),\n                jsonb_build_object('portfolio_id', NEW.portfolio_id, 'missing', account.missing_for_value(NEW.portfolio_id)));\n    END IF;\n    IF NEW.current_value < NEW.peak_value * (1 - NEW.max_drawdown / 100) AND NEW.buying_halted_at IS NULL THEN\n        NEW.buying_halted_at := now();\n        INSERT INTO system.alerts (alert_type, severity, module, message, data)\n        VALUES ('ERROR', 'CRITICAL', 'account',\n                format('Portfolio %s fell more than %s %% below its peak: no new BUY orders until an operator clears it.',\n                       NEW.name, NEW.max_drawdown),\n                jsonb_build_object('portfolio_id', NEW.portfolio_id, 'value', NEW.current_value, 'peak', NEW.peak_value));\n    END IF;\n    RETURN NEW;\nEND",
                    hash="a1e7af502ca3a748cb5c6d44ef57a57f0ef1bd4b",
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
            model_name="pricestatement",
            trigger=system.triggers.CompiledTrigger(
                name="price_event_opens",
                sql=system.triggers.TriggerSql(
                    func="-- INSERT … ON CONFLICT DO UPDATE and MERGE are several events in one statement; they open, and close, one within the other.\nBEGIN\n    -- What a client has typed there and is no count is none.\n    PERFORM set_config('aegis.open_price_events',\n        (coalesce(substring(current_setting('aegis.open_price_events', true) FROM '^\\d{1,6}$'), '0')::int + 1)::text, true);\n    RETURN NULL;\nEND",
                    hash="4f0d2c5d4ae233b25a23a4071bae42fe8620c76e",
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
        migrations.AddConstraint(
            model_name="cashentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", Decimal("-1000000000000000000000000")),
                    ("amount__lt", Decimal("1000000000000000000000000")),
                    models.Q(
                        models.Q(("kind__in", ["OPENING", "DEPOSIT"]), _negated=True),
                        ("amount__gt", 0),
                        _connector="OR",
                    ),
                    models.Q(models.Q(("kind", "WITHDRAWAL"), _negated=True), ("amount__lt", 0), _connector="OR"),
                ),
                name="chk_cash_entries_sign",
                violation_error_message="A deposit is above zero, a withdrawal below.",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 0), ("quantity__lte", 1000000000000)),
                name="chk_holdings_quantity",
                violation_error_message="The quantity is not negative: AEGIS is long only. A trillion shares at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="portfolio",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name__regex", "\\S"))),
                name="chk_portfolio_named",
                violation_error_message="A portfolio has a name.",
            ),
        ),
        run_sql(__file__, "sound"),
    ]
