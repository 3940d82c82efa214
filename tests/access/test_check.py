"""Each way in which rights can go wrong, done by hand, is told by `roles check`, and mended by `roles apply`."""

import json

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection

from aegis.access import ACCESS
from system.access.apply import apply, plan
from system.access.groups import apply_groups
from system.access.live import read

pytestmark = pytest.mark.django_db

# What is done to the database, the id by which it is told, and a word that the telling must hold.
MUTATIONS = {
    "no force": ("ALTER TABLE trade.orders NO FORCE ROW LEVEL SECURITY", "access.E010", "trade.orders"),
    "no row security": ("ALTER TABLE trade.executions DISABLE ROW LEVEL SECURITY", "access.E010", "trade.executions"),
    "no policy": ("DROP POLICY trader_select ON account.portfolio", "access.E011", "trader_select"),
    "wide policy": ("ALTER POLICY trader_select ON trade.orders USING (true)", "access.E011", "trader_select"),
    "policy without check": (
        "ALTER POLICY trader_insert ON trade.executions WITH CHECK (true)",
        "access.E011",
        "trader_insert",
    ),
    "policy for others": ("ALTER POLICY unlimited_all ON account.holdings TO PUBLIC", "access.E011", "unlimited_all"),
    "one policy more": (
        "CREATE POLICY more ON account.cash_entries FOR SELECT TO aegis_trader USING (true)",
        "access.E011",
        "more",
    ),
    "restrictive policy": (
        "CREATE POLICY less ON account.cash_entries AS RESTRICTIVE TO aegis_admin USING (false)",
        "access.E011",
        "less",
    ),
    "no column revoke": ("GRANT UPDATE ON trade.orders TO aegis_trader", "access.E015", "trade.orders"),
    "one column more": ("GRANT UPDATE (created_by) ON trade.orders TO aegis_trader", "access.E015", "created_by"),
    "a grant less": ("REVOKE SELECT ON market.stocks FROM aegis_analyst", "access.E015", "market.stocks"),
    "a column less": ("REVOKE UPDATE (limit_price) ON trade.orders FROM aegis_trader", "access.E015", "limit_price"),
    "a grant to the web": ("GRANT SELECT ON trade.orders TO aegis_app", "access.E015", "aegis_app"),
    "a grant to all": ("GRANT SELECT ON trade.orders TO PUBLIC", "access.E015", "PUBLIC"),
    "a grant to grant": ("GRANT SELECT ON market.stocks TO aegis_trader WITH GRANT OPTION", "access.E015", "OPTION"),
    "truncate": ("GRANT TRUNCATE ON trade.executions TO aegis_admin", "access.E015", "TRUNCATE"),
    "a sequence": ("GRANT USAGE ON SEQUENCE trade.orders_order_id_seq TO aegis_admin", "access.E015", "_id_seq"),
    "a definer function": (
        "GRANT EXECUTE ON FUNCTION account.touch_portfolios(bigint[]) TO PUBLIC",
        "access.E015",
        "touch_portfolios",
    ),
    "a partition": ("GRANT SELECT ON {partition} TO aegis_readonly", "access.E012", "logs_y"),
    "a partition's column": ("GRANT SELECT (message) ON {partition} TO aegis_trader", "access.E012", "logs_y"),
    "default privileges": (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA trade GRANT SELECT ON TABLES TO aegis_readonly",
        "access.E013",
        "aegis_readonly",
    ),
    "default privileges everywhere": (
        "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO aegis_trader",
        "access.E013",
        "aegis_trader",
    ),
    "temporary tables": ("GRANT TEMPORARY ON DATABASE {database} TO PUBLIC", "access.E016", "TEMPORARY"),
    "schema for all": ("GRANT CREATE ON SCHEMA public TO PUBLIC", "access.E016", "public"),
    "schema for a role": ("GRANT CREATE ON SCHEMA trade TO aegis_analyst", "access.E016", "trade"),
    "connect for all": ("GRANT CONNECT ON DATABASE {database} TO PUBLIC", "access.E015", "PUBLIC"),
    "a role in a role": ("GRANT aegis_admin TO aegis_trader", "access.E003", "aegis_trader"),
    "the web without a role": ("REVOKE aegis_trader FROM aegis_app", "access.E003", "aegis_trader"),
    "a group that logs in": ("ALTER ROLE aegis_trader LOGIN", "access.E001", "aegis_trader"),
    "a group that makes roles": ("ALTER ROLE aegis_admin CREATEROLE", "access.E001", "aegis_admin"),
    "a web that inherits": ("ALTER ROLE aegis_app INHERIT", "access.E002", "INHERIT"),
}


