"""Whose rows a limited role sees and writes, as SQL conditions for policies.

A condition is written in two forms. `filtering` is for USING: what it needs to know stands in subqueries without
parameters, which PostgreSQL runs once for a statement, and then it finds the rows by index. `checking` is for WITH
CHECK: it looks up the one row that is written. Both spell the rule out down to the owner, rather than trust the
policies of the tables on the way: somebody in two roles would see more of those.
"""

from dataclasses import dataclass
from typing import Protocol

PRINCIPAL = "(SELECT system.principal())"


class Condition(Protocol):
    def filtering(self, table: str) -> str: ...
    def checking(self, table: str) -> str: ...


@dataclass(frozen=True)
class Owned:
    """Rows whose `column` names the acting user."""

    column: str

    def filtering(self, table: str) -> str:
        return f"{_bare(table)}.{self.column} = {PRINCIPAL}"

    checking = filtering


@dataclass(frozen=True)
class Within:
    """Rows whose `column` is the `key` of a row of `parent` that fits `rule`."""

    column: str
    parent: str
    key: str
    rule: Condition

    def filtering(self, table: str) -> str:
        parent = _bare(self.parent)
        mine = f"SELECT {parent}.{self.key} FROM {self.parent} WHERE {self.rule.filtering(self.parent)}"
        return f"{_bare(table)}.{self.column} = ANY (ARRAY({mine}))"

    def checking(self, table: str) -> str:
        parent = _bare(self.parent)
        return (
            f"EXISTS (SELECT FROM {self.parent} WHERE {parent}.{self.key} = {_bare(table)}.{self.column}"
            f" AND {self.rule.checking(self.parent)})"
        )


@dataclass(frozen=True)
class Where:
    """Rows of which a plain SQL condition on their own columns holds."""

    condition: str

    def filtering(self, table: str) -> str:
        return self.condition

    checking = filtering


class _Joined:
    word = ""

    def __init__(self, *parts: Condition) -> None:
        self.parts = parts

    def filtering(self, table: str) -> str:
        return f" {self.word} ".join(f"({part.filtering(table)})" for part in self.parts)

    def checking(self, table: str) -> str:
        return f" {self.word} ".join(f"({part.checking(table)})" for part in self.parts)


class Either(_Joined):
    word = "OR"


class Both(_Joined):
    word = "AND"


@dataclass(frozen=True)
class Rows:
    """Which rows a limited role sees, and what a row must be like that it inserts or leaves behind.

    `words` say it for people.
    """

    seen: Condition
    words: str
    inserted: Condition | None = None
    updated: Condition | None = None


def _bare(table: str) -> str:
    return table.rpartition(".")[2]
