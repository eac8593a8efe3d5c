"""The one exception for a guest that did not survive a request, or did not keep to the protocol."""

from __future__ import annotations

from grader.model import Verdict


class GuestLost(Exception):
    """The guest broke the rules or died; `verdict` says how, the message says what was seen."""

    def __init__(self, verdict: Verdict, message: str) -> None:
        super().__init__(message)
        self.verdict = verdict
        self.message = message
