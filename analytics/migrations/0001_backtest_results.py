import django.db.models.deletion
import system.constraints
from system.schemas import CreateSchema, in_schema
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("trade", "0001_orders_and_executions"),
    ]

    operations = [
        CreateSchema("analytics"),
        *in_schema(
            "analytics",
            [
                migrations.CreateModel(
                    name="BacktestResult",
                    fields=[
                        ("backtest_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        ("strategy_name", models.CharField(max_length=100, verbose_name="strategy")),
                        ("test_period_start", models.DateField(verbose_name="from")),
                        ("test_period_end", models.DateField(verbose_name="to")),
                        (
                            "initial_capital",
                            models.DecimalField(
                                db_comment="KRW", decimal_places=0, max_digits=15, verbose_name="initial capital"
                            ),
                        ),
                        (
                            "final_value",
                            models.DecimalField(
                                db_comment="KRW", decimal_places=0, max_digits=15, verbose_name="final value"
                            ),
                        ),
                        (
                            "total_return",
                            models.DecimalField(
                                db_comment="Percent", decimal_places=2, max_digits=8, verbose_name="total return %"
                            ),
                        ),
                        (
                            "annual_return",
                            models.DecimalField(
                                blank=True,
                                db_comment="Percent",
                                decimal_places=2,
                                max_digits=8,
                                null=True,
                                verbose_name="annual return %",
                            ),
                        ),
                        (
                            "sharpe_ratio",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=6, null=True, verbose_name="Sharpe ratio"
                            ),
                        ),
                        (
                            "max_drawdown",
                            models.DecimalField(
                                blank=True,
                                db_comment="Percent, positive: 15 is a fall of 15 percent from the peak",
                                decimal_places=2,
                                max_digits=6,
                                null=True,
                                verbose_name="maximum drawdown %",
                            ),
                        ),
                        (
                            "win_rate",
                            models.DecimalField(
                                blank=True,
                                db_comment="Percent of trades",
                                decimal_places=2,
                                max_digits=6,
                                null=True,
                                verbose_name="win rate %",
                            ),
                        ),
                        ("total_trades", models.IntegerField(blank=True, null=True, verbose_name="trades")),
                        ("parameters", models.JSONField(blank=True, null=True, verbose_name="parameters")),
                        (
                            "order",
                            system.constraints.ReferenceField(
                                blank=True,
                                db_comment="The live order that this backtest argued for, if any",
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="backtests",
                                to="trade.order",
                                verbose_name="order",
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
                    ],
                    options={
                        "verbose_name": "backtest result",
                        "verbose_name_plural": "backtest results",
                        "db_table": "backtest_results",
                        "db_table_comment": "Results of backtests",
                        "ordering": ["-created_at"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("order__isnull", False)),
                                fields=["order"],
                                name="idx_backtest_results_order",
                            )
                        ],
                        "constraints": [
                            system.constraints.Reference(field="order", name="fk_backtest_results_order"),
                            models.CheckConstraint(
                                condition=models.Q(("test_period_start__lte", models.F("test_period_end"))),
                                name="chk_backtest_results_period",
                                violation_error_message="The period starts before it ends.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("initial_capital__gt", 0),
                                        (
                                            "initial_capital__lt",
                                            models.Func(
                                                output_field=models.DecimalField(), template="'Infinity'::numeric"
                                            ),
                                        ),
                                    ),
                                    models.Q(
                                        ("final_value__gte", 0),
                                        (
                                            "final_value__lt",
                                            models.Func(
                                                output_field=models.DecimalField(), template="'Infinity'::numeric"
                                            ),
                                        ),
                                    ),
                                ),
                                name="chk_backtest_results_capital",
                                violation_error_message="Initial capital is above zero, the final value not negative.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("max_drawdown__gte", 0),
                                    ("max_drawdown__lte", 100),
                                    ("win_rate__gte", 0),
                                    ("win_rate__lte", 100),
                                ),
                                name="chk_backtest_results_rates",
                                violation_error_message="Drawdown and win rate are percentages from 0 to 100.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("total_trades__gte", 0)),
                                name="chk_backtest_results_trades",
                                violation_error_message="The number of trades is not negative.",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
