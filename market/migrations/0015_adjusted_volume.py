from decimal import Decimal

from django.db import migrations, models
from django.db.models import F, Q

from system.schemas import run_sql


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0014_range_52_weeks"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="corporateaction",
            constraint=models.CheckConstraint(
                condition=Q(ratio__gte=F("per") * Decimal("0.000001")),
                name="chk_corporate_actions_smallest_ratio",
                violation_error_message="An action makes one share of a million at most.",
            ),
        ),
        run_sql(__file__, "adjusted_volume"),
    ]
