"""File names made of students' names: harmless on every system, short, and no two alike."""

from __future__ import annotations

import re
import unicodedata


class Slugs:
    """Hands out names, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, text: str) -> str:
        """Return small letters, digits, `-` and `_`, at most 60 characters and a number."""
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^a-z0-9_]+", "-", plain.lower()).strip("-")[:60] or "hand-in"
        if re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d|index", stem):  # taken by Windows, or by us
            stem += "-"
        name, number = stem, 2
        while name in self._taken:
            name, number = f"{stem}-{number}", number + 1
        self._taken.add(name)
        return name
