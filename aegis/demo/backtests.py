"""Backtests of simple strategies over the demo's own prices, so that their numbers can be checked against them."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from .companies import COMPANIES, DELISTED_BEFORE, LISTS_AFTER
from .prices import Tape
from .sessions import Session

_REBALANCE = 21
_COST = 0.003  # of each trade, both ways together
_YEAR = 252
_BEFORE_END = 25  # sessions between the end of the test and the end of the demo


@dataclass(frozen=True)
class Strategy:
    """Hold the `top` stocks by their return over `lookback` sessions, or the worst if `contrarian`."""

    name: str
    portfolio: str
    exchange: str
    markets: tuple[str, ...]
    lookback: int
    top: int
    capital: int
    contrarian: bool = False

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "markets": list(self.markets),
            "lookback_sessions": self.lookback,
            "top": self.top,
            "contrarian": self.contrarian,
            "rebalance_sessions": _REBALANCE,
            "cost_percent": _COST * 100,
        }


@dataclass(frozen=True)
class Outcome:
    strategy: Strategy
    start: date
    end: date
    ran_at: datetime
    final_value: int
    total_return: Decimal
    annual_return: Decimal
    sharpe: Decimal
    max_drawdown: Decimal
    win_rate: Decimal
    trades: int


STRATEGIES = (
    Strategy("모멘텀 상위 4종목", "코어 대형주", "XKRX", ("KOSPI",), 60, 4, 1_000_000_000),
    Strategy("단기 반전 3종목", "코스닥 성장", "XKRX", ("KOSDAQ",), 10, 3, 500_000_000, contrarian=True),
    Strategy("글로벌 모멘텀 상위 5종목", "글로벌 모멘텀", "XNYS", ("NYSE", "NASDAQ"), 120, 5, 1_000_000_000),
)


def run_backtest(strategy: Strategy, tape: Tape, sessions: Sequence[Session]) -> Outcome:
    """Run one strategy from the first session with enough history behind it."""
    closes = _closes(strategy, tape)
    start, end = strategy.lookback, len(sessions) - _BEFORE_END
    curve, trades = [1.0], []
    for begin in range(start, end - 1, _REBALANCE):
        stop = min(begin + _REBALANCE, end - 1)
        chosen = _choose(strategy, closes, begin)
        trades += [rows[stop] / rows[begin] - 1 - _COST for rows in chosen]
        worth = curve[-1] * (1 - _COST)
        for place in range(begin + 1, stop + 1):
            curve.append(worth * statistics.fmean(rows[place] / rows[begin] for rows in chosen))
    return _outcome(strategy, curve, trades, sessions[start], sessions[end - 1])


def _closes(strategy: Strategy, tape: Tape) -> list[list[int]]:
    """The closes of the stocks that trade over the whole demo."""
    brief = {*LISTS_AFTER, *DELISTED_BEFORE}
    tickers = [one.ticker for one in COMPANIES if one.market in strategy.markets and one.ticker not in brief]
    return [[bar.close for bar in tape.bars[ticker]] for ticker in tickers]


def _choose(strategy: Strategy, closes: list[list[int]], place: int) -> list[list[int]]:
    def strength(rows: list[int]) -> float:
        return rows[place] / rows[place - strategy.lookback]

    return sorted(closes, key=strength, reverse=not strategy.contrarian)[: strategy.top]


def _outcome(strategy: Strategy, curve: list[float], trades: list[float], first: Session, last: Session) -> Outcome:
    returns = [after / before - 1 for before, after in pairwise(curve)]
    peak, drawdown = curve[0], 0.0
    for worth in curve:
        peak = max(peak, worth)
        drawdown = max(drawdown, 1 - worth / peak)
    years = len(returns) / _YEAR
    final = round(strategy.capital * curve[-1])
    return Outcome(
        strategy=strategy,
        start=first.day,
        end=last.day,
        ran_at=last.closes + timedelta(hours=2, minutes=11),
        final_value=final,
        total_return=(Decimal(final) / strategy.capital * 100 - 100).quantize(Decimal("0.01")),
        annual_return=_percent(curve[-1] ** (1 / years) - 1),
        sharpe=Decimal(f"{statistics.fmean(returns) / statistics.stdev(returns) * math.sqrt(_YEAR):.2f}"),
        max_drawdown=_percent(drawdown),
        win_rate=_percent(sum(trade > 0 for trade in trades) / len(trades)),
        trades=len(trades),
    )


def _percent(share: float) -> Decimal:
    return Decimal(f"{share * 100:.2f}")
