from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class Format:
    """What the columns of one publisher's files mean.

    `frame` gives a batch our column names. Its values stay as the file has them, text or typed: reading numbers and
    dates, and judging them, is the same for all formats. A column that the file does not have stays absent; what is
    absent leaves untouched what the database knows, and an empty cell is the file's word that there is nothing.
    """

    name: str
    names: Mapping[str, str]
    """Our names for the file's columns."""
    telling: frozenset[str]
    """The columns that tell this format from the others."""
    needed: frozenset[str]
    """The columns without which it cannot be loaded."""
    frame: Callable[[pl.DataFrame], pl.DataFrame]
    foreign: frozenset[str] = field(default=frozenset())
    """Columns that tell that it is not this format after all."""
    is_of_krx: bool = False
    """Its stocks have codes of the KRX, unless a row says that it is of another market."""
    is_of_a_day: bool = False
    """All rows are of one day, which the name of the file says, or the operator."""
    is_of_delistings: bool = False
    """Rows tell that a stock is listed no more; of one that nobody knows there is nothing to store."""

    def recognises(self, header: Sequence[str]) -> bool:
        return self.telling <= set(header) and self.foreign.isdisjoint(header)

    def lacks(self, header: Sequence[str]) -> list[str]:
        return sorted(self.needed.difference(header))

    def tells(self, name: str, header: Sequence[str]) -> bool:
        """Whether a file with these columns has one that is called `name` with us."""
        return any(self.names.get(column) == name for column in header)
