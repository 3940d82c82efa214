import django.contrib.postgres.indexes
import django.db.models.deletion
import system.constraints
from system.schemas import in_schema
from django.db import migrations, models


from system.partitions import CreatePartitionedModel


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0001_stocks"),
    ]

    operations = [
        *in_schema(
            "market",
            [
                CreatePartitionedModel(
                    name="DailyPrice",
                    partition_by="trade_date",
                    key=["stock_id", "trade_date"],
                    key_name="idx_daily_prices_stock_date",
                    fields=[
                        (
                            "price_id",
                            models.BigAutoField(
                                db_comment="Django's key; the database's is (stock_id, trade_date)",
                                primary_key=True,
                                serialize=False,
                                verbose_name="number",
                            ),
                        ),
                        (
                            "stock",
                            system.constraints.ReferenceField(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="prices",
                                to="market.stock",
                                verbose_name="stock",
                            ),
                        ),
                        (
                            "trade_date",
                            models.DateField(
                                db_comment="Date at the exchange; partition key", verbose_name="trade date"
                            ),
                        ),
                        (
                            "open_price",
                            models.DecimalField(
                                blank=True,
                                db_comment="NULL on a halted day",
                                decimal_places=4,
                                max_digits=14,
                                null=True,
                                verbose_name="open",
                            ),
                        ),
                        (
                            "high_price",
                            models.DecimalField(
                                blank=True,
                                db_comment="NULL on a halted day",
                                decimal_places=4,
                                max_digits=14,
                                null=True,
                                verbose_name="high",
                            ),
                        ),
                        (
                            "low_price",
                            models.DecimalField(
                                blank=True,
                                db_comment="NULL on a halted day",
                                decimal_places=4,
                                max_digits=14,
                                null=True,
                                verbose_name="low",
                            ),
                        ),
                        (
                            "close_price",
                            models.DecimalField(
                                db_comment="Trading currency", decimal_places=4, max_digits=14, verbose_name="close"
                            ),
                        ),
                        ("volume", models.BigIntegerField(db_comment="Shares", verbose_name="volume")),
                        (
                            "amount",
                            models.DecimalField(
                                blank=True,
                                db_comment="Traded value, trading currency",
                                decimal_places=0,
                                max_digits=20,
                                null=True,
                                verbose_name="traded amount",
                            ),
                        ),
                        (
                            "changes",
                            models.DecimalField(
                                blank=True,
                                db_comment="Day's return in percent: 5.23 is +5.23 percent",
                                decimal_places=2,
                                max_digits=6,
                                null=True,
                                verbose_name="change %",
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
                        "verbose_name": "daily price",
                        "verbose_name_plural": "daily prices",
                        "db_table": "daily_prices",
                        "db_table_comment": "Raw daily bars, one partition a month; key (stock_id, trade_date)",
                        "indexes": [
                            django.contrib.postgres.indexes.BrinIndex(
                                autosummarize=True, fields=["trade_date"], name="idx_daily_prices_date"
                            ),
                            models.Index(fields=["trade_date", "-volume"], name="idx_daily_prices_volume"),
                            django.contrib.postgres.indexes.BrinIndex(
                                autosummarize=True, fields=["price_id"], name="idx_daily_prices_id", pages_per_range=32
                            ),
                        ],
                        "constraints": [
                            system.constraints.Reference(field="stock", name="fk_daily_prices_stock"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("close_price__gt", 0),
                                        (
                                            "close_price__lt",
                                            models.Func(
                                                output_field=models.DecimalField(), template="'Infinity'::numeric"
                                            ),
                                        ),
                                    ),
                                    models.Q(
                                        ("volume__gte", 0),
                                        (
                                            "volume__lt",
                                            models.Func(
                                                output_field=models.DecimalField(), template="'Infinity'::numeric"
                                            ),
                                        ),
                                    ),
                                ),
                                name="chk_price_positive",
                                violation_error_message="The close is above zero and the volume is not negative.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("open_price__gt", 0),
                                        (
                                            "open_price__lt",
                                            models.Func(
                                                output_field=models.DecimalField(), template="'Infinity'::numeric"
                                            ),
                                        ),
                                    ),
                                    models.Q(
                                        ("high_price__gt", 0),
                                        (
                                            "high_price__lt",
                                            models.Func(
                                                output_field=models.DecimalField(), template="'Infinity'::numeric"
                                            ),
                                        ),
                                    ),
                                    models.Q(
                                        ("low_price__gt", 0),
                                        (
                                            "low_price__lt",
                                            models.Func(
                                                output_field=models.DecimalField(), template="'Infinity'::numeric"
                                            ),
                                        ),
                                    ),
                                    ("high_price__gte", models.F("low_price")),
                                ),
                                name="chk_daily_prices_range",
                                violation_error_message="Open, high and low are above zero, and the high is not below the low.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("amount__gte", 0),
                                        (
                                            "amount__lt",
                                            models.Func(
                                                output_field=models.DecimalField(), template="'Infinity'::numeric"
                                            ),
                                        ),
                                    )
                                ),
                                name="chk_daily_prices_amount",
                                violation_error_message="The traded amount is not negative.",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
