"""`dispatch.py --doctor`: one screen on what this machine offers, each line with how it was found out."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time

from grader.model import Limits
from grader.sandbox import bubblewrap, probe
from grader.sandbox.advice import remedy
from grader.sandbox.levels import FULL, LEVELS, MEANING, PROCESS
from grader.sandbox.lost import NoGuest
from grader.sandbox.pool import ready_guests
from grader.sandbox.visible import packages

_STARTS = 5


def examine() -> str:
    """Return the screen. Everything is tried anew; what is found replaces what was remembered."""
    lines = [*_interpreter(), ""]
    held = probe.best(anew=True).level
    problems = {level: tuple(probe.troubles(level)) for level in LEVELS}
    lines.append("Isolation (tried: a hand-in of our own reads /etc/passwd, lists /etc, writes to /tmp, reads the")
    lines.append("grader's environment, signals it, connects to it, makes a socket, starts a process):")
    for level in LEVELS:
        sign = "holds" if not problems[level] else "no"
        lines.append(f"  {level:<10} {sign:<6} {MEANING[level]}")
        lines += [f"             because: {why[:150]}" for why in problems[level][:3]]
    lines += ["", f"Hand-ins are graded at level {held!r}."]
    if problems[FULL]:
        lines.append(f"For more: {remedy(problems[FULL][0])}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        lines.append("You are root: guests become the user `nobody` first.")
    return "\n".join([*lines, "", *_starting(held)]) + "\n"


def _interpreter() -> list[str]:
    import numpy as np

    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    installed = ", ".join(packages())
    wrap = bubblewrap.found()
    return [
        f"Python {platform.python_version()} ({sys.executable}) on {platform.platform()}",
        f"NumPy {np.__version__} with {blas.get('name')} {blas.get('version')}; guests compute on one thread of "
        f"{os.cpu_count()} processors",
        f"packages that a hand-in may import: {installed}",
        f"bubblewrap: {wrap or 'not installed'}",
    ]


def _starting(level: str) -> list[str]:
    """Measure what a guest costs: the first of a run, and one more from the zygote."""
    start = time.perf_counter()
    try:
        with ready_guests(level) as guests:
            guests.launch(Limits()).end(0.0)
            first = time.perf_counter() - start
            more = []
            for _ in range(_STARTS):
                start = time.perf_counter()
                guests.launch(Limits()).end(0.0)
                more.append(time.perf_counter() - start)
    except NoGuest as exc:
        return [f"no guest starts at level {level}: {exc}"]
    line = f"A guest takes {first * 1e3:.0f} ms to start"
    if level == PROCESS and sys.platform != "linux":
        return [f"{line}."]
    return [f"{line}, each further one {statistics.median(more) * 1e3:.0f} ms."]
