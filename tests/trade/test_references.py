"""A fill's reference has no blanks at its edges, by whichever door it comes."""

from decimal import Decimal

import pytest

from tests.trade.ledger_desk import fill, make_holding, make_order, order_is, refused, run, value
from trade.models import Execution
from trade.services import Fill, record_execution

pytestmark = pytest.mark.django_db

# All that Python calls a blank.
BLANKS = "".join(chr(code) for code in range(0x110000) if chr(code).isspace())
BOOK = (
    "INSERT INTO executions (order_id, executed_quantity, executed_price, exchange_ref) VALUES (%s, 3, 100, %s)"
    " ON CONFLICT DO NOTHING"
)


@pytest.fixture
def order() -> int:
    return make_order(make_holding())


def references() -> list[str]:
    return [reference for (reference,) in run("SELECT exchange_ref FROM executions ORDER BY execution_id")]


@pytest.mark.parametrize("again", ["KRX 1 ", " KRX 1", "\tKRX 1\n", f"{BLANKS}KRX 1{BLANKS}"])
def test_a_replay_with_blanks_is_a_replay(order: int, again: str) -> None:
    run(BOOK, order, "KRX 1")
    run(BOOK, order, again)

    assert (references(), order_is(order)) == (["KRX 1"], ("PARTIAL_FILLED", 3))


def test_the_service_finds_what_is_booked(order: int) -> None:
    booked = record_execution(Fill(order, 3, Decimal(100), f" K1{BLANKS}"), actor="router")
    replayed = record_execution(Fill(order, 3, Decimal(100), "\u3000K1 "), actor="router")

    assert replayed.pk == booked.pk
    assert Execution.objects.get().exchange_ref == "K1"


def test_a_mended_reference_loses_its_blanks_and_stays_one(order: int) -> None:
    first, second = fill(order, 3, 100, exchange_ref="K1"), fill(order, 3, 100, exchange_ref="K2")
    mend = "UPDATE executions SET exchange_ref = %s WHERE execution_id = %s"

    run(mend, " K3 ", first)
    assert references() == ["K3", "K2"]
    with refused() as refusal:
        run(mend, "K3 ", second)
    assert refusal.rule == "idx_executions_order"


def test_a_reference_of_blanks_alone_is_none(order: int) -> None:
    with refused() as refusal:
        run(BOOK, order, BLANKS)
    assert refusal.rule == "chk_executions_ref"
    assert value("SELECT count(*) FROM executions") == 0
