from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from market.models import DailyPrice
from system.partitions import ensure
from tests.access.people import create_people, drop_people, login_of
from tests.desk import (
    make_cash_entry,
    make_execution,
    make_holding,
    make_order,
    make_pick,
    make_portfolio,
    make_price,
    make_stock,
)


@pytest.fixture(scope="session")
def people(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The logins of `people`, until the end of the run."""
    with django_db_blocker.unblock():
        create_people()
    yield
    with django_db_blocker.unblock():
        drop_people()


@dataclass
class Book:
    """What one trader has: numbers of rows."""

    portfolio: int
    holding: int
    order: int
    filled: int
    execution: int
    proposal: int


@dataclass
class Desk:
    kim: Book
    lee: Book
    stock: int
    other_stock: int
    pick: int


@pytest.fixture
def desk(people: None, transactional_db: None) -> Desk:
    """Two traders with a portfolio each, of the same shape: committed, so that other sessions see it."""
    stock, other = make_stock(), make_stock()
    ensure(DailyPrice, [date(2025, 6, 2)])
    make_price(stock=stock)
    pick = make_pick()
    books = [make_book(login_of(name), stock, pick) for name in ("kim", "lee")]
    return Desk(*books, stock.pk, other.pk, pick.pk)


def make_book(login: str, stock: object, pick: object) -> Book:
    portfolio = make_portfolio(created_by=login)
    make_cash_entry(portfolio=portfolio)
    holding = make_holding(portfolio=portfolio, stock=stock)
    filled = make_order(holding=holding, created_by=login)
    execution = make_execution(order=filled)
    # Placed for the trader by a program: theirs to see and to cancel all the same.
    order = make_order(holding=holding, created_by="order-router")
    proposal = make_order(pick=pick, created_by=login)
    return Book(portfolio.pk, holding.pk, order.pk, filled.pk, execution.pk, proposal.pk)
