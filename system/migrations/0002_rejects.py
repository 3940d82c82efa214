import pgtrigger.migrations
import system.triggers
from system.schemas import run_sql
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("system", "0001_foundation"),
    ]

    operations = [
        run_sql(__file__, "one_reject_a_row"),
        migrations.RemoveConstraint(
            model_name="loadreject",
            name="uniq_load_rejects_row",
        ),
        migrations.AddField(
            model_name="loadreject",
            name="context",
            field=models.JSONField(
                blank=True,
                db_comment="What else it takes to read the row: day, ticker, market; the columns, where it does not fit them",
                null=True,
                verbose_name="told with it",
            ),
        ),
        migrations.AddField(
            model_name="loadreject",
            name="repaired_at",
            field=models.DateTimeField(
                blank=True,
                db_comment="When raw was changed; kept by trigger",
                editable=False,
                null=True,
                verbose_name="repaired at",
            ),
        ),
        migrations.AddField(
            model_name="loadreject",
            name="retried_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="tried again at"),
        ),
        migrations.AlterField(
            model_name="loadreject",
            name="raw",
            field=models.JSONField(
                db_comment="The row by column, as the file has it or as an operator repaired it", verbose_name="raw row"
            ),
        ),
        migrations.AlterField(
            model_name="loadreject",
            name="resolved_at",
            field=models.DateTimeField(
                blank=True,
                db_comment="When the row was loaded after all, or set aside",
                null=True,
                verbose_name="resolved at",
            ),
        ),
        migrations.AddIndex(
            model_name="loadreject",
            index=models.Index(
                condition=models.Q(("resolved_at__isnull", True)),
                fields=["loader", "file_digest", "line"],
                name="idx_load_rejects_waiting",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="loadreject",
            trigger=system.triggers.CompiledTrigger(
                name="note_repair",
                sql=system.triggers.TriggerSql(
                    condition='WHEN (OLD."raw" IS DISTINCT FROM (NEW."raw"))',
                    func="BEGIN\n    NEW.repaired_at := now();\n    NEW.resolved_at := NULL;\n    RETURN NEW;\nEND",
                    hash="65a5e8bbb091e80ca1b9148287eeed5564f5449c",
                    operation='UPDATE OF "raw"',
                    pgid="pgtrigger_note_repair_ec6c7",
                    schema="system",
                    security="INVOKER",
                    table="load_rejects",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="loadreject",
            constraint=models.UniqueConstraint(fields=("file_digest", "line", "loader"), name="uniq_load_rejects_row"),
        ),
    ]
