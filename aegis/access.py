"""Who may do what: role → table → verbs, columns and rows.

From this table come the grants and policies of the database, Django's groups with their permissions, docs/access.md and
the tests. Every table of every schema stands here, also those in which nobody has rights. Append-only and derived facts
are guarded by triggers besides: a right to write is a right to try.
"""

from system.access.declaration import READ, WRITE, Access, Rights, Table, may
from system.access.rows import Both, Condition, Owned, Rows, Where, Within

OWN = Owned("created_by")
OWN_PORTFOLIO = Within("portfolio_id", "account.portfolio", "portfolio_id", OWN)
OWN_HOLDING = Within("holding_id", "account.holdings", "holding_id", OWN_PORTFOLIO)
# Whoever placed it, the router or the desk: shares that a trader sees come and go have an order that they see.
OWN_ORDER = Owned("owned_by")
ON_OWN_ORDER = Within("order_id", "trade.orders", "order_id", OWN_ORDER)


def history_of(parent: str, key: str, rule: Condition, words: str) -> Rows:
    return Rows(Within("pgh_obj_id", parent, key, rule), words)


PLACED: tuple[str, ...] = (
    "holding_id",
    "pick_id",
    "order_type",
    "side",
    "quantity",
    "limit_price",
    "stop_price",
    "status",
    "filled_quantity",
    "status_reason",
    "order_time",
    "expires_at",
    "created_by",
    "owned_by",
)
AMENDED = (
    "holding_id",
    "pick_id",
    "order_type",
    "quantity",
    "limit_price",
    "stop_price",
    "status",
    "status_reason",
    "expires_at",
)
# The last two are what the trigger makes of them: Django names every column of a row that it inserts.
FILLED = (
    "order_id",
    "executed_quantity",
    "executed_price",
    "executed_time",
    "commission",
    "tax",
    "fx_rate",
    "exchange_ref",
    "reverses_id",
    "net_amount",
    "reversed_at",
)
# All of a holding: what does not open it, the trigger sets.
OPENED = (
    "portfolio_id",
    "stock_id",
    "quantity",
    "avg_purchase_price",
    "current_value",
    "unrealized_pnl",
    "unrealized_pnl_rate",
    "realized_pnl",
    "valued_on",
    "opening_quantity",
    "opening_price",
    "split_on",
    "split_ratio",
    "last_updated",
)
LOGGED: Rights = may(
    SELECT=("id",),
    INSERT=(
        "action_time",
        "user_id",
        "content_type_id",
        "object_id",
        "object_repr",
        "action_flag",
        "change_message",
    ),
)

