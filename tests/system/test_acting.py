"""Who acts: a user's role and name for one transaction, and nothing of them afterwards."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from account.models import Portfolio
from market.models import Stock
from system.access.declaration import ADMIN, ANALYST, GROUPS, READONLY, TRADER, WEB
from system.access.forbidden import Forbidden
from system.acting import Acting, NoRole, acting_as, role_of
from tests import desk
from tests.web import as_login

pytestmark = pytest.mark.django_db
PEOPLE = [(READONLY, "kim"), (TRADER, "lee")]


@pytest.fixture
def web() -> Iterator[None]:
    with as_login(WEB):
        yield


def said() -> dict[str, str]:
    """What the database takes us for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, coalesce(current_setting('aegis.user', true), ''), system.principal(),"
            " coalesce(current_setting('pghistory.context_metadata', true), '')"
        )
        return dict(zip(("role", "user", "principal", "context"), cursor.fetchone(), strict=True))


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("role", GROUPS)
def test_a_user_brings_the_role_of_their_group_and_their_name(web: None, role: str) -> None:
    with as_owner():
        user = desk.make_member(role, username="kim")
    with acting_as(user, reason="a check"):
        assert said() == {
            "role": role,
            "user": "kim",
            "principal": "kim",
            "context": '{"user": "kim", "reason": "a check"}',
        }


def as_owner() -> Any:
    return as_login(connection.settings_dict["USER"])


def test_the_strongest_of_several_groups_counts_and_a_superuser_is_an_administrator() -> None:
    user = desk.make_member(READONLY)
    assert role_of(user) == READONLY
    for role in (TRADER, ANALYST, ADMIN):
        user.groups.add(Group.objects.get(name=role))
        assert role_of(User.objects.get(pk=user.pk)) == role
    assert role_of(desk.make_operator()) == ADMIN


def test_who_is_in_no_group_has_no_role() -> None:
    user = desk.make_operator(is_superuser=False)
    user.groups.add(Group.objects.create(name="night shift"))
    with pytest.raises(NoRole), acting_as(user):
        pytest.fail("acted")


def test_it_takes_one_statement() -> None:
    user = desk.make_operator()
    with CaptureQueriesContext(connection) as captured, acting_as(user):
        pass
    stated = [query["sql"] for query in captured if "'role'" in query["sql"]]
    assert len(stated) == 2  # the second because the test has a transaction around it
    assert all(word in stated[0] for word in ("'role'", "'aegis.user'", "'pghistory.context_metadata'"))


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_of_it_is_left(web: None, fails: bool) -> None:
    with as_owner():
        user = desk.make_member(TRADER)
    before = said()
    with suppress(RuntimeError), acting_as(user):
        if fails:
            raise RuntimeError
    assert said() == before == {"role": WEB, "user": "", "principal": WEB, "context": ""}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fails", [False, True])
def test_nothing_of_it_is_left_in_the_session(web: None, fails: bool) -> None:
    with as_owner():
        user = desk.make_member(TRADER)
    with suppress(RuntimeError), acting_as(user):
        if fails:
            raise RuntimeError
    assert said() == {"role": WEB, "user": "", "principal": WEB, "context": ""}


def test_what_is_undone_with_an_error_is_undone() -> None:
    user = desk.make_operator()
    with pytest.raises(RuntimeError), acting_as(user):
        desk.make_stock()
        raise RuntimeError
    assert not Stock.objects.exists()


def test_reading_only_means_that_nothing_is_written() -> None:
    user = desk.make_operator()
    with pytest.raises(DatabaseError, match="read-only"), acting_as(user, read_only=True):
        desk.make_stock()
    desk.make_stock()


def test_an_error_that_somebody_swallowed_is_not_a_success() -> None:
    user = desk.make_operator()
    with pytest.raises(TransactionManagementError, match="savepoint"), acting_as(user):
        desk.make_stock()
        with suppress(DatabaseError):
            run("SELECT 1 / 0")
    assert not Stock.objects.exists()


