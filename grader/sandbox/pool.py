"""Ready guests for one worker: `with ready_guests(level) as guests: grade_submission(…, launch=guests.launch)`.

Every call of `launch` gives one fresh guest, for one submission; none is ever reused. On Linux they are forked from a
zygote that is started here and gets ready on its own; elsewhere each is an interpreter of its own.
"""

from __future__ import annotations

import sys

from grader.model import Limits
from grader.sandbox import interpreter
from grader.sandbox.guests import Guest
from grader.sandbox.levels import PROCESS
from grader.sandbox.lost import NoGuest
from grader.sandbox.visible import USUAL
from grader.sandbox.zygote import Zygote


class ReadyGuests:
    """Where a worker's guests come from. `isolation` is their level. Close it at the end; nothing outlives it."""

    def __init__(self, isolation: str, allowed: tuple[str, ...] = USUAL) -> None:
        self.isolation = isolation
        self._allowed = allowed
        self._zygote = Zygote(isolation, allowed) if sys.platform == "linux" else None

    def launch(self, limits: Limits) -> Guest:
        """Return a fresh guest. Raises NoGuest if there is none to be had, even with a second zygote."""
        if self._zygote is None:
            return interpreter.launch(limits, self._allowed)
        try:
            return self._zygote.launch(limits)
        except NoGuest:
            self._zygote.close()
            self._zygote = Zygote(self.isolation, self._allowed)
            return self._zygote.launch(limits)

    def close(self) -> None:
        """End whatever still waits or runs."""
        if self._zygote is not None:
            self._zygote.close()

    def __enter__(self) -> ReadyGuests:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def ready_guests(isolation: str = PROCESS, allowed: tuple[str, ...] = USUAL) -> ReadyGuests:
    """Return the guests of one worker at a level (`levels.py`); `probe.best()` tells which this machine offers.

    They can import the `allowed` packages and what these need, and no others.

    From here on this process's memory and `/proc` entries are closed to others of the same user: a guest is one.
    """
    if sys.platform == "linux":
        from grader.guest.privileges import undumpable

        undumpable()
    return ReadyGuests(isolation, allowed)
