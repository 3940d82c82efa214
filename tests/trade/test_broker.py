"""What a broker's file says, against what AEGIS holds; and what ends a command before it can look."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.trade.ledger_desk import fill, make_holding, make_order, make_portfolio, make_stock, reverse
from trade.actions import apply_actions

ROOT = Path(__file__).parents[2]


@pytest.fixture
def told(tmp_path: Path) -> Any:
    """What comes of a broker's file: the findings, and the exit status."""

    def tell(content: str, *options: str) -> tuple[list[dict[str, Any]], int]:
        file, out = tmp_path / "broker.csv", StringIO()
        file.write_text(content, encoding="utf-8")
        try:
            call_command("reconcile", "--json", "--broker", str(file), *options, stdout=out)
        except CommandError as error:
            return json.loads(out.getvalue())["findings"], error.returncode
        return json.loads(out.getvalue())["findings"], 0

    return tell


@pytest.fixture
def refused(tmp_path: Path) -> Any:
    def refuse(content: str, *options: str) -> str:
        file = tmp_path / "broker.csv"
        file.write_text(content, encoding="utf-8")
        with pytest.raises(CommandError) as refusal:
            call_command("reconcile", "--broker", str(file), *options, stdout=StringIO())
        assert refusal.value.returncode == 2
        return str(refusal.value)

    return refuse


def short(findings: list[dict[str, Any]]) -> list[tuple[str, str, str | None, str | None]]:
    return [(each["status"], each["what"], each["broker"], each["aegis"]) for each in findings]


@pytest.mark.django_db
class TestPositions:
    def test_they_match_by_number_and_by_name(self, told: Any) -> None:
        portfolio = make_portfolio(name="코어")
        make_holding(portfolio, make_stock(ticker="005930"), 10, 70_000)

        for name in ("코어", str(portfolio)):
            findings, status = told(f"account,ticker,quantity,average\n{name},005930,10,70000.004\n")
            assert (short(findings), status) == ([("matched", "코어 005930", "10 @ 70000.004", "10 @ 70000")], 0)

    @pytest.mark.parametrize(("ticker", "written"), [("080780", "80780"), ("HVRQ", "hvrq"), ("00088K", "00088k")])
    def test_a_ticker_is_read_as_the_loaders_read_it(self, told: Any, ticker: str, written: str) -> None:
        make_holding(make_portfolio(name="코어"), make_stock(ticker=ticker), 1_234, 926)

        findings, status = told(f'account,ticker,quantity,average\n코어,{written},"1,234","926.00"\n')

        assert (short(findings), status) == ([("matched", f"코어 {ticker}", "1234 @ 926", "1234 @ 926")], 0)

    def test_portfolios_of_one_name_are_told_apart_by_their_numbers(self, told: Any, refused: Any) -> None:
        stock = make_stock(ticker="005930")
        first, second = make_portfolio(name="코어"), make_portfolio(name="코어")
        make_holding(first, stock, 10, 70_000)
        make_holding(second, stock, 3, 60_000)
        header = "portfolio,ticker,quantity,average\n"

        findings, status = told(f"{header}{first},005930,10,70000\n{second},005930,3,60000\n")
        assert ([each["what"] for each in findings], status) == ([f"코어 #{first} 005930", f"코어 #{second} 005930"], 0)
        assert "2 portfolios are called 코어. Write the number of one." in refused(f"{header}코어,005930,10,70000\n")
        assert told(f"{header}코어,005930,3,60000\n", "--portfolio", str(second))[1] == 0

    def test_one_portfolio_limits_both_sides(self, told: Any) -> None:
        first, second = make_portfolio(name="코어"), make_portfolio(name="가치")
        stock, other = make_stock(ticker="005930"), make_stock(ticker="000660")
        make_holding(first, stock, 10, 70_000)
        make_holding(second, stock, 4, 1)
        make_holding(first, other, 1, 1)

        content = "portfolio,ticker,quantity,average\n코어,005930,9,70000\n가치,005930,5,1\n없음,005930,5,1\n"
        findings, status = told(content, "--portfolio", "코어")

        assert status == 1
        assert short(findings) == [
            ("extra", "코어 000660", None, "1 @ 1"),
            ("different", "코어 005930", "9 @ 70000", "10 @ 70000"),
        ]

    def test_a_portfolio_that_aegis_does_not_have_is_missing(self, told: Any) -> None:
        findings, status = told("portfolio,ticker,quantity,average\n없음,005930,5,1\n없음,000660,0,0\n")

        assert status == 1
        assert [(each["status"], each["what"]) for each in findings] == [
            ("matched", "없음 000660"),
            ("missing", "없음 005930"),
        ]

    def test_a_position_twice_and_one_of_nobody_are_refused(self, refused: Any) -> None:
        header = "portfolio,ticker,quantity,average\n"
        make_portfolio(name="코어")
        assert "is there twice" in refused(f"{header}코어,A,1,1\n코어,A,1,1\n")
        assert "portfolio is empty" in refused(f"{header},A,1,1\n")


