import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from market.ingest.progress import Bars, Unwatched, Watch
from market.ingest.refusal import RefusedFileError
from market.ingest.report import Report, as_document, total
from system.jobs import job


class LoadCommand(BaseCommand):
    """A command that loads files, one transaction each, in the order given; a refused file ends it."""

    name: ClassVar[str]

    def load(self, path: Path, watch: Watch) -> Report:
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files", nargs="+", metavar="FILE", help="A file to load. Its format is told by its content."
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help="Print one JSON document on standard output: the counts of each file, and in total.",
        )

    def handle(self, *_: Any, files: list[str], **options: Any) -> None:
        reports: list[Report] = []
        with job(self.name, {"files": files}, module="market") as run, watch() as watching:
            for file in files:
                reports.append(self._load(Path(file), watching))
                run.result = as_document(reports)
        self._tell(reports, as_json=options["json"])

    def _load(self, path: Path, watching: Watch) -> Report:
        try:
            return self.load(path, watching)
        except RefusedFileError as refusal:
            raise CommandError(str(refusal)) from refusal
        except DatabaseError as error:
            said = " ".join(str(error).split())
            problem = f"{path}: the database refused it ({said}). Nothing of this file was loaded."
            raise CommandError(f"{problem} Mend that and run the command again.") from error

    def _tell(self, reports: list[Report], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(as_document(reports), ensure_ascii=False))
            return
        for report in reports:
            self.stdout.write(str(report))
        if len(reports) > 1:
            self.stdout.write(str(total(reports)))


@contextmanager
def watch() -> Iterator[Watch]:
    """Bars where standard error is a terminal."""
    if not sys.stderr.isatty():
        yield Unwatched()
        return
    with Bars() as bars:
        yield bars
