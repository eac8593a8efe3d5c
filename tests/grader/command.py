"""The command line for tests: tiny hand-ins, and `dispatch.py` run on them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli import USAGE, main
from grader.dispatching import Wishes
from tests.grader.handins import PROJECT

RIGHT = """
import numpy as np
class ReLU:
    def forward(self, x):
        self.open = x > 0
        return x * self.open
    def backward(self, e):
        return e * self.open
"""
WRONG = RIGHT.replace("return e * self.open", "return e * ~self.open")
SLEEPING = RIGHT.replace("self.open = x > 0", "import time; time.sleep(600)")
SGD = """
class Sgd:
    def __init__(self, rate):
        self.rate = rate
    def calculate_update(self, w, g):
        return w - self.rate * g
"""


def hand_in(folder: Path, name: str, relu: str = RIGHT, sgd: str = SGD) -> Path:
    for file, text in (("Layers/ReLU.py", relu), ("Optimization/Optimizers.py", sgd)):
        path = folder / name / file
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return folder / name


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") and k not in ("COLUMNS", "NO_COLOR")}
    return kept | {"PYTHONUTF8": "1", "COLUMNS": "100"} | more


def run(*words: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, output captured."""
    return subprocess.run(
        [sys.executable, str(PROJECT / "dispatch.py"), *map(str, words)],
        env=environment(**more),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def wish(folder: Path, *names: str, tasks: tuple[str, ...] = ("ReLU",), **more: object) -> Wishes:
    return Wishes(tasks, [], list(names), 7, submissions=folder, **more)  # type: ignore[arg-type]  # up to the test


def usage(*words: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command line that is wrong; return the one line that says so."""
    try:
        code = main(words)
    except SystemExit as exc:
        code = exc.code  # type: ignore[assignment]  # a number
    out, err = capsys.readouterr()
    assert code == USAGE
    assert out == ""
    assert "usage:" not in err
    last = err.rstrip("\n").splitlines()[-1]
    assert last.startswith("dispatch.py: ")
    return last.removeprefix("dispatch.py: ").removesuffix(" (--help tells more)")
