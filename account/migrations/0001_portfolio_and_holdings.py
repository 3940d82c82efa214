import django.db.models.deletion
import pgtrigger.migrations
import system.constraints
import system.triggers
from system.schemas import CreateSchema, in_schema
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("market", "0003_latest_prices"),
    ]

    operations = [
        CreateSchema("account"),
        *in_schema(
            "account",
            [
                migrations.CreateModel(
                    name="PriceArrival",
                    fields=[],
                    options={
                        "proxy": True,
                        "indexes": [],
                        "constraints": [],
                    },
                    bases=("market.latestprice",),
                ),
                migrations.CreateModel(
                    name="Portfolio",
                    fields=[
                        ("portfolio_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "strategy_type",
                            models.CharField(blank=True, max_length=30, null=True, verbose_name="strategy"),
                        ),
                        (
                            "target_return",
                            models.DecimalField(
                                blank=True,
                                db_comment="Percent",
                                decimal_places=2,
                                max_digits=6,
                                null=True,
                                verbose_name="target return %",
                            ),
                        ),
                        (
                            "max_drawdown",
                            models.DecimalField(
                                blank=True,
                                db_comment="Percent, positive: 15 means that a fall of 15 percent from the peak is a breach",
                                decimal_places=2,
                                max_digits=6,
                                null=True,
                                verbose_name="maximum drawdown %",
                            ),
                        ),
                        (
                            "initial_capital",
                            models.DecimalField(
                                db_comment="KRW", decimal_places=0, max_digits=15, verbose_name="initial capital"
                            ),
                        ),
                        (
                            "current_value",
                            models.DecimalField(
                                blank=True,
                                db_comment="KRW",
                                decimal_places=2,
                                editable=False,
                                max_digits=20,
                                null=True,
                                verbose_name="current value",
                            ),
                        ),
                        ("is_active", models.BooleanField(db_default=True, verbose_name="active")),
                        (
                            "created_by",
                            models.CharField(
                                db_comment="Whose it is; traders see their own",
                                db_default=models.Func(output_field=models.CharField(), template="system.principal()"),
                                editable=False,
                                max_length=150,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                editable=False,
                                verbose_name="created at",
                            ),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                editable=False,
                                verbose_name="updated at",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "portfolio",
                        "verbose_name_plural": "portfolios",
                        "db_table": "portfolio",
                        "db_table_comment": "Capital under one strategy, valued in KRW",
                        "ordering": ["name"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("initial_capital__gte", 0),
                                        (
                                            "initial_capital__lt",
                                            models.Func(
                                                output_field=models.DecimalField(), template="'Infinity'::numeric"
                                            ),
                                        ),
                                    )
                                ),
                                name="chk_portfolio_capital",
                                violation_error_message="Initial capital is not negative.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("max_drawdown__gt", 0), ("max_drawdown__lte", 100)),
                                name="chk_portfolio_drawdown",
                                violation_error_message="Maximum drawdown is a percentage above 0, up to 100.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="chk_portfolio_named",
                                violation_error_message="A portfolio has a name.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Holding",
                    fields=[
                        ("holding_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        (
                            "portfolio",
                            system.constraints.ReferenceField(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="holdings",
                                to="account.portfolio",
                                verbose_name="portfolio",
                            ),
                        ),
                        (
                            "stock",
                            system.constraints.ReferenceField(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="holdings",
                                to="market.stock",
                                verbose_name="stock",
                            ),
                        ),
                        ("quantity", models.BigIntegerField(db_comment="Shares", verbose_name="quantity")),
                        (
                            "avg_purchase_price",
                            models.DecimalField(
                                db_comment="Trading currency; fees are outside of it",
                                decimal_places=6,
                                max_digits=18,
                                verbose_name="average price",
                            ),
                        ),
                        (
                            "current_value",
                            models.DecimalField(
                                db_comment="Trading currency; NULL while no price is known",
                                decimal_places=2,
                                editable=False,
                                max_digits=20,
                                null=True,
                                verbose_name="value",
                            ),
                        ),
                        (
                            "unrealized_pnl",
                            models.DecimalField(
                                db_comment="Trading currency",
                                decimal_places=2,
                                editable=False,
                                max_digits=20,
                                null=True,
                                verbose_name="unrealised P&L",
                            ),
                        ),
                        (
                            "unrealized_pnl_rate",
                            models.DecimalField(
                                db_comment="Percent of cost",
                                decimal_places=2,
                                editable=False,
                                max_digits=12,
                                null=True,
                                verbose_name="unrealised P&L %",
                            ),
                        ),
                        (
                            "realized_pnl",
                            models.DecimalField(
                                db_comment="Trading currency, after commission and tax",
                                db_default=0,
                                decimal_places=2,
                                editable=False,
                                max_digits=20,
                                verbose_name="realised P&L",
                            ),
                        ),
                        (
                            "valued_on",
                            models.DateField(
                                db_comment="Date of the close used", editable=False, null=True, verbose_name="valued on"
                            ),
                        ),
                        (
                            "last_updated",
                            models.DateTimeField(
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                editable=False,
                                verbose_name="last updated",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "holding",
                        "verbose_name_plural": "holdings",
                        "db_table": "holdings",
                        "db_table_comment": "Positions at average cost, valued at the latest close",
                        "ordering": ["portfolio", "stock"],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="portfolio",
                    trigger=system.triggers.CompiledTrigger(
                        name="update_portfolio_updated_at",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    NEW.updated_at := now();\n    RETURN NEW;\nEND",
                            hash="a6e15a3ba16103721119739db37e60ceb6148647",
                            operation="UPDATE",
                            pgid="pgtrigger_update_portfolio_updated_at_38a2a",
                            schema="account",
                            security="INVOKER",
                            table="portfolio",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddIndex(
                    model_name="holding",
                    index=models.Index(fields=["stock"], name="idx_holdings_stock"),
                ),
                migrations.AddIndex(
                    model_name="holding",
                    index=models.Index(
                        models.OrderBy(models.F("unrealized_pnl_rate"), descending=True, nulls_last=True),
                        name="idx_holdings_pnl",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="holding",
                    constraint=system.constraints.Reference(field="portfolio", name="fk_holdings_portfolio"),
                ),
                migrations.AddConstraint(
                    model_name="holding",
                    constraint=system.constraints.Reference(field="stock", name="fk_holdings_stock"),
                ),
                migrations.AddConstraint(
                    model_name="holding",
                    constraint=models.UniqueConstraint(
                        fields=("portfolio", "stock"),
                        name="idx_holdings_portfolio",
                        violation_error_message="This portfolio has a holding of this stock already.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="holding",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 0)),
                        name="chk_holdings_quantity",
                        violation_error_message="The quantity is not negative: AEGIS is long only.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="holding",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("avg_purchase_price__gte", 0),
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
                pgtrigger.migrations.AddTrigger(
                    model_name="holding",
                    trigger=system.triggers.CompiledTrigger(
                        name="value_holding_on_insert",
                        sql=system.triggers.TriggerSql(
                            func="-- Values are in the stock's currency. Without a price they are NULL: unknown, not zero.\nDECLARE\n    cost numeric := NEW.quantity * NEW.avg_purchase_price;\n    price market.latest_prices;\nBEGIN\n    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;\n    NEW.current_value := NEW.quantity * price.close_price;\n    NEW.unrealized_pnl := NEW.current_value - cost;\n    NEW.unrealized_pnl_rate := CASE WHEN cost > 0 THEN NEW.unrealized_pnl / cost * 100\n                                    WHEN price.stock_id IS NOT NULL THEN 0 END;\n    NEW.valued_on := price.trade_date;\n    NEW.last_updated := now();\n    RETURN NEW;\nEND",
                            hash="0963491cd1a38e91a6576e563d280d97ad92b639",
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
                            condition="WHEN (pg_trigger_depth() = 0 OR (OLD.quantity, OLD.avg_purchase_price, OLD.stock_id) IS DISTINCT FROM (NEW.quantity, NEW.avg_purchase_price, NEW.stock_id))",
                            func="-- Values are in the stock's currency. Without a price they are NULL: unknown, not zero.\nDECLARE\n    cost numeric := NEW.quantity * NEW.avg_purchase_price;\n    price market.latest_prices;\nBEGIN\n    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;\n    NEW.current_value := NEW.quantity * price.close_price;\n    NEW.unrealized_pnl := NEW.current_value - cost;\n    NEW.unrealized_pnl_rate := CASE WHEN cost > 0 THEN NEW.unrealized_pnl / cost * 100\n                                    WHEN price.stock_id IS NOT NULL THEN 0 END;\n    NEW.valued_on := price.trade_date;\n    NEW.last_updated := now();\n    RETURN NEW;\nEND",
                            hash="fdd39d84e44a661855a3cd8ba2cc785f0d65c624",
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
