import pgtrigger.migrations
import system.triggers
from system.schemas import CreateSchema, in_schema
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("system", "0001_foundation"),
    ]

    operations = [
        CreateSchema("market"),
        *in_schema(
            "market",
            [
                migrations.CreateModel(
                    name="Stock",
                    fields=[
                        ("stock_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        (
                            "ticker",
                            models.CharField(
                                db_comment="Exchange code; not all digits, e.g. 00088K",
                                max_length=20,
                                verbose_name="ticker",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "market_type",
                            models.CharField(
                                choices=[
                                    ("KOSPI", "KOSPI"),
                                    ("KOSDAQ", "KOSDAQ"),
                                    ("NYSE", "NYSE"),
                                    ("NASDAQ", "NASDAQ"),
                                ],
                                max_length=10,
                                verbose_name="market",
                            ),
                        ),
                        (
                            "currency",
                            models.GeneratedField(
                                db_comment="Trading currency, from the market",
                                db_persist=True,
                                expression=models.Case(
                                    models.When(market_type__in=("KOSPI", "KOSDAQ"), then=models.Value("KRW")),
                                    default=models.Value("USD"),
                                ),
                                output_field=models.CharField(choices=[("KRW", "KRW"), ("USD", "USD")], max_length=3),
                                verbose_name="currency",
                            ),
                        ),
                        ("sector", models.CharField(blank=True, max_length=100, null=True, verbose_name="sector")),
                        ("industry", models.CharField(blank=True, max_length=100, null=True, verbose_name="industry")),
                        (
                            "market_cap",
                            models.DecimalField(
                                blank=True,
                                db_comment="KRW for KOSPI and KOSDAQ, USD for NYSE and NASDAQ; of the newest loaded day",
                                decimal_places=0,
                                max_digits=20,
                                null=True,
                                verbose_name="market capitalisation",
                            ),
                        ),
                        ("listing_date", models.DateField(blank=True, null=True, verbose_name="listing date")),
                        (
                            "is_active",
                            models.BooleanField(
                                db_comment="False once delisted", db_default=True, verbose_name="active"
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
                        "verbose_name": "stock",
                        "verbose_name_plural": "stocks",
                        "db_table": "stocks",
                        "db_table_comment": "Stock master: KOSPI, KOSDAQ, NYSE and NASDAQ",
                        "ordering": ["ticker"],
                        "indexes": [
                            models.Index(fields=["sector"], name="idx_stocks_sector"),
                            models.Index(
                                models.OrderBy(models.F("market_cap"), descending=True, nulls_last=True),
                                name="idx_stocks_market_cap",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("ticker",),
                                name="idx_stocks_ticker",
                                violation_error_message="A stock with this ticker exists already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("market_type__in", ["KOSPI", "KOSDAQ", "NYSE", "NASDAQ"])),
                                name="chk_stocks_market_type",
                                violation_error_message="This value is not on the list of choices.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ticker", ""), _negated=True), models.Q(("name", ""), _negated=True)
                                ),
                                name="chk_stocks_named",
                                violation_error_message="A stock has a ticker and a name.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("market_cap__gte", 0),
                                        (
                                            "market_cap__lt",
                                            models.Func(
                                                output_field=models.DecimalField(), template="'Infinity'::numeric"
                                            ),
                                        ),
                                    )
                                ),
                                name="chk_stocks_market_cap",
                                violation_error_message="Market capitalisation is not negative.",
                            ),
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="stock",
                    trigger=system.triggers.CompiledTrigger(
                        name="update_stocks_updated_at",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    NEW.updated_at := now();\n    RETURN NEW;\nEND",
                            hash="9b35c648293de2ff80286fb1ad13d9a0ede7958e",
                            operation="UPDATE",
                            pgid="pgtrigger_update_stocks_updated_at_fdd8c",
                            schema="market",
                            security="INVOKER",
                            table="stocks",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
    ]
