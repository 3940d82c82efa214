import system.constraints
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0012_locked_latest_prices"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="corporateaction",
            name="chk_corporate_actions_kind",
        ),
        migrations.RemoveConstraint(
            model_name="corporateaction",
            name="chk_corporate_actions_amount",
        ),
        migrations.RemoveConstraint(
            model_name="corporateaction",
            name="chk_corporate_actions_rights",
        ),
        migrations.RemoveConstraint(
            model_name="corporateaction",
            name="chk_corporate_actions_ratio",
        ),
        migrations.RemoveConstraint(
            model_name="dailyprice",
            name="chk_price_positive",
        ),
        migrations.RemoveConstraint(
            model_name="dailyprice",
            name="chk_daily_prices_range",
        ),
        migrations.RemoveConstraint(
            model_name="dailyprice",
            name="chk_daily_prices_amount",
        ),
        migrations.RemoveConstraint(
            model_name="fxrate",
            name="chk_fx_rates_currency",
        ),
        migrations.RemoveConstraint(
            model_name="fxrate",
            name="chk_fx_rates_positive",
        ),
        migrations.RemoveConstraint(
            model_name="latestprice",
            name="chk_latest_prices_close",
        ),
        migrations.RemoveConstraint(
            model_name="sessionoverride",
            name="chk_session_overrides_exchange",
        ),
        migrations.RemoveConstraint(
            model_name="stock",
            name="chk_stocks_market_type",
        ),
        migrations.RemoveConstraint(
            model_name="stock",
            name="chk_stocks_market_cap",
        ),
        migrations.AddConstraint(
            model_name="corporateaction",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among(
                    "kind", ["SPLIT", "REVERSE_SPLIT", "BONUS", "RIGHTS", "CASH_DIVIDEND"]
                ),
                name="chk_corporate_actions_kind",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
        migrations.AddConstraint(
            model_name="corporateaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ratio__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        ("ratio__lt", models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric")),
                    ),
                    models.Q(
                        ("per__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        ("per__lt", models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric")),
                    ),
                    ("per__lte", 1000000),
                    ("ratio__lte", 1000000),
                    models.Q(
                        models.Q(("kind__in", ["SPLIT", "BONUS", "RIGHTS"]), _negated=True),
                        models.Q(("ratio__gt", models.F("per")), ("ratio__isnull", False)),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("kind", "REVERSE_SPLIT"), _negated=True),
                        models.Q(("ratio__isnull", False), ("ratio__lt", models.F("per"))),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("kind", "CASH_DIVIDEND"), _negated=True),
                        models.Q(("per", 1), ("ratio__isnull", True)),
                        _connector="OR",
                    ),
                ),
                name="chk_corporate_actions_ratio",
                violation_error_message="The ratio counts all shares after the action: above 1 for a split, bonus or rights issue (1.1 for one new share for ten), below 1 for a reverse split, none for a dividend.",
            ),
        ),
        migrations.AddConstraint(
            model_name="corporateaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        ("amount__lt", models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric")),
                    ),
                    models.Q(
                        models.Q(("amount__isnull", False), ("kind", "CASH_DIVIDEND")),
                        models.Q(models.Q(("kind", "CASH_DIVIDEND"), _negated=True), ("amount__isnull", True)),
                        _connector="OR",
                    ),
                ),
                name="chk_corporate_actions_amount",
                violation_error_message="A cash dividend, and no other action, has an amount above zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="corporateaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "subscription_price__gt",
                            models.Func(output_field=models.DecimalField(), template="'0'::numeric"),
                        ),
                        (
                            "subscription_price__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    ),
                    models.Q(
                        ("cum_price__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        (
                            "cum_price__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    ),
                    models.Q(
                        models.Q(
                            ("cum_price__isnull", False), ("kind", "RIGHTS"), ("subscription_price__isnull", False)
                        ),
                        models.Q(
                            models.Q(("kind", "RIGHTS"), _negated=True),
                            ("cum_price__isnull", True),
                            ("subscription_price__isnull", True),
                        ),
                        _connector="OR",
                    ),
                ),
                name="chk_corporate_actions_rights",
                violation_error_message="A rights issue, and no other action, has a subscription price and the last price with the right.",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailyprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("close_price__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        (
                            "close_price__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    ),
                    models.Q(
                        ("volume__gte", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        ("volume__lt", models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric")),
                    ),
                ),
                name="chk_price_positive",
                violation_error_message="The close is above zero and the volume is not negative.",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailyprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("open_price__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        (
                            "open_price__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    ),
                    models.Q(
                        ("high_price__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        (
                            "high_price__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    ),
                    models.Q(
                        ("low_price__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        (
                            "low_price__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    ),
                    ("high_price__gte", models.F("low_price")),
                ),
                name="chk_daily_prices_range",
                violation_error_message="Open, high and low are above zero, and the high is not below the low.",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailyprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount__gte", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        ("amount__lt", models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric")),
                    )
                ),
                name="chk_daily_prices_amount",
                violation_error_message="The traded amount is not negative.",
            ),
        ),
        migrations.AddConstraint(
            model_name="fxrate",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among("currency", ["KRW", "USD"]),
                name="chk_fx_rates_currency",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
        migrations.AddConstraint(
            model_name="fxrate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("krw_per_unit__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        (
                            "krw_per_unit__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    ),
                    ("krw_per_unit__lt", 100000),
                ),
                name="chk_fx_rates_positive",
                violation_error_message="The rate is above zero, and below 100,000 won.",
            ),
        ),
        migrations.AddConstraint(
            model_name="latestprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("close_price__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        (
                            "close_price__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    )
                ),
                name="chk_latest_prices_close",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionoverride",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among("exchange", ["XKRX", "XNYS"]),
                name="chk_session_overrides_exchange",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
        migrations.AddConstraint(
            model_name="stock",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among("market_type", ["KOSPI", "KOSDAQ", "NYSE", "NASDAQ"]),
                name="chk_stocks_market_type",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
        migrations.AddConstraint(
            model_name="stock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("market_cap__gte", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        (
                            "market_cap__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    )
                ),
                name="chk_stocks_market_cap",
                violation_error_message="Market capitalisation is not negative.",
            ),
        ),
    ]
