"""What the harness costs per hand-in, next to what check50 and gradescope-utils cost for the same trivial function."""

from __future__ import annotations

import os
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
from tests.benchmarks.batch.made import Lines
from tests.grader.command import environment
from tests.grader.handins import PROJECT

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
    plugin = _installed(folder / "plugin")
    many, one = _class(folder / "many", count), _class(folder / "one", 1)
    others = {"check50": _check50(peers), "gradescope-utils": _gradescope(peers)}
    whole: list[float] = []
    start: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name, call in others.items() if call is not None}
    for turn in range(_ROUNDS):
        for inbox, times in ((many, whole), (one, start)):
            times.append(_seconds(lambda inbox=inbox, turn=turn: _grade(inbox, folder / f"{turn}", plugin)))  # type: ignore[misc]  # bound
        for name, times in theirs.items():
            times += [_seconds(others[name]) for _ in range(_CALLS)]  # type: ignore[arg-type]  # not None, see above
    each = [(w - s) / (count - 1) * 1e3 for w, s in zip(whole, start, strict=True)]
    load = f"load {os.getloadavg()[0]:.1f}"
    spent = f"{statistics.median(whole):.1f} s, of which start {statistics.median(start):.1f} s"
    yield f"{count} trivial hand-ins, {os.cpu_count()} workers, level {best().level}: {spent}; {load}", None
    yield f"with its share of the start: {min(whole) / count * 1e3:.1f} ms per hand-in, least of {_ROUNDS} runs", None
    yield f"harness per hand-in, least of {_ROUNDS} runs: {min(each):.1f} ms (goal {GOAL:g})", min(each) <= GOAL
    for name, times in theirs.items():
        usual = statistics.median(times) * 1e3
        yield f"{name}: {usual:.0f} ms; ours / theirs {statistics.median(each) / usual:.3f}", None


def _class(folder: Path, count: int) -> Path:
    for number in range(count):
        file = folder / f"student{number:03}" / "Layers" / "Doubling.py"
        file.parent.mkdir(parents=True)
        file.write_text(f"{trivial.HANDIN}# {number}\n", encoding="utf-8")
    return folder


def _installed(folder: Path) -> Path:
    """Make a folder in which the trivial task is an installed plugin, for this process's children."""
    information = folder / "backcheck_trivial-1.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: backcheck-trivial\nVersion: 1\n")
    entry = f"[backcheck.plugins]\ntrivial = {trivial.__name__}\n"
    (information / "entry_points.txt").write_text(entry)
    return folder


def _grade(inbox: Path, store: Path, plugin: Path) -> None:
    words = [sys.executable, str(PROJECT / "dispatch.py"), "--batch", str(inbox), "--task", "Doubling"]
    path = os.pathsep.join((str(plugin), str(PROJECT)))
    target = store.with_name(f"{inbox.name}-{store.name}.sqlite")
    done = subprocess.run([*words, "--store", str(target)], env=environment(PYTHONPATH=path), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


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
