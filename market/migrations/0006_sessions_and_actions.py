import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import pghistory.utils
import pgtrigger.migrations
import system.constraints
import system.triggers
from decimal import Decimal
from system.schemas import in_schema, run_sql
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0005_history"),
    ]

    operations = [
        *in_schema(
            "market",
            [
                migrations.CreateModel(
                    name="AdjustedPrice",
                    fields=[
                        ("price_id", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="number")),
                        ("trade_date", models.DateField(verbose_name="trade date")),
                        (
                            "open_price",
                            models.DecimalField(decimal_places=6, max_digits=20, null=True, verbose_name="open"),
                        ),
                        (
                            "high_price",
                            models.DecimalField(decimal_places=6, max_digits=20, null=True, verbose_name="high"),
                        ),
                        (
                            "low_price",
                            models.DecimalField(decimal_places=6, max_digits=20, null=True, verbose_name="low"),
                        ),
                        ("close_price", models.DecimalField(decimal_places=6, max_digits=20, verbose_name="close")),
                        ("volume", models.BigIntegerField(verbose_name="volume")),
                        (
                            "amount",
                            models.DecimalField(decimal_places=0, max_digits=20, null=True, verbose_name="amount"),
                        ),
                        ("factor", models.DecimalField(decimal_places=12, max_digits=24, verbose_name="factor")),
                    ],
                    options={
                        "verbose_name": "adjusted price",
                        "verbose_name_plural": "adjusted prices",
                        "db_table": "adjusted_prices",
                        "db_table_comment": "Daily prices in today's shares: raw prices divided by the factors of later actions",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="CorporateAction",
                    fields=[
                        ("action_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("SPLIT", "Split"),
                                    ("REVERSE_SPLIT", "Reverse split"),
                                    ("BONUS", "Bonus issue"),
                                    ("RIGHTS", "Rights issue"),
                                    ("CASH_DIVIDEND", "Cash dividend"),
                                ],
                                max_length=13,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "effective_date",
                            models.DateField(
                                db_comment="Ex-date at the exchange: the first session that trades without the right",
                                verbose_name="effective date",
                            ),
                        ),
                        (
                            "ratio",
                            models.DecimalField(
                                blank=True,
                                db_comment="All shares after the action for `per` shares before: 50 for a split, 1.1 for a bonus of one in ten",
                                decimal_places=9,
                                max_digits=18,
                                null=True,
                                verbose_name="ratio",
                            ),
                        ),
                        (
                            "per",
                            models.DecimalField(
                                db_comment="Shares before: 3 with a ratio of 1 makes one of three, which no decimal says",
                                db_default=1,
                                decimal_places=0,
                                max_digits=9,
                                verbose_name="for",
                            ),
                        ),
                        (
                            "amount",
                            models.DecimalField(
                                blank=True,
                                db_comment="Cash for one share, trading currency, before tax",
                                decimal_places=6,
                                max_digits=18,
                                null=True,
                                verbose_name="amount",
                            ),
                        ),
                        (
                            "subscription_price",
                            models.DecimalField(
                                blank=True,
                                db_comment="What a new share of a rights issue costs, trading currency",
                                decimal_places=4,
                                max_digits=14,
                                null=True,
                                verbose_name="subscription price",
                            ),
                        ),
                        (
                            "cum_price",
                            models.DecimalField(
                                blank=True,
                                db_comment="The last close before the effective date of a rights issue, trading currency",
                                decimal_places=4,
                                max_digits=14,
                                null=True,
                                verbose_name="price with the right",
                            ),
                        ),
                        (
                            "price_factor",
                            models.GeneratedField(
                                db_comment="What prices before the effective date are divided by, and volumes multiplied",
                                db_persist=True,
                                expression=models.Case(
                                    models.When(kind="CASH_DIVIDEND", then=models.Value(Decimal("1"))),
                                    models.When(
                                        cum_price__lte=models.F("subscription_price"),
                                        kind="RIGHTS",
                                        then=models.Value(Decimal("1")),
                                    ),
                                    models.When(
                                        kind="RIGHTS",
                                        then=django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("cum_price"), "*", models.F("ratio")
                                            ),
                                            "/",
                                            django.db.models.functions.comparison.NullIf(
                                                django.db.models.expressions.CombinedExpression(
                                                    django.db.models.expressions.CombinedExpression(
                                                        models.F("cum_price"), "*", models.F("per")
                                                    ),
                                                    "+",
                                                    django.db.models.expressions.CombinedExpression(
                                                        django.db.models.expressions.CombinedExpression(
                                                            models.F("ratio"), "-", models.F("per")
                                                        ),
                                                        "*",
                                                        models.F("subscription_price"),
                                                    ),
                                                ),
                                                models.Value(Decimal("0")),
                                            ),
                                        ),
                                    ),
                                    default=django.db.models.expressions.CombinedExpression(
                                        models.F("ratio"),
                                        "/",
                                        django.db.models.functions.comparison.NullIf(
                                            models.F("per"), models.Value(Decimal("0"))
                                        ),
                                    ),
                                ),
                                output_field=models.DecimalField(decimal_places=12, max_digits=24),
                                verbose_name="price factor",
                            ),
                        ),
                        ("memo", models.CharField(blank=True, max_length=200, null=True, verbose_name="memo")),
                        (
                            "created_by",
                            models.CharField(
                                db_default=models.Func(output_field=models.CharField(), template="system.principal()"),
                                editable=False,
                                max_length=150,
                                verbose_name="entered by",
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                editable=False,
                                verbose_name="entered at",
                            ),
                        ),
                        (
                            "stock",
                            system.constraints.ReferenceField(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="corporate_actions",
                                to="market.stock",
                                verbose_name="stock",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "corporate action",
                        "verbose_name_plural": "corporate actions",
                        "db_table": "corporate_actions",
                        "db_table_comment": "Splits, bonus and rights issues, cash dividends",
                        "ordering": ["-effective_date", "stock"],
                    },
                ),
                migrations.CreateModel(
                    name="CorporateActionEvent",
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
                        ("action_id", models.BigIntegerField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("SPLIT", "Split"),
                                    ("REVERSE_SPLIT", "Reverse split"),
                                    ("BONUS", "Bonus issue"),
                                    ("RIGHTS", "Rights issue"),
                                    ("CASH_DIVIDEND", "Cash dividend"),
                                ],
                                max_length=13,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "effective_date",
                            models.DateField(
                                db_comment="Ex-date at the exchange: the first session that trades without the right",
                                verbose_name="effective date",
                            ),
                        ),
                        (
                            "ratio",
                            models.DecimalField(
                                blank=True,
                                db_comment="All shares after the action for `per` shares before: 50 for a split, 1.1 for a bonus of one in ten",
                                decimal_places=9,
                                max_digits=18,
                                null=True,
                                verbose_name="ratio",
                            ),
                        ),
                        (
                            "per",
                            models.DecimalField(
                                db_comment="Shares before: 3 with a ratio of 1 makes one of three, which no decimal says",
                                db_default=1,
                                decimal_places=0,
                                max_digits=9,
                                verbose_name="for",
                            ),
                        ),
                        (
                            "amount",
                            models.DecimalField(
                                blank=True,
                                db_comment="Cash for one share, trading currency, before tax",
                                decimal_places=6,
                                max_digits=18,
                                null=True,
                                verbose_name="amount",
                            ),
                        ),
                        (
                            "subscription_price",
                            models.DecimalField(
                                blank=True,
                                db_comment="What a new share of a rights issue costs, trading currency",
                                decimal_places=4,
                                max_digits=14,
                                null=True,
                                verbose_name="subscription price",
                            ),
                        ),
                        (
                            "cum_price",
                            models.DecimalField(
                                blank=True,
                                db_comment="The last close before the effective date of a rights issue, trading currency",
                                decimal_places=4,
                                max_digits=14,
                                null=True,
                                verbose_name="price with the right",
                            ),
                        ),
                        ("memo", models.CharField(blank=True, max_length=200, null=True, verbose_name="memo")),
                        (
                            "created_by",
                            models.CharField(
                                db_default=models.Func(output_field=models.CharField(), template="system.principal()"),
                                editable=False,
                                max_length=150,
                                verbose_name="entered by",
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                editable=False,
                                verbose_name="entered at",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="market.corporateaction",
                            ),
                        ),
                        (
                            "stock",
                            system.constraints.ReferenceField(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="market.stock",
                                verbose_name="stock",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "action_events",
                        "db_table_comment": "Every change of corporate_actions, append-only",
                        "ordering": ["-pgh_id"],
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="SessionOverride",
                    fields=[
                        (
                            "session_override_id",
                            models.BigAutoField(primary_key=True, serialize=False, verbose_name="number"),
                        ),
                        (
                            "exchange",
                            models.CharField(
                                choices=[("XKRX", "Korea Exchange"), ("XNYS", "New York (NYSE and NASDAQ)")],
                                max_length=4,
                                verbose_name="exchange",
                            ),
                        ),
                        ("session_date", models.DateField(db_comment="Date at the exchange", verbose_name="date")),
                        (
                            "is_open",
                            models.BooleanField(
                                db_comment="True for a session, false for a closed day",
                                verbose_name="open for trading",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                db_comment="Why the library is wrong, e.g. local elections",
                                max_length=200,
                                verbose_name="reason",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "session override",
                        "verbose_name_plural": "session overrides",
                        "db_table": "session_overrides",
                        "db_table_comment": "Days that the calendar library has wrong: elections, extraordinary closures",
                        "ordering": ["-session_date", "exchange"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("exchange", "session_date"),
                                name="uniq_session_overrides_day",
                                violation_error_message="There is an override for this exchange and day already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("exchange__in", ["XKRX", "XNYS"])),
                                name="chk_session_overrides_exchange",
                                violation_error_message="This value is not on the list of choices.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True),
                                name="chk_session_overrides_reason",
                                violation_error_message="An override says why.",
                            ),
                        ],
                    },
                ),
                migrations.AddConstraint(
                    model_name="corporateaction",
                    constraint=system.constraints.Reference(field="stock", name="fk_corporate_actions_stock"),
                ),
                migrations.AddConstraint(
                    model_name="corporateaction",
                    constraint=models.UniqueConstraint(
                        fields=("stock", "effective_date", "kind"),
                        name="uniq_corporate_actions_day",
                        violation_error_message="This action is on file already.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="corporateaction",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["SPLIT", "REVERSE_SPLIT", "BONUS", "RIGHTS", "CASH_DIVIDEND"])
                        ),
                        name="chk_corporate_actions_kind",
                        violation_error_message="This value is not on the list of choices.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="corporateaction",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ratio__gt", 0),
                                (
                                    "ratio__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
                            ),
                            models.Q(
                                ("per__gt", 0),
                                (
                                    "per__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
                            ),
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
                                ("amount__gt", 0),
                                (
                                    "amount__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
                            ),
                            models.Q(
                                models.Q(("amount__isnull", False), ("kind", "CASH_DIVIDEND")),
                                models.Q(models.Q(("kind", "CASH_DIVIDEND"), _negated=True), ("amount__isnull", True)),
                                _connector="OR",
                            ),
                        ),
                        name="chk_corporate_actions_amount",
                        violation_error_message="A cash dividend, and no other action, has an amount above zero.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="corporateaction",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("subscription_price__gt", 0),
                                (
                                    "subscription_price__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
                            ),
                            models.Q(
                                ("cum_price__gt", 0),
                                (
                                    "cum_price__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    ("cum_price__isnull", False),
                                    ("kind", "RIGHTS"),
                                    ("subscription_price__isnull", False),
                                ),
                                models.Q(
                                    models.Q(("kind", "RIGHTS"), _negated=True),
                                    ("cum_price__isnull", True),
                                    ("subscription_price__isnull", True),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="chk_corporate_actions_rights",
                        violation_error_message="A rights issue, and no other action, has a subscription price and the last price with the right.",
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="corporateaction",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_insert",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO market.action_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, action_id, stock_id, kind, effective_date, ratio, per, amount, subscription_price, cum_price, memo, created_by, created_at)\n    VALUES (now(), 'insert', NEW.action_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.action_id, NEW.stock_id, NEW.kind, NEW.effective_date, NEW.ratio, NEW.per, NEW.amount, NEW.subscription_price, NEW.cum_price, NEW.memo, NEW.created_by, NEW.created_at);\n    RETURN NULL;\nEND",
                            hash="ac75864ea19a4f1a39225898a8d5723e778cee60",
                            operation="INSERT",
                            pgid="pgtrigger_audit_insert_fa3e5",
                            schema="market",
                            security="DEFINER",
                            table="corporate_actions",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="corporateaction",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_update",
                        sql=system.triggers.TriggerSql(
                            condition='WHEN (OLD."action_id" IS DISTINCT FROM (NEW."action_id") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by" IS DISTINCT FROM (NEW."created_by") OR OLD."cum_price" IS DISTINCT FROM (NEW."cum_price") OR OLD."effective_date" IS DISTINCT FROM (NEW."effective_date") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."memo" IS DISTINCT FROM (NEW."memo") OR OLD."per" IS DISTINCT FROM (NEW."per") OR OLD."ratio" IS DISTINCT FROM (NEW."ratio") OR OLD."stock_id" IS DISTINCT FROM (NEW."stock_id") OR OLD."subscription_price" IS DISTINCT FROM (NEW."subscription_price"))',
                            func="BEGIN\n    INSERT INTO market.action_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, action_id, stock_id, kind, effective_date, ratio, per, amount, subscription_price, cum_price, memo, created_by, created_at)\n    VALUES (now(), 'update', NEW.action_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, NEW.action_id, NEW.stock_id, NEW.kind, NEW.effective_date, NEW.ratio, NEW.per, NEW.amount, NEW.subscription_price, NEW.cum_price, NEW.memo, NEW.created_by, NEW.created_at);\n    RETURN NULL;\nEND",
                            hash="a61727915d7a3af6b08be20f01030541ea3293c1",
                            operation="UPDATE",
                            pgid="pgtrigger_audit_update_519b0",
                            schema="market",
                            security="DEFINER",
                            table="corporate_actions",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="corporateaction",
                    trigger=system.triggers.CompiledTrigger(
                        name="audit_delete",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    INSERT INTO market.action_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, action_id, stock_id, kind, effective_date, ratio, per, amount, subscription_price, cum_price, memo, created_by, created_at)\n    VALUES (now(), 'delete', OLD.action_id, nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, OLD.action_id, OLD.stock_id, OLD.kind, OLD.effective_date, OLD.ratio, OLD.per, OLD.amount, OLD.subscription_price, OLD.cum_price, OLD.memo, OLD.created_by, OLD.created_at);\n    RETURN NULL;\nEND",
                            hash="8b4d83f0cbf4c4a2ba72561ed57d1c89984cb4da",
                            operation="DELETE",
                            pgid="pgtrigger_audit_delete_57aff",
                            schema="market",
                            security="DEFINER",
                            table="corporate_actions",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AddIndex(
                    model_name="corporateactionevent",
                    index=models.Index(fields=["pgh_obj", "-pgh_id"], name="idx_action_events_row"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="corporateactionevent",
                    trigger=system.triggers.CompiledTrigger(
                        name="append_only",
                        sql=system.triggers.TriggerSql(
                            func="BEGIN\n    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';\nEND",
                            hash="4f2d5860cf4327c6bfa55dab6ee186b687c00d1e",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_13a78",
                            schema="market",
                            security="INVOKER",
                            table="action_events",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
        run_sql(__file__, "exchange_days"),
        run_sql(__file__, "adjusted_prices"),
    ]
