"""Every write that the ledger forbids, tried by plain SQL: refused under the rule's name, and nothing has moved.

`test_every_rule_has_a_case` keeps the list whole. Services and the admin are doors to the same rules.
"""

import re
from pathlib import Path

import pytest

from tests.trade.ledger_desk import (
    YESTERDAY,
    fill,
    make_holding,
    make_order,
    make_pick,
    make_portfolio,
    make_stock,
    refused,
    reverse,
    run,
    value,
)

ROOT = Path(__file__).resolve().parents[2]
NEW_ORDER = (
    "INSERT INTO orders (holding_id, order_type, side, quantity) VALUES ({holding}, 'MARKET', '{side}', {shares})"
)
NEW_FILL = (
    "INSERT INTO executions (order_id, executed_quantity, executed_price, exchange_ref)"
    " VALUES ({order}, {shares}, 100, 'new')"
)


@pytest.fixture
def desk(db: None) -> dict[str, int]:
    """Numbers of one row in each state that a rule speaks of."""
    stock, other = make_stock(close=100), make_stock(close=100)
    portfolio = make_portfolio(1_000_000)
    holding, opened, sold_out = (
        make_holding(portfolio, stock),
        make_holding(portfolio, other, 5, 100),
        make_holding(portfolio),
    )
    orders = {name: make_order(holding) for name in ("pending", "partial", "cancelled", "rejected")}
    orders["filled"] = make_order(holding, quantity=6)
    run("UPDATE orders SET status = 'CANCELLED' WHERE order_id = %s", orders["cancelled"])
    run("UPDATE orders SET status = 'REJECTED' WHERE order_id = %s", orders["rejected"])
    fills = {"first_fill": fill(orders["filled"], 6, 100, exchange_ref="first")}
    fills["reversed_fill"] = fill(orders["partial"], 1, 999)
    fills["reversal"] = reverse(fills["reversed_fill"])
    fills["last_fill"] = fill(orders["partial"], 4, 100)
    pick = make_pick(stock)
    return {
        "portfolio": portfolio,
        "holding": holding,
        "opened": opened,
        **orders,
        **fills,
        **sell_out(sold_out),
        "selling": make_order(holding, "SELL", 6),
        "pick": pick,
        "report": value("SELECT report_id FROM daily_picks WHERE pick_id = %s", pick),
        "proposal": make_order(None, pick_id=make_pick(other)),
        "halted": make_holding(make_portfolio(buying_halted_at=YESTERDAY)),
        "inactive": make_holding(make_portfolio(is_active=False)),
        "delisted": make_holding(stock=make_stock(is_active=False)),
        "opened_and_selling": selling_holding(),
        "entry": value("SELECT cash_entry_id FROM cash_entries WHERE execution_id = %s", fills["first_fill"]),
    }


def selling_holding() -> int:
    holding = make_holding(quantity=9, average=100)
    make_order(holding, "SELL", 5)
    return holding


def sell_out(holding: int) -> dict[str, int]:
    """Buy ten and sell them, while an older order to sell them was cancelled."""
    needed = fill(make_order(holding), 10, 100)
    late = make_order(holding, "SELL")
    run("UPDATE orders SET status = 'CANCELLED' WHERE order_id = %s", late)
    fill(make_order(holding, "SELL"), 10, 100)
    return {"needed_fill": needed, "late_sale": late}


