"""Passwords that AEGIS makes: random for each installation, and kept where only its owner reads them."""

import os
from pathlib import Path
from secrets import choice
from string import ascii_letters, digits

# Without the characters that look like others.
ALPHABET = "".join(sorted(set(ascii_letters + digits) - set("0O1lI")))
LENGTH = 16


def random_password() -> str:
    return "".join(choice(ALPHABET) for _ in range(LENGTH))


def keep(text: str, path: Path) -> None:
    """Write a file that others cannot read, at once and whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.rename(path)
