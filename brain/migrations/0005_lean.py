import system.constraints
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brain", "0004_sound_facts"),
        ("market", "0013_lean"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="aireport",
            name="chk_ai_reports_target",
        ),
        migrations.RemoveConstraint(
            model_name="aireport",
            name="chk_ai_reports_risk",
        ),
        migrations.RemoveConstraint(
            model_name="dailypick",
            name="chk_daily_picks_action",
        ),
        migrations.AddConstraint(
            model_name="aireport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("target_price__gt", models.Func(output_field=models.DecimalField(), template="'0'::numeric")),
                        (
                            "target_price__lt",
                            models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                        ),
                    )
                ),
                name="chk_ai_reports_target",
                violation_error_message="The target price is above zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="aireport",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among("risk_level", ["LOW", "MEDIUM", "HIGH"]),
                name="chk_ai_reports_risk",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailypick",
            constraint=models.CheckConstraint(
                condition=system.constraints.Among("action", ["BUY", "SELL", "HOLD"]),
                name="chk_daily_picks_action",
                violation_error_message="This value is not on the list of choices.",
            ),
        ),
    ]
