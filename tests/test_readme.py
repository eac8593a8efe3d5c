"""Everything that the README shows is run here: commands, the report, the plugin; and every option is in it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest

from grader.executors.inline import grade_submission
from grader.options import parser
from grader.plugins import load_registry
from grader.sandbox.levels import FOR_THE_RECORD
from grader.sandbox.probe import best
from grader.selftest.run import run_selftest
from tests.grader.guests import launch
from tests.grader.handins import copy_example, written

PROJECT = Path(__file__).parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")
GOLDEN = (PROJECT / "tests" / "golden" / "rnn_shared_optimizer.txt").read_text(encoding="utf-8")
SELF_CHECK = "self-check, not for the record"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [line for language, text in BLOCKS if language == "bash" for line in text.splitlines()]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a user has, with the hand-ins that the README talks of."""
    top = tmp_path_factory.mktemp("checkout")
    ignore = shutil.ignore_patterns("__pycache__", "mine")
    for name in ("framework", "grader", "submissions", "data"):
        shutil.copytree(PROJECT / name, top / name, ignore=ignore)
    shutil.copy(PROJECT / "dispatch.py", top)
    copy_example("example_fau", top / "b")
    shutil.make_archive(str(top / "a"), "zip", top / "b")
    shutil.copy(top / "a.zip", top / "hand-in.zip")
    (top / "inbox").mkdir()
    shutil.copy(top / "a.zip", top / "inbox" / "Ada Lovelace_101_assignsubmission_file_ex.zip")
    return top


def _run(folder: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"COLUMNS": "80"}
    environment["PYTHONUTF8"] = "1"
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=300
    )


@pytest.mark.parametrize("line", [c for c in COMMANDS if "dispatch.py" in c])
def test_commands_run(checkout: Path, line: str) -> None:
    words = shlex.split(line)
    words[0] = sys.executable
    if "all" in words:
        words += ["--skip", "lenet"]  # LeNet trains for real, which its own tests do
    mine = checkout / "submissions" / "mine"
    if "ReLU" in words:
        shutil.copytree(checkout / "submissions" / "template", mine)
    try:
        done = _run(checkout, words)
    finally:
        shutil.rmtree(mine, ignore_errors=True)
    expected = 1 if "ReLU" in words else 0  # the skeleton is not written yet
    assert done.returncode == expected, done.stdout + done.stderr


def test_set_up_and_tests_are_what_ci_runs() -> None:
    def plain(line: str) -> list[str]:
        return [word for word in shlex.split(line, comments=True) if not word.startswith("--")]

    script = [plain(line) for line in (PROJECT / ".ci" / "run").read_text(encoding="utf-8").splitlines()]
    block = next(text for language, text in BLOCKS if language == "bash" and "pytest" in text)
    for line in block.splitlines():
        assert plain(line) in script


def test_the_report_shown_is_a_real_one(tmp_path: Path) -> None:
    folder = copy_example("example_fau", tmp_path / "submissions" / "mine")
    file = folder / "Layers" / "RNN.py"
    text = file.read_text(encoding="utf-8")
    old = "self._output_optimizer = copy.deepcopy(optimizer)"
    assert old in text
    file.write_text(text.replace(old, "self._output_optimizer = self._optimizer"), encoding="utf-8")
    words = [sys.executable, str(PROJECT / "dispatch.py")]
    done = _run(tmp_path, [*words, "--task", "RNN", "--submission", "submissions/mine", "--seed", "7"])
    assert done.returncode == 1
    level = best().level  # the machine of the README has bubblewrap
    shown = GOLDEN.replace("full (isolated)", f"{level} ({'isolated' if level in FOR_THE_RECORD else SELF_CHECK})")
    assert done.stdout == shown
    assert GOLDEN in README


def test_every_option_is_documented() -> None:
    options = [name for action in parser()._actions for name in action.option_strings if name.startswith("--")]
    assert not [name for name in options if f"`{name}" not in README]


def test_the_plugin_shown_works() -> None:
    source = next(text for language, text in BLOCKS if language == "python")
    assert len(source.splitlines()) <= 60  # one screen
    plugin = types.ModuleType("gelu_of_the_readme")
    exec(compile(source, "README.md", "exec"), plugin.__dict__)
    registry = load_registry([plugin])
    forward = (
        "x, self.t = x, np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))\n        return x * (1 + self.t) / 2\n"
    )
    backward = "(1 + self.t + self.x * (1 - self.t**2) * np.sqrt(2 / np.pi) * (1 + 0.134145 * self.x**2)) / 2"
    right = (
        f"import numpy as np\nclass GELU:\n    def forward(self, x):\n        self.{forward}"
        f"    def backward(self, e):\n        return e * {backward}\n"
    )
    rows = ((backward, backward, ()), (backward, "(1 + self.t) / 2", ("gelu-product",)))
    for old, new, names in (*rows, ("(x + 0.044715 * x**3)", "x", ("gelu-cubic",))):
        text = right.replace(old, new).replace("(1 + 0.134145 * self.x**2)", "1") if names else right
        handin = written(Layers__GELU=text)
        (report,) = grade_submission(handin, registry.select(["gelu"]), registry, seed=1, launch=launch)
        assert (report.max_score, report.passed, report.score == 5.0) == (5.0, not names, not names)
        assert report.misconceptions == names
    assert run_selftest(["gelu"], [], 3, jobs=1, plugins=[plugin]) == 0
