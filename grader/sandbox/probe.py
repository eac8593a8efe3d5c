"""Which levels of isolation hold on this machine: found by trying to escape, not by looking at versions."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.sandbox import bubblewrap, memory
from grader.sandbox.levels import FULL, KERNEL, LEVELS, NAMESPACE, PROCESS, locks

# What `escape.py` tries, in its order: the words for it, and the levels that must prevent it.
ATTEMPTS = (
    ("read a file of yours", (FULL, KERNEL, NAMESPACE)),
    ("list a folder of yours", (FULL, KERNEL, NAMESPACE)),
    ("write a file", (FULL, KERNEL, NAMESPACE)),
    ("read the grader's environment", (FULL, KERNEL, NAMESPACE)),
    ("signal the grader", (FULL, KERNEL, NAMESPACE)),
    ("connect to a port of this machine", (FULL, KERNEL, NAMESPACE)),
    ("make a socket", (FULL, KERNEL)),
    ("start a process", (FULL, KERNEL)),
)
_CANARY = Path("/etc/passwd")  # everybody may read it: what keeps a guest from it must be the sandbox


@dataclass(frozen=True)
class Findings:
    """The strongest level that holds, and why each stronger one does not (level -> sentences)."""

    level: str
    problems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def best(*, anew: bool = False) -> Findings:
    """Return the strongest level that holds here; what was found is remembered until the next boot, or tried `anew`."""
    remembered = None if anew else memory.recall()
    if remembered is not None and remembered.get("level") in LEVELS:
        problems = {level: tuple(why) for level, why in remembered["problems"].items()}
        return Findings(remembered["level"], problems)
    problems = {}
    for level in LEVELS:
        problems[level] = tuple(troubles(level))
        if not problems[level]:
            break
    found = Findings(level, {name: why for name, why in problems.items() if why})
    memory.remember({"level": found.level, "problems": {name: list(why) for name, why in found.problems.items()}})
    return found


def troubles(level: str) -> list[str]:
    """Try a level in earnest; return what speaks against it, nothing if it holds."""
    if level == PROCESS:
        return []
    if sys.platform != "linux":
        return ["this system is not Linux"]
    if level in (FULL, NAMESPACE) and bubblewrap.found() is None:
        return ["bubblewrap is not installed"]
    if locks(level):
        from grader.guest import landlock

        if landlock.version() < 1:
            return ["the kernel offers no Landlock (or it is switched off at boot)"]
    from grader.guest.faults import Fault
    from grader.sandbox.lost import GuestLost, NoGuest

    try:
        through = attempts(level)
    except (Fault, GuestLost, NoGuest) as exc:
        return [str(exc)]
    return [
        f"a hand-in can still {what}"
        for (what, prevented), succeeded in zip(ATTEMPTS, through, strict=True)
        if succeeded and level in prevented
    ]


def attempts(level: str) -> list[bool]:
    """Run `escape.py` at a level; tell for each attempt whether it got through.

    Raises NoGuest when the level cannot be had, and whatever else a Session raises.
    """
    import numpy as np

    from grader.intake.layout import build_submission
    from grader.remote import RemoteLayer
    from grader.sandbox.lost import NoGuest
    from grader.sandbox.pool import ready_guests
    from grader.sandbox.session import Session

    source = (Path(__file__).parent / "escape.py").read_bytes()
    submission = build_submission("escape", {"Layers/Escape.py": source})
    scratch = Path(tempfile.gettempdir(), f"backcheck-escaped-{secrets.token_hex(8)}")
    with socket.create_server(("127.0.0.1", 0)) as port, ready_guests(level) as guests:
        told = {
            "canary": str(_CANARY),
            "scratch": str(scratch),
            "grader": os.getpid(),
            "port": port.getsockname()[1],
        }
        session = Session(submission, guests.launch)
        try:
            layer = RemoteLayer(session, "Escape", {})
            answer = layer.forward(np.frombuffer(json.dumps(told).encode(), np.uint8))
        finally:
            session.close()
            scratch.unlink(missing_ok=True)
    if answer.shape != (len(ATTEMPTS),):
        raise NoGuest("the attempts to escape were not answered")
    return [bool(value) for value in answer]
