import django.db.models.deletion
import pghistory.utils
import pgtrigger.migrations
import system.triggers
from system.schemas import in_schema
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("system", "0003_acting_user"),
    ]

    operations = [
        *in_schema(
            "system",
            [
                migrations.CreateModel(
                    name="LoginPolicyEvent",
                    fields=[
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        (
                            "principal",
                            models.CharField(
                                db_comment="The acting user",
                                db_default=models.Func(output_field=models.CharField(), template="system.principal()"),
                                max_length=150,
                                verbose_name="user",
                            ),
                        ),
                        (
                            "login",
                            models.CharField(
                                db_comment="The database login",
                                db_default=models.Func(output_field=models.CharField(), template="session_user"),
                                max_length=63,
                                verbose_name="login",
                            ),
                        ),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        (
                            "policy_id",
                            models.SmallIntegerField(
                                db_default=1, editable=False, serialize=False, verbose_name="number"
                            ),
                        ),
                        (
                            "second_factor_required",
                            models.BooleanField(
                                db_comment="Whether traders and administrators are let in only with a second factor",
                                db_default=False,
                                help_text="Who has none yet is taken to setting it up, before anything else.",
                                verbose_name="two-factor login required for traders and administrators",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "login_policy_events",
                        "db_table_comment": "Every change of login_policy, append-only",
                        "ordering": ["-pgh_id"],
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="LoginPolicy",
                    fields=[
                        (
                            "policy_id",
                            models.SmallIntegerField(
                                db_default=1, editable=False, primary_key=True, serialize=False, verbose_name="number"
                            ),
                        ),
                        (
                            "second_factor_required",
                            models.BooleanField(
                                db_comment="Whether traders and administrators are let in only with a second factor",
                                db_default=False,
                                help_text="Who has none yet is taken to setting it up, before anything else.",
                                verbose_name="two-factor login required for traders and administrators",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "login policy",
                        "verbose_name_plural": "login policy",
                        "db_table": "login_policy",
                        "db_table_comment": "What is asked of logins: one row",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("policy_id", 1)), name="chk_login_policy_one")
                        ],
                    },
                ),
                migrations.RunSQL("INSERT INTO system.login_policy (policy_id) VALUES (1)", migrations.RunSQL.noop),
                pgtrigger.migrations.AddTrigger(
                    model_name="loginpolicy",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_insert",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO system.login_policy_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, policy_id, second_factor_required)\n    VALUES (now(), 'insert', NEW.policy_id, system.history_context(), NEW.policy_id, NEW.second_factor_required);\n    RETURN NULL;\nEND",
                            hash="2c797b4bc2f95a8854efa7cba447df8b6dd1453b",
                            operation="INSERT",
                            pgid="pgtrigger_audit_insert_1158b",
                            schema="system",
                            security="DEFINER",
                            table="login_policy",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="loginpolicy",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_update",
                        sql=system.triggers.TriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func="BEGIN\n    INSERT INTO system.login_policy_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, policy_id, second_factor_required)\n    VALUES (now(), 'update', NEW.policy_id, system.history_context(), NEW.policy_id, NEW.second_factor_required);\n    RETURN NULL;\nEND",
                            hash="670cc01903616c201e429eaa4f85b65305bf9d6b",
                            operation="UPDATE",
                            pgid="pgtrigger_audit_update_0fe48",
                            schema="system",
                            security="DEFINER",
                            table="login_policy",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="loginpolicy",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_delete",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO system.login_policy_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, policy_id, second_factor_required)\n    VALUES (now(), 'delete', OLD.policy_id, system.history_context(), OLD.policy_id, OLD.second_factor_required);\n    RETURN NULL;\nEND",
                            hash="d8365594ab1f323c051210494b23fa072b55493c",
                            operation="DELETE",
                            pgid="pgtrigger_audit_delete_c469d",
                            schema="system",
                            security="DEFINER",
                            table="login_policy",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AddField(
                    model_name="loginpolicyevent",
                    name="pgh_obj",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="system.loginpolicy",
                    ),
                ),
                migrations.AddIndex(
                    model_name="loginpolicyevent",
                    index=models.Index(fields=["pgh_obj", "-pgh_id"], name="idx_login_policy_events_row"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="loginpolicyevent",
                    trigger=system.triggers.CompiledTrigger(
                        name="append_only",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';\nEND",
                            hash="ad68e7a229795ea50517ef3541f4468e52e4e7e9",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_85179",
                            schema="system",
                            security="INVOKER",
                            table="login_policy_events",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
    ]
