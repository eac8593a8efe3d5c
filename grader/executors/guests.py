"""Where the guests of a batch come from: the one place that executors ask, in the thread that grades."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from grader.executors.inline import Launch
from grader.sandbox.launch import launch


@contextmanager
def guest_source() -> Iterator[Launch]:
    """Give a function that starts a guest; what it keeps ready for that is gone in the end."""
    yield launch
