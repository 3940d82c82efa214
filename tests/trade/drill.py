"""A drill for the ledger: clients that do to the same orders, at the same time, all that clients do.

Each client is a process of its own (`python -m tests.trade.drill DSN SEED JOURNAL SECONDS`), so that it can be killed
as processes are, and writes down in its journal what it sends and what the server acknowledged.
"""

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

# What a client may hear when it asks for too much: the ledger said no, and nothing changed.
REFUSALS = {
    "execution_overfill",
    "execution_oversell",
    "execution_needed",
    "execution_reversal",
    "order_oversell",
    "order_drawdown",
    "cash_withdrawal",
    "idx_executions_order",
    "uniq_executions_reverses",
}

BOOK = "INSERT INTO trade.executions (order_id, executed_quantity, executed_price, commission, exchange_ref) VALUES "
ROW = "(%s, %s, %s, %s, %s)"
OR_NOTHING = " ON CONFLICT (order_id, exchange_ref) DO NOTHING"
REVERSE = """
INSERT INTO trade.executions (order_id, executed_quantity, executed_price, exchange_ref, reverses_id)
SELECT order_id, executed_quantity, executed_price, %s, execution_id
  FROM trade.executions WHERE reverses_id IS NULL AND (order_id, exchange_ref) = (%s, %s)
"""
PLACE = """
INSERT INTO trade.orders (holding_id, pick_id, order_type, side, quantity)
SELECT holding_id, pick_id, 'MARKET', %(side)s, %(quantity)s
  FROM account.holdings LEFT JOIN LATERAL (
       SELECT pick_id FROM brain.daily_picks
        WHERE daily_picks.stock_id = holdings.stock_id AND action = %(side)s LIMIT 1) AS pick ON true
 WHERE holding_id = %(holding)s RETURNING order_id
"""
CANCEL = "UPDATE trade.orders SET status = 'CANCELLED' WHERE order_id = %s AND status IN ('PENDING', 'PARTIAL_FILLED')"
CLOSE = """
INSERT INTO market.daily_prices (stock_id, trade_date, close_price, volume)
SELECT stock_id, market.today(market_type), %s, 1 FROM market.stocks WHERE stock_id = ANY (%s)
    ON CONFLICT (stock_id, trade_date) DO UPDATE SET close_price = EXCLUDED.close_price
"""
UNQUOTE = "DELETE FROM market.daily_prices WHERE stock_id = %s AND trade_date = market.today('KOSPI')"
OPEN = """
INSERT INTO account.holdings (portfolio_id, stock_id, quantity, avg_purchase_price)
VALUES (%s, %s, %s, 100) ON CONFLICT (portfolio_id, stock_id) DO NOTHING
"""
RATE = """
INSERT INTO market.fx_rates (currency, rate_date, krw_per_unit) VALUES ('USD', market.today('KOSPI'), %s)
    ON CONFLICT (currency, rate_date) DO UPDATE SET krw_per_unit = EXCLUDED.krw_per_unit
"""
CASH = "INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind) VALUES (%s, %s, %s, %s)"
# More than a client may fill, and often the same: both limits and replays are met all the time.
WORK = "SELECT order_id FROM trade.orders WHERE status <> 'REJECTED' ORDER BY order_id DESC LIMIT 60"


