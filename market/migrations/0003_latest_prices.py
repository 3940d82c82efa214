import django.db.models.deletion
import pgtrigger.migrations
import system.constraints
import system.triggers
from system.schemas import in_schema, run_sql
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0002_daily_prices"),
    ]

    operations = [
        *in_schema(
            "market",
            [
                migrations.CreateModel(
                    name="LatestPrice",
                    fields=[
                        (
                            "stock",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                primary_key=True,
                                related_name="latest_price",
                                serialize=False,
                                to="market.stock",
                                verbose_name="stock",
                            ),
                        ),
                        ("trade_date", models.DateField(verbose_name="trade date")),
                        (
                            "close_price",
                            models.DecimalField(
                                db_comment="Trading currency", decimal_places=4, max_digits=14, verbose_name="close"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "latest price",
                        "verbose_name_plural": "latest prices",
                        "db_table": "latest_prices",
                        "db_table_comment": "The newest close of each stock; valuation reads this one row instead of all partitions",
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="dailyprice",
                    trigger=system.triggers.CompiledTrigger(
                        name="latest_price_on_insert",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO market.latest_prices AS latest (stock_id, trade_date, close_price)\n    SELECT DISTINCT ON (stock_id) stock_id, trade_date, close_price\n      FROM arrived JOIN market.stocks USING (stock_id)\n     WHERE trade_date <= market.today(market_type)\n     ORDER BY stock_id, trade_date DESC\n        ON CONFLICT (stock_id) DO UPDATE\n       SET trade_date = EXCLUDED.trade_date, close_price = EXCLUDED.close_price\n     WHERE EXCLUDED.trade_date >= latest.trade_date\n       AND (latest.trade_date, latest.close_price) IS DISTINCT FROM (EXCLUDED.trade_date, EXCLUDED.close_price);\n    RETURN NULL;\nEND",
                            hash="7098ec7bca50272cc80d6a52ab0caa47b9d2fb38",
                            level="STATEMENT",
                            operation="INSERT",
                            pgid="pgtrigger_latest_price_on_insert_13a8e",
                            referencing="REFERENCING NEW TABLE AS arrived ",
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
                        name="latest_price_on_update",
                        sql=system.triggers.TriggerSql(
                            func="DECLARE\n    -- Stocks whose newest price was moved to another day or another stock.\n    moved bigint[] := ARRAY(\n        SELECT departed.stock_id\n          FROM departed JOIN market.latest_prices USING (stock_id, trade_date)\n         WHERE NOT EXISTS (SELECT FROM arrived\n                            WHERE (arrived.stock_id, arrived.trade_date) = (departed.stock_id, departed.trade_date)));\nBEGIN\n    INSERT INTO market.latest_prices AS latest (stock_id, trade_date, close_price)\n    SELECT DISTINCT ON (stock_id) stock_id, trade_date, close_price\n      FROM arrived JOIN market.stocks USING (stock_id)\n     WHERE trade_date <= market.today(market_type)\n     ORDER BY stock_id, trade_date DESC\n        ON CONFLICT (stock_id) DO UPDATE\n       SET trade_date = EXCLUDED.trade_date, close_price = EXCLUDED.close_price\n     WHERE EXCLUDED.trade_date >= latest.trade_date\n       AND (latest.trade_date, latest.close_price) IS DISTINCT FROM (EXCLUDED.trade_date, EXCLUDED.close_price);\n    PERFORM market.refresh_latest_prices(moved) WHERE cardinality(moved) > 0;\n    RETURN NULL;\nEND",
                            hash="8edfe31df00f536fc6e1702d305bf38e2e5bcf4c",
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
                            func="DECLARE\n    bereft bigint[] := ARRAY(\n        SELECT stock_id FROM departed JOIN market.latest_prices USING (stock_id, trade_date));\nBEGIN\n    PERFORM market.refresh_latest_prices(bereft) WHERE cardinality(bereft) > 0;\n    RETURN NULL;\nEND",
                            hash="200e9f887cb4f2f5d619d5a4229f5258879114f6",
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
                migrations.AddConstraint(
                    model_name="latestprice",
                    constraint=system.constraints.Reference(
                        field="stock", name="fk_latest_prices_stock", on_delete="CASCADE"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="latestprice",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("close_price__gt", 0),
                                (
                                    "close_price__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
                            )
                        ),
                        name="chk_latest_prices_close",
                    ),
                ),
            ],
        ),
        run_sql(__file__, "latest_prices"),
    ]
