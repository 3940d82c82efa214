"""Which prices are not there that should be: sessions without any, and stocks that miss some."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from market.models import MarketType
from market.sessions import sessions

SQL = Path(__file__).parent / "sql"
# How far before the window a stock's earlier row may lie for its first sessions in the window to count as missing.
BEFORE = timedelta(days=31)


@dataclass(frozen=True)
class StockGaps:
    """Sessions that a stock has no price on, though it has one before and one after; halts are no gaps."""

    ticker: str
    name: str
    missing: list[date]
    halted: int

    def as_json(self) -> dict[str, Any]:
        return {"ticker": self.ticker, "name": self.name, "missing": [str(day) for day in self.missing]}


@dataclass
class MarketGaps:
    """What one market lacks from `first` to `last`."""

    market: str
    first: date
    last: date
    sessions: int
    missing: list[date]
    stocks: list[StockGaps] = field(default_factory=list)
    halted: list[StockGaps] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.missing and not self.stocks

    def as_json(self) -> dict[str, Any]:
        return {
            "market": self.market,
            "from": str(self.first),
            "to": str(self.last),
            "sessions": self.sessions,
            "missing_sessions": [str(day) for day in self.missing],
            "stocks": [stock.as_json() for stock in self.stocks],
            "halts": [{"ticker": stock.ticker, "name": stock.name, "days": stock.halted} for stock in self.halted],
        }

    def lines(self) -> Iterator[str]:
        """What an operator reads: the gaps, runs of sessions drawn together, and the halts as a number."""
        for days in _runs(self.missing, sessions(self.market, self.first, self.last)):
            yield _("%(market)s: no price at all on %(days)s.") % {"market": self.market, "days": days}
        held = sessions(self.market, self.first, self.last) if self.stocks else []
        for stock in self.stocks:
            for days in _runs(stock.missing, held):
                yield _("%(market)s: %(stock)s has no price on %(days)s.") % {
                    "market": self.market,
                    "stock": f"{stock.ticker} {stock.name}",
                    "days": days,
                }
        yield _(
            "%(market)s: %(sessions)s sessions from %(first)s to %(last)s: %(missing)s missing, %(stocks)s stocks with "
            "gaps; %(halts)s halted days of %(halted)s stocks are no gaps."
        ) % {
            "market": self.market,
            "sessions": self.sessions,
            "first": self.first,
            "last": self.last,
            "missing": len(self.missing),
            "stocks": len(self.stocks),
            "halts": sum(stock.halted for stock in self.halted),
            "halted": len(self.halted),
        }


def find_gaps(market: str, first: date | None = None, last: date | None = None) -> MarketGaps | None:
    """What a market lacks from `first` (else its oldest price) to `last` (else yesterday at its exchange).

    None where the market has no price and no `first` says from when on it should. Raises `UnknownSessionError`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # Counting millions of rows: in memory, and not worth compiling.
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
        since = first or _one(cursor, "first_price", market=market)
        if since is None:
            return None
        # Unless today is asked for, it is left out: it is not over, or its prices are not out yet.
        until = min(last or date.max, _today(cursor, market) - timedelta(days=0 if last else 1))
        expected = sessions(market, since, until)
        missing = [day for (day,) in _rows(cursor, "missing_sessions", market=market, sessions=expected)]
        gaps = MarketGaps(market, since, until, len(expected), missing)
        absent = set(missing)
        traded = [day for day in expected if day not in absent]
        for row in _rows(
            cursor, "stock_gaps", market=market, sessions=traded, first=since, last=until, before=since - BEFORE
        ):
            stock = StockGaps(*row)
            if stock.missing:
                gaps.stocks.append(stock)
            if stock.halted:
                gaps.halted.append(stock)
        return gaps


def all_gaps(markets: list[str], first: date | None = None, last: date | None = None) -> list[MarketGaps]:
    """What each of these markets, or of all, lacks; a market that has no price at all is left out."""
    found = (find_gaps(market, first, last) for market in markets or MarketType.values)
    return [gaps for gaps in found if gaps]


def _runs(days: list[date], held: list[date]) -> Iterator[str]:
    """Days as “first – last (n sessions)” where they follow one another among the sessions `held`."""
    place = {day: number for number, day in enumerate(held)}
    for _key, run in groupby(enumerate(days), lambda pair: place[pair[1]] - pair[0]):
        together = [day for _number, day in run]
        yield (
            str(together[0])
            if len(together) == 1
            else _("%(first)s – %(last)s (%(count)s sessions)")
            % {
                "first": together[0],
                "last": together[-1],
                "count": len(together),
            }
        )


def _today(cursor: Any, market: str) -> date:
    cursor.execute("SELECT market.today(%s)", [market])
    return cursor.fetchone()[0]  # type: ignore[no-any-return]


def _one(cursor: Any, name: str, **facts: Any) -> Any:
    return _rows(cursor, name, **facts)[0][0]


def _rows(cursor: Any, name: str, **facts: Any) -> list[Any]:
    cursor.execute((SQL / f"{name}.sql").read_text(), facts)
    return list(cursor.fetchall())
