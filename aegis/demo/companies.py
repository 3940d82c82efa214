"""The companies of the demo. All are invented.

No listing of the KRX, past or present, has a code from 980000 on, so that real prices loaded beside the demo do not
land on one of its stocks.
"""

from dataclasses import dataclass
from datetime import date

KRX_MARKETS = ("KOSPI", "KOSDAQ")


@dataclass(frozen=True)
class Company:
    """`price` is the close before the first session in minor units (won, cents); drift and volatility are per year."""

    ticker: str
    name: str
    market: str
    sector: str
    industry: str
    listed: date | None
    shares: int
    price: int
    drift: float
    volatility: float

    @property
    def exchange(self) -> str:
        return "XKRX" if self.market in KRX_MARKETS else "XNYS"

    @property
    def currency(self) -> str:
        return "KRW" if self.market in KRX_MARKETS else "USD"


# Ticker, name, sector, industry, listed on, shares in thousands, price, drift and volatility in percent.
_Row = tuple[str, str, str, str, str, int, int, int, int]

_KOSPI: list[_Row] = [
    ("980010", "한결전자", "반도체", "메모리 반도체", "1988-06-11", 1_912_000, 61_300, 22, 28),
    ("98001K", "한결전자우", "반도체", "메모리 반도체", "1989-09-25", 212_000, 50_800, 20, 26),
    ("980120", "도담에너지솔루션", "2차전지", "배터리 셀", "2021-03-18", 86_400, 288_500, -4, 42),
    ("980230", "누리온금융지주", "금융", "은행지주", "2001-09-10", 371_500, 54_900, 16, 22),
    ("980340", "태령중공업", "조선", "조선", "1994-02-04", 96_800, 132_400, 34, 40),
    ("980450", "서라온자동차", "자동차", "완성차", "1979-11-23", 204_700, 187_600, 8, 27),
    ("980560", "가온누리제철", "철강", "종합제철", "1990-05-14", 79_200, 268_000, -6, 30),
    ("980670", "온빛화학", "화학", "석유화학", "1996-07-02", 66_100, 97_500, -9, 36),
    ("980780", "다솜해생명", "금융", "생명보험", "2010-03-17", 157_300, 38_950, 14, 24),
    ("980890", "미르온텔레콤", "통신", "무선통신", "1998-12-23", 214_800, 41_750, 9, 16),
    ("981010", "한울채건설", "건설", "종합건설", "1984-08-30", 112_000, 11_230, -3, 34),
    ("981120", "새벽빛유통", "유통", "종합소매", "2005-06-09", 27_900, 63_700, 2, 29),
    ("981230", "해솔항공우주", "방산", "항공우주", "2015-10-28", 48_700, 212_500, 46, 44),
    ("981340", "아라찬식품", "음식료", "가공식품", "1992-04-21", 15_100, 512_000, 11, 25),
]
_KOSDAQ: list[_Row] = [
    ("982010", "노바린바이오", "바이오", "항체 치료제", "2019-12-05", 31_600, 84_300, 28, 62),
    ("982120", "이든결소프트", "소프트웨어", "기업용 소프트웨어", "2016-07-21", 18_400, 23_850, 18, 40),
    ("982230", "루미온칩스", "반도체", "팹리스", "2020-09-17", 24_900, 46_700, 30, 54),
    ("982340", "큐브온로보틱스", "산업재", "협동 로봇", "2022-11-24", 19_300, 71_200, 38, 64),
    ("982450", "담비온게임즈", "게임", "모바일 게임", "2017-05-12", 22_700, 17_480, -12, 48),
    ("982560", "셀라온제약", "바이오", "제네릭 의약품", "2003-01-30", 41_200, 8_940, 4, 38),
    ("982670", "하늬온엔터테인먼트", "엔터테인먼트", "음악", "2011-10-26", 16_800, 58_400, 12, 46),
    ("982780", "그린결머티리얼즈", "2차전지", "양극재", "2018-06-14", 52_300, 119_700, -14, 58),
    ("982890", "아이온결시큐리티", "소프트웨어", "정보보안", "2009-08-19", 13_500, 4_385, 6, 36),
    ("983010", "모아결커머스", "유통", "온라인 유통", "", 28_000, 31_500, 20, 56),
    ("983120", "코르벡스진단", "바이오", "진단 기기", "2014-04-03", 35_700, 2_940, -55, 66),
]
_NYSE: list[_Row] = [
    ("HVRQ", "Halvorsen Freight Systems", "운송", "육상 운송", "1987-03-12", 148_000, 86_42, 12, 26),
    ("BRQY", "Brightquarry Materials", "철강", "비철 금속", "1995-10-03", 92_600, 43_17, -2, 32),
    ("TWXM", "Tidewater Exmoor Energy", "에너지", "석유·가스", "1978-05-19", 311_000, 61_88, 5, 29),
    ("CDLQ", "Cedarlane Bancorp", "금융", "지역 은행", "1992-01-22", 205_000, 37_94, 10, 24),
    ("OKRV", "Oakriver Health", "헬스케어", "의료 서비스", "2004-06-30", 76_400, 214_55, 9, 25),
    ("PLXM", "Palmetto Exley Apparel", "소비재", "의류", "2012-11-15", 58_300, 28_36, -8, 38),
    ("STQE", "Stonequay Industrials", "산업재", "산업 기계", "1969-09-04", 121_000, 158_70, 15, 24),
    ("WQLD", "Westquill Defense", "방산", "방산 전자", "1999-02-17", 64_900, 132_05, 24, 28),
]
_NASDAQ: list[_Row] = [
    ("NVQX", "Novaquill Semiconductor", "반도체", "GPU", "2006-04-27", 640_000, 121_34, 42, 44),
    ("LQDW", "Liquid Meadow Software", "소프트웨어", "클라우드 소프트웨어", "2014-09-18", 183_000, 96_81, 20, 36),
    ("ZPHQ", "Zephyrine Cloud", "소프트웨어", "클라우드 인프라", "2019-04-11", 296_000, 54_20, 26, 46),
    ("QBLX", "Qubelix Robotics", "산업재", "로봇", "2021-07-01", 88_500, 18_93, 30, 62),
    ("HLXQ", "Helixora Therapeutics", "바이오", "유전자 치료제", "2018-02-08", 61_700, 33_47, 5, 68),
    ("VRDQ", "Veridiane Networks", "통신", "통신 장비", "1997-08-13", 412_000, 49_76, 11, 28),
    ("OPQL", "Opaline Devices", "전자제품", "소비자 전자제품", "1991-12-10", 1_450_000, 187_29, 16, 26),
    ("SNWQ", "Snowharbor Games", "게임", "콘솔 게임", "2009-03-24", 134_000, 72_08, 8, 34),
]


def _company(market: str, row: _Row) -> Company:
    ticker, name, sector, industry, listed, shares, price, drift, volatility = row
    day = date.fromisoformat(listed) if listed else None
    return Company(ticker, name, market, sector, industry, day, shares * 1000, price, drift / 100, volatility / 100)


COMPANIES = tuple(
    _company(market, row)
    for market, rows in (("KOSPI", _KOSPI), ("KOSDAQ", _KOSDAQ), ("NYSE", _NYSE), ("NASDAQ", _NASDAQ))
    for row in rows
)
COMPANY = {company.ticker: company for company in COMPANIES}

# How many sessions after the demo's first one this company lists, and how many before the last one that one leaves.
LISTS_AFTER = {"983010": 180}
DELISTED_BEFORE = {"983120": 62}
# The session, counted from the first, on which trading halts, and for how many sessions.
HALTS = {"981010": (96, 2), "982450": (233, 1), "982780": (310, 3), "983120": (395, 4), "HLXQ": (271, 1)}