@pytest.mark.django_db
class TestFills:
    @pytest.fixture
    def orders(self) -> tuple[int, int]:
        """Two orders of one portfolio with a fill each, under the same reference."""
        portfolio = make_portfolio(name="코어")
        orders = [make_order(make_holding(portfolio, make_stock(ticker=ticker))) for ticker in ("005930", "000660")]
        for order, price in zip(orders, (70_000, 120_000), strict=True):
            fill(order, 4, price, exchange_ref="1")
        return orders[0], orders[1]

    @pytest.mark.parametrize("column", ["", "ticker", "order", "order_id", "portfolio"])
    def test_fills_of_two_orders_under_one_reference_do_not_hide_one_another(
        self, told: Any, orders: tuple[int, int], column: str
    ) -> None:
        tellers = {"": ("", ""), "ticker": ("005930", "000660"), "portfolio": ("코어", "코어")}
        first, second = tellers.get(column, orders)
        header = f"{column},exchange_ref,quantity,price\n" if column else "spare,exchange_ref,quantity,price\n"

        findings, status = told(f"{header}{second},1,4,120000\n{first},1,4,70000\n")
        assert ([each["status"] for each in findings], status) == (["matched", "matched"], 0)

        findings, status = told(f"{header}{first},1,4,70000\n")
        assert (sorted(each["status"] for each in findings), status) == (["extra", "matched"], 1)

        findings, status = told(f"{header}{first},1,4,70000\n{second},1,5,120000\n")
        assert (sorted(each["status"] for each in findings), status) == (["different", "matched"], 1)

    def test_one_order_has_a_reference_once(self, refused: Any, orders: tuple[int, int]) -> None:
        line = f"{orders[0]},1,4,70000\n"
        assert f"line 3: {orders[0]} 1 is there twice" in refused(f"order,exchange_ref,quantity,price\n{line}{line}")

    @pytest.mark.parametrize(
        ("side", "status"), [("BUY", "matched"), ("b", "matched"), ("매수", "matched"), ("SELL", "different")]
    )
    def test_the_side_is_compared_where_the_file_has_it(
        self, told: Any, orders: tuple[int, int], side: str, status: str
    ) -> None:
        findings, _status = told(f"order,exchange_ref,side,quantity,price\n{orders[0]},1,{side},4,70000\n")

        assert findings[0]["aegis" if status == "matched" else "broker"] is not None
        assert status in {each["status"] for each in findings if f"#{orders[0]}" in each["what"]}

    def test_one_portfolio_limits_both_sides(self, told: Any, orders: tuple[int, int]) -> None:
        other = make_portfolio(name="가치")
        elsewhere = make_order(make_holding(other, make_stock(ticker="035420")))
        fill(elsewhere, 2, 500, exchange_ref="1")

        findings, status = told("exchange_ref,quantity,price\n1,2,500\n", "--portfolio", str(other))

        assert (short(findings), status) == ([("matched", "가치 1", "2 @ 500", "2 @ 500")], 0)

    def test_a_reversed_fill_and_its_reversal_do_not_stand(self, told: Any) -> None:
        order = make_order(make_holding())
        reverse(fill(order, 4, 100, exchange_ref="K1"))

        findings, status = told("exchange_ref,quantity,price\nK1,4,100\n")

        assert ([each["status"] for each in findings], status) == (["missing"], 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("portfolio,ticker,quantity,average\n", "has a header and no line"),
        ("exchange_ref,quantity,price\n", "has a header and no line"),
        ("", "has neither the columns"),
        ("exchange_ref,quantity,price\nK1,1e5000,1\n", "quantity is no number that can be"),
        ("exchange_ref,quantity,price\nK1,1,1e-5000\n", "price is no number that can be"),
        ("exchange_ref,quantity,price\nK1,NaN,1\n", "quantity is no number that can be"),
        ("exchange_ref,quantity,price\nK1,1.5,1\n", "1.5 is not a whole number of shares"),
        ("exchange_ref,quantity,price\nK1,²,1\n", "quantity is not a number"),
        ("exchange_ref,quantity,price\nK1,1\n", "price is empty"),
        ("exchange_ref,quantity,price\n,1,1\n", "exchange_ref is empty"),
        ("order,exchange_ref,quantity,price\n²,K1,1,1\n", "order is not the number of an order"),
        ("side,exchange_ref,quantity,price\nHOLD,K1,1,1\n", "side is neither BUY nor SELL"),
        ("exchange_ref,quantity,price\n" + "K" * 200_000 + ",1,1\n", "cannot be read: field larger than field limit"),
        ("exchange_ref,quantity,price\nK\0,1,1\n", "NUL"),
        ("exchange_ref,quantity,price\nK1,1e999999999,1\n", "quantity is no number that can be"),
        ("exchange_ref,quantity,price\nK1,1,-1e999999999\n", "price is no number that can be"),
        ("exchange_ref,quantity,price\nK1,1,1e-999999999\n", "price is no number that can be"),
        ('exchange_ref,quantity,price\nK1,1,"79,26"\n', "price is not a number. Write it like 1,234.5"),
        ('exchange_ref,quantity,price\nK1,"1,0000",1\n', "quantity is not a number"),
        ("exchange_ref,quantity,price\nK1,7,926,38150\n", "line 2 has more fields than the header"),
        ("exchange_ref,quantity,price\nK1,7,926\nK2,1,1,\n", "line 3 has more fields than the header"),
        ("exchange_ref,quantity,price,Quantity\nK1,7,926,8\n", "the columns quantity, Quantity, which mean the same"),
        ("portfolio,account,ticker,quantity,average\n1,2,A,1,1\n", "the columns portfolio, account, which mean"),
    ],
)
def test_a_file_that_cannot_be_compared_is_refused_in_a_sentence(refused: Any, content: str, word: str) -> None:
    assert word in refused(content)


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["²", "없음", "9" * 30, "a\0", "-1", ""])
def test_a_portfolio_that_there_is_not_is_told_and_is_no_difference(asked: str) -> None:
    with pytest.raises(CommandError, match="0개") as refusal:
        call_command("reconcile", "--portfolio", asked, stdout=StringIO())

    assert refusal.value.returncode == 2


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-31", "9999-12-31"])
def test_actions_of_a_day_at_the_end_of_time_are_none(day: str) -> None:
    out = StringIO()
    call_command("apply_corporate_actions", "--date", day, "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"applied": [], "refused": [], "missed": []}
    assert apply_actions(actor="kim").missed == []


@pytest.mark.parametrize("command", [["reconcile"], ["revalue"], ["expire_orders"], ["market_gaps"], ["migrate"]])
def test_a_database_that_is_away_is_told_in_a_line(command: list[str], tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": f"postgres://aegis@localhost:1/aegis?host={tmp_path}", "AEGIS_VAR": str(tmp_path)}
    asked = [sys.executable, "manage.py", *command]
    ran = subprocess.run(asked, check=False, cwd=ROOT, env=nowhere, capture_output=True, text=True, timeout=60)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("The database does not answer: ")
    assert ran.stderr.count("\n") == 1, ran.stderr
