"""Whose rows a person sees and writes, at a psql login of their own and through the web's."""

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection

from system.access.declaration import ADMIN, ANALYST, READONLY, TRADER, WEB
from tests.access.conftest import Desk
from tests.access.people import Client, connect, login_of, owner, person, web

# Every table with a rule for rows: the key, and what to ask it for.
LIMITED = {
    "account.portfolio": "portfolio_id",
    "account.holdings": "holding_id",
    "account.cash_entries": "portfolio_id",
    "account.cash_balances": "portfolio_id",
    "account.portfolio_events": "pgh_obj_id",
    "account.holding_events": "pgh_obj_id",
    "trade.orders": "order_id",
    "trade.executions": "execution_id",
    "trade.order_events": "pgh_obj_id",
    "trade.execution_events": "pgh_obj_id",
}


def seen(client: Client, table: str) -> set[int]:
    return set(client.column(f"SELECT {LIMITED[table]} FROM {table}"))


def test_a_trader_sees_their_own_rows_and_no_others(desk: Desk) -> None:
    mine = {
        "portfolio": {desk.kim.portfolio},
        "holdings": {desk.kim.holding},
        "cash_entries": {desk.kim.portfolio},
        "cash_balances": {desk.kim.portfolio},
        "orders": {desk.kim.order, desk.kim.filled, desk.kim.proposal},
        "executions": {desk.kim.execution},
    }
    mine |= {
        "portfolio_events": mine["portfolio"],
        "holding_events": mine["holdings"],
        "order_events": mine["orders"],
        "execution_events": mine["executions"],
    }
    with person("kim") as kim:
        assert {table.partition(".")[2]: seen(kim, table) for table in LIMITED} == mine
    with web(TRADER, login_of("kim")) as kim:
        assert {table.partition(".")[2]: seen(kim, table) for table in LIMITED} == mine


def test_action_entries_are_seen_with_their_holding(desk: Desk) -> None:
    with owner() as session:
        action = session.execute(
            "INSERT INTO market.corporate_actions (stock_id, kind, effective_date, ratio)"
            " VALUES (%s, 'SPLIT', current_date, 5) RETURNING action_id",
            [desk.stock],
        ).fetchone()
        session.execute(
            "INSERT INTO trade.action_entries (action_id, holding_id) SELECT %s, holding_id FROM account.holdings"
            " WHERE holding_id = ANY (%s)",
            [action[0], [desk.kim.holding, desk.lee.holding]],
        )
    with person("kim") as kim:
        assert kim.column("SELECT holding_id FROM trade.action_entries") == [desk.kim.holding]
    with person("boss") as boss:
        both = sorted([desk.kim.holding, desk.lee.holding])
        assert boss.column("SELECT holding_id FROM trade.action_entries") == both


@pytest.mark.parametrize(("name", "role"), [("boss", ADMIN), ("analyst", ANALYST), ("reader", READONLY)])
def test_the_other_three_see_all_that_their_grants_allow(desk: Desk, name: str, role: str) -> None:
    readable = [table for table in LIMITED if role != READONLY or table.startswith("account")]
    with person(name) as client, web(role, "somebody") as served:
        for table in readable:
            assert len(seen(client, table)) > 1, table
            assert seen(client, table) == seen(served, table)


def test_the_web_login_sees_nothing_before_it_takes_a_role_and_nothing_for_nobody(desk: Desk) -> None:
    with connect(WEB) as session:
        client = Client(session)
        assert {client.refusal(f"SELECT FROM {table}") for table in LIMITED} == {"rights"}
        with session.transaction(force_rollback=True):
            session.execute("SET LOCAL ROLE aegis_trader")
            assert [seen(client, table) for table in LIMITED] == [set()] * len(LIMITED)


def test_what_the_web_states_ends_with_its_transaction(desk: Desk) -> None:
    with connect(WEB) as session:
        client = Client(session)
        with session.transaction():
            session.execute("SET LOCAL ROLE aegis_trader")
            session.execute("SELECT set_config('aegis.user', %s, true)", [login_of("kim")])
            assert seen(client, "account.portfolio") == {desk.kim.portfolio}
        assert client.value("SELECT current_user = session_user")
        assert client.refusal("SELECT FROM account.portfolio") == "rights"
        with session.transaction(force_rollback=True):
            session.execute("SET LOCAL ROLE aegis_trader")
            assert seen(client, "account.portfolio") == set()


@pytest.mark.parametrize(
    "pose",
    [
        "SELECT set_config('aegis.user', '{lee}', false)",
        "SET aegis.\"user\" = '{lee}'",
        "SELECT set_config('aegis.principal', '{lee}', false)",
        "SET ROLE aegis_trader",
        "SELECT set_config('role', 'aegis_trader', false)",
        "SET row_security = off",
        "SELECT set_config('pghistory.context_metadata', '{{\"user\": \"{lee}\"}}', false)",
        "SET search_path = pg_temp, public",
        "SET application_name = '{lee}'",
        "SET ROLE {lee}",
        "SET ROLE aegis_admin",
        "SET ROLE aegis_app",
        "SET ROLE {owner}",
        "SET SESSION AUTHORIZATION {lee}",
        "SET SESSION AUTHORIZATION aegis_app",
        "SET is_superuser = on",
    ],
)
def test_a_person_poses_as_nobody_else_by_setting_anything(desk: Desk, pose: str) -> None:
    statement = pose.format(lee=login_of("lee"), owner=connection.settings_dict["USER"])
    with person("kim") as kim:
        outcome = attempt(kim, statement)
        assert outcome in {None, "42501", "55P02"}, statement
        assert outcome or statement == "SET ROLE aegis_trader" or not statement.startswith(("SET ROLE", "SET SESSION"))
        assert kim.value("SELECT system.principal()") == login_of("kim")
        if "row_security" in statement:
            assert attempt(kim, "SELECT FROM trade.orders") == "42501"  # refused rather than filtered
            return
        assert seen(kim, "trade.orders") == {desk.kim.order, desk.kim.filled, desk.kim.proposal}
        assert seen(kim, "account.portfolio") == {desk.kim.portfolio}


