from pathlib import Path


class RefusedFileError(Exception):
    """Nothing of this file is loaded. The message names the file, what is wrong with it, and what to do."""

    def __init__(self, path: Path | str, problem: str, remedy: str) -> None:
        super().__init__(f"{path}: {problem} Nothing of this file was loaded. {remedy}")
