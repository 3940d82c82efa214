import django.db.models.deletion
import system.constraints
from system.schemas import CreateSchema, in_schema
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("account", "0001_portfolio_and_holdings"),
        ("brain", "0001_reports_and_picks"),
    ]

    operations = [
        CreateSchema("trade"),
        *in_schema(
            "trade",
            [
                migrations.CreateModel(
                    name="Order",
                    fields=[
                        ("order_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        (
                            "holding",
                            system.constraints.ReferenceField(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="orders",
                                to="account.holding",
                                verbose_name="holding",
                            ),
                        ),
                        (
                            "pick",
                            system.constraints.ReferenceField(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="orders",
                                to="brain.dailypick",
                                verbose_name="pick",
                            ),
                        ),
                        (
                            "order_type",
                            models.CharField(
                                choices=[("MARKET", "Market"), ("LIMIT", "Limit"), ("STOP", "Stop")],
                                max_length=10,
                                verbose_name="type",
                            ),
                        ),
                        (
                            "side",
                            models.CharField(
                                choices=[("BUY", "Buy"), ("SELL", "Sell")], max_length=4, verbose_name="side"
                            ),
                        ),
                        ("quantity", models.BigIntegerField(db_comment="Shares", verbose_name="quantity")),
                        (
                            "limit_price",
                            models.DecimalField(
                                blank=True,
                                db_comment="Trading currency",
                                decimal_places=4,
                                max_digits=14,
                                null=True,
                                verbose_name="limit price",
                            ),
                        ),
                        (
                            "stop_price",
                            models.DecimalField(
                                blank=True,
                                db_comment="Trading currency",
                                decimal_places=4,
                                max_digits=14,
                                null=True,
                                verbose_name="stop price",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("PENDING", "Pending"),
                                    ("PARTIAL_FILLED", "Partially filled"),
                                    ("FILLED", "Filled"),
                                    ("CANCELLED", "Cancelled"),
                                    ("REJECTED", "Rejected"),
                                ],
                                db_default="PENDING",
                                max_length=20,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "filled_quantity",
                            models.BigIntegerField(
                                db_comment="Shares; sum of the executions",
                                db_default=0,
                                editable=False,
                                verbose_name="filled",
                            ),
                        ),
                        (
                            "status_reason",
                            models.CharField(
                                blank=True,
                                db_comment="Why it was cancelled or rejected: expired, operator, or the broker's words",
                                max_length=200,
                                null=True,
                                verbose_name="reason",
                            ),
                        ),
                        (
                            "order_time",
                            models.DateTimeField(
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                verbose_name="order time",
                            ),
                        ),
                        ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires at")),
                        (
                            "created_by",
                            models.CharField(
                                db_default=models.Func(output_field=models.CharField(), template="system.principal()"),
                                editable=False,
                                max_length=150,
                                verbose_name="placed by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "order",
                        "verbose_name_plural": "orders",
                        "db_table": "orders",
                        "db_table_comment": "Orders; status and filled quantity follow from executions",
                        "ordering": ["-order_time"],
                    },
                ),
                migrations.CreateModel(
                    name="Execution",
                    fields=[
                        ("execution_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                        (
                            "order",
                            system.constraints.ReferenceField(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="executions",
                                to="trade.order",
                                verbose_name="order",
                            ),
                        ),
                        ("executed_quantity", models.BigIntegerField(db_comment="Shares", verbose_name="quantity")),
                        (
                            "executed_price",
                            models.DecimalField(
                                db_comment="Trading currency, for one share",
                                decimal_places=4,
                                max_digits=14,
                                verbose_name="price",
                            ),
                        ),
                        (
                            "executed_time",
                            models.DateTimeField(
                                db_default=models.Func(output_field=models.DateTimeField(), template="now()"),
                                verbose_name="executed at",
                            ),
                        ),
                        (
                            "commission",
                            models.DecimalField(
                                db_comment="Trading currency",
                                db_default=0,
                                decimal_places=2,
                                max_digits=20,
                                verbose_name="commission",
                            ),
                        ),
                        (
                            "tax",
                            models.DecimalField(
                                db_comment="Trading currency",
                                db_default=0,
                                decimal_places=2,
                                max_digits=20,
                                verbose_name="tax",
                            ),
                        ),
                        (
                            "net_amount",
                            models.DecimalField(
                                db_comment="Trading currency, signed: what the cash account changes by",
                                decimal_places=2,
                                editable=False,
                                max_digits=20,
                                null=True,
                                verbose_name="net amount",
                            ),
                        ),
                        (
                            "fx_rate",
                            models.DecimalField(
                                blank=True,
                                db_comment="KRW for one unit of the trading currency, if the broker reports it",
                                decimal_places=6,
                                max_digits=18,
                                null=True,
                                verbose_name="exchange rate",
                            ),
                        ),
                        (
                            "exchange_ref",
                            models.CharField(
                                db_comment="The fill's identity: a replay brings the same one",
                                max_length=100,
                                verbose_name="exchange reference",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "execution",
                        "verbose_name_plural": "executions",
                        "db_table": "executions",
                        "db_table_comment": "Fills, append-only",
                        "ordering": ["-executed_time"],
                    },
                ),
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(fields=["-order_time"], name="idx_orders_time"),
                ),
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(
                        condition=models.Q(("status__in", ("PENDING", "PARTIAL_FILLED"))),
                        fields=["status"],
                        name="idx_orders_status",
                    ),
                ),
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(fields=["holding"], name="idx_orders_holding"),
                ),
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(fields=["pick"], name="idx_orders_pick"),
                ),
                migrations.AddConstraint(
                    model_name="order",
                    constraint=system.constraints.Reference(field="holding", name="fk_orders_holding"),
                ),
                migrations.AddConstraint(
                    model_name="order",
                    constraint=system.constraints.Reference(field="pick", name="fk_orders_pick"),
                ),
                migrations.AddConstraint(
                    model_name="order",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("order_type__in", ["MARKET", "LIMIT", "STOP"])),
                        name="chk_orders_type",
                        violation_error_message="This value is not on the list of choices.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="order",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("side__in", ["BUY", "SELL"])),
                        name="chk_orders_side",
                        violation_error_message="This value is not on the list of choices.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="order",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["PENDING", "PARTIAL_FILLED", "FILLED", "CANCELLED", "REJECTED"])
                        ),
                        name="chk_orders_status",
                        violation_error_message="This value is not on the list of choices.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="order",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)),
                        name="chk_order_quantity",
                        violation_error_message="The quantity is above zero.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="order",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("holding__isnull", False), ("pick__isnull", False), _connector="OR"),
                        name="chk_orders_instrument",
                        violation_error_message="An order belongs to a holding or proposes a pick.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="order",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("order_type", "LIMIT"), _negated=True),
                                models.Q(("limit_price__isnull", False), ("stop_price__isnull", True)),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(("order_type", "STOP"), _negated=True),
                                models.Q(("limit_price__isnull", True), ("stop_price__isnull", False)),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(("order_type", "MARKET"), _negated=True),
                                models.Q(("limit_price__isnull", True), ("stop_price__isnull", True)),
                                _connector="OR",
                            ),
                        ),
                        name="chk_orders_price_for_type",
                        violation_error_message="LIMIT needs a limit price, STOP a stop price, MARKET neither.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="order",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("limit_price__gt", 0),
                                (
                                    "limit_price__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
                            ),
                            models.Q(
                                ("stop_price__gt", 0),
                                (
                                    "stop_price__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
                            ),
                        ),
                        name="chk_orders_price_positive",
                        violation_error_message="Prices are above zero.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="order",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("filled_quantity__gte", 0), ("filled_quantity__lte", models.F("quantity"))),
                        name="chk_orders_filled",
                        violation_error_message="An order cannot be filled beyond its quantity.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="order",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("status", "FILLED"), _negated=True),
                                ("filled_quantity", models.F("quantity")),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(("status", "PARTIAL_FILLED"), _negated=True),
                                models.Q(("filled_quantity__gt", 0), ("filled_quantity__lt", models.F("quantity"))),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(("status__in", ["PENDING", "REJECTED"]), _negated=True),
                                ("filled_quantity", 0),
                                _connector="OR",
                            ),
                        ),
                        name="chk_orders_status_filled",
                        violation_error_message="Status and filled quantity follow from executions; they cannot be typed.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="order",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("order_time"))),
                        name="chk_orders_expiry",
                        violation_error_message="An order expires after it is placed.",
                    ),
                ),
                migrations.AddIndex(
                    model_name="execution",
                    index=models.Index(fields=["-executed_time"], name="idx_executions_time"),
                ),
                migrations.AddConstraint(
                    model_name="execution",
                    constraint=system.constraints.Reference(field="order", name="fk_executions_order"),
                ),
                migrations.AddConstraint(
                    model_name="execution",
                    constraint=models.UniqueConstraint(
                        fields=("order", "exchange_ref"),
                        name="idx_executions_order",
                        violation_error_message="This fill is booked already.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="execution",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("executed_quantity__gt", 0),
                            models.Q(
                                ("executed_price__gt", 0),
                                (
                                    "executed_price__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
                            ),
                        ),
                        name="chk_executions_positive",
                        violation_error_message="Quantity and price are above zero.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="execution",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("commission__gte", 0),
                                (
                                    "commission__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
                            ),
                            models.Q(
                                ("tax__gte", 0),
                                (
                                    "tax__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
                            ),
                        ),
                        name="chk_executions_charges",
                        violation_error_message="Commission and tax are not negative.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="execution",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("fx_rate__gt", 0),
                                (
                                    "fx_rate__lt",
                                    models.Func(output_field=models.DecimalField(), template="'Infinity'::numeric"),
                                ),
                            )
                        ),
                        name="chk_executions_fx",
                        violation_error_message="The exchange rate is above zero.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="execution",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("exchange_ref", ""), _negated=True),
                        name="chk_executions_ref",
                        violation_error_message="A fill carries the exchange's reference.",
                    ),
                ),
            ],
        ),
    ]
