from system.schemas import run_sql
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("system", "0002_rejects")]

    operations = [run_sql(__file__, "acting_user")]
