from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0002_sound_facts"),
        ("trade", "0009_lean"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="backtestresult",
            name="chk_backtest_results_capital",
        ),
        migrations.AddConstraint(
            model_name="backtestresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "initial_capital__gt",
                            models.Func(output_field=models.DecimalField(), template="'0'::numeric"),
                        ),
                        (
                            "initial_capital__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    ),
                    models.Q(
                        ("final_value__gte", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        (
                            "final_value__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    ),
                ),
                name="chk_backtest_results_capital",
                violation_error_message="Initial capital is above zero, the final value not negative.",
            ),
        ),
    ]
