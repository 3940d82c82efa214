"""How far a load is: nothing where nobody watches, bars on a terminal."""

from time import monotonic
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from market.ingest.naming import readable

# So many bars fit on a terminal when a folder of files is loaded.
SHOWN = 8


class Watch(Protocol):
    """Told how far a file is."""

    def step(self, what: str, rows: int, share: float) -> None:
        """`rows` have been dealt with in the step `what`, which is `share` (0 to 1) done."""


class Unwatched:
    """For callers that do not ask how far a load is."""

    def step(self, what: str, rows: int, share: float) -> None:
        """Nobody watches."""


class RowsPerSecond(ProgressColumn):
    def render(self, task: Task) -> Text:
        seconds = task.fields["until"] - task.fields["since"]
        return Text(f"{task.fields['rows'] / seconds:,.0f} rows/s" if seconds else "", no_wrap=True)


class Bars:
    """A bar for each step, on standard error: share, rows per second, time taken and time left."""

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            RowsPerSecond(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        # When the last step was told: what is told next has been worked on since then.
        self._last = monotonic()

    def step(self, what: str, rows: int, share: float) -> None:
        what, now, tasks = readable(what), monotonic(), self._bars.tasks
        # Fewer rows than before: another file of the same name.
        task = next((task.id for task in tasks if task.description == what and task.fields["rows"] <= rows), None)
        if task is None:
            for done in tasks[: -SHOWN + 1]:
                self._bars.remove_task(done.id)
            task = self._bars.add_task(what, total=1.0, rows=0, since=self._last, until=now)
        self._bars.update(task, completed=share, rows=rows, until=now)
        self._last = now

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
