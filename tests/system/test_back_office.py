"""The base of the admin classes, on the tables of the desk."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from market.models import DailyPrice, Stock
from system.back_office.columns import amount, change, count, gain, money, risen, won
from system.back_office.counts import Count, count_all, count_up_to, estimated_rows
from system.models import Alert, JobRun, Log
from tests import desk
from tests.pages import messages, submit, url
from trade.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings: Any) -> Any:
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def run(statement: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)


# Columns with a default of the database's.


def test_an_empty_form_shows_literal_defaults_and_says_what_empty_means(operator: Client) -> None:
    form = operator.get(url("market_stock", "add")).context["adminform"].form
    assert form["is_active"].value() is True
    form = operator.get(url("trade_execution", "add")).context["adminform"].form
    assert (form["commission"].value(), form["tax"].value()) == (0, 0)
    assert form.fields["executed_time"].help_text == "Empty means now."


def test_an_empty_time_is_the_databases_now_and_an_empty_charge_its_zero(operator: Client) -> None:
    typed = {"executed_quantity": "1", "executed_price": "1", "exchange_ref": "x", "commission": ""}
    order = desk.make_order()
    submit(operator, url("trade_execution", "add"), order=order.pk, **typed)
    execution = order.executions.get()
    assert timezone.now() - execution.executed_time < timedelta(minutes=1)
    assert execution.commission == 0


def test_a_default_that_was_switched_off_stays_off(operator: Client) -> None:
    typed = {"ticker": "005930", "name": "Samsung", "market_type": "KOSPI"}
    operator.post(url("market_stock", "add"), typed)  # an unchecked box is not sent
    assert Stock.objects.get().is_active is False


def test_a_time_that_was_written_cannot_be_emptied(operator: Client) -> None:
    order = desk.make_order()
    response = submit(operator, url("trade_order", "change", order.pk), order_time_0="", order_time_1="")
    assert "order_time" in response.context["adminform"].form.errors


def test_an_expression_default_that_a_constraint_reads_is_left_to_the_database(operator: Client) -> None:
    typed = {
        "side": "BUY",
        "order_type": "MARKET",
        "quantity": "1",
        "expires_at_0": "2001-01-01",
        "expires_at_1": "9:00",
    }
    response = submit(operator, url("trade_order", "add"), holding=desk.make_holding().pk, **typed)
    assert response.context["adminform"].form.non_field_errors() == [
        "An order expires after it is placed; times are from 1970 to 2199."
    ]


def test_nothing_is_chosen_beforehand(operator: Client) -> None:
    form = operator.get(url("trade_order", "add")).context["adminform"].form
    assert {name: form[name].value() for name in ("side", "order_type")} == {"side": None, "order_type": None}
    assert form.fields["side"].choices[0][0] == ""


def test_numbers_and_json_stand_in_forms_as_people_write_them(operator: Client) -> None:
    order = desk.make_order(limit_price=Decimal("70000.0000"))
    assert 'value="70000"' in operator.get(url("trade_order", "change", order.pk)).content.decode()
    alert = desk.make_alert(data={"종목": "삼성전자"})
    assert (
        "{\n  &quot;종목&quot;: &quot;삼성전자&quot;\n}"
        in operator.get(url("system_alert", "change", alert.pk)).content.decode()
    )


# Deleting.


def test_deleting_a_stock_shows_counts_of_what_hangs_on_it_and_offers_no_button(operator: Client) -> None:
    stock = desk.make_stock()
    for day in range(5):
        desk.make_price(stock=stock, trade_date=desk.SESSION + timedelta(days=day))
    desk.make_holding(stock=stock)
    response = operator.get(url("market_stock", "delete", stock.pk))
    assert set(response.context["protected"]) == {"Daily prices: 5", "Holdings: 1"}
    assert 'name="post"' not in response.content.decode()
    operator.post(url("market_stock", "delete", stock.pk), {"post": "yes"})
    assert Stock.objects.filter(pk=stock.pk).exists()


def test_the_page_that_asks_reads_no_dependent_row(operator: Client) -> None:
    stock = desk.make_stock()
    desk.make_price(stock=stock)
    with CaptureQueriesContext(connection) as captured:
        operator.get(url("market_stock", "delete", stock.pk))
    about_prices = [query["sql"] for query in captured if '"daily_prices"' in query["sql"]]
    assert len(about_prices) == 1
    assert "COUNT(*)" in about_prices[0]
    assert "LIMIT 10001" in about_prices[0]


def test_the_page_that_asks_names_twenty_rows_and_counts_the_rest(operator: Client) -> None:
    keys = [desk.make_alert().pk for _ in range(23)]
    response = operator.post(url("system_alert", "changelist"), {"action": "delete_selected", "_selected_action": keys})
    (named,) = response.context["deletable_objects"]
    assert (len(named), named[-1]) == (21, "and 3 more")
    assert dict(response.context["model_count"]) == {"Alerts": 23}


# Counting.


def test_a_count_stops_where_nobody_reads_on() -> None:
    for _ in range(3):
        desk.make_alert()
    assert str(count_up_to(Alert.objects.all(), limit=2)) == "2+"
    assert str(count_up_to(Alert.objects.all(), limit=3)) == "3"
    assert str(Count(1_234_567, estimated=True)) == "about 1,234,567"


def test_a_large_table_is_estimated_over_all_its_partitions() -> None:
    for days in (0, 1):
        desk.make_log(created_at=timezone.now() - timedelta(days=days))
        run(
            "INSERT INTO logs (log_level, message, created_at)"
            " SELECT 'INFO', 'x', now() - make_interval(days => %s) FROM generate_series(1, 6000)",
            days,
        )
    assert str(count_all(Log.objects.all())) == "10,000+"
    run("ANALYZE system.logs")
    assert estimated_rows(Log, "default") == 12_002
    assert str(count_all(Log.objects.all())) == "about 12,002"


# Large tables.


def test_a_page_beyond_the_last_leads_to_the_last(operator: Client) -> None:
    response = operator.get(url("system_log", "changelist"), {"p": "5000"})
    assert response.headers["Location"] == f"{url('system_log', 'changelist')}?p=100"


def test_an_order_that_no_index_serves_is_left_out(operator: Client) -> None:
    desk.make_log()
    address = url("system_log", "changelist")
    assert operator.get(address, {"o": "-4", "q": "rows"}).headers["Location"] == f"{address}?q=rows"
    assert operator.get(address, {"o": "1"}).status_code == 200


def test_a_large_table_is_not_selected_as_a_whole(operator: Client) -> None:
    line = desk.make_log()
    chosen = {"action": "delete_selected", "_selected_action": [line.pk], "select_across": "1", "index": "0"}
    response = operator.post(url("system_log", "changelist"), {**chosen, "post": "yes"}, follow=True)
    assert messages(response) == ["Select rows page by page: this table is too large."]
    assert Log.objects.exists()


def test_a_list_that_takes_too_long_is_stopped_and_says_so(operator: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("system.back_office.large_tables.LONGEST", 20)
    run("ALTER TABLE system.logs RENAME TO slow_logs")
    run("CREATE VIEW system.logs AS SELECT slow_logs.* FROM (SELECT pg_sleep(0.2)) AS slow, system.slow_logs")
    run("GRANT SELECT ON system.logs TO aegis_admin")
    response = operator.get(url("system_log", "changelist"), {"q": "x"})
    assert response.status_code == 302
    assert response.headers["Location"] == url("system_log", "changelist")


def test_the_limit_ends_with_the_list(operator: Client) -> None:
    operator.get(url("system_log", "changelist"))
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


# How numbers read.


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        ("71000", "KRW", "₩71,000"),
        ("69433.33", "KRW", "₩69,433.33"),
        ("-4200", "KRW", "-₩4,200"),
        ("182.3", "USD", "$182.30"),
        ("0.5123", "USD", "$0.5123"),
        ("-0.00001", "USD", "$0.00"),
        ("12.5", None, "12.5"),
    ],
)
def test_an_amount_reads_in_its_currency(value: str, currency: str | None, shown: str) -> None:
    assert amount(Decimal(value), currency) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("5.23", '<span class="number rose">+5.23%</span>'),
        ("-1.5", '<span class="number fell">-1.50%</span>'),
        ("0", '<span class="number ">0.00%</span>'),
        (None, '<span class="number ">-</span>'),
    ],
)
def test_what_rose_is_red_with_a_plus_and_what_fell_blue_with_a_minus(value: str | None, shown: str) -> None:
    price = DailyPrice(changes=None if value is None else Decimal(value))
    assert change(DailyPrice, "changes")(price) == shown
    assert value is None or risen(Decimal(value)) == shown


def test_a_column_is_one_object_with_the_label_and_the_order_of_its_field() -> None:
    column = money(Stock, "market_cap", won)
    assert column is money(Stock, "market_cap", won)
    assert (column.short_description, column.admin_order_field) == (
        "market capitalisation",
        models.F("market_cap").asc(nulls_first=True),
    )
    assert column(Stock(market_cap=Decimal(450_000_000_000_000))) == (
        '<span class="number ">₩450,000,000,000,000</span>'
    )
    assert count(Order, "quantity")(Order(quantity=12_345)) == '<span class="number ">12,345</span>'
    assert gain(Stock, "market_cap", won)(Stock(market_cap=Decimal(-5))) == '<span class="number fell">-₩5</span>'


def test_how_long_a_job_took_is_shown_in_whole_seconds(operator: Client) -> None:
    JobRun.objects.create(
        job="monitor",
        state="SUCCEEDED",
        started_at=timezone.now(),
        finished_at=timezone.now() + timedelta(seconds=75, milliseconds=3),
    )
    assert "0:01:15" in operator.get(url("system_jobrun", "changelist")).content.decode()
