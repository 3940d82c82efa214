import pgtrigger.migrations
import system.constraints
import system.triggers
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0008_sound_facts"),
        ("market", "0013_lean"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="cashentry",
            name="book_cash",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="holding",
            name="touch_portfolios_on_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="holding",
            name="touch_portfolios_on_departure",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="holding",
            name="meet_arriving_closes",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="holding",
            name="update_holding_value",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="portfolio",
            name="update_portfolio_updated_at",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="portfolio",
            name="value_portfolio",
        ),
        migrations.RemoveConstraint(
            model_name="cashbalance",
            name="chk_cash_balances_currency",
        ),
        migrations.RemoveConstraint(
            model_name="cashentry",
            name="chk_cash_entries_currency",
        ),
        migrations.RemoveConstraint(
            model_name="cashentry",
            name="chk_cash_entries_kind",
        ),
        migrations.RemoveConstraint(
            model_name="cashentry",
            name="chk_cash_entries_execution",
        ),
        migrations.RemoveConstraint(
            model_name="cashentry",
            name="chk_cash_entries_action",
        ),
        migrations.RemoveConstraint(
            model_name="cashentry",
            name="chk_cash_entries_sign",
        ),
        migrations.RemoveConstraint(
            model_name="holding",
            name="chk_holdings_average",
        ),
        migrations.RemoveConstraint(
            model_name="portfolio",
            name="chk_portfolio_capital",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cashentry",
            trigger=system.triggers.CompiledTrigger(
                name="book_cash",
                sql=system.triggers.TriggerSql(
                    func="-- One balance after the other, in the order of their portfolios, which are locked on the way: no two bookings wait for each\n-- other in a circle. Portfolios are valued when all balances stand: between the two entries of an exchange there is no fall.\nDECLARE\n    flow record;\n    standing numeric;\n    touched bigint[] := '{}';\n    the_portfolio bigint;\n    brings_money boolean := false;\nBEGIN\n    FOR flow IN\n        SELECT portfolio_id, currency, sum(amount) AS amount, bool_or(kind = 'WITHDRAWAL') AS has_withdrawal,\n               bool_or(kind IN ('DEPOSIT', 'WITHDRAWAL')) AS brings_money\n          FROM booked GROUP BY portfolio_id, currency ORDER BY portfolio_id\n    LOOP\n        PERFORM FROM account.portfolio WHERE portfolio_id = flow.portfolio_id FOR NO KEY UPDATE;\n        UPDATE account.cash_balances SET balance = balance + flow.amount\n         WHERE portfolio_id = flow.portfolio_id AND currency = flow.currency\n        RETURNING balance INTO standing;\n        IF NOT FOUND THEN  -- and nobody else inserts it: the portfolio is locked\n            INSERT INTO account.cash_balances (portfolio_id, currency, balance)\n            VALUES (flow.portfolio_id, flow.currency, flow.amount) RETURNING balance INTO standing;\n        END IF;\n        IF flow.has_withdrawal AND standing < 0 THEN\n            RAISE EXCEPTION 'cash_withdrawal: a withdrawal cannot exceed the cash that is there'\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_withdrawal',\n                      HINT = 'Withdraw less, or convert currency first.';\n        END IF;\n        IF flow.portfolio_id IS DISTINCT FROM touched[cardinality(touched)] THEN\n            touched := touched || flow.portfolio_id;\n        END IF;\n        brings_money := brings_money OR flow.brings_money;\n    END LOOP;\n\n    IF NOT brings_money THEN\n        FOREACH the_portfolio IN ARRAY touched LOOP\n            UPDATE account.portfolio SET updated_at = now() WHERE portfolio_id = the_portfolio;\n        END LOOP;\n        RETURN NULL;\n    END IF;\n    -- Money brought in or taken out is neither gain nor loss: the peak that drawdown is measured from moves along. By how much\n    -- is unknown where a rate is missing: then there is no peak, and the fall is measured from the next value on.\n    UPDATE account.portfolio\n       SET peak_value = peak_value + brought.krw\n      FROM (SELECT portfolio_id,\n                   CASE WHEN count(*) = count(krw) THEN sum(krw) END AS krw\n              FROM (SELECT portfolio_id, CASE WHEN kind IN ('DEPOSIT', 'WITHDRAWAL')\n                                              THEN amount * market.krw_rate(currency) ELSE 0 END AS krw\n                      FROM booked) AS entries\n             GROUP BY portfolio_id) AS brought\n     WHERE portfolio.portfolio_id = brought.portfolio_id;\n    RETURN NULL;\nEND",
                    hash="8ba2c2df92912b9b5a502e62a952317b4d238815",
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
            model_name="holding",
            trigger=system.triggers.CompiledTrigger(
                name="update_holding_value",
                sql=system.triggers.TriggerSql(
                    func="-- Values are in the stock's currency. Without a price they are NULL: unknown, not zero.\nDECLARE\n    price market.latest_prices;\n    close_price numeric;\nBEGIN\n    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;\n    close_price := account.close_for(price.close_price, price.trade_date, NEW.split_on, NEW.split_ratio);\n    NEW.current_value := NEW.quantity * close_price;\n    NEW.unrealized_pnl := NEW.quantity * close_price - NEW.quantity * NEW.avg_purchase_price;\n    NEW.unrealized_pnl_rate := account.unrealized_rate(NEW.quantity, NEW.avg_purchase_price, close_price);\n    NEW.valued_on := price.trade_date;\n    NEW.last_updated := now();\n    RETURN NEW;\nEND",
                    hash="077b55d601ec1d142176f7ff578af35cd57fac9e",
                    operation='UPDATE OF "quantity", "avg_purchase_price", "stock_id"',
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
                name="value_holding_on_typing",
                sql=system.triggers.TriggerSql(
                    condition="WHEN (pg_trigger_depth() = 0)",
                    func="-- Values are in the stock's currency. Without a price they are NULL: unknown, not zero.\nDECLARE\n    price market.latest_prices;\n    close_price numeric;\nBEGIN\n    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;\n    close_price := account.close_for(price.close_price, price.trade_date, NEW.split_on, NEW.split_ratio);\n    NEW.current_value := NEW.quantity * close_price;\n    NEW.unrealized_pnl := NEW.quantity * close_price - NEW.quantity * NEW.avg_purchase_price;\n    NEW.unrealized_pnl_rate := account.unrealized_rate(NEW.quantity, NEW.avg_purchase_price, close_price);\n    NEW.valued_on := price.trade_date;\n    NEW.last_updated := now();\n    RETURN NEW;\nEND",
                    hash="2a63f630f2bdbcbd74c5b7c267358ef1bcebf50c",
                    operation='UPDATE OF "current_value", "unrealized_pnl", "unrealized_pnl_rate", "valued_on", "last_updated"',
                    pgid="pgtrigger_value_holding_on_typing_b33df",
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
                name="meet_arriving_closes",
                sql=system.triggers.TriggerSql(
                    func="-- A close that is arriving does not see these holdings yet. Wait for it, and have them valued at what it leaves: naming the\n-- quantity does.\nBEGIN\n    PERFORM FROM market.latest_prices\n      WHERE stock_id IN (SELECT stock_id FROM opened) ORDER BY stock_id FOR SHARE;\n    UPDATE account.holdings\n       SET quantity = holdings.quantity\n      FROM opened JOIN market.latest_prices AS price USING (stock_id)\n     WHERE holdings.holding_id = opened.holding_id\n       AND (price.trade_date, round(opened.quantity * price.close_price, 2))\n           IS DISTINCT FROM (opened.valued_on, opened.current_value);\n    RETURN NULL;\nEND",
                    hash="84522e27b8d9f369642049b0064c137bc8aaacd1",
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
        pgtrigger.migrations.AddTrigger(
            model_name="holding",
            trigger=system.triggers.CompiledTrigger(
                name="touch_portfolios_on_update",
                sql=system.triggers.TriggerSql(
                    condition="WHEN (pg_trigger_depth() = 0)",
                    func="-- Where a position went to, and where it came from.\nBEGIN\n    PERFORM account.touch_portfolios(ARRAY(\n        SELECT portfolio_id FROM moved WHERE quantity > 0\n        UNION SELECT portfolio_id FROM departed WHERE quantity > 0));\n    RETURN NULL;\nEND",
                    hash="c7506b546a1e6406681a8a0e866587b7a00bdc75",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_portfolios_on_update_4946c",
                    referencing="REFERENCING OLD TABLE AS departed  NEW TABLE AS moved ",
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
                name="value_portfolio",
                sql=system.triggers.TriggerSql(
                    func="-- Any update of a portfolio values it: nobody can type a value, and whoever moves cash or holdings need only touch it.\n-- The row is locked by now, so these queries see everything that earlier holders of the lock have committed.\nDECLARE\n    typed_by_client CONSTANT boolean := pg_trigger_depth() = 1;\nBEGIN\n    IF NEW.initial_capital <> OLD.initial_capital THEN\n        RAISE EXCEPTION 'portfolio_capital: the initial capital is booked as the opening entry and cannot change'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'portfolio_capital',\n                  HINT = 'Deposit or withdraw the difference.';\n    END IF;\n    IF typed_by_client THEN\n        NEW.peak_value := OLD.peak_value;\n        IF NEW.created_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00'\n           OR NEW.buying_halted_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00' THEN\n            RAISE EXCEPTION 'portfolio_time: portfolio % has a time before 1970 or after 2199', NEW.name\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'portfolio_time', HINT = 'Use now(), or NULL to clear the halt.';\n        END IF;\n    END IF;\n    NEW.updated_at := now();\n    NEW.current_value := account.portfolio_value(NEW.portfolio_id);\n    IF OLD.buying_halted_at IS NOT NULL AND NEW.buying_halted_at IS NULL THEN\n        NEW.peak_value := NEW.current_value;  -- cleared by an operator: the fall is measured from here on\n    ELSE\n        NEW.peak_value := greatest(NEW.peak_value, NEW.current_value);\n    END IF;\n    IF NEW.current_value IS NULL AND OLD.current_value IS NOT NULL THEN\n        INSERT INTO system.alerts (alert_type, severity, module, message, data)\n        VALUES ('WARNING', 'HIGH', 'account',\n                format('Portfolio %s cannot be valued: an exchange rate or a price is missing.', NEW.name),\n                jsonb_build_object('portfolio_id', NEW.portfolio_id, 'missing', account.missing_for_value(NEW.portfolio_id)));\n    END IF;\n    IF NEW.current_value < NEW.peak_value * (1 - NEW.max_drawdown / 100) AND NEW.buying_halted_at IS NULL THEN\n        NEW.buying_halted_at := now();\n        INSERT INTO system.alerts (alert_type, severity, module, message, data)\n        VALUES ('ERROR', 'CRITICAL', 'account',\n                format('Portfolio %s fell more than %s %% below its peak: no new BUY orders until an operator clears it.',\n                       NEW.name, NEW.max_drawdown),\n                jsonb_build_object('portfolio_id', NEW.portfolio_id, 'value', NEW.current_value, 'peak', NEW.peak_value));\n    END IF;\n    RETURN NEW;\nEND",
                    hash="cea71c8291a817454de8e006d50d35def96b95b6",
                    operation="UPDATE",
                    pgid="pgtrigger_value_portfolio_b72d3",
                    schema="account",
                    security="DEFINER",
                    table="portfolio",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="cashbalance",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among("currency", ["KRW", "USD"]),
                name="chk_cash_balances_currency",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashentry",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among("currency", ["KRW", "USD"]),
                name="chk_cash_entries_currency",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashentry",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among(
                    "kind", ["OPENING", "DEPOSIT", "WITHDRAWAL", "TRADE", "FX", "DIVIDEND", "ADJUSTMENT"]
                ),
                name="chk_cash_entries_kind",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", Decimal("-1000000000000000000000000")),
                    ("amount__lt", Decimal("1000000000000000000000000")),
                    models.Case(
                        models.When(
                            system.constraints.Among("kind", ["OPENING", "DEPOSIT"]),
                            then=models.Q(
                                ("amount__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric"))
                            ),
                        ),
                        models.When(
                            kind="WITHDRAWAL",
                            then=models.Q(
                                ("amount__lt", models.Func(output_field=models.DecimalField(), template="'0'::numeric"))
                            ),
                        ),
                        default=True,
                        output_field=models.BooleanField(),
                    ),
                ),
                name="chk_cash_entries_sign",
                violation_error_message="A deposit is above zero, a withdrawal below.",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashentry",
            constraint=models.CheckConstraint(
                condition=system.constraints.Iff(
                    models.Q(("kind", "TRADE")), models.Q(("execution_id__isnull", False))
                ),
                name="chk_cash_entries_execution",
                violation_error_message="A trade entry, and no other, belongs to an execution.",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("action_entry_id__isnull", True),
                    system.constraints.Among("kind", ["DIVIDEND", "ADJUSTMENT"]),
                    _connector="OR",
                ),
                name="chk_cash_entries_action",
                violation_error_message="Only a dividend or an adjustment belongs to a corporate action.",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "avg_purchase_price__gte",
                            models.Func(output_field=models.DecimalField(), template="'0'::numeric"),
                        ),
                        (
                            "avg_purchase_price__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    )
                ),
                name="chk_holdings_average",
                violation_error_message="The average price is not negative.",
            ),
        ),
        migrations.AddConstraint(
            model_name="portfolio",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "initial_capital__gte",
                            models.Func(output_field=models.DecimalField(), template="'0'::numeric"),
                        ),
                        (
                            "initial_capital__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    )
                ),
                name="chk_portfolio_capital",
                violation_error_message="Initial capital is not negative.",
            ),
        ),
    ]
