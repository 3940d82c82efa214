"""The texts that a tree of Python files and templates asks gettext for, found without gettext's own programs."""

import ast
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

FUNCTIONS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
LITERAL = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
IN_TEMPLATE = re.compile(rf"(?:gettext|\b_)\({LITERAL}(?:, {LITERAL})?")


def texts(folder: Path, without: Set[str] = frozenset({"migrations"})) -> set[str]:
    """Every msgid and msgid_plural below `folder`, leaving out the folders named in `without`."""
    paths = [path for path in folder.rglob("*") if not without & set(path.relative_to(folder).parts)]
    found = {text for path in paths if path.suffix == ".py" for text in _in_python(path.read_text())}
    return found | {text for path in paths if path.suffix == ".html" for text in _in_template(path.read_text())}


def _in_python(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
            plural = node.func.id.startswith("n")
            for argument in node.args[: 2 if plural else 1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def _in_template(source: str) -> Iterator[str]:
    for match in IN_TEMPLATE.finditer(templatize(source)):
        yield from (ast.literal_eval(literal) for literal in match.groups() if literal)


@dataclass(frozen=True)
class Entry:
    """One translation of a .po file."""

    texts: tuple[str, ...]  # msgid, and msgid_plural if there is one
    translations: tuple[str, ...]
    fuzzy: bool


def entries(po: Path) -> list[Entry]:
    """The entries of a .po file, without its header and its obsolete ones."""
    blocks = [block for block in po.read_text().split("\n\n") if re.search(r"^msgid ", block, re.M)]
    return [entry for entry in map(_entry, blocks) if entry.texts != ("",)]


def _entry(block: str) -> Entry:
    fields: list[tuple[str, str]] = []
    for line in block.splitlines():
        if match := re.match(r'(msgid|msgid_plural|msgstr(?:\[\d\])?) (".*")$', line):
            fields.append((match[1], ast.literal_eval(match[2])))
        elif line.startswith('"'):
            fields[-1] = (fields[-1][0], fields[-1][1] + ast.literal_eval(line))
    ids = tuple(text for key, text in fields if key.startswith("msgid"))
    translations = tuple(text for key, text in fields if key.startswith("msgstr"))
    return Entry(ids, translations, fuzzy="#, fuzzy" in block)
