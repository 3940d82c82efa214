import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from market.ingest.naming import readable
from market.ingest.progress import Bars, Unwatched, Watch
from market.ingest.refusal import RefusedFileError
from market.ingest.report import Outcome, Report, total
from market.ingest.retry import Waiting, waiting
from market.ingest.sources import STANDARD_INPUT, Source, find, keep
from system.jobs import job

# What stands in the record of a run beside its files.
RECORDED = ("retry_rejects", "day", "ticker", "market")


class LoadCommand(BaseCommand):
    """A command that loads files, one transaction each, in the order given. A refused file stops none of the others,
    and the command fails at its end."""

    name: ClassVar[str]

    def load(self, path: Path, watch: Watch) -> Report:
        raise NotImplementedError

    def retry(self, waiting: Waiting, watch: Watch) -> Report:
        """Try the rejects of a file again."""
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files",
            nargs="*",
            metavar="FILE",
            help=(
                "A file to load, a folder of files, a pattern of names, or - for standard input. The format of a file "
                "is told by its content."
            ),
        )
        parser.add_argument(
            "--retry-rejects",
            action="store_true",
            help=(
                "Load nothing new, but the rows that were rejected and wait: those that an operator repaired in the "
                "back office, and those of which the cause is mended. With FILE, only the rows of files of that name."
            ),
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help="Print one JSON document on standard output: the counts of each file, and in total.",
        )

    def handle(self, *_: Any, files: list[str], **options: Any) -> None:
        again = options["retry_rejects"]
        if not files and not again:
            raise CommandError("Name a file to load, or try rejected rows again with --retry-rejects.")
        told = {"files": [readable(file) for file in files]} | {
            name: str(options[name]) for name in RECORDED if options.get(name)
        }
        with job(self.name, told, module="market") as run, TemporaryDirectory() as folder:
            names = [readable(Path(file).name) for file in files]
            sources = waiting(self.name, names) if again else self.sources(files, Path(folder))
            outcome = Outcome()
            with watch() as watching:
                for source in sources:
                    self._load(source, watching, outcome)
                    run.result = outcome.as_json()
                    if outcome.is_cut_short:
                        break
            self._tell(outcome, as_json=options["json"])
            if outcome.refused:
                raise CommandError("\n".join(outcome.refused.values()))

    def sources(self, files: Sequence[str], folder: Path) -> list[Source | RefusedFileError]:
        """The files to load; those of standard input are kept in `folder`."""
        spool = folder / "standard input"
        if STANDARD_INPUT in files:
            keep(sys.stdin.buffer, spool)
        return list(find(files, spool))

    def _load(self, source: Source | Waiting | RefusedFileError, watching: Watch, outcome: Outcome) -> None:
        if isinstance(source, RefusedFileError):
            outcome.refuse(source.file, source)
            return
        try:
            report = self._load_one(source, watching)
        except RefusedFileError as refusal:
            outcome.refuse(source.name, refusal.called(source.name))
        except DatabaseError as error:
            # Not the file's fault, as far as anyone can tell: the next would meet it too.
            said = " ".join(str(error).split())
            problem = f"{source.name}: the database refused it ({said}). Nothing of this file was loaded."
            outcome.refuse(source.name, f"{problem} Mend that and run the command again.", cut_short=True)
        else:
            report.file = source.name
            outcome.reports.append(report)

    def _load_one(self, source: Source | Waiting, watching: Watch) -> Report:
        return self.retry(source, watching) if isinstance(source, Waiting) else self.load(source.path, watching)

    def _tell(self, outcome: Outcome, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(outcome.as_json(), ensure_ascii=False))
            return
        for report in outcome.reports:
            self.stdout.write(str(report))
        if not outcome.reports and not outcome.refused:
            self.stdout.write("No rejected row waits.")
        if len(outcome.reports) > 1:
            self.stdout.write(str(total(outcome.reports)))


@contextmanager
def watch() -> Iterator[Watch]:
    """Bars where standard error is a terminal."""
    if not sys.stderr.isatty():
        yield Unwatched()
        return
    with Bars() as bars:
        yield bars
