from account.models.arrivals import FxArrival, HeldStock, PriceArrival, PriceStatement, Revaluation
from account.models.cash import CashBalance, CashEntry, CashKind
from account.models.holdings import Holding, Portfolio

__all__ = [
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
