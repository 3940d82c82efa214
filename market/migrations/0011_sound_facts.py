import datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0010_history_context"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="corporateaction",
            name="chk_corporate_actions_ratio",
        ),
        migrations.RemoveConstraint(
            model_name="fxrate",
            name="chk_fx_rates_positive",
        ),
        migrations.RemoveConstraint(
            model_name="sessionoverride",
            name="chk_session_overrides_reason",
        ),
        migrations.RemoveConstraint(
            model_name="stock",
            name="chk_stocks_named",
        ),
        migrations.AddConstraint(
            model_name="corporateaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ratio__gt", 0),
                        ("ratio__lt", models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric")),
                    ),
                    models.Q(
                        ("per__gt", 0),
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
                        ("effective_date__gte", datetime.date(1800, 1, 1)),
                        ("effective_date__lt", datetime.date(2200, 1, 1)),
                    ),
                    models.Q(
                        ("created_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("created_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                ),
                name="chk_corporate_actions_date",
                violation_error_message="Dates are from 1800 to 2199, times from 1970 to 2199.",
            ),
        ),
        migrations.AddConstraint(
            model_name="fxrate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("krw_per_unit__gt", 0),
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
            model_name="fxrate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("rate_date__gte", datetime.date(1800, 1, 1)), ("rate_date__lt", datetime.date(2200, 1, 1))
                    )
                ),
                name="chk_fx_rates_date",
                violation_error_message="Dates are from 1800 to 2199, times from 1970 to 2199.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("reason__regex", "\\S"))),
                name="chk_session_overrides_reason",
                violation_error_message="An override says why.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("session_date__gte", datetime.date(1800, 1, 1)),
                        ("session_date__lt", datetime.date(2200, 1, 1)),
                    )
                ),
                name="chk_session_overrides_date",
                violation_error_message="Dates are from 1800 to 2199, times from 1970 to 2199.",
            ),
        ),
        migrations.AddConstraint(
            model_name="stock",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("ticker__regex", "\\S")), models.Q(("name__regex", "\\S"))),
                name="chk_stocks_named",
                violation_error_message="A stock has a ticker and a name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="stock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("listing_date__gte", datetime.date(1800, 1, 1)),
                        ("listing_date__lt", datetime.date(2200, 1, 1)),
                    ),
                    models.Q(
                        ("created_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("created_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                    models.Q(
                        ("updated_at__gte", datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ("updated_at__lt", datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                    ),
                ),
                name="chk_stocks_dates",
                violation_error_message="Dates are from 1800 to 2199, times from 1970 to 2199.",
            ),
        ),
    ]