# (rule, the write that it refuses)
FORBIDDEN: list[tuple[str, str]] = [
    ("order_starts_pending", "INSERT INTO orders (holding_id, order_type, side, quantity, status)"
                             " VALUES ({holding}, 'MARKET', 'BUY', 1, 'REJECTED')"),
    ("order_starts_pending", "INSERT INTO orders (holding_id, order_type, side, quantity, status, filled_quantity)"
                             " VALUES ({holding}, 'MARKET', 'BUY', 1, 'FILLED', 1)"),
    ("order_starts_pending", "INSERT INTO orders (holding_id, order_type, side, quantity, status, filled_quantity)"
                             " VALUES ({holding}, 'MARKET', 'BUY', 9, 'CANCELLED', 1)"),
    ("order_filled_by_executions", "UPDATE orders SET status = 'FILLED', filled_quantity = 10"
                                   " WHERE order_id = {pending}"),
    ("order_filled_by_executions", "UPDATE orders SET filled_quantity = 5 WHERE order_id = {partial}"),
    ("order_filled_by_executions", "UPDATE orders SET status = 'PARTIAL_FILLED' WHERE order_id = {cancelled}"),
    ("order_terminal", "UPDATE orders SET status = 'PENDING' WHERE order_id = {rejected}"),
    ("order_terminal", "UPDATE orders SET status = 'CANCELLED' WHERE order_id = {filled}"),
    ("order_terminal", "UPDATE orders SET status = 'REJECTED' WHERE order_id = {cancelled}"),
    ("order_terminal", "UPDATE orders SET quantity = 20 WHERE order_id = {filled}"),
    ("order_terminal", "UPDATE orders SET side = 'SELL' WHERE order_id = {cancelled}"),
    ("order_terminal", "UPDATE orders SET expires_at = now() + interval '1 day' WHERE order_id = {rejected}"),
    ("order_transition", "UPDATE orders SET status = 'REJECTED' WHERE order_id = {partial}"),
    ("order_transition", "UPDATE orders SET status = 'PENDING' WHERE order_id = {partial}"),
    ("order_identity", "UPDATE orders SET side = 'SELL' WHERE order_id = {pending}"),
    ("order_identity", "UPDATE orders SET side = 'SELL' WHERE order_id = {partial}"),
    ("order_identity", "UPDATE orders SET created_by = 'somebody' WHERE order_id = {pending}"),
    ("order_frozen", "UPDATE orders SET quantity = 20 WHERE order_id = {partial}"),
    ("order_frozen", "UPDATE orders SET holding_id = {opened} WHERE order_id = {partial}"),
    ("order_frozen", "UPDATE orders SET pick_id = {pick} WHERE order_id = {partial}"),
    ("order_pick", "INSERT INTO orders (holding_id, pick_id, order_type, side, quantity)"
                   " VALUES ({holding}, {pick}, 'MARKET', 'SELL', 1)"),
    ("order_pick", "INSERT INTO orders (holding_id, pick_id, order_type, side, quantity)"
                   " VALUES ({opened}, {pick}, 'MARKET', 'BUY', 1)"),
    ("order_pick", "INSERT INTO orders (pick_id, order_type, side, quantity) VALUES ({pick}, 'MARKET', 'SELL', 1)"),
    ("order_pick", "UPDATE orders SET holding_id = {holding} WHERE order_id = {proposal}"),
    ("order_oversell", NEW_ORDER.replace("{side}", "SELL").replace("{shares}", "5")),
    ("order_oversell", "INSERT INTO orders (holding_id, order_type, side, quantity)"
                       " VALUES ({opened}, 'MARKET', 'SELL', 3), ({opened}, 'MARKET', 'SELL', 3)"),
    ("order_oversell", "UPDATE orders SET quantity = 11 WHERE order_id = {selling}"),
    ("order_oversell", "UPDATE orders SET holding_id = {opened} WHERE order_id = {selling}"),
    ("order_drawdown", NEW_ORDER.replace("{side}", "BUY").replace("{shares}", "1").replace("{holding}", "{halted}")),
    ("order_inactive", NEW_ORDER.replace("{side}", "BUY").replace("{shares}", "1").replace("{holding}", "{inactive}")),
    ("order_inactive", NEW_ORDER.replace("{side}", "BUY").replace("{shares}", "1").replace("{holding}", "{delisted}")),
    ("order_inactive", "UPDATE orders SET holding_id = {inactive} WHERE order_id = {pending}"),
    ("execution_of_proposal", NEW_FILL.replace("{order}", "{proposal}").replace("{shares}", "1")),
    ("execution_of_rejected", NEW_FILL.replace("{order}", "{rejected}").replace("{shares}", "1")),
    ("execution_overfill", NEW_FILL.replace("{order}", "{partial}").replace("{shares}", "7")),
    ("execution_overfill", NEW_FILL.replace("{order}", "{filled}").replace("{shares}", "1")),
    ("execution_overfill", NEW_FILL.replace("{order}", "{cancelled}").replace("{shares}", "11")),
    ("execution_overfill", "INSERT INTO executions (order_id, executed_quantity, executed_price, exchange_ref)"
                           " VALUES ({partial}, 3, 100, 'a'), ({pending}, 1, 100, 'b'), ({partial}, 4, 100, 'c')"),
    ("execution_oversell", NEW_FILL.replace("{order}", "{late_sale}").replace("{shares}", "1")),
    ("execution_append_only", "UPDATE executions SET executed_quantity = 5 WHERE execution_id = {first_fill}"),
    ("execution_append_only", "UPDATE executions SET executed_price = 1 WHERE execution_id = {first_fill}"),
    ("execution_append_only", "UPDATE executions SET net_amount = 0 WHERE execution_id = {last_fill}"),
    ("execution_append_only", "UPDATE executions SET order_id = {pending} WHERE execution_id = {last_fill}"),
    ("execution_append_only", "UPDATE executions SET reversed_at = now() WHERE execution_id = {last_fill}"),
    ("execution_append_only", "UPDATE executions SET reverses_id = NULL WHERE execution_id = {reversal}"),
    ("execution_append_only", "UPDATE executions SET executed_time = '2020-01-01' WHERE execution_id = {last_fill}"),
    ("execution_append_only", "UPDATE executions SET tax = NULL WHERE execution_id = {last_fill}"),
    ("execution_append_only", "INSERT INTO executions (order_id, executed_quantity, executed_price, exchange_ref)"
                              " VALUES ({filled}, 6, 101, 'first')"
                              " ON CONFLICT (order_id, exchange_ref) DO UPDATE SET executed_price = 101"),
    ("execution_followed", "DELETE FROM executions WHERE execution_id = {first_fill}"),
    ("execution_followed", "DELETE FROM executions WHERE execution_id = {reversal}"),
    ("execution_needed", "INSERT INTO executions (reverses_id) VALUES ({needed_fill})"),
    ("execution_reversal", "INSERT INTO executions (reverses_id) VALUES ({reversal})"),
    ("uniq_executions_reverses", "INSERT INTO executions (reverses_id, exchange_ref)"
                                 " VALUES ({reversed_fill}, 'again')"),
    ("idx_executions_order", "INSERT INTO executions (order_id, executed_quantity, executed_price, exchange_ref)"
                             " VALUES ({filled}, 6, 100, 'first')"),
    ("idx_executions_order", "INSERT INTO executions (order_id, executed_quantity, executed_price, exchange_ref)"
                             " VALUES ({pending}, 1, 100, 'twice'), ({pending}, 1, 100, 'twice')"),
    ("fk_executions_reverses", "INSERT INTO executions (reverses_id) VALUES (-1)"),
    ("fk_executions_reverses", "DELETE FROM executions WHERE execution_id = {reversed_fill}"),
    ("fk_executions_order", "DELETE FROM orders WHERE order_id = {filled}"),
    ("holding_moved_by_executions", "UPDATE holdings SET quantity = 11 WHERE holding_id = {holding}"),
    ("holding_moved_by_executions", "UPDATE holdings SET avg_purchase_price = 1 WHERE holding_id = {holding}"),
    ("holding_moved_by_executions", "UPDATE holdings SET realized_pnl = 5 WHERE holding_id = {opened}"),
    ("holding_moved_by_executions", "UPDATE holdings SET opening_quantity = 9 WHERE holding_id = {holding}"),
    ("holding_moved_by_executions", "UPDATE holdings SET portfolio_id = (SELECT portfolio_id FROM holdings"
                                    " WHERE holding_id = {halted}) WHERE holding_id = {holding}"),
    ("holding_committed", "UPDATE holdings SET quantity = 4 WHERE holding_id = {opened_and_selling}"),
    ("pick_ordered", "UPDATE daily_picks SET action = 'SELL'"
                     " WHERE pick_id = (SELECT pick_id FROM orders WHERE order_id = {proposal})"),
    ("execution_time", "INSERT INTO executions"
                       " (order_id, executed_quantity, executed_price, exchange_ref, executed_time)"
                       " VALUES ({pending}, 1, 100, 'new', now() + interval '6 minutes')"),
    ("cash_time", "INSERT INTO cash_entries (portfolio_id, currency, amount, kind, created_at)"
                  " VALUES ({portfolio}, 'KRW', 1, 'DEPOSIT', 'infinity')"),
    ("portfolio_time", "UPDATE portfolio SET buying_halted_at = 'infinity' WHERE portfolio_id = {portfolio}"),
    ("cash_append_only", "UPDATE cash_entries SET amount = 1 WHERE cash_entry_id = {entry}"),
    ("cash_append_only", "UPDATE cash_entries SET memo = 'mine' WHERE cash_entry_id = {entry}"),
    ("cash_append_only", "DELETE FROM cash_entries WHERE cash_entry_id = {entry}"),
    ("cash_booked_by_ledger", "INSERT INTO cash_entries (portfolio_id, currency, amount, kind)"
                              " VALUES ({portfolio}, 'KRW', 5, 'OPENING')"),
    ("cash_booked_by_ledger", "INSERT INTO cash_entries (portfolio_id, currency, amount, kind, execution_id)"
                              " VALUES ({portfolio}, 'KRW', 5, 'TRADE', -1)"),
    ("cash_balance", "UPDATE cash_balances SET balance = 5 WHERE portfolio_id = {portfolio}"),
    ("cash_balance", "DELETE FROM cash_balances WHERE portfolio_id = {portfolio}"),
    ("cash_balance", "INSERT INTO cash_balances (portfolio_id, currency, balance) VALUES ({portfolio}, 'USD', 5)"),
    ("cash_withdrawal", "INSERT INTO cash_entries (portfolio_id, currency, amount, kind)"
                        " VALUES ({portfolio}, 'KRW', -999001, 'WITHDRAWAL')"),
    ("cash_withdrawal", "INSERT INTO cash_entries (portfolio_id, currency, amount, kind)"
                        " VALUES ({portfolio}, 'USD', -1, 'WITHDRAWAL')"),
    ("chk_cash_entries_sign", "INSERT INTO cash_entries (portfolio_id, currency, amount, kind)"
                              " VALUES ({portfolio}, 'KRW', -5, 'DEPOSIT')"),
    ("portfolio_capital", "UPDATE portfolio SET initial_capital = 5 WHERE portfolio_id = {portfolio}"),
    ("portfolio_has_cash", "DELETE FROM portfolio WHERE portfolio_id = {portfolio}"),
    ("fk_orders_holding", "DELETE FROM holdings WHERE holding_id = {holding}"),
    ("history_append_only", "UPDATE execution_events SET executed_price = 1"),
    ("history_append_only", "DELETE FROM order_events"),
    ("chk_executions_positive", NEW_FILL.replace("{order}", "{pending}").replace("{shares}", "0")),
    ("chk_executions_positive", "INSERT INTO executions (order_id, executed_quantity, executed_price, exchange_ref)"
                                " VALUES ({pending}, 1, 'NaN', 'new')"),
    ("chk_orders_instrument", "INSERT INTO orders (order_type, side, quantity) VALUES ('MARKET', 'BUY', 1)"),
    ("chk_orders_price_for_type", "UPDATE orders SET order_type = 'LIMIT' WHERE order_id = {pending}"),
    ("stock_currency", "UPDATE stocks SET market_type = 'NASDAQ'"
                       " WHERE stock_id = (SELECT stock_id FROM holdings WHERE holding_id = {holding})"),
    ("pick_stock", "INSERT INTO daily_picks (report_id, stock_id, pick_date, action)"
                   " SELECT {report}, stock_id, now(), 'BUY' FROM holdings WHERE holding_id = {opened}"),
    ("fk_daily_picks_report", "INSERT INTO daily_picks (report_id, pick_date, action) VALUES (-1, now(), 'BUY')"),
]  # fmt: skip

