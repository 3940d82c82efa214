"""Whatever happens, in whatever order and by whichever door, the database and plain arithmetic agree to the last digit.

`AEGIS_STEPS=5000 pytest tests/trade/test_ledger_model.py -s` looks longer.
"""

import os
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from account import services as money
from account.models import Portfolio
from market.models import DailyPrice, Stock
from system.partitions import ensure
from tests.trade.agreement import Agreement
from tests.trade.ledger_desk import (
    YESTERDAY,
    make_holding,
    make_order,
    make_portfolio,
    make_stock,
    run,
    set_rate,
    value,
)
from tests.trade.reference_ledger import Fill, Ledger, rounded
from trade import services as trading
from trade.models import Execution, Order

STEPS = int(os.environ.get("AEGIS_STEPS", "500"))
STEPS_OF_ONE_STORY = 50
MARKETS = ("KOSPI", "NASDAQ", "KOSDAQ", "NYSE")
DAYS = (-40, -1, 0, 5)  # the last one has not come

any_of = st.integers(0, 9)
few = st.integers(1, 12)
shares = few | few | st.integers(-1, 100_000)
prices = st.decimals("0.0001", "99999.9999", places=4) | st.sampled_from([Decimal(100), Decimal("0.00005")])
charges = st.just(Decimal(0)) | st.decimals(0, "99.999", places=3)
averages = st.decimals(0, "99999.999999", places=6)
amounts = st.decimals("0.01", 2_000_000, places=2)
rates = st.decimals("0.000001", "2000.000000", places=6)
currencies = st.sampled_from(["KRW", "USD"])
sides = st.sampled_from(["BUY", "SELL"])
yes_or_no = st.booleans()

has_orders = precondition(lambda machine: machine.ledger.orders)
has_fills = precondition(lambda machine: machine.ledger.fills)


