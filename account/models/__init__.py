from account.models.arrivals import FxArrival, HeldStock, PriceArrival, PriceStatement, Revaluation
from account.models.cash import CashBalance, CashEntry, CashKind
from account.models.holdings import MOST_SHARES, Holding, Portfolio

__all__ = [
    "MOST_SHARES",
    "CashBalance",
    "CashEntry",
    "CashKind",
    "FxArrival",
    "HeldStock",
    "Holding",
    "Portfolio",
    "PriceArrival",
    "PriceStatement",
    "Revaluation",
]