def test_a_failed_savepoint_costs_neither_role_nor_name(web: None) -> None:
    with as_owner():
        user = desk.make_member(READONLY, username="kim")
    with acting_as(user):
        for statement in ("SELECT 1 / 0", "SELECT set_config('aegis.user', 'lee', true), 1 / 0"):
            with suppress(DatabaseError), transaction.atomic():
                run("SET LOCAL ROLE NONE")
                run(statement)
        assert (said()["role"], said()["principal"]) == (READONLY, "kim")


def test_blocks_nest_and_the_outer_one_goes_on(web: None) -> None:
    with as_owner():
        kim, lee = (Acting(desk.make_member(role, username=name)) for role, name in PEOPLE)
    with kim:
        with lee:
            assert (said()["role"], said()["user"]) == (TRADER, "lee")
        assert (said()["role"], said()["user"]) == (READONLY, "kim")


def test_a_name_alone_is_stated_for_the_history_and_takes_no_rights() -> None:
    owner = said()["role"]
    with acting_as("kim"):
        stock = desk.make_stock()
        assert (said()["role"], said()["user"]) == (owner, "")
    assert stock.events.get().pgh_context == {"user": "kim"}


def test_a_trader_sees_what_is_theirs(web: None) -> None:
    with as_owner():
        kim = desk.make_member(TRADER, username="kim")
        mine, _other = desk.make_portfolio(created_by="kim"), desk.make_portfolio(created_by="lee")
    with acting_as(kim):
        assert list(Portfolio.objects.all()) == [mine]


def test_what_is_forbidden_says_in_which_table_and_to_whom(web: None) -> None:
    with as_owner():
        user, stock = desk.make_member(TRADER), desk.make_stock()
    with pytest.raises(Forbidden) as refused, acting_as(user):
        stock.delete()
    error = refused.value
    assert (error.role, error.table and error.table.name, error.verb) == (TRADER, "market.stocks", "DELETE")


@pytest.mark.parametrize(
    ("statement", "table", "verb"),
    [
        ("UPDATE market.stocks SET name = 'x'", "market.stocks", "UPDATE"),
        ("WITH gone AS (DELETE FROM account.portfolio RETURNING 1) SELECT 1", "account.portfolio", "DELETE"),
        ("SELECT * FROM account.portfolio FOR UPDATE", "account.portfolio", "UPDATE"),
        ("SELECT * FROM trade.orders", None, "SELECT"),  # a schema, not a table, is what is refused
        ("SELECT * FROM orders", "trade.orders", "SELECT"),
        ("DO $$ BEGIN INSERT INTO account.cash_entries (amount) VALUES (1); END $$", "account.cash_entries", "INSERT"),
    ],
)
def test_what_was_tried_is_told_from_the_statement(web: None, statement: str, table: str | None, verb: str) -> None:
    with as_owner():
        user = desk.make_member(READONLY)
    with pytest.raises(Forbidden) as refused, acting_as(user):
        run(statement)
    assert (refused.value.table and refused.value.table.name, refused.value.verb) == (table, verb)


def test_a_table_that_is_not_there_is_a_fault_and_no_want_of_rights(web: None) -> None:
    with as_owner():
        user = desk.make_member(READONLY)
    with pytest.raises(DatabaseError) as fault, acting_as(user):
        run("SELECT * FROM nowhere")
    assert not isinstance(fault.value, Forbidden)


def test_going_on_keeps_what_was_done() -> None:
    user = desk.make_operator()
    with suppress(RuntimeError), Acting(user) as acting:
        desk.make_stock(ticker="000001")
        acting.go_on()
        assert said()["role"] == ADMIN
        desk.make_stock(ticker="000002")
        raise RuntimeError
    assert [stock.ticker for stock in Stock.objects.all()] == ["000001"]


def test_a_larger_block_is_not_ended_from_inside() -> None:
    user = desk.make_operator()
    with Acting(user) as acting, transaction.atomic(), pytest.raises(TransactionManagementError):
        acting.go_on()