class LedgerMachine(Agreement):
    """What may happen at a desk. Numbers that rules draw pick one of what is there."""

    # What is there to trade with.

    @initialize(
        capitals=st.lists(st.tuples(st.integers(0, 5_000_000), st.none() | st.integers(1, 50)), min_size=1, max_size=2),
        markets=st.lists(st.sampled_from(MARKETS), min_size=1, max_size=3),
        average=averages,
    )
    def open_the_desk(self, capitals: list[tuple[int, int | None]], markets: list[str], average: Decimal) -> None:
        for market in markets:
            self.stocks.append(make_stock(market_type=market))
            self.ledger.currency.append("KRW" if market in {"KOSPI", "KOSDAQ"} else "USD")
            self.ledger.listed.append(True)
        for number, (capital, drawdown) in enumerate(capitals):
            key = self.new()
            self.ledger.open_portfolio(key, Decimal(capital), None if drawdown is None else Decimal(drawdown))
            self.ids[key] = make_portfolio(capital, max_drawdown=drawdown)
            self.open_holding(number=number, stock=0, quantity=10 * number, average=average)

    @precondition(lambda machine: len(machine.ledger.holdings) < len(machine.ledger.portfolios) * len(machine.stocks))
    @rule(number=any_of, stock=any_of, quantity=st.integers(0, 50), average=averages)
    def open_holding(self, *, number: int, stock: int, quantity: int, average: Decimal) -> None:
        key, portfolio, stock = self.new(), pick(self.ledger.portfolios, number), stock % len(self.stocks)
        self.both(
            lambda ledger: ledger.open_holding(key, portfolio, stock, quantity, average),
            lambda: make_holding(self.ids[portfolio], self.stocks[stock], quantity, average),
            makes=(key,),
        )

    @has_orders
    @rule(number=any_of, quantity=st.integers(0, 50), average=averages)
    def correct_holding(self, *, number: int, quantity: int, average: Decimal) -> None:
        holding = pick(self.ledger.holdings, number)
        self.both(
            lambda ledger: ledger.correct_holding(holding, quantity, average),
            lambda: run(
                "UPDATE holdings SET quantity = %s, avg_purchase_price = %s WHERE holding_id = %s",
                *(quantity, average, self.ids[holding]),
            ),
        )

    @precondition(lambda machine: len(machine.ledger.orders) > 3)
    @rule(number=any_of, active=yes_or_no, listed=yes_or_no)
    def close_or_open_for_business(self, *, number: int, active: bool, listed: bool) -> None:
        portfolio, stock = pick(self.ledger.portfolios, number), number % len(self.stocks)
        self.both(
            lambda ledger: ledger.set_active(portfolio, active, stock, listed),
            lambda: [
                run("UPDATE portfolio SET is_active = %s WHERE portfolio_id = %s", active, self.ids[portfolio]),
                run("UPDATE stocks SET is_active = %s WHERE stock_id = %s", listed, self.stocks[stock]),
            ],
        )

    @precondition(lambda machine: any(owner.halted for owner in machine.ledger.portfolios.values()))
    @rule(number=any_of)
    def clear_halt(self, *, number: int) -> None:
        portfolio = pick(self.ledger.portfolios, number)
        self.both(
            lambda ledger: ledger.clear_halt(portfolio),
            lambda: run("UPDATE portfolio SET buying_halted_at = NULL WHERE portfolio_id = %s", self.ids[portfolio]),
        )

    # Orders.

    @rule(number=any_of, side=sides, quantity=shares, by_service=yes_or_no)
    def place(self, *, number: int, side: str, quantity: int, by_service: bool = False) -> None:
        key, holding = self.new(), pick(self.ledger.holdings, number)
        held = self.ledger.holdings[holding]
        self.both(
            lambda ledger: ledger.place(key, holding, side, quantity),
            lambda: (
                trading.place_order(
                    Portfolio.objects.get(pk=self.ids[held.portfolio]),
                    Stock.objects.get(pk=self.stocks[held.stock]),
                    **{"side": side, "quantity": quantity, "actor": "model"},
                ).pk
                if by_service
                else make_order(self.ids[holding], side, quantity)
            ),
            makes=(key,),
        )

    @has_orders
    @rule(number=any_of, quantity=shares)
    def amend(self, *, number: int, quantity: int) -> None:
        order = pick(self.ledger.orders, number)
        self.both(
            lambda ledger: ledger.amend(order, quantity),
            lambda: run("UPDATE orders SET quantity = %s WHERE order_id = %s", quantity, self.ids[order]),
        )

    @has_orders
    @rule(number=any_of, status=st.sampled_from(["CANCELLED", "CANCELLED", "REJECTED"]), by_service=yes_or_no)
    def close(self, *, number: int, status: str, by_service: bool) -> None:
        order = pick(self.ledger.orders, number)
        close = {"CANCELLED": trading.cancel_order, "REJECTED": trading.reject_order}[status]
        self.both(
            lambda ledger: ledger.close(order, status, by_service),
            lambda: (
                close(Order.objects.get(pk=self.ids[order]), actor="model", reason="because")
                if by_service
                else run("UPDATE orders SET status = %s WHERE order_id = %s", status, self.ids[order])
            ),
        )

    # Fills.

    @rule(number=any_of, side=sides, quantity=few, price=prices, part=few)
    def trade(self, *, number: int, side: str, quantity: int, price: Decimal, part: int) -> None:
        """An order, if a sale one that the holding has shares for, and its first fill: so that stories get on."""
        held = self.ledger.position(pick(self.ledger.holdings, number))[0]
        quantity = min(quantity, held) if side == "SELL" and held else quantity
        placed_before = len(self.ledger.orders)
        self.place(number=number, side=side, quantity=quantity)
        if len(self.ledger.orders) > placed_before:
            self.fill(number=0, quantity=min(part, quantity), price=price)

    @rule(number=any_of, price=prices)
    def sell_twice(self, *, number: int, price: Decimal) -> None:
        """Cancel a sale of everything, sell everything, and have the cancelled sale filled after all."""
        held = self.ledger.position(pick(self.ledger.holdings, number))[0]
        for late in (True, False):
            placed_before = len(self.ledger.orders)
            self.place(number=number, side="SELL", quantity=held)
            if len(self.ledger.orders) == placed_before:
                return
            if late:
                self.close(number=0, status="CANCELLED", by_service=False)
        self.fill(number=0, quantity=held, price=price)
        self.fill(number=1, quantity=held, price=price)

    @has_orders
    @rule(number=any_of, portion=st.integers(0, 3), quantity=shares, price=prices, commission=charges, tax=charges,
          by_service=yes_or_no)  # fmt: skip
    def fill(self, *, number: int, quantity: int, price: Decimal, portion: int = 0, commission: Decimal = Decimal(0),
             tax: Decimal = Decimal(0), by_service: bool = False) -> None:  # fmt: skip
        """Fill what is left, a half or a third of it, or (portion 0) any number of shares."""
        key, order = self.new(), pick(self.ledger.orders, number)
        left = self.ledger.orders[order].quantity - self.ledger.filled(order)
        quantity = -(-left // portion) if portion and left else quantity
        booked = Fill(order, quantity, rounded(price, 4), rounded(commission, 2) + rounded(tax, 2), f"F{key}")
        row = (self.ids[order], quantity, price, booked.ref, commission, tax)
        self.both(
            lambda ledger: ledger.book({key: booked}),
            lambda: trading.record_execution(trading.Fill(*row), actor="model").pk if by_service else insert(row),
            makes=(key,),
        )

    @has_fills
    @rule(number=any_of, door=st.sampled_from(["service", "insert", "on conflict"]))
    def replay(self, *, number: int, door: str) -> None:
        """The same fill again: a plain INSERT is refused, the others change nothing."""
        key = pick(self.ledger.fills, number)
        again = self.ledger.fills[key]
        if again.reverses is not None:
            return
        row = run(f"SELECT {COLUMNS} FROM executions WHERE execution_id = %s", self.ids[key])[0]

        def replayed(ledger: Ledger) -> None:
            if door == "insert":
                ledger.book({-1: again})
            elif door == "service":
                ledger.refuse_reversed("execution_reversed", key)

        self.both(
            replayed,
            {
                "service": lambda: trading.record_execution(trading.Fill(*row), actor="model"),
                "insert": lambda: insert(row),
                "on conflict": lambda: run(f"{INSERT} ON CONFLICT (order_id, exchange_ref) DO NOTHING", *row),
            }[door],
        )

    @has_orders
    @rule(brought=st.lists(st.tuples(any_of, st.integers(1, 4), prices), min_size=2, max_size=4))
    def fill_several(self, *, brought: list[tuple[int, int, Decimal]]) -> None:
        """Fills of one statement, in any order of orders."""
        booked = {
            (key := self.new()): Fill(
                pick(self.ledger.orders, number), quantity, rounded(price, 4), Decimal(0), f"F{key}"
            )
            for number, quantity, price in brought
        }
        rows = [(self.ids[fill.order], fill.shares, fill.price, fill.ref, 0, 0) for fill in booked.values()]
        self.both(lambda ledger: ledger.book(booked), lambda: insert(*rows), makes=tuple(booked))

    @has_fills
    @rule(number=any_of, by_service=yes_or_no)
    def reverse(self, *, number: int, by_service: bool) -> None:
        key, wrong = self.new(), pick(self.ledger.fills, number)

        def reversed_once(ledger: Ledger) -> None:
            if by_service:
                ledger.refuse_reversed("uniq_executions_reverses", wrong)
            ledger.book({key: ledger.reversal(wrong)})

        self.both(
            reversed_once,
            lambda: (
                trading.reverse_execution(Execution.objects.get(pk=self.ids[wrong]), actor="model", reason="wrong").pk
                if by_service
                else value("INSERT INTO executions (reverses_id) VALUES (%s) RETURNING execution_id", self.ids[wrong])
            ),
            makes=(key,),
        )

    @has_fills
    @rule(number=any_of, quantity=few, price=prices)
    def correct(self, *, number: int, quantity: int, price: Decimal) -> None:
        """Reverse and book anew in one statement."""
        gone, anew, wrong = self.new(), self.new(), pick(self.ledger.fills, number)
        order = self.ledger.fills[wrong].order
        right = Fill(order, quantity, rounded(price, 4), Decimal(0), f"F{anew}")
        self.both(
            lambda ledger: ledger.book({gone: ledger.reversal(wrong), anew: right}),
            lambda: numbers(
                "INSERT INTO executions (order_id, executed_quantity, executed_price, exchange_ref, reverses_id)"
                " VALUES (NULL, NULL, NULL, NULL, %s), (%s, %s, %s, %s, NULL) RETURNING execution_id",
                *(self.ids[wrong], self.ids[order], quantity, right.price, right.ref),
            ),
            makes=(gone, anew),
        )

    @has_fills
    @rule(number=any_of)
    def delete(self, *, number: int) -> None:
        gone = pick(self.ledger.fills, number)
        self.both(
            lambda ledger: ledger.delete(gone),
            lambda: run("DELETE FROM executions WHERE execution_id = %s", self.ids[gone]),
        )

    # Prices and money.

    @rule(closes=st.dictionaries(any_of, prices, min_size=1, max_size=3), day=st.sampled_from(DAYS))
    def end_the_day(self, *, closes: dict[int, Decimal], day: int) -> None:
        arrived = {number % len(self.stocks): rounded(close, 4) for number, close in closes.items()}
        rows = [(self.stocks[stock], YESTERDAY + timedelta(day), close) for stock, close in arrived.items()]
        self.both(
            lambda ledger: ledger.closes.update({(stock, day): close for stock, close in arrived.items()}),
            lambda: run(
                "INSERT INTO daily_prices (stock_id, trade_date, close_price, volume)"
                f" VALUES {places(rows, '%s, %s, %s, 1')}"
                " ON CONFLICT (stock_id, trade_date) DO UPDATE SET close_price = EXCLUDED.close_price",
                *[fact for row in rows for fact in row],
            ),
        )

    @rule(rate=rates, day=st.sampled_from(DAYS))
    def fix_rate(self, *, rate: Decimal, day: int) -> None:
        self.both(lambda ledger: ledger.rates.update({day: rate}), lambda: set_rate(rate, YESTERDAY + timedelta(day)))

    @has_orders
    @rule(day=st.sampled_from(DAYS), stock=st.none() | any_of)
    def withdraw_close_or_rate(self, *, day: int, stock: int | None) -> None:
        on, stock = YESTERDAY + timedelta(day), None if stock is None else stock % len(self.stocks)
        self.both(
            lambda ledger: ledger.rates.pop(day, None) if stock is None else ledger.closes.pop((stock, day), None),
            lambda: (
                run("DELETE FROM fx_rates WHERE rate_date = %s", on)
                if stock is None
                else run("DELETE FROM daily_prices WHERE stock_id = %s AND trade_date = %s", self.stocks[stock], on)
            ),
        )

    @rule(number=any_of, kind=st.sampled_from(["DEPOSIT", "WITHDRAWAL", "DIVIDEND", "ADJUSTMENT"]),
          currency=currencies, amount=amounts, all_of_it=yes_or_no, by_service=yes_or_no)  # fmt: skip
    def move_cash(self, *, number: int, kind: str, currency: str, amount: Decimal, all_of_it: bool,
                  by_service: bool) -> None:  # fmt: skip
        portfolio = pick(self.ledger.portfolios, number)
        amount = max(self.ledger.cash(portfolio, currency), Decimal("0.01")) if all_of_it else amount
        signed = -amount if kind in {"WITHDRAWAL", "ADJUSTMENT"} else amount
        move = {"DEPOSIT": money.deposit, "WITHDRAWAL": money.withdraw}.get(kind)
        self.both(
            lambda ledger: ledger.move_cash(portfolio, kind, currency, signed),
            lambda: (
                move(Portfolio.objects.get(pk=self.ids[portfolio]), amount, actor="model", currency=currency)
                if move and by_service
                else run(
                    "INSERT INTO cash_entries (portfolio_id, currency, amount, kind) VALUES (%s, %s, %s, %s)",
                    *(self.ids[portfolio], currency, signed, kind),
                )
            ),
        )

    @rule(number=any_of, sell=currencies, amount=amounts, rate=rates)
    def convert(self, *, number: int, sell: str, amount: Decimal, rate: Decimal) -> None:
        portfolio, buy = pick(self.ledger.portfolios, number), "USD" if sell == "KRW" else "KRW"
        terms = {"sell": sell, "buy": buy, "amount": amount, "rate": rate}
        self.both(
            lambda ledger: ledger.convert(portfolio, **terms),
            lambda: money.convert_currency(Portfolio.objects.get(pk=self.ids[portfolio]), **terms, actor="model"),
        )


COLUMNS = "order_id, executed_quantity, executed_price, exchange_ref, commission, tax"
INSERT = f"INSERT INTO executions ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s)"


def pick(things: dict[int, Any], number: int) -> int:
    """One of the keys; the newest ones for the smallest numbers."""
    return list(things)[-1 - number % len(things)]


def places(rows: list[Any], row: str) -> str:
    return ", ".join([f"({row})"] * len(rows))


def insert(*rows: tuple[Any, ...]) -> list[int]:
    statement = f"INSERT INTO executions ({COLUMNS}) VALUES {places(list(rows), '%s, %s, %s, %s, %s, %s')}"
    return numbers(f"{statement} RETURNING execution_id", *[fact for row in rows for fact in row])


def numbers(statement: str, *values: Any) -> list[int]:
    return [number for (number,) in run(statement, *values)]


@pytest.mark.django_db
def test_the_database_and_the_reference_never_differ() -> None:
    ensure(DailyPrice, [YESTERDAY + timedelta(day) for day in DAYS])

    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=max(1, STEPS // STEPS_OF_ONE_STORY),
            stateful_step_count=STEPS_OF_ONE_STORY,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    print(Agreement.told.total(), "steps:", dict(Agreement.told.most_common()))
