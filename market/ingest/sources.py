"""What a loader is told to load: files, folders of them, patterns of their names, and standard input."""

import glob
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from market.ingest.naming import readable
from market.ingest.refusal import RefusedFileError

STANDARD_INPUT = "-"
# What is taken from a folder. A file that is named is opened whatever it is called.
ENDINGS = (".csv", ".csv.gz", ".parquet")


@dataclass(frozen=True)
class Source:
    """One file to load, and what the user calls it."""

    path: Path
    name: str


def find(arguments: Sequence[str], spool: Path) -> Iterator[Source | RefusedFileError]:
    """The files that the arguments name, in their order, or why an argument names none.

    Standard input becomes the file `spool`, because a file may have to be read twice.
    """
    for argument in arguments:
        if argument == STANDARD_INPUT:
            yield Source(spool, "standard input")
            continue
        if not argument:
            yield RefusedFileError("“”", "No file is meant by it.", "Name a file, a folder or a pattern.")
            continue
        paths = _named(argument)
        if not paths:
            endings = ", ".join(ENDINGS)
            yield RefusedFileError(argument, "No file is meant by it.", f"Of a folder, these are taken: {endings}.")
        yield from (Source(path, readable(path)) for path in paths)


def keep(stream: BinaryIO, spool: Path) -> None:
    """Write what comes on standard input to a file."""
    with spool.open("wb") as file:
        shutil.copyfileobj(stream, file, 1 << 20)


def _named(argument: str) -> list[Path]:
    path = Path(argument)
    if path.is_dir():
        return _within(path)
    if path.exists() or not glob.has_magic(argument):
        return [path]
    found = sorted(map(Path, glob.glob(argument, recursive=True)))
    return [each for path in found for each in (_within(path) if path.is_dir() else [path])]


def _within(folder: Path) -> list[Path]:
    """The files of a folder and those below it, in order of their names, hidden ones left out."""
    paths = sorted(path for path in folder.rglob("*") if path.name.lower().endswith(ENDINGS) and path.is_file())
    return [path for path in paths if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
