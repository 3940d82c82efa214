from trade.models.actions import ActionEntry, AppliedAction
from trade.models.orders import (
    OPEN,
    Execution,
    Order,
    OrderedPick,
    OrderStatus,
    OrderType,
    Side,
    TradedHolding,
    TradedPortfolio,
)

__all__ = [
    "OPEN",
    "ActionEntry",
    "AppliedAction",
    "Execution",
    "Order",
    "OrderStatus",
    "OrderType",
    "OrderedPick",
    "Side",
    "TradedHolding",
    "TradedPortfolio",
]
