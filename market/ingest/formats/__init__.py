"""The formats that AEGIS reads, told apart by their columns, never by the name of the file."""

from collections.abc import Sequence

from market.ingest.formats import aegis, krx, marcap, master, yahoo
from market.ingest.formats.format import Format
from market.ingest.refusal import RefusedFileError
from market.ingest.tables import Table

PRICE_FORMATS = (marcap.PRICES, marcap.DAY_PRICES, krx.PRICES, yahoo.PRICES, aegis.PRICES)
STOCK_FORMATS = (marcap.STOCKS, marcap.DAY_STOCKS, krx.STOCKS, master.STOCKS, master.DELISTINGS, aegis.STOCKS)


def recognise(table: Table, formats: Sequence[Format]) -> Format:
    """The format of a file, by its columns; raises `RefusedFileError` for none of `formats`, or a lack of columns."""
    for known in formats:
        if known.recognises(table.columns):
            if lacking := known.lacks(table.columns):
                problem = f"It looks like a {known.name} file but lacks the columns {', '.join(lacking)}."
                raise RefusedFileError(table.path, problem, "Add them, or fetch the file again.")
            return known
    expected = "; ".join(f"{known.name}: {', '.join(sorted(known.needed))}" for known in formats)
    problem = f"Its columns are those of no known format: {', '.join(table.columns)[:200]}."
    raise RefusedFileError(table.path, problem, f"Give a file that has the columns of one of them ({expected}).")