def attempt(client: Client, statement: str) -> str | None:
    """The SQLSTATE of the refusal, None when the statement went through."""
    try:
        client.run(statement)
    except psycopg.Error as error:
        return error.sqlstate
    return None


def test_the_history_names_the_person_and_not_whom_they_claim_to_be(desk: Desk) -> None:
    with person("kim") as kim:
        kim.run('SELECT set_config(\'pghistory.context_metadata\', \'{"user": "lee", "reason": "r"}\', false)')
        kim.run("SELECT set_config('aegis.user', 'lee', false)")
        kim.run("UPDATE trade.orders SET limit_price = 71000 WHERE order_id = %s", desk.kim.order)
        kim.run("SELECT set_config('pghistory.context_metadata', '', false)")
        kim.run("UPDATE trade.orders SET limit_price = 72000 WHERE order_id = %s", desk.kim.order)
        kim.run("SELECT set_config('pghistory.context_metadata', '\"lee\"', false)")
        kim.run("UPDATE trade.orders SET limit_price = 73000 WHERE order_id = %s", desk.kim.order)
    with owner() as session:
        last = session.execute(
            "SELECT principal, login, pgh_context FROM trade.order_events WHERE pgh_obj_id = %s"
            " ORDER BY pgh_id DESC LIMIT 3",
            [desk.kim.order],
        ).fetchall()

    name = login_of("kim")
    assert last == [(name, name, None), (name, name, None), (name, name, {"reason": "r"})]


def test_two_roles_at_once_give_no_more_to_write_than_either(desk: Desk) -> None:
    """A trader who also reads everything sees all portfolios, but trades their own alone."""
    both = login_of("kim")
    with owner() as session:
        session.execute(f"GRANT aegis_readonly TO {both}")
    with person("kim") as kim:
        assert seen(kim, "account.portfolio") == {desk.kim.portfolio, desk.lee.portfolio}
        assert seen(kim, "trade.orders") == {desk.kim.order, desk.kim.filled, desk.kim.proposal}
        assert kim.refusal(FILL, desk.lee.order) == "row"
        assert kim.refusal(PLACE, desk.lee.holding, both) == "row"
    with owner() as session:
        session.execute(f"REVOKE aegis_readonly FROM {both}")


FILL = (
    "INSERT INTO trade.executions (order_id, executed_quantity, executed_price, exchange_ref) VALUES (%s, 1, 1, 'new')"
)
PLACE = (
    "INSERT INTO trade.orders (holding_id, order_type, side, quantity, created_by) VALUES (%s, 'MARKET', 'BUY', 1, %s)"
)


def test_a_portfolio_goes_to_another_trader_with_all_that_is_in_it(desk: Desk) -> None:
    with person("boss") as boss:
        boss.run(
            "UPDATE account.portfolio SET created_by = %s WHERE portfolio_id = %s", login_of("lee"), desk.kim.portfolio
        )
    with person("kim") as kim:
        assert seen(kim, "account.holdings") == set()
        assert seen(kim, "trade.orders") == {desk.kim.proposal}
        assert seen(kim, "trade.executions") == set()
        assert kim.refusal(FILL, desk.kim.filled) == "row"
    with person("lee") as lee:
        assert seen(lee, "account.holdings") == {desk.kim.holding, desk.lee.holding}
        assert desk.kim.filled in seen(lee, "trade.orders")
        lee.run(FILL, desk.kim.order)
    with owner() as session:  # going over is no change of the order: who placed it did not change
        events = session.execute(
            "SELECT pgh_label FROM trade.order_events WHERE pgh_obj_id = %s ORDER BY pgh_id", [desk.kim.filled]
        )
        assert events.fetchall() == [("insert",), ("update",)]


def test_a_proposal_that_gets_a_holding_belongs_to_its_portfolio(desk: Desk) -> None:
    with person("boss") as boss:
        assign = "UPDATE trade.orders SET holding_id = %s, pick_id = NULL WHERE order_id = %s"
        boss.run(assign, desk.lee.holding, desk.kim.proposal)
        # Whose an order is cannot be typed.
        boss.run("UPDATE trade.orders SET owned_by = 'boss' WHERE order_id = %s", desk.kim.order)
        assert boss.value("SELECT owned_by FROM trade.orders WHERE order_id = %s", desk.kim.order) == login_of("kim")
    with person("kim") as kim, person("lee") as lee:
        assert desk.kim.proposal not in seen(kim, "trade.orders")
        assert desk.kim.proposal in seen(lee, "trade.orders")


def test_an_order_placed_while_its_portfolio_goes_over_goes_over_too(desk: Desk) -> None:
    with person("kim") as kim, person("boss") as boss, ThreadPoolExecutor(1) as pool:
        with kim.session.transaction():
            placed = kim.value(
                "INSERT INTO trade.orders (holding_id, order_type, side, quantity) VALUES (%s, 'MARKET', 'BUY', 1)"
                " RETURNING order_id",
                desk.kim.holding,
            )
            handed = pool.submit(
                boss.run,
                "UPDATE account.portfolio SET created_by = %s WHERE portfolio_id = %s",
                login_of("lee"),
                desk.kim.portfolio,
            )
            time.sleep(0.3)
            assert not handed.done()
        handed.result(timeout=10)
        assert boss.value("SELECT owned_by FROM trade.orders WHERE order_id = %s", placed) == login_of("lee")
