import pgtrigger.migrations
import system.triggers
from system.schemas import run_sql
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0011_sound_facts"),
    ]

    operations = [
        run_sql(__file__, "refresh_at_once"),
        pgtrigger.migrations.RemoveTrigger(
            model_name="dailyprice",
            name="latest_price_on_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="dailyprice",
            name="latest_price_on_delete",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dailyprice",
            trigger=system.triggers.CompiledTrigger(
                name="latest_price_on_update",
                sql=system.triggers.TriggerSql(
                    func="DECLARE\n    moved bigint[];\nBEGIN\n    -- From here on nobody moves these newest prices, not even back: whoever deletes one waits, and then sees our rows. So\n    -- what is read below stays true, and of the rows of a whole month only the few that are not older matter.\n    PERFORM FROM market.latest_prices\n      WHERE stock_id IN (SELECT stock_id FROM departed UNION SELECT stock_id FROM arrived)\n      ORDER BY stock_id FOR NO KEY UPDATE;\n    -- Stocks whose newest price was moved to another day or another stock.\n    moved := ARRAY(\n        SELECT departed.stock_id\n          FROM departed JOIN market.latest_prices USING (stock_id, trade_date)\n         WHERE NOT EXISTS (SELECT FROM arrived\n                            WHERE (arrived.stock_id, arrived.trade_date) = (departed.stock_id, departed.trade_date)));\n    INSERT INTO market.latest_prices AS latest (stock_id, trade_date, close_price)\n    SELECT DISTINCT ON (stock_id) stock_id, newest.trade_date, newest.close_price\n      FROM (SELECT arrived.stock_id, arrived.trade_date, arrived.close_price\n              FROM arrived LEFT JOIN market.latest_prices AS known USING (stock_id)\n             WHERE known.trade_date IS NULL OR arrived.trade_date >= known.trade_date\n            OFFSET 0) AS newest  -- The dates at the exchanges are computed for these rows only.\n      JOIN market.stocks USING (stock_id)\n     WHERE newest.trade_date <= market.today(market_type)\n     ORDER BY stock_id, newest.trade_date DESC\n        ON CONFLICT (stock_id) DO UPDATE\n       SET trade_date = EXCLUDED.trade_date, close_price = EXCLUDED.close_price\n     WHERE EXCLUDED.trade_date >= latest.trade_date\n       AND (latest.trade_date, latest.close_price) IS DISTINCT FROM (EXCLUDED.trade_date, EXCLUDED.close_price);\n    PERFORM market.refresh_latest_prices(moved) WHERE cardinality(moved) > 0;\n    RETURN NULL;\nEND",
                    hash="76d884b86d6811b39b2843bfcd50f88a69a69787",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_latest_price_on_update_15a50",
                    referencing="REFERENCING OLD TABLE AS departed  NEW TABLE AS arrived ",
                    schema="market",
                    security="DEFINER",
                    table="daily_prices",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dailyprice",
            trigger=system.triggers.CompiledTrigger(
                name="latest_price_on_delete",
                sql=system.triggers.TriggerSql(
                    func="DECLARE\n    bereft bigint[];\nBEGIN\n    -- Somebody else may be deleting the newest price of one of these stocks, and be about to find one of ours the next.\n    PERFORM FROM market.latest_prices\n      WHERE stock_id IN (SELECT stock_id FROM departed) ORDER BY stock_id FOR NO KEY UPDATE;\n    bereft := ARRAY(SELECT stock_id FROM departed JOIN market.latest_prices USING (stock_id, trade_date));\n    PERFORM market.refresh_latest_prices(bereft) WHERE cardinality(bereft) > 0;\n    RETURN NULL;\nEND",
                    hash="54ba21977de6a5ef890af9a9b783d0489e3e1ee5",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_latest_price_on_delete_f66ea",
                    referencing="REFERENCING OLD TABLE AS departed ",
                    schema="market",
                    security="DEFINER",
                    table="daily_prices",
                    when="AFTER",
                ),
            ),
        ),
    ]
