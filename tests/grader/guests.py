"""Guests for tests, at the best level of this machine: forked from one zygote that lives as long as the test run."""

from __future__ import annotations

import atexit
from functools import cache

from grader.model import Limits
from grader.sandbox.guests import Guest
from grader.sandbox.pool import ReadyGuests, ready_guests
from grader.sandbox.probe import best


@cache
def shared(level: str) -> ReadyGuests:
    """Return the guests of a level, shared by all tests."""
    guests = ready_guests(level)
    atexit.register(guests.close)
    return guests


def launch(limits: Limits) -> Guest:
    """Start a guest at the best level."""
    return shared(best().level).launch(limits)
