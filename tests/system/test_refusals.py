"""When the database refuses a write, the back office says so: on the form, on the row's page, in the rule's words."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, connection, models, transaction
from django.db.models import BaseConstraint
from django.test import Client
from django.utils import translation

from brain.models import DailyPick
from market.models import DailyPrice, Stock
from system.back_office.refusals import refusal
from system.constraints import Reference
from system.models import Alert
from tests import desk
from tests.pages import messages, submit, url
from trade.models import Order

pytestmark = pytest.mark.django_db

# Only programs meet the constraints of these, and read the name.
PROGRAMS_ONLY = {"LatestPrice", "PriceArrival", "LoadReject", "LoginPolicy", "Permission", "ContentType"}


@pytest.fixture(autouse=True)
def english(settings: Any) -> Any:
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def run(statement: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)


def refuse_stocks(event: str, *, only: int | None = None, deferred: bool = False) -> None:
    """Have the database refuse an event on stocks, or on one of them, with words of its own."""
    run(
        "CREATE FUNCTION market.closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION E'the desk is closed\\nand more for the log' USING HINT = 'Come back on Monday.'; END $$"
    )
    kind, moment = ("CONSTRAINT TRIGGER", "AFTER") if deferred else ("TRIGGER", "BEFORE")
    timing = "DEFERRABLE INITIALLY DEFERRED" if deferred else ""
    condition = f"WHEN (OLD.stock_id = {only})" if only else ""
    run(
        f"CREATE {kind} closed {moment} {event} ON market.stocks {timing}"
        f" FOR EACH ROW {condition} EXECUTE FUNCTION market.closed()"
    )


def refused(model: type[models.Model], statement: str, *params: Any) -> str | None:
    """What the back office would say to the error that a statement raises."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        run(statement, *params)
    return refusal(caught.value, model)


def test_a_key_that_only_the_database_knows_is_a_message_on_the_form_which_keeps_what_was_typed(
    operator: Client,
) -> None:
    price = desk.make_price()
    typed = {"stock": price.stock_id, "trade_date": "2025-06-02", "close_price": "71234", "volume": "5"}
    response = submit(operator, url("market_dailyprice", "add"), **typed)
    assert response.status_code == 200
    form = response.context["adminform"].form
    assert form.non_field_errors() == ["Daily price with this Stock and trade date exists already."]
    assert 'value="71234"' in response.content.decode()
    assert DailyPrice.objects.count() == 1
    assert not LogEntry.objects.exists()


def test_a_date_without_a_partition_is_a_message(operator: Client) -> None:
    typed = {"stock": desk.make_stock().pk, "trade_date": "1950-01-02", "close_price": "1", "volume": "1"}
    response = submit(operator, url("market_dailyprice", "add"), **typed)
    assert "No partition holds this date" in response.context["adminform"].form.non_field_errors()[0]


def test_what_a_trigger_raises_is_told_in_its_first_line_and_hint(operator: Client) -> None:
    stock = desk.make_stock(name="before")
    refuse_stocks("UPDATE")
    response = submit(operator, url("market_stock", "change", stock.pk), name="after")
    assert response.context["adminform"].form.non_field_errors() == ["the desk is closed Come back on Monday."]
    assert 'value="after"' in response.content.decode()
    stock.refresh_from_db()
    assert stock.name == "before"


def test_what_the_database_would_refuse_at_the_commit_is_refused_on_the_form(operator: Client) -> None:
    refuse_stocks("INSERT", deferred=True)
    typed = {"ticker": "005930", "name": "Samsung", "market_type": "KOSPI"}
    response = submit(operator, url("market_stock", "add"), **typed)
    assert response.context["adminform"].form.non_field_errors() == ["the desk is closed Come back on Monday."]
    assert not Stock.objects.exists()


def test_a_number_too_large_for_its_column_is_a_message(operator: Client) -> None:
    holding = desk.make_holding()
    desk.make_price(stock=holding.stock)
    typed = {"quantity": str(2**63 - 1), "avg_purchase_price": "1"}
    response = submit(operator, url("account_holding", "change", holding.pk), **typed)
    assert "A trillion shares at most." in response.context["adminform"].form.non_field_errors()[0]


