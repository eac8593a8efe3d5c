"""What the harness costs per hand-in, next to what check50 and gradescope-utils cost for the same trivial function."""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

from grader.sandbox.probe import best
from tests.benchmarks.batch import trivial
from tests.benchmarks.batch.made import Lines, quietly

GOAL = 10.0  # milliseconds
_ROUNDS, _CALLS = 3, 5
_CHECKS = '''
import check50
import check50.py

@check50.check()
def doubles():
    """twice the input"""
    if check50.py.import_("doubling.py").forward([1.0, 2.0]) != [2.0, 4.0]:
        raise check50.Failure("not twice the input")
'''
_GRADESCOPE = """
import unittest
from gradescope_utils.autograder_utils.decorators import weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner
import doubling

class Doubles(unittest.TestCase):
    @weight(1)
    def test_doubles(self):
        self.assertEqual(doubling.forward([1.0, 2.0]), [2.0, 4.0])

JSONTestRunner(visibility="visible", stream=open("results.json", "w")).run(
    unittest.defaultTestLoader.loadTestsFromTestCase(Doubles))
"""


def measure(folder: Path, scale: float, peers: Path) -> Lines:
    """Yield the lines of this part."""
    count = max(int(200 * scale), 10)
    inbox = folder / "inbox"
    for number in range(count):
        file = inbox / f"student{number:03}" / "Layers" / "Doubling.py"
        file.parent.mkdir(parents=True)
        file.write_text(f"{trivial.HANDIN}# {number}\n", encoding="utf-8")
    others = {
        name: call for name, call in (("check50", _check50(peers)), ("gradescope-utils", _gradescope(peers))) if call
    }
    ours: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in others}
    processor = 0.0
    for turn in range(_ROUNDS):
        start, before = time.perf_counter(), _processor()
        quietly(inbox, tasks=("Doubling",), plugins=(trivial,), store=folder / f"{turn}.sqlite")
        ours.append((time.perf_counter() - start) / count * 1e3)
        processor = (_processor() - before) / count * 1e3
        for name, call in others.items():
            for _ in range(_CALLS):
                start = time.perf_counter()
                call()
                theirs[name].append((time.perf_counter() - start) * 1e3)
    each = statistics.median(ours)
    least = min(ours)
    level, load = best().level, os.getloadavg()[0]
    yield f"{count} trivial hand-ins at level {level}, start included: {each:.1f} ms each, least {least:.1f}", None
    yield (
        f"  (load {load:.1f} on {os.cpu_count()} cores; processor time of the grader's own process {processor:.1f} ms)",
        None,
    )
    yield f"harness per hand-in, least of {_ROUNDS} runs: {least:.1f} ms (goal {GOAL:g})", least <= GOAL
    for name, times in theirs.items():
        yield f"{name}: {statistics.median(times):.0f} ms; ours / theirs {each / statistics.median(times):.3f}", None


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _environment(folder: Path, *packages: str) -> Path | None:
    """Return the python of a throw-away environment with these packages; None where they cannot be had."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        if subprocess.run(install, capture_output=True).returncode:
            shutil.rmtree(folder)
            print(f"{packages[0]} cannot be installed here", file=sys.stderr)
            return None
    return python


def _check50(peers: Path) -> Callable[[], object] | None:
    python = _environment(peers / "check50", "check50", "setuptools<81")
    if python is None:
        return None
    work = _trivial(peers / "check50-work")
    (work / "checks").mkdir(exist_ok=True)
    (work / "checks" / "__init__.py").write_text(_CHECKS)
    (work / "checks" / ".cs50.yml").write_text('check50:\n  files:\n    - !exclude "*"\n    - !require doubling.py\n')
    words = [str(python.with_name("check50")), "--dev", "--output", "json", "--", "checks"]
    return lambda: subprocess.run(words, cwd=work, check=True, capture_output=True)


def _gradescope(peers: Path) -> Callable[[], object] | None:
    python = _environment(peers / "gradescope", "gradescope-utils")
    if python is None:
        return None
    work = _trivial(peers / "gradescope-work")
    (work / "run_tests.py").write_text(_GRADESCOPE)
    return lambda: subprocess.run([str(python), "run_tests.py"], cwd=work, check=True, capture_output=True)


def _trivial(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "doubling.py").write_text("def forward(x):\n    return [2 * v for v in x]\n")
    return folder
