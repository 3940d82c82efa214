from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0006_sessions_and_actions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="dailyprice",
            name="changes",
            field=models.DecimalField(
                blank=True,
                db_comment="Day's return in percent: 5.23 is +5.23 percent",
                decimal_places=2,
                max_digits=10,
                null=True,
                verbose_name="change %",
            ),
        ),
    ]
