"""File names made of students' names: harmless on every system, short, and no two alike."""

from __future__ import annotations

import re
import unicodedata


class Slugs:
    """Hands out names, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, text: str, instead: str = "") -> str:
        """Return small letters, digits, `-` and `_`, at most 60 characters and a number.

        Where that leaves nothing of `text`, as of a name in other letters, `instead` is taken.
        """
        stem = _plain(text) or _plain(instead) or "hand-in"
        if re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d|index", stem):  # taken by Windows, or by us
            stem += "-"
        name, number = stem, 2
        while name in self._taken:
            name, number = f"{stem}-{number}", number + 1
        self._taken.add(name)
        return name


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_]+", "-", plain.lower()).strip("-")[:60]
