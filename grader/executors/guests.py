"""Where the guests of a batch come from: the one place that executors ask, in the thread that grades."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from grader.sandbox.guests import Launch
from grader.sandbox.pool import ready_guests
from grader.sandbox.probe import best
from grader.sandbox.visible import USUAL


@contextmanager
def guest_source(allowed: tuple[str, ...] = USUAL) -> Iterator[Launch]:
    """Give a function that starts a guest with the `allowed` packages; what it keeps ready is gone in the end."""
    with ready_guests(best().level, allowed) as guests:
        yield guests.launch
