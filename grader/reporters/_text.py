"""Makes text that comes from a submission harmless, once, for every format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_MAX = 2_000


def clean(text: str, limit: int = _MAX, *, keep_lines: bool = False) -> str:
    """Return `text` without escape sequences, control and direction-changing characters, cut to `limit`.

    Line breaks become spaces unless `keep_lines`.
    """
    text = _ANSI.sub("", text[: 4 * limit])
    if not keep_lines:
        text = re.sub(r"\s*[\r\n\x0b\x0c\x85\u2028\u2029]\s*", " ", text)
    kept = "".join(c for c in text if (c == "\n" and keep_lines) or unicodedata.category(c) not in _HARMFUL)
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def some_of(names: Sequence[str], most: int) -> str:
    """Return the first `most` of some names, which are harmless already, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
