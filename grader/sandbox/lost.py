"""What can become of a guest: it is lost through its own doing, or it never came into being."""

from __future__ import annotations

from grader.model import Verdict


class GuestLost(Exception):
    """The guest broke the rules or died; `verdict` says how, the message says what was seen.

    `limit` names the limit (a field of `Limits`) that it ran into, if it was one.
    """

    def __init__(self, verdict: Verdict, message: str, limit: str = "") -> None:
        super().__init__(message)
        self.verdict = verdict
        self.message = message
        self.limit = limit


class NoGuest(Exception):
    """A guest did not even get ready, before any of the submission's code ran: the grader's problem, not theirs."""
