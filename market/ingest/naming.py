import os
from pathlib import Path


def readable(path: Path | str) -> str:
    """What a file is called where only text can stand. A name is bytes; what is not UTF-8 is written like `\\xff`."""
    return os.fsencode(path).decode(errors="backslashreplace")