def test_a_deletion_that_the_database_refuses_returns_to_the_row_with_a_message(operator: Client) -> None:
    stock = desk.make_stock()
    refuse_stocks("DELETE")
    response = operator.post(url("market_stock", "delete", stock.pk), {"post": "yes"}, follow=True)
    assert response.redirect_chain == [(url("market_stock", "change", stock.pk), 302)]
    assert messages(response) == ["the desk is closed Come back on Monday."]
    assert not LogEntry.objects.exists()


def test_a_deletion_of_many_is_done_wholly_or_not_at_all(operator: Client) -> None:
    stocks = [desk.make_stock() for _ in range(3)]
    refuse_stocks("DELETE", only=stocks[1].pk)
    chosen = {"action": "delete_selected", "_selected_action": [stock.pk for stock in stocks], "post": "yes"}
    response = operator.post(url("market_stock", "changelist"), chosen, follow=True)
    assert messages(response) == ["the desk is closed Come back on Monday."]
    assert Stock.objects.count() == 3


def test_a_declared_constraint_speaks_its_own_words() -> None:
    desk.make_stock(ticker="005930")
    said = refused(Stock, "INSERT INTO stocks (ticker, name, market_type) VALUES ('005930', 'x', 'KOSPI')")
    assert said == "A stock with this ticker exists already."


def test_a_constraint_of_another_table_that_a_trigger_ran_into_speaks_its_own_words() -> None:
    said = refused(Alert, "INSERT INTO stocks (ticker, name, market_type) VALUES ('', 'x', 'KOSPI')")
    assert said == "A stock has a ticker and a name."


def test_a_row_that_others_refer_to_names_the_others() -> None:
    price = desk.make_price()
    said = refused(Stock, "DELETE FROM stocks WHERE stock_id = %s", price.stock_id)
    assert said == "Daily prices still refer to this. Delete those first."


def test_a_reference_to_what_is_gone_names_the_field() -> None:
    said = refused(
        Order, "INSERT INTO orders (holding_id, order_type, side, quantity) VALUES (999, 'MARKET', 'BUY', 1)"
    )
    assert said == "Holding: what was chosen does not exist any more."


def test_a_missing_value_names_the_field() -> None:
    said = refused(Stock, "INSERT INTO stocks (ticker, market_type) VALUES ('005930', 'KOSPI')")
    assert said == "Name needs a value."


def test_a_rule_of_a_trigger_with_its_own_name_is_told() -> None:
    pick, other = desk.make_pick(), desk.make_stock()
    said = refused(DailyPick, "UPDATE daily_picks SET stock_id = %s WHERE pick_id = %s", other.pk, pick.pk)
    assert said == "The report is about another stock than this pick."


def test_missing_rights_are_told() -> None:
    assert refused(Stock, "DO 'BEGIN RAISE insufficient_privilege; END'") == "Your role may not do this."


def test_rows_that_somebody_else_holds_are_told() -> None:
    said = refused(Stock, "DO 'BEGIN RAISE lock_not_available; END'")
    assert said == "Somebody else is changing the same rows. Try again in a moment."


def test_a_statement_that_was_stopped_is_told() -> None:
    assert (
        refused(Stock, "SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)") == "This took too long and was stopped."
    )


def test_a_fault_stays_an_error() -> None:
    assert refused(Stock, "SELECT * FROM no_such_table") is None


def test_every_named_constraint_has_words_for_people() -> None:
    wordless = [
        constraint.name
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if constraint.violation_error_message == BaseConstraint.default_violation_error_message
        and not isinstance(constraint, Reference)
        # Only programs write these, and read the name.
        and model.__name__
        not in {"LatestPrice", "PriceArrival", "LoadReject", "LoginPolicy", "Permission", "ContentType"}
        and not constraint.name.startswith(("uniq_cash_entries_", "uniq_cash_balances_"))
    ]
    assert wordless == []
