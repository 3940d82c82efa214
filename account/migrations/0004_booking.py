import pgtrigger.migrations
import system.triggers
from django.db import migrations

from system.schemas import run_sql


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0003_history"),
    ]

    operations = [
        run_sql(__file__, "booking"),
        pgtrigger.migrations.RemoveTrigger(
            model_name="cashentry",
            name="book_cash",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cashentry",
            trigger=system.triggers.CompiledTrigger(
                name="book_cash",
                sql=system.triggers.TriggerSql(
                    func="-- One balance after the other, in the order of their portfolios, which are locked on the way: no two bookings wait for each\n-- other in a circle. Portfolios are valued when all balances stand: between the two entries of an exchange there is no fall.\nDECLARE\n    flow record;\n    standing numeric;\n    touched bigint[];\n    brings_money boolean := false;\nBEGIN\n    FOR flow IN\n        SELECT portfolio_id, currency, sum(amount) AS amount, bool_or(kind = 'WITHDRAWAL') AS has_withdrawal,\n               bool_or(kind IN ('DEPOSIT', 'WITHDRAWAL')) AS brings_money\n          FROM booked GROUP BY portfolio_id, currency ORDER BY portfolio_id\n    LOOP\n        PERFORM FROM account.portfolio WHERE portfolio_id = flow.portfolio_id FOR NO KEY UPDATE;\n        INSERT INTO account.cash_balances AS balances (portfolio_id, currency, balance)\n        VALUES (flow.portfolio_id, flow.currency, flow.amount)\n            ON CONFLICT (portfolio_id, currency) DO UPDATE SET balance = balances.balance + EXCLUDED.balance\n        RETURNING balance INTO standing;\n        IF flow.has_withdrawal AND standing < 0 THEN\n            RAISE EXCEPTION 'cash_withdrawal: a withdrawal cannot exceed the cash that is there'\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_withdrawal',\n                      HINT = 'Withdraw less, or convert currency first.';\n        END IF;\n        touched := touched || flow.portfolio_id;\n        brings_money := brings_money OR flow.brings_money;\n    END LOOP;\n\n    IF NOT brings_money THEN\n        UPDATE account.portfolio SET updated_at = now() WHERE portfolio_id IN (SELECT portfolio_id FROM booked);\n        RETURN NULL;\n    END IF;\n    -- Money brought in or taken out is neither gain nor loss: the peak that drawdown is measured from moves along.\n    UPDATE account.portfolio\n       SET peak_value = peak_value + coalesce(brought.krw, 0)\n      FROM (SELECT portfolio_id,\n                   sum(amount * market.krw_rate(currency)) FILTER (WHERE kind IN ('DEPOSIT', 'WITHDRAWAL')) AS krw\n              FROM booked GROUP BY portfolio_id) AS brought\n     WHERE portfolio.portfolio_id = brought.portfolio_id;\n    RETURN NULL;\nEND",
                    hash="50eca8bf9d26ad532561ca6468581f8a0abf0833",
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
    ]
