from system.schemas import in_schema, run_sql
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0003_latest_prices"),
    ]

    operations = [
        *in_schema(
            "market",
            [
                migrations.CreateModel(
                    name="FxRate",
                    fields=[
                        ("fx_rate_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        (
                            "currency",
                            models.CharField(
                                choices=[("KRW", "KRW"), ("USD", "USD")], max_length=3, verbose_name="currency"
                            ),
                        ),
                        ("rate_date", models.DateField(verbose_name="date")),
                        (
                            "krw_per_unit",
                            models.DecimalField(decimal_places=6, max_digits=18, verbose_name="KRW per unit"),
                        ),
                    ],
                    options={
                        "verbose_name": "exchange rate",
                        "verbose_name_plural": "exchange rates",
                        "db_table": "fx_rates",
                        "db_table_comment": "KRW for one unit of a currency; the newest not after a day values that day",
                        "ordering": ["-rate_date", "currency"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("currency", "rate_date"),
                                name="uniq_fx_rates_day",
                                violation_error_message="There is a rate of this currency on this day already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("currency__in", ["KRW", "USD"])),
                                name="chk_fx_rates_currency",
                                violation_error_message="This value is not on the list of choices.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("currency", "KRW"), _negated=True),
                                name="chk_fx_rates_foreign",
                                violation_error_message="KRW needs no rate: it is what values are in.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("krw_per_unit__gt", 0),
                                        (
                                            "krw_per_unit__lt",
                                            models.Func(
                                                output_field=models.DecimalField(), template="'Infinity'::numeric"
                                            ),
                                        ),
                                    )
                                ),
                                name="chk_fx_rates_positive",
                                violation_error_message="The rate is above zero.",
                            ),
                        ],
                    },
                ),
            ],
        ),
        run_sql(__file__, "fx_rates"),
    ]
