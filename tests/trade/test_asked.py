"""What is handed to a service is of the kind that the service names, or is refused as its other refusals are."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from account.models import Portfolio
from account.services import CashRefused, PortfolioRefused, clear_drawdown_halt, convert_currency, deposit, withdraw
from market.models import CorporateAction, Stock
from system.asked import Asked
from system.refused import Refused, refusals_as
from tests import desk
from tests.trade.ledger_desk import everything, make_holding, make_order, make_portfolio, make_stock, run
from trade.actions import ActionRefused, apply_action, apply_actions, reverse_action
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

NAIVE = datetime(2026, 1, 2, 9)
NO_ACTORS = ["", " ", None, 7, "k\0im", "k" * 151]


@pytest.fixture
def portfolio() -> Portfolio:
    return Portfolio.objects.get(pk=make_portfolio(1_000_000))


@pytest.fixture
def order() -> Order:
    return Order.objects.get(pk=make_order(make_holding()))


def refuses(error_type: type[Refused], service: Callable[..., Any], *facts: Any, **named: Any) -> Refused:
    before = everything()
    with pytest.raises(error_type) as refusal:
        service(*facts, **named)
    assert (type(refusal.value), refusal.value.rule) == (error_type, "invalid_value")
    assert refusal.value.hint
    assert everything() == before
    return refusal.value


@pytest.mark.parametrize(
    "wrong",
    [
        *({"quantity": quantity} for quantity in (1.5, Decimal("1.5"), Decimal(1), "1", None, True, 2**63, 10**5000)),
        *({"side": side} for side in (None, 5, "", "B\0", "BUYING")),
        {"order_type": None},
        *({"limit_price": price, "order_type": "LIMIT"} for price in (99.5, "99.5", True, Decimal("1e5000"))),
        {"stop_price": 99.5, "order_type": "STOP"},
        *({"expires_at": moment} for moment in (NAIVE, "2026-01-02", NAIVE.date())),
        *({"actor": actor} for actor in NO_ACTORS),
    ],
)
def test_an_order_is_of_the_right_kinds(portfolio: Portfolio, wrong: dict[str, Any]) -> None:
    stock = Stock.objects.get(pk=make_stock())
    refuses(OrderRefused, place_order, portfolio, stock, **{"side": "BUY", "quantity": 1, "actor": "kim"} | wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"quantity": quantity} for quantity in (1.5, Decimal("1.5"), None, "1", False)),
        *({"price": price} for price in (None, 0.5, "0.5", Decimal("1e5000"), -(10**5000))),
        *({name: 0.1} for name in ("commission", "tax", "fx_rate")),
        *({name: None} for name in ("commission", "tax", "exchange_ref", "order_id")),
        *({"exchange_ref": reference} for reference in ("K\0", 7, "K" * 101)),
        {"executed_time": NAIVE},
        {"order_id": "1"},
    ],
)
def test_a_fill_is_of_the_right_kinds(order: Order, wrong: dict[str, Any]) -> None:
    right = {"order_id": order.pk, "quantity": 1, "price": Decimal(1), "exchange_ref": "a"}
    refuses(ExecutionRefused, record_execution, Fill(**right | wrong), actor="router")


@pytest.mark.parametrize("move", [deposit, withdraw])
@pytest.mark.parametrize(
    "wrong",
    [
        *({"amount": amount} for amount in (None, 1.5, "1.5", True, Decimal("1e30"), 10**5000)),
        *({"currency": currency} for currency in (None, "", "U\0", 5, "DOLLAR")),
        *({"memo": memo} for memo in ("a\0", 5, "a" * 201)),
        *({"actor": actor} for actor in NO_ACTORS),
    ],
)
def test_cash_that_moves_is_of_the_right_kinds(portfolio: Portfolio, move: Any, wrong: dict[str, Any]) -> None:
    refuses(CashRefused, move, portfolio, **{"amount": Decimal(1), "actor": "kim"} | wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"rate": rate} for rate in (None, 0.0007, "0.0007", Decimal("1e30"), Decimal("1e19"))),
        *({"amount": amount} for amount in (None, 1.5, Decimal("1e30"), Decimal("1e5000"))),
        *({side: currency} for side in ("sell", "buy") for currency in (None, "", "U\0", 5)),
        {"memo": "a\0"},
        {"actor": ""},
    ],
)
def test_an_exchange_is_of_the_right_kinds(portfolio: Portfolio, wrong: dict[str, Any]) -> None:
    asked = {"sell": "KRW", "buy": "USD", "amount": Decimal(1_000_000), "rate": Decimal("0.0007"), "actor": "kim"}
    refuses(CashRefused, convert_currency, portfolio, **asked | wrong)


@pytest.mark.parametrize("actor", NO_ACTORS)
def test_whatever_is_done_is_somebodys(order: Order, portfolio: Portfolio, actor: Any) -> None:
    fill = desk.make_execution(order=order)
    action = desk.make_corporate_action()
    done: list[tuple[type[Refused], Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = [
        (OrderRefused, cancel_order, (order,), {}),
        (OrderRefused, reject_order, (order,), {"reason": "no"}),
        (OrderRefused, expire_orders, (), {}),
        (ExecutionRefused, record_execution, (Fill(order.pk, 1, Decimal(1), "a"),), {}),
        (ExecutionRefused, reverse_execution, (fill,), {"reason": "wrong"}),
        (ActionRefused, apply_actions, (), {}),
        (ActionRefused, apply_action, (action,), {"reason": "due"}),
        (ActionRefused, reverse_action, (action,), {"reason": "wrong"}),
        (PortfolioRefused, clear_drawdown_halt, (portfolio,), {"reason": "reviewed"}),
    ]
    for error_type, service, facts, named in done:
        refuses(error_type, service, *facts, **named, actor=actor)


@pytest.mark.parametrize("reason", ["", None, "w\0hy", 5])
def test_a_reason_is_words(order: Order, portfolio: Portfolio, reason: Any) -> None:
    fill: Execution = desk.make_execution(order=order)
    action: CorporateAction = desk.make_corporate_action()
    refuses(OrderRefused, cancel_order, order, reason=reason, actor="kim")
    refuses(ExecutionRefused, reverse_execution, fill, reason=reason, actor="kim")
    refuses(ActionRefused, apply_action, action, reason=reason, actor="kim")
    refuses(PortfolioRefused, clear_drawdown_halt, portfolio, reason=reason, actor="kim")


def test_a_whole_number_of_an_exact_kind_is_taken_as_money(portfolio: Portfolio) -> None:
    assert deposit(portfolio, 5, actor="kim").amount == 5  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO stocks (ticker) VALUES (NULL)", "UPDATE portfolio SET name = NULL", "SELECT 10 ^ 400"],
)
def test_a_value_that_no_column_holds_is_a_refusal_of_the_service(portfolio: Portfolio, statement: str) -> None:
    with pytest.raises(OrderRefused) as refusal, refusals_as(OrderRefused):
        run(statement)

    assert refusal.value.rule == "invalid_value"
    assert refusal.value.reason


def test_what_the_driver_refuses_is_a_refusal_of_the_service() -> None:
    with pytest.raises(OrderRefused, match="NUL") as refusal, refusals_as(OrderRefused):
        run("SELECT %s", "a\0")

    assert refusal.value.rule == "invalid_value"


def test_nothing_that_is_right_is_refused() -> None:
    asked = Asked(OrderRefused)
    asked.whole("quantity", 2**63 - 1)
    for number in (Decimal("0.0001"), Decimal("NaN"), Decimal("Infinity"), 5, Decimal(10) ** 19):
        asked.number("price", number)  # what is no number is for the rules of the columns
    asked.text("actor", "김", 1)


HALF = "K\udce4"


@pytest.mark.parametrize("service", [deposit, withdraw])
def test_a_number_that_raises_when_it_is_compared_is_refused(portfolio: Portfolio, service: Any) -> None:
    refuses(CashRefused, service, portfolio, Decimal("sNaN"), actor="kim")


def test_half_a_character_is_refused(portfolio: Portfolio, order: Order) -> None:
    refuses(CashRefused, deposit, portfolio, Decimal(1), actor=HALF)
    refuses(CashRefused, deposit, portfolio, Decimal(1), actor="kim", memo=HALF)
    refuses(OrderRefused, cancel_order, order, actor="kim", reason=HALF)
    refuses(ExecutionRefused, record_execution, Fill(order.pk, 1, Decimal(1), HALF), actor="router")


def test_what_is_no_saved_row_of_the_right_table_is_refused(portfolio: Portfolio, order: Order) -> None:
    stock = Stock.objects.get(pk=make_stock())
    for wrong in (Portfolio(name="new", initial_capital=1), stock, None, portfolio.pk):
        refuses(CashRefused, deposit, wrong, Decimal(1), actor="kim")
        convert = {"sell": "KRW", "buy": "USD", "amount": Decimal(1380), "rate": Decimal("0.001")}
        refuses(CashRefused, convert_currency, wrong, **convert, actor="kim")
        refuses(PortfolioRefused, clear_drawdown_halt, wrong, actor="kim", reason="seen")
        refuses(OrderRefused, place_order, wrong, stock, side="BUY", quantity=1, actor="kim")
    for wrong in (Stock(ticker="NEW"), portfolio, None):
        refuses(OrderRefused, place_order, portfolio, wrong, side="BUY", quantity=1, actor="kim")
        refuses(OrderRefused, cancel_order, wrong, actor="kim")
        refuses(ExecutionRefused, reverse_execution, wrong, actor="kim", reason="wrong")
        refuses(ActionRefused, apply_action, wrong, actor="kim", reason="again")
    refuses(OrderRefused, place_order, portfolio, stock, side="BUY", quantity=1, actor="kim", pick=stock)


def test_half_a_cent_is_no_money(portfolio: Portfolio) -> None:
    before = everything()
    for move in (deposit, withdraw):
        with pytest.raises(CashRefused) as refusal:
            move(portfolio, Decimal("0.005"), actor="kim")
        assert (refusal.value.rule, refusal.value.hint) == ("cash_cents", "Give two decimals at most.")
    assert everything() == before
    assert deposit(portfolio, Decimal("0.010"), actor="kim").amount == Decimal("0.01")


def test_a_bound_is_refused_in_the_words_that_its_model_has_for_it(portfolio: Portfolio) -> None:
    with override("en"), pytest.raises(OrderRefused) as refusal:
        place_order(portfolio, Stock.objects.get(pk=make_stock()), side="BUY", quantity=-1, actor="kim")

    assert refusal.value.rule == "chk_order_quantity"
    assert refusal.value.reason == "The quantity is above zero, and at most a trillion shares."