# Rules in the words of PostgreSQL or of a plain fact, where there is nothing to advise.
PLAIN = re.compile("^(chk|fk|uniq|idx)_|^history_append_only$|^pick_stock$")


@pytest.mark.parametrize(("rule", "statement"), FORBIDDEN)
def test_a_forbidden_write_is_refused_by_name_and_moves_nothing(
    desk: dict[str, int], rule: str, statement: str
) -> None:
    with refused() as refusal:
        run(statement.format(**desk))

    assert refusal.rule == rule
    assert rule in refusal.message
    if not PLAIN.match(rule):
        assert refusal.message.startswith(f"{rule}: ")
        assert refusal.hint


def test_every_rule_has_a_case() -> None:
    named = set()
    for source in [*ROOT.glob("*/triggers/*.sql"), *ROOT.glob("*/migrations/sql/*.sql"), ROOT / "system" / "audit.py"]:
        named |= set(re.findall(r"CONSTRAINT = '(\w+)'", source.read_text()))

    # What corporate actions refuse is tried where they are told, and what needs two clients where they meet.
    here = ROOT / "tests" / "trade"
    told = [*(here / "actions").glob("test_*.py"), here / "test_meanwhile.py"]
    elsewhere = "".join(path.read_text() for path in told)
    assert len(named) > 25
    assert {rule for rule in named if f'"{rule}"' not in elsewhere} <= {rule for rule, _statement in FORBIDDEN}
