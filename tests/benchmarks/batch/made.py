"""Classes made for measuring, and the command that grades them."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.grader.classes import run_class
from tests.grader.command import RIGHT, WRONG, environment, hand_in
from tests.grader.handins import PROJECT

Line = tuple[str, bool | None]
Lines = Iterator[Line]


def copies(inbox: Path, count: int) -> Path:
    """Write complete, right hand-ins of which no two are equal: a name and a comment differ in every file."""
    source = PROJECT / "submissions" / "example_fau"
    for number in range(count):
        target = inbox / f"student{number:05}"
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        for path in target.rglob("*.py"):
            text = path.read_text(encoding="utf-8").replace("previous_error", f"previous_error_{number}")
            path.write_text(f"# hand-in of student {number}\n{text}", encoding="utf-8")
    return inbox


def small(inbox: Path, count: int) -> Path:
    """Write hand-ins with two components each, every fourth with a mistake."""
    for number in range(count):
        hand_in(inbox, f"student{number:05}", (WRONG if number % 4 == 3 else RIGHT) + f"# {number}\n")
    return inbox


def quietly(inbox: Path, **more: object) -> str:
    """Grade a class in this process; return what would have been printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        code = run_class(inbox, **more)  # type: ignore[arg-type]  # up to the caller
    assert code == 0, out.getvalue()
    return out.getvalue()


def started(inbox: Path, store: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start the command on a class, in a session of its own."""
    command = [
        sys.executable,
        str(PROJECT / "dispatch.py"),
        "--batch",
        str(inbox),
        "--store",
        str(store),
        "--seed",
        "7",
    ]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([*command, *words], env=environment(), start_new_session=True, **quiet)  # type: ignore[call-overload]
