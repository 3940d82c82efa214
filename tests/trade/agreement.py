"""Does everything to the database and to the reference ledger, and compares all that both know after each step."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import Any, ClassVar

import psycopg
from django.db import DatabaseError, transaction
from hypothesis.stateful import RuleBasedStateMachine, invariant

from system import refused as database
from tests.trade.ledger_desk import run
from tests.trade.reference_ledger import Ledger, Refused
from trade.reconciliation import differences


class Agreement(RuleBasedStateMachine):
    """A story of one desk, told twice. It is a transaction that ends in a rollback."""

    told: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.story = transaction.atomic()
        self.story.__enter__()
        self.ledger = Ledger()
        self.ids: list[int] = []  # the database's numbers, by the machine's own
        self.stocks: list[int] = []

    def teardown(self) -> None:
        try:
            assert differences() == []
        finally:
            transaction.set_rollback(True)
            self.story.__exit__(None, None, None)

    def new(self) -> int:
        """The machine's number for what is about to be made."""
        self.ids.append(0)
        return len(self.ids) - 1

    def both(self, do: Callable[[Ledger], Any], act: Callable[[], Any], makes: tuple[int, ...] = ()) -> None:
        """Do it in the reference and in the database: both succeed, or both refuse by the same rule."""
        trial, expected = deepcopy(self.ledger), None
        try:
            do(trial)
            trial.settle()
            self.ledger = trial
        except Refused as refusal:
            expected = str(refusal)
        made, rule_of_database = attempt(act)
        assert rule_of_database == expected
        for key, number in zip(makes, made if isinstance(made, list) else [made], strict=False):
            self.ids[key] = number
        Agreement.told[expected or "done"] += 1

    # What both know.

    @invariant()
    def orders_agree(self) -> None:
        assert facts("SELECT order_id, status, filled_quantity FROM orders") == {
            self.ids[key]: (self.ledger.status(key), self.ledger.filled(key)) for key in self.ledger.orders
        }

    @invariant()
    def holdings_agree(self) -> None:
        assert facts(
            "SELECT holding_id, quantity, avg_purchase_price, realized_pnl, current_value, unrealized_pnl,"
            " unrealized_pnl_rate FROM holdings"
        ) == {self.ids[key]: (*self.ledger.position(key), *self.ledger.valuation(key)) for key in self.ledger.holdings}

    @invariant()
    def cash_agrees(self) -> None:
        for currency in ("KRW", "USD"):
            kept = facts("SELECT portfolio_id, balance FROM cash_balances WHERE currency = %s", currency)
            for key in self.ledger.portfolios:
                assert kept.get(self.ids[key], (0,)) == (self.ledger.cash(key, currency),)

    @invariant()
    def portfolios_agree(self) -> None:
        assert facts("SELECT portfolio_id, current_value, peak_value, buying_halted_at IS NOT NULL FROM portfolio") == {
            self.ids[key]: (owner.value, owner.peak, owner.halted) for key, owner in self.ledger.portfolios.items()
        }

    @invariant()
    def alerts_agree(self) -> None:
        raised = Counter(dict(run("SELECT severity, count(*) FROM alerts GROUP BY severity")))
        assert raised == Counter(self.ledger.alerts)


def attempt(act: Callable[[], Any]) -> tuple[Any, str | None]:
    """What the database made of it, or the rule that refused."""
    try:
        with transaction.atomic():
            return act(), None
    except database.Refused as refusal:
        return None, refusal.rule
    except DatabaseError as error:
        cause = error.__cause__
        return None, (cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None) or str(error)


def facts(statement: str, *values: Any) -> dict[int, tuple[Any, ...]]:
    return {key: tuple(rest) for key, *rest in run(statement, *values)}
