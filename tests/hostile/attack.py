"""What an attack is: a tiny hand-in, the verdict it must get, and what it would have done to the machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.model import Verdict

PASSED, FAILED, CRASHED, TIMEOUT = Verdict.PASSED, Verdict.FAILED, Verdict.CRASHED, Verdict.TIMEOUT
OUTPUT_LIMIT, PROTOCOL = Verdict.OUTPUT_LIMIT, Verdict.PROTOCOL_VIOLATION

_START = "import ctypes, gc, json, os, signal, socket, struct, subprocess, sys, threading, time\nimport numpy as np\n"


@dataclass(frozen=True)
class Attack:
    """One attack. `row` is its number in the catalogue of attacks.

    `source` is the whole of `Layers/ReLU.py`; words in `@CAPITALS@` stand for places of the machine (`stage.py`).
    `verdicts` are those that the strong levels may give, PASSED for odd but harmless code; `message` is a regular
    expression for the first finding. `leaks` says that at level `process` the attack has an effect on the machine that
    the stage notices: the negative control. `forges` marks attempts at a pass that is not deserved.
    """

    row: int
    name: str
    source: str
    verdicts: tuple[Verdict, ...]
    message: str = ""
    leaks: bool = False
    forges: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The attack's name in a list of tests."""
        return f"{self.row}: {self.name}"


def layer(deed: str, *, top: str = "", answer: str = "self.open = x > 0\nreturn x * self.open") -> str:
    """Return a ReLU that does `deed` in forward and then answers, rightly unless told otherwise."""
    body = "\n".join(f"        {line}" for line in f"{deed}\n{answer}".splitlines())
    back = "    def backward(self, e):\n        return e * self.open\n"
    return f"{_START}{top}\nclass ReLU:\n    def forward(self, x):\n{body}\n{back}"


def wrong(deed: str, *, top: str = "") -> str:
    """Return a ReLU whose answers are wrong, and that does something about it."""
    return layer(deed, top=top, answer="self.open = x > 0\nreturn x + 1.0")
