"""What is wrong with a profile, and how a wrong name is answered."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ProfileError(ValueError):
    """A profile that cannot be used; the message is one line: file, line, key and what to do."""


def suggestion(name: str, known: Iterable[str], most: int = 12) -> str:
    """Return what to say after an unknown name: the likeliest one that exists, or (if they are few) all of them."""
    names = list(dict.fromkeys(known))
    folded = {each.lower(): each for each in reversed(names)}
    close = difflib.get_close_matches(name.lower(), list(folded), 1, 0.5)
    if close:
        return f"did you mean {folded[close[0]]}?"
    shown = ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
    return f"known: {shown}" if names else "there is none"