class Client:
    """One client at work. `chance` is seeded: the same seed asks for the same things."""

    def __init__(self, dsn: str, seed: int, journal: Path) -> None:
        self.connection = psycopg.connect(dsn, autocommit=True, application_name=f"drill-{seed}")
        self.chance = random.Random(seed)
        self.seed, self.count = seed, 0
        self.journal = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.sent: list[tuple[object, ...]] = []
        self.holdings = self._column("SELECT holding_id FROM account.holdings ORDER BY holding_id")
        self.stocks = self._column("SELECT stock_id FROM market.stocks ORDER BY stock_id")
        self.portfolios = self._column("SELECT portfolio_id FROM account.portfolio ORDER BY portfolio_id")
        self.orders: list[int] = []

    def work(self, seconds: float) -> None:
        """Do one thing after another for so long, or until the server is gone."""
        actions: dict[Callable[[], None], int] = {
            self.fill: 40,
            self.fill_many: 12,
            self.replay: 10,
            self.follow_the_wire: 10,
            self.reverse: 5,
            self.place: 8,
            self.cancel: 2,
            self.quote: 6,
            self.unquote: 2,
            self.open: 3,
            self.move_cash: 4,
            self.rate: 2,
        }
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not self.orders or self.chance.random() < 0.05:
                self.orders = self._column(WORK)
            self.chance.choices(list(actions), list(actions.values()))[0]()

    def fill(self) -> None:
        self._book([self._new_fill()])

    def fill_many(self) -> None:
        self._book([self._new_fill() for _ in range(self.chance.randint(2, 6))])

    def replay(self) -> None:
        """Send again what was sent before, acknowledged or not, in another order."""
        if self.sent:
            again = self.chance.sample(self.sent, min(len(self.sent), self.chance.randint(1, 3)))
            self._book(again, self.chance.choice(["", OR_NOTHING]))

    def follow_the_wire(self) -> None:
        """Book from a broker's wire that all clients listen to: each fill reaches all of them at once."""
        number = int(time.time() * 5)
        wire = random.Random(number)
        fill = (wire.choice(self.orders), wire.randint(1, 20), wire.randint(90, 110), 1, f"wire-{number}")
        self._book([fill], self.chance.choice(["", OR_NOTHING]))

    def reverse(self) -> None:
        if self.sent:
            order, *_, ref = self.chance.choice(self.sent)
            reference = self._reference("reversal")
            self._tell(reference, REVERSE, [reference, order, ref])

    def place(self) -> None:
        side = self.chance.choice(["BUY", "BUY", "SELL"])
        facts = {"side": side, "quantity": self.chance.randint(1, 60), "holding": self.chance.choice(self.holdings)}
        self._tell(self._reference("order"), PLACE, facts)

    def cancel(self) -> None:
        self._tell(self._reference("cancel"), CANCEL, [self.chance.choice(self.orders)])

    def quote(self) -> None:
        some = self.chance.sample(self.stocks, self.chance.randint(1, len(self.stocks)))
        self._tell(self._reference("close"), CLOSE, [self.chance.randint(80, 120), some])

    def unquote(self) -> None:
        self._tell(self._reference("unquote"), UNQUOTE, [self.chance.choice(self.stocks)])

    def open(self) -> None:
        """Bring a position along, of a stock that the portfolio may hold already."""
        facts = [self.chance.choice(self.portfolios), self.chance.choice(self.stocks), self.chance.randint(1, 9)]
        self._tell(self._reference("open"), OPEN, facts)

    def rate(self) -> None:
        self._tell(self._reference("rate"), RATE, [self.chance.randint(1300, 1400)])

    def move_cash(self) -> None:
        kind, sign = self.chance.choice([("DEPOSIT", 1), ("WITHDRAWAL", -1)])
        amount = sign * self.chance.randint(1, 1000)
        facts = [self.chance.choice(self.portfolios), self.chance.choice(["KRW", "USD"]), amount, kind]
        self._tell(self._reference("cash"), CASH, facts)

    def _new_fill(self) -> tuple[object, ...]:
        order, quantity, price = (
            self.chance.choice(self.orders),
            self.chance.randint(1, 12),
            self.chance.randint(90, 110),
        )
        fill = (order, quantity, price, self.chance.randint(0, 3), self._reference("fill"))
        self.sent.append(fill)
        return fill

    def _book(self, fills: list[tuple[object, ...]], policy: str = "") -> None:
        values = [value for fill in fills for value in fill]
        references = " ".join(str(fill[-1]) for fill in fills)
        self._tell(references, BOOK + ", ".join([ROW] * len(fills)) + policy, values, policy)

    def _tell(self, references: str, statement: str, values: object, policy: str = "") -> None:
        """Write down what is sent, send it, and write down what came back."""
        self._note("sent", references)
        try:
            done = self.connection.execute(statement, values).rowcount  # type: ignore[call-overload]
        except psycopg.Error as error:
            self._note(*self._verdict(error, references))
            if self.connection.closed:
                raise SystemExit from error
        else:
            self._note("booked" if done or policy else "nothing", references)

    def _verdict(self, error: psycopg.Error, references: str) -> tuple[str, str]:
        if self.connection.closed:
            return "lost", references
        if error.diag.constraint_name in REFUSALS:
            return "refused", references
        return "error", f"{references} {error.sqlstate} {error}".replace("\n", " ")

    def _reference(self, kind: str) -> str:
        self.count += 1
        return f"{kind}-{self.seed}-{self.count}"

    def _note(self, verdict: str, what: str) -> None:
        os.write(self.journal, f"{verdict} {what}\n".encode())

    def _column(self, query: str) -> list[int]:
        try:
            return [row[0] for row in self.connection.execute(query)]  # type: ignore[call-overload]
        except psycopg.Error as error:
            if self.connection.closed:  # with the server, in the middle of a look: nothing was sent
                raise SystemExit from error
            raise


if __name__ == "__main__":
    Client(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])).work(float(sys.argv[4]))
