"""What happens to orders, in words that desk and ledger share. Money is in trading currency."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class Placed:
    """An order is placed. A proposal names a pick and has no holding yet."""

    at: datetime
    number: int
    portfolio: str
    ticker: str
    pick: tuple[str, date] | None
    side: str
    order_type: str
    quantity: int
    limit_price: Decimal | None
    stop_price: Decimal | None
    expires_at: datetime
    placed_by: str
    is_proposal: bool = False


@dataclass(frozen=True)
class Filled:
    """The exchange reports a fill. `fx_rate` is won for one unit of the trading currency, None for won."""

    at: datetime
    number: int
    quantity: int
    price: Decimal
    commission: Decimal
    tax: Decimal
    fx_rate: Decimal | None
    reference: str


@dataclass(frozen=True)
class Ended:
    """An order ends without being filled, or before it is filled wholly: CANCELLED or REJECTED."""

    at: datetime
    number: int
    status: str
    reason: str


Event = Placed | Filled | Ended


@dataclass(frozen=True)
class Mandate:
    """A portfolio, whose it is and how it is run. Capital is in won, the rates in percent."""

    name: str
    trader: str
    strategy: str
    markets: tuple[str, ...]
    exchange: str
    capital: int
    target_return: Decimal
    max_drawdown: Decimal
    order_share: float


KIM, LEE, PARK = "kim_admin", "lee_trader", "park_trader"
MANDATES = (
    Mandate("코어 대형주", LEE, "VALUE", ("KOSPI",), "XKRX", 5_000_000_000, Decimal("12.00"), Decimal("20.00"), 0.06),
    Mandate("코스닥 성장", LEE, "GROWTH", ("KOSDAQ",), "XKRX", 1_500_000_000, Decimal("25.00"), Decimal("35.00"), 0.07),
    Mandate(
        "글로벌 모멘텀",
        PARK,
        "MOMENTUM",
        ("NYSE", "NASDAQ"),
        "XNYS",
        3_000_000_000,
        Decimal("18.00"),
        Decimal("25.00"),
        0.06,
    ),
)
