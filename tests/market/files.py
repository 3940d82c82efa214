"""Small files of the forms that are loaded, and what the database holds after that."""

import csv
import gzip
from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl

from market.models import DailyPrice
from system.models import LoadReject

Row = dict[str, Any]

MARCAP: Row = {
    "Code": "005930",
    "Name": "삼성전자",
    "Close": 79600.0,
    "Dept": "",
    "ChangeCode": 1,
    "Changes": 1100.0,
    "ChagesRatio": 1.4,
    "Volume": 17142847.0,
    "Amount": 1356958225913.0,
    "Open": 78200.0,
    "High": 79800.0,
    "Low": 78200.0,
    "Marcap": 475194690980000.0,
    "Stocks": 5969782550,
    "Market": "KOSPI",
    "MarketId": "STK",
    "Rank": 1,
    "Date": "2024-01-02",
}
HALTED = {"Open": 0.0, "High": 0.0, "Low": 0.0, "Volume": 0.0, "Amount": 0.0, "ChagesRatio": 0.0}
AEGIS: Row = {
    "ticker": "005930",
    "trade_date": "2024-01-02",
    "open_price": "78200",
    "high_price": "79800",
    "low_price": "78200",
    "close_price": "79600",
    "volume": "17142847",
    "amount": "1356958225913",
    "changes": "1.40",
}
NAMED = {"name": "삼성전자", "market_type": "KOSPI"}


KRX: Row = {
    "종목코드": "005930",
    "종목명": "삼성전자",
    "시장구분": "KOSPI",
    "소속부": "",
    "종가": "199,400",
    "대비": "-1,100",
    "등락률": "-0.55",
    "시가": "202,000",
    "고가": "202,500",
    "저가": "199,000",
    "거래량": "35,279,762",
    "거래대금": "7,019,725,077,866",
    "시가총액": "1,180,375,801,646,800",
    "상장주식수": "5,919,637,922",
}
LISTING: Row = {
    "": 0,
    "Code": "005930",
    "ISU_CD": "KR7005930003",
    "Name": "삼성전자",
    "Market": "KOSPI",
    "Dept": "",
    "Close": 199400,
    "ChangeCode": 2,
    "Changes": -1100,
    "ChagesRatio": -0.55,
    "Open": 202000,
    "High": 202500,
    "Low": 199000,
    "Volume": 35279762,
    "Amount": 7019725077866,
    "Marcap": 1180375801646800,
    "Stocks": 5919637922,
    "MarketId": "STK",
}
YAHOO: Row = {
    "": "2013-03-01",
    "Open": "797.8",
    "High": "807.14",
    "Low": "796.15",
    "Close": "806.19",
    "Volume": "2175400",
}


def krx(**changes: Any) -> Row:
    """One row of the exchange's download of all stocks."""
    return KRX | changes


def listing(**changes: Any) -> Row:
    """One row of a day's listing with English headers."""
    return LISTING | changes


def yahoo(**changes: Any) -> Row:
    """One row of a stock's bars as pandas saves them."""
    return YAHOO | changes


def marcap(**changes: Any) -> Row:
    """One row of marcap."""
    return MARCAP | changes


def aegis(**changes: Any) -> Row:
    """One row of AEGIS CSV, of a stock that the file does not describe."""
    return AEGIS | changes


def as_csv(rows: Sequence[Row], columns: Sequence[str] = ()) -> str:
    """The rows as CSV, text in quotation marks as pandas writes it; `columns` for another order or choice."""
    text = StringIO()
    names = list(columns or rows[0])
    writer = csv.DictWriter(text, names, quoting=csv.QUOTE_NONNUMERIC, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def csv_file(folder: Path, rows: Sequence[Row], name: str = "prices.csv", columns: Sequence[str] = ()) -> Path:
    return text_file(folder, as_csv(rows, columns), name)


def text_file(folder: Path, text: str | bytes, name: str = "prices.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def gzip_file(folder: Path, rows: Sequence[Row], name: str = "prices.csv.gz") -> Path:
    return text_file(folder, gzip.compress(as_csv(rows).encode()), name)


def parquet_file(folder: Path, rows: Sequence[Row], name: str = "prices.parquet") -> Path:
    """The rows as marcap's Parquet has them: dates as instants, numbers as floats."""
    path = folder / name
    dated = [row | {"Date": datetime.fromisoformat(row["Date"])} for row in rows]
    with path.open("wb") as file:  # which may have a name that is no text
        pl.DataFrame(dated, infer_schema_length=None).write_parquet(file)
    return path


def stored() -> list[tuple[Any, ...]]:
    """All prices: ticker, date, open, high, low, close, volume, amount, changes."""
    bars = ("open_price", "high_price", "low_price", "close_price", "volume", "amount", "changes")
    rows = DailyPrice.objects.order_by("trade_date", "stock__ticker")
    return list(rows.values_list("stock__ticker", "trade_date", *bars))


def rejects() -> list[tuple[int, str]]:
    """All rejects: line and reason."""
    return list(LoadReject.objects.order_by("line").values_list("line", "reason"))
