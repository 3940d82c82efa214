"""The services: one transaction each, the actor passed in, and refusals that a form can show."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from account.models import Holding, Portfolio
from brain.models import DailyPick
from market.models import Stock
from system.acting import acting_as
from tests.trade.ledger_desk import (
    cash,
    everything,
    fill,
    make_holding,
    make_order,
    make_pick,
    make_portfolio,
    make_stock,
    order_is,
    position,
    run,
)
from trade.models import Execution, Order
from trade.services import (
    ExecutionRefused,
    Fill,
    OrderRefused,
    cancel_order,
    expire_orders,
    place_order,
    record_execution,
    reject_order,
    reverse_execution,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def portfolio() -> Portfolio:
    return Portfolio.objects.get(pk=make_portfolio(1_000_000))


@pytest.fixture
def stock() -> Stock:
    return Stock.objects.get(pk=make_stock(close=100))


@pytest.fixture
def order(portfolio: Portfolio, stock: Stock) -> Order:
    return place_order(portfolio, stock, side="BUY", quantity=10, actor="kim")


def history(table: str) -> list[tuple[Any, ...]]:
    """Label, acting user and reason of each event."""
    return run(f"SELECT pgh_label, pgh_context ->> 'user', pgh_context ->> 'reason' FROM {table} ORDER BY pgh_id")


class TestPlaceOrder:
    def test_a_first_buy_opens_the_holding(self, portfolio: Portfolio, stock: Stock) -> None:
        order = place_order(portfolio, stock, side="BUY", quantity=10, actor="kim")

        assert (order.order_type, order.status, order.filled_quantity) == ("MARKET", "PENDING", 0)
        assert order.created_by == "kim"
        assert run("SELECT portfolio_id, stock_id, quantity FROM holdings") == [(portfolio.pk, stock.pk, 0)]
        assert history("order_events") == [("insert", "kim", None)]

    def test_a_second_order_finds_the_holding(self, portfolio: Portfolio, stock: Stock, order: Order) -> None:
        before = run("SELECT xmin::text, * FROM holdings")

        again = place_order(portfolio, stock, side="BUY", quantity=1, actor="kim")

        assert again.holding_id == order.holding_id
        assert run("SELECT xmin::text, * FROM holdings") == before

    def test_what_was_asked_for_is_on_the_order(self, portfolio: Portfolio, stock: Stock) -> None:
        until, pick = NOW + timedelta(days=1), DailyPick.objects.get(pk=make_pick(stock.pk))

        order = place_order(
            portfolio, stock, side="BUY", quantity=3, actor="kim", order_type="LIMIT", limit_price=Decimal("99.5"),
            expires_at=until, pick=pick,
        )  # fmt: skip

        order.refresh_from_db()
        assert (order.order_type, order.limit_price, order.stop_price) == ("LIMIT", Decimal("99.5"), None)
        assert (order.expires_at, order.pick_id) == (until, pick.pk)

    @pytest.mark.parametrize(
        ("asked", "rule"),
        [
            ({"quantity": 0}, "chk_order_quantity"),
            ({"order_type": "LIMIT"}, "chk_orders_price_for_type"),
            ({"order_type": "STOP", "stop_price": Decimal("NaN")}, "chk_orders_price_positive"),
            ({"side": "HOLD"}, "chk_orders_side"),
            ({"side": "SELL"}, "order_oversell"),
        ],
    )
    def test_a_refusal_names_the_rule_and_leaves_no_holding_behind(
        self, portfolio: Portfolio, stock: Stock, asked: dict[str, Any], rule: str
    ) -> None:
        before = everything()

        with pytest.raises(OrderRefused) as refusal:
            place_order(portfolio, stock, **{"side": "BUY", "quantity": 1, "actor": "kim"} | asked)

        assert refusal.value.rule == rule
        assert everything() == before

    def test_a_refusal_says_why_and_what_to_do(self, portfolio: Portfolio, stock: Stock) -> None:
        with pytest.raises(OrderRefused) as refusal:
            place_order(portfolio, stock, side="SELL", quantity=3, actor="kim")

        assert refusal.value.reason == (
            f"3 shares of {stock.ticker} cannot be sold: 0 are held, 0 of them committed to open SELL orders"
        )
        assert refusal.value.hint == "Sell less, or cancel an open SELL order first."
        assert str(refusal.value) == f"{refusal.value.reason} {refusal.value.hint}"

    def test_a_halted_portfolio_and_a_delisted_stock_take_no_buys(self, portfolio: Portfolio, stock: Stock) -> None:
        run("UPDATE portfolio SET buying_halted_at = now()")
        with pytest.raises(OrderRefused) as halted:
            place_order(portfolio, stock, side="BUY", quantity=1, actor="kim")
        run("UPDATE portfolio SET buying_halted_at = NULL")
        run("UPDATE stocks SET is_active = false")
        with pytest.raises(OrderRefused) as delisted:
            place_order(portfolio, stock, side="BUY", quantity=1, actor="kim")

        assert (halted.value.rule, delisted.value.rule) == ("order_drawdown", "order_inactive")

    def test_a_refusal_inside_a_larger_transaction_leaves_it_usable(self, portfolio: Portfolio, stock: Stock) -> None:
        """A request or a batch is one transaction: after a refusal it goes on, with the message or the next row."""
        with transaction.atomic():
            with pytest.raises(OrderRefused):
                place_order(portfolio, stock, side="SELL", quantity=1, actor="kim")
            order = place_order(portfolio, stock, side="BUY", quantity=1, actor="kim")
            with pytest.raises(OrderRefused):
                reject_order(cancel_order(order, actor="kim"), actor="kim", reason="no")
            with pytest.raises(ExecutionRefused):
                record_execution(Fill(order.pk, 2, Decimal(1), "a"), actor="kim")

        assert Order.objects.count() == 1


class TestClosing:
    def test_cancelling_states_who_and_why(self, order: Order) -> None:
        closed = cancel_order(order, actor="lee", reason="market turned")

        assert (closed.status, closed.status_reason) == ("CANCELLED", "market turned")
        assert history("order_events") == [("insert", "kim", None), ("update", "lee", "market turned")]

    def test_a_partly_filled_order_keeps_what_was_filled(self, order: Order) -> None:
        fill(order.pk, 4, 100)

        closed = cancel_order(order, actor="lee")

        assert (closed.status, closed.filled_quantity, closed.status_reason) == ("CANCELLED", 4, "operator")

    def test_rejecting_keeps_the_brokers_words_as_far_as_they_fit(self, order: Order) -> None:
        closed = reject_order(order, actor="broker", reason="증거금 부족 " * 100)

        assert closed.status == "REJECTED"
        assert closed.status_reason == ("증거금 부족 " * 100)[:200]

    @pytest.mark.parametrize("close", [cancel_order, reject_order])
    @pytest.mark.parametrize("state", ["FILLED", "CANCELLED", "REJECTED"])
    def test_a_closed_order_is_not_closed_again(self, order: Order, state: str, close: Callable[..., Order]) -> None:
        if state == "FILLED":
            fill(order.pk, 10, 100)
        else:
            run("UPDATE orders SET status = %s", state)
        before = everything()

        with pytest.raises(OrderRefused) as refusal:
            close(order, actor="lee", reason="again")

        assert (refusal.value.rule, refusal.value.reason) == ("order_terminal", f"Order {order.pk} is {state}.")
        assert refusal.value.hint
        assert everything() == before

    def test_a_partly_filled_order_is_not_rejected(self, order: Order) -> None:
        fill(order.pk, 1, 100)

        with pytest.raises(OrderRefused, match="is PARTIAL_FILLED"):
            reject_order(order, actor="broker", reason="late")


class TestExpiring:
    def test_only_open_orders_whose_time_is_over_expire(self, portfolio: Portfolio, stock: Stock) -> None:
        times = {"past": -1, "now": 0, "later": 1}
        holding = make_holding(portfolio.pk, stock.pk)
        placed = NOW - timedelta(days=1)
        orders = {
            name: make_order(holding, order_time=placed, expires_at=NOW + timedelta(microseconds=offset))
            for name, offset in times.items()
        }
        forever = make_order(holding)
        closed = make_order(holding, order_time=placed, expires_at=NOW - timedelta(hours=1))
        run("UPDATE orders SET status = 'CANCELLED', status_reason = 'operator' WHERE order_id = %s", closed)
        partly = make_order(holding, order_time=placed, expires_at=NOW - timedelta(hours=1))
        fill(partly, 4, 100)

        expired = expire_orders(actor="cron", now=NOW)

        assert expired == [orders["past"], orders["now"], partly]
        assert (order_is(orders["now"]), order_is(partly)) == (("CANCELLED", 0), ("CANCELLED", 4))
        assert (order_is(orders["later"]), order_is(forever)) == (("PENDING", 0), ("PENDING", 0))
        reasons = dict(run("SELECT order_id, status_reason FROM orders"))
        assert (reasons[partly], reasons[closed], reasons[forever]) == ("expired", "operator", None)
        assert history("order_events")[-1] == ("update", "cron", "expired")

    def test_a_second_run_finds_nothing(self, order: Order) -> None:
        later = NOW + timedelta(days=2)
        run("UPDATE orders SET expires_at = %s", NOW + timedelta(days=1))
        assert expire_orders(actor="cron", now=later) == [order.pk]

        assert expire_orders(actor="cron", now=later) == []

    def test_without_a_time_it_is_now(self, order: Order) -> None:
        run("UPDATE orders SET order_time = now() - interval '1 hour', expires_at = now() - interval '1 minute'")

        assert expire_orders(actor="cron") == [order.pk]


@pytest.mark.django_db(transaction=True)
def test_an_order_that_is_being_filled_does_not_expire_and_nobody_waits() -> None:
    holding = make_holding()
    held, free = (make_order(holding, order_time=NOW - timedelta(2), expires_at=NOW - timedelta(1)) for _ in range(2))

    def expire() -> list[int]:
        try:
            return expire_orders(actor="cron", now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as elsewhere, transaction.atomic():
        fill(held, 1, 100)
        expired = elsewhere.submit(expire).result(timeout=10)

    assert expired == [free]
    assert (order_is(held), order_is(free)) == (("PARTIAL_FILLED", 1), ("CANCELLED", 0))


class TestRecordExecution:
    def test_a_fill_is_booked_with_what_the_broker_reports(self, order: Order) -> None:
        at = NOW - timedelta(hours=1)
        reported = Fill(order.pk, 4, Decimal("70000"), "KRX-1", Decimal(42), Decimal(7), at, Decimal("1350.5"))

        booked = record_execution(reported, actor="router")

        assert (booked.executed_quantity, booked.executed_price, booked.commission, booked.tax) == (4, 70_000, 42, 7)
        assert (booked.executed_time, booked.fx_rate, booked.net_amount) == (at, Decimal("1350.5"), -280_049)
        assert order_is(order.pk) == ("PARTIAL_FILLED", 4)
        assert history("execution_events") == [("insert", "router", None)]
        assert history("order_events")[-1] == ("update", "router", None)
        assert history("holding_events")[-1] == ("update", "router", None)

    @pytest.mark.parametrize("price", ["70000", "70000.00000", "0.12345", "0.00005"])
    def test_a_replay_returns_what_is_booked(self, order: Order, price: str) -> None:
        reported = Fill(order.pk, 4, Decimal(price), "KRX-1", Decimal("0.125"), Decimal("0.005"))
        booked = record_execution(reported, actor="router")
        before = everything()

        again = record_execution(reported, actor="router")

        assert again.pk == booked.pk
        assert everything() == before

    @pytest.mark.parametrize(
        "other", [{"quantity": 3}, {"price": Decimal("99.99")}, {"commission": Decimal(1)}, {"tax": Decimal(1)}]
    )
    def test_another_fill_under_the_same_reference_is_refused(self, order: Order, other: dict[str, Any]) -> None:
        reported = {"order_id": order.pk, "quantity": 4, "price": Decimal(100), "exchange_ref": "KRX-1"}
        record_execution(Fill(**reported), actor="router")
        before = everything()

        with pytest.raises(ExecutionRefused) as refusal:
            record_execution(Fill(**reported | other), actor="router")

        assert refusal.value.rule == "execution_conflict"
        assert refusal.value.hint
        assert everything() == before

    @pytest.mark.parametrize(
        ("wrong", "rule"),
        [
            ({"quantity": 11}, "execution_overfill"),
            ({"quantity": 0}, "chk_executions_positive"),
            ({"price": Decimal(-1)}, "chk_executions_positive"),
            ({"commission": Decimal(-1)}, "chk_executions_charges"),
            ({"exchange_ref": ""}, "chk_executions_ref"),
            ({"order_id": -1}, "fk_executions_order"),
            ({"quantity": 10**30}, "invalid_value"),
            ({"price": Decimal(10) ** 30}, "invalid_value"),
        ],
    )
    def test_a_refusal_names_the_rule_and_books_nothing(self, order: Order, wrong: dict[str, Any], rule: str) -> None:
        right = {"order_id": order.pk, "quantity": 1, "price": Decimal(1), "exchange_ref": "a"}
        before = everything()

        with pytest.raises(ExecutionRefused) as refusal:
            record_execution(Fill(**right | wrong), actor="router")

        assert refusal.value.rule == rule
        assert everything() == before

    def test_a_rejected_order_and_a_proposal_are_not_filled(self, order: Order, stock: Stock) -> None:
        reject_order(order, actor="broker", reason="no")
        with pytest.raises(ExecutionRefused) as rejected:
            record_execution(Fill(order.pk, 1, Decimal(1), "a"), actor="router")
        with pytest.raises(ExecutionRefused) as proposed:
            record_execution(Fill(make_order(None, pick_id=make_pick(stock.pk)), 1, Decimal(1), "a"), actor="router")

        assert (rejected.value.rule, proposed.value.rule) == ("execution_of_rejected", "execution_of_proposal")
        assert rejected.value.hint == "Check the broker's order number."


class TestReverseExecution:
    def test_a_reversal_takes_the_fill_back_and_says_why(self, portfolio: Portfolio, order: Order) -> None:
        booked = record_execution(Fill(order.pk, 4, Decimal(100), "KRX-1", Decimal(3)), actor="router")

        reversal = reverse_execution(booked, actor="lee", reason="busted by the exchange")

        assert (reversal.reverses_id, reversal.net_amount, reversal.commission) == (booked.pk, 403, 3)
        assert order_is(order.pk) == ("PENDING", 0)
        assert position(Holding.objects.get().pk) == (0, 0, 0)
        assert cash(portfolio.pk) == 1_000_000
        said = ("lee", "busted by the exchange")
        assert history("execution_events")[-2:] == [("insert", *said), ("update", *said)]
        assert history("order_events")[-1] == ("update", *said)

    def test_a_fill_is_taken_back_once(self, order: Order) -> None:
        booked = Execution.objects.get(pk=fill(order.pk, 4, 100))
        reversal = reverse_execution(booked, actor="lee", reason="wrong")
        before = everything()

        with pytest.raises(ExecutionRefused, match="is reversed already") as again:
            reverse_execution(booked, actor="lee", reason="again")
        with pytest.raises(ExecutionRefused) as of_reversal:
            reverse_execution(reversal, actor="lee", reason="undo")

        assert (again.value.rule, of_reversal.value.rule) == ("uniq_executions_reverses", "execution_reversal")
        assert everything() == before

    def test_shares_that_were_sold_since_cannot_be_taken_back(self, order: Order) -> None:
        bought = Execution.objects.get(pk=fill(order.pk, 10, 100))
        fill(make_order(order.holding_id, "SELL", 5), 5, 110)

        with pytest.raises(ExecutionRefused) as refusal:
            reverse_execution(bought, actor="lee", reason="wrong")

        assert (refusal.value.rule, refusal.value.hint) == ("execution_needed", "Reverse the later sales first.")


def test_placing_and_filling_are_one_round_trip_each(
    portfolio: Portfolio, stock: Stock, django_assert_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    """Inside of a larger transaction too: savepoint and context travel with the statement."""
    with django_assert_num_queries(2):
        order = place_order(portfolio, stock, side="BUY", quantity=1, actor="kim")
        record_execution(Fill(order.pk, 1, Decimal(1), "a"), actor="router")


class TestWhoAndWhy:
    def test_the_reason_of_one_service_does_not_stick_to_the_next(self, portfolio: Portfolio, stock: Stock) -> None:
        order = place_order(portfolio, stock, side="BUY", quantity=1, actor="kim")
        cancel_order(order, actor="lee", reason="wrong")
        place_order(portfolio, stock, side="BUY", quantity=2, actor="park")
        run("UPDATE orders SET limit_price = 5, order_type = 'LIMIT' WHERE status = 'PENDING'")

        assert history("order_events") == [
            ("insert", "kim", None),
            ("update", "lee", "wrong"),
            ("insert", "park", None),
            ("update", None, None),
        ]

    def test_inside_a_request_the_request_stays_and_the_user_comes_back(
        self, portfolio: Portfolio, stock: Stock
    ) -> None:
        with acting_as("web", reason="review", request="r-1"):
            order = place_order(portfolio, stock, side="BUY", quantity=1, actor="kim")
            cancel_order(order, actor="lee", reason="wrong")
            make_order(order.holding_id)

        assert {request for (request,) in run("SELECT pgh_context ->> 'request' FROM order_events")} == {"r-1"}
        assert [who_and_why for _label, *who_and_why in history("order_events")] == [
            ["kim", "review"],
            ["lee", "wrong"],
            ["web", "review"],
        ]
