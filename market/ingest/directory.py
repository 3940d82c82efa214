import polars as pl
from polars import selectors

from market.models import Stock

SCHEMA = {"ticker": pl.String(), "known_market": pl.String(), "stock_id": pl.Int64()}


class Directory:
    """The known stocks, and those that a file brings, numbered for the time of a load.

    A stock that a file brings has no `stock_id` until the whole file is read and stored, so staged rows carry a
    number of ours.
    """

    def __init__(self) -> None:
        stocks = Stock.objects.order_by("stock_id").values_list("ticker", "market_type", "stock_id")
        columns = zip(*stocks, strict=True) if stocks else ((), (), ())
        known = pl.DataFrame(dict(zip(SCHEMA, columns, strict=True)), schema=SCHEMA)
        self.stocks = known.with_columns(_numbers(0, known.height))

    def look_up(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows with `stock_no` and `known_market`, NULL where the ticker is unknown."""
        return frame.join(self.stocks.drop("stock_id"), on="ticker", how="left", maintain_order="left")

    def add(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Number the stocks among accepted rows that are unknown yet; the rows with each `stock_no` filled in."""
        strangers = frame.filter(pl.col("stock_no").is_null())
        if strangers.is_empty():
            return frame
        newcomers = strangers.unique("ticker", keep="first", maintain_order=True).select(
            "ticker", pl.col("market_type").alias("known_market"), pl.lit(None, pl.Int64).alias("stock_id")
        )
        self.stocks = pl.concat([self.stocks, newcomers.with_columns(_numbers(self.stocks.height, newcomers.height))])
        return self.look_up(frame.drop("stock_no", "known_market"))

    def identified(self, facts: pl.DataFrame) -> pl.DataFrame:
        """Facts by `stock_no`, ready to be staged: with `ticker`, and `stock_id` where the stock is known.

        A new stock of which only the ticker is told has that for its name.
        """
        # A name over two lines is one that was wrapped.
        told = facts.drop("#line").with_columns(selectors.string().str.replace_all(r"\s+", " "))
        rows = told.join(self.stocks, on="stock_no", how="left")
        is_new, nothing = pl.col("stock_id").is_null(), pl.lit(None, pl.String)
        name = pl.col("name") if "name" in rows.columns else nothing
        market = pl.col("market_type") if "market_type" in rows.columns else nothing
        return rows.with_columns(
            name=pl.when(is_new).then(pl.coalesce(name, "ticker")).otherwise(name),
            market_type=pl.when(is_new).then(pl.coalesce(market, "known_market")).otherwise(market),
        ).drop("known_market")


def _numbers(start: int, count: int) -> pl.Series:
    return pl.int_range(start, start + count, dtype=pl.Int32, eager=True).alias("stock_no")
