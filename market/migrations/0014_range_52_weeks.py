from django.db import migrations

from system.schemas import run_sql


class Migration(migrations.Migration):
    dependencies = [("market", "0013_lean")]

    operations = [run_sql(__file__, "range_52_weeks")]
