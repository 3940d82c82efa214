from pathlib import Path

from market.ingest.naming import readable


class RefusedFileError(Exception):
    """Nothing of this file is loaded. The message names the file, what is wrong with it, and what to do."""

    def __init__(self, file: Path | str, problem: str, remedy: str) -> None:
        self.file, self._problem, self._remedy = readable(file), problem, remedy
        super().__init__(f"{self.file}: {problem} Nothing of this file was loaded. {remedy}")

    @property
    def reason(self) -> str:
        """What is wrong and what to do, without the file."""
        return f"{self._problem} {self._remedy}"

    def called(self, name: str) -> "RefusedFileError":
        """The same of a file that the user calls otherwise."""
        return RefusedFileError(name, self._problem, self._remedy)
