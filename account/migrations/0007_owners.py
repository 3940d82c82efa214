from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0006_history_context"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="portfolio",
            index=models.Index(fields=["created_by"], name="idx_portfolio_owner"),
        ),
    ]
