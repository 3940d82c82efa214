from market.models.actions import ActionKind, CorporateAction
from market.models.prices import MOST_KRW_PER_UNIT, AdjustedPrice, DailyPrice, FxRate, LatestPrice
from market.models.stocks import KOREAN_MARKETS, Currency, Exchange, MarketType, SessionOverride, Stock

__all__ = [
    "KOREAN_MARKETS",
    "MOST_KRW_PER_UNIT",
    "ActionKind",
    "AdjustedPrice",
    "CorporateAction",
    "Currency",
    "DailyPrice",
    "Exchange",
    "FxRate",
    "LatestPrice",
    "MarketType",
    "SessionOverride",
    "Stock",
]