def told() -> dict[str, str]:
    return {one.check_id: one.what for one in plan()}


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_is_wrong_is_told_and_mended(name: str) -> None:
    statement, check_id, word = MUTATIONS[name]
    assert told() == {}
    mutate(statement)

    assert word in told()[check_id]
    with pytest.raises(CommandError, match="roles plan"):
        call_command("roles", "check")
    assert check_id in {message.id for message in run_checks(databases=["default"], include_deployment_checks=True)}
    apply()
    assert told() == {}


def mutate(statement: str) -> None:
    partition = next(one.name for one in read().relations.values() if one.is_partition and ".logs_y" in one.name)
    with connection.cursor() as cursor:
        quoted = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(statement.format(partition=partition, database=quoted))


def test_a_view_that_reads_with_its_owner_s_rights_is_told_and_what_is_granted_on_it_taken_back() -> None:
    mutate("CREATE VIEW trade.everything AS SELECT * FROM trade.orders")
    mutate("GRANT SELECT ON trade.everything TO aegis_trader")

    assert "trade.everything" in told()["access.E014"]
    assert "trade.everything" in told()["access.E015"]
    apply()
    # Whether it stays is for a person to say: it is in no table of rights.
    assert list(told()) == ["access.E017"]


def test_a_materialised_view_holds_all_rows_and_only_a_person_can_mend_that() -> None:
    mutate("CREATE MATERIALIZED VIEW trade.everything AS SELECT * FROM trade.orders")

    apply()
    assert set(told()) == {"access.E014", "access.E017"}


def test_a_table_that_nobody_declared_is_told() -> None:
    mutate("CREATE TABLE trade.extra (n int)")

    assert told() == {"access.E017": "trade.extra is not in the table of rights."}


def test_a_policy_whose_mark_was_written_by_hand_is_still_another_policy() -> None:
    mutate("ALTER POLICY trader_select ON trade.orders USING (created_by = 'lee')")
    mutate("COMMENT ON POLICY trader_select ON trade.orders IS 'as declared'")

    assert "trader_select" in told()["access.E011"]


def test_applying_twice_changes_nothing() -> None:
    apply()
    assert apply() == []


def test_new_partitions_are_nobody_s(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    from system.models import Log
    from system.partitions import ensure

    made = ensure(Log, [date(2019, 5, 6)])
    assert [partition.name for partition in made] == ["logs_y2019_05_06"]
    assert told() == {}


def test_plan_prints_the_statements_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    mutate("REVOKE SELECT ON market.stocks FROM aegis_analyst")
    call_command("roles", "plan")

    out, err = capsys.readouterr()
    assert 'GRANT SELECT ON TABLE "market"."stocks" TO "aegis_analyst";' in out
    assert "access.E015 aegis_analyst lacks SELECT on table market.stocks." in err
    assert list(told()) == ["access.E015"]


def test_check_prints_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    mutate("ALTER TABLE trade.orders NO FORCE ROW LEVEL SECURITY")
    with pytest.raises(CommandError):
        call_command("roles", "check", "--json")

    (found,) = json.loads(capsys.readouterr().out)["differences"]
    assert (found["id"], found["kind"], found["mends_itself"]) == ("access.E010", "row_security", True)


def test_a_group_that_was_changed_by_hand_gets_its_permissions_again() -> None:
    from django.contrib.auth.models import Group

    trader = Group.objects.get(name="aegis_trader")
    before = set(trader.permissions.all())
    trader.permissions.clear()
    Group.objects.get(name="aegis_admin").delete()
    apply_groups(access=ACCESS)

    assert set(trader.permissions.all()) == before
    assert Group.objects.get(name="aegis_admin").permissions.count() > len(before)