MARKET = (
    Table("market.stocks", READ, READ, READ, WRITE),
    Table("market.daily_prices", READ, READ, READ, WRITE),
    Table("market.latest_prices", READ, READ, READ, READ, note="kept by the prices' trigger"),
    Table("market.adjusted_prices", READ, READ, READ, READ, note="a view"),
    Table("market.fx_rates", READ, READ, READ, WRITE),
    Table("market.session_overrides", READ, READ, READ, WRITE),
    Table("market.corporate_actions", READ, READ, READ, WRITE),
    Table("market.stock_events", READ, READ, READ, READ, note="written by trigger"),
    Table("market.action_events", READ, READ, READ, READ, note="written by trigger"),
)
ACCOUNT = (
    Table("account.portfolio", READ, READ, READ, WRITE, rows=Rows(OWN, "portfolios that they own")),
    Table(
        "account.holdings",
        READ,
        may("SELECT", INSERT=OPENED),
        READ,
        WRITE,
        rows=Rows(
            OWN_PORTFOLIO,
            "of their own portfolios; a new one holds no shares",
            inserted=Both(OWN_PORTFOLIO, Where("holdings.quantity = 0")),
        ),
        note="a first buy opens its holding",
    ),
    Table("account.cash_entries", READ, READ, READ, WRITE, rows=Rows(OWN_PORTFOLIO, "of their own portfolios")),
    Table(
        "account.cash_balances",
        READ,
        READ,
        READ,
        READ,
        rows=Rows(OWN_PORTFOLIO, "of their own portfolios"),
        note="kept by the entries' trigger",
    ),
    Table(
        "account.portfolio_events",
        READ,
        READ,
        READ,
        READ,
        rows=history_of("account.portfolio", "portfolio_id", OWN, "of their own portfolios"),
        note="written by trigger",
    ),
    Table(
        "account.holding_events",
        READ,
        READ,
        READ,
        READ,
        rows=history_of("account.holdings", "holding_id", OWN_PORTFOLIO, "of their own holdings"),
        note="written by trigger",
    ),
    Table("account.revaluations", analyst=READ, admin=READ, note="empty outside of a transaction"),
)
BRAIN = (
    Table("brain.ai_reports", trader=READ, analyst=WRITE, admin=WRITE),
    Table("brain.daily_picks", trader=READ, analyst=WRITE, admin=WRITE),
    Table("brain.ai_report_events", trader=READ, analyst=READ, admin=READ, note="written by trigger"),
    Table("brain.daily_pick_events", trader=READ, analyst=READ, admin=READ, note="written by trigger"),
)
TRADE = (
    Table(
        "trade.orders",
        trader=may("SELECT", INSERT=PLACED, UPDATE=AMENDED),
        analyst=READ,
        admin=WRITE,
        rows=Rows(
            OWN_ORDER,
            "on their own holdings, and their proposals; what they place carries their name",
            inserted=Both(OWN, OWN_ORDER),
        ),
    ),
    Table(
        "trade.executions",
        trader=may("SELECT", INSERT=FILLED),
        analyst=READ,
        admin=WRITE,
        rows=Rows(ON_OWN_ORDER, "of their own orders"),
    ),
    Table(
        "trade.action_entries", trader=READ, analyst=READ, admin=WRITE, rows=Rows(OWN_HOLDING, "on their own holdings")
    ),
    Table(
        "trade.order_events",
        trader=READ,
        analyst=READ,
        admin=READ,
        rows=history_of("trade.orders", "order_id", OWN_ORDER, "of their own orders"),
        note="written by trigger",
    ),
    Table(
        "trade.execution_events",
        trader=READ,
        analyst=READ,
        admin=READ,
        rows=history_of("trade.executions", "execution_id", ON_OWN_ORDER, "of their own orders"),
        note="written by trigger",
    ),
)
ANALYTICS = (Table("analytics.backtest_results", analyst=WRITE, admin=WRITE),)
SYSTEM = (
    Table("system.alerts", analyst=READ, admin=WRITE),
    Table("system.logs", analyst=READ, admin=WRITE),
    Table("system.job_runs", analyst=READ, admin=WRITE),
    Table("system.load_rejects", analyst=READ, admin=WRITE),
)
# What logging in takes. Second factors are shown and set up before a role is taken, or beside it.
LOGIN = (
    Table("system.login_policy", admin=may("SELECT", "INSERT", "UPDATE"), web=READ),
    Table("system.login_policy_events", admin=READ, note="written by trigger"),
    Table("public.otp_totp_totpdevice", admin=may("SELECT", "DELETE"), web=WRITE, note="keys of authenticator apps"),
    Table("public.otp_static_staticdevice", admin=may("SELECT", "DELETE"), web=WRITE),
    Table(
        "public.otp_static_statictoken",
        admin=may("SELECT", "DELETE"),
        web=may("SELECT", "INSERT", "DELETE"),
        note="digests of recovery codes",
    ),
    Table("public.axes_accessattempt", admin=may("SELECT", "DELETE"), web=WRITE, note="wrong passwords"),
    Table("public.axes_accessattemptexpiration", admin=may("SELECT", "DELETE"), web=may("SELECT", "DELETE")),
    Table(
        "public.axes_accesslog",
        admin=READ,
        web=may("SELECT", "INSERT", UPDATE=("logout_time",)),
        note="who came and went",
    ),
    Table("public.axes_accessfailurelog", note="not kept"),
)
# Django's own. `web` is what the web login may do before it takes a person's role, and after it has left it.
DJANGO = (
    Table("public.auth_user", admin=WRITE, web=may("SELECT", UPDATE=("password", "last_login"))),
    Table("public.auth_group", admin=WRITE, web=READ),
    Table("public.auth_permission", admin=READ, web=READ),
    Table("public.auth_group_permissions", admin=WRITE, web=READ),
    Table("public.auth_user_groups", admin=WRITE, web=READ),
    Table("public.auth_user_user_permissions", admin=WRITE, web=READ),
    Table("public.django_content_type", READ, READ, READ, READ, web=READ),
    Table("public.django_session", web=WRITE, note="whoever reads a session is who it belongs to"),
    Table("public.django_admin_log", trader=LOGGED, analyst=LOGGED, admin=may("SELECT", "INSERT"), web=LOGGED),
    Table("public.django_migrations", web=READ),
    Table("public.pghistory_context", note="contexts are kept in the events"),
)

ACCESS = Access(tables=MARKET + ACCOUNT + BRAIN + TRADE + ANALYTICS + SYSTEM + LOGIN + DJANGO)
