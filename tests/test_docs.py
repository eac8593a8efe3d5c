"""Everything that the documentation shows is run here: commands, reports, code; and every option and key is in it.

Run this file as a script to write the table of profile keys into the instructors' page anew.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import types
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from grader.executors.inline import grade_submission
from grader.options import parser
from grader.plugins import load_registry
from grader.profile.keys import KEYS
from grader.sandbox.levels import FOR_THE_RECORD
from grader.sandbox.probe import best
from grader.selftest.run import run_selftest
from tests.grader.guests import launch
from tests.grader.handins import copy_example, written

PROJECT = Path(__file__).parent.parent
NAMES = ("README.md", "submissions/README.md", "grader/INSTRUCTORS.md", "grader/AUTHORS.md", "CONTRIBUTING.md")
PAGES = {name: (PROJECT / name).read_text(encoding="utf-8") for name in NAMES}
README = PAGES["README.md"]
GOLDEN = (PROJECT / "tests" / "golden" / "rnn_shared_optimizer.txt").read_text(encoding="utf-8")
SELF_CHECK = "self-check, not for the record"
BEGIN, END = "<!-- keys: written by `python -m tests.test_docs` -->\n", "<!-- end of keys -->\n"


def blocks(language: str, *names: str) -> list[str]:
    """Return the code blocks of a language in some pages, or in all."""
    found = [
        re.findall(rf"^```{language}\n(.*?)^```", PAGES[name], re.MULTILINE | re.DOTALL) for name in names or NAMES
    ]
    return [block for page in found for block in page]


COMMANDS = list(dict.fromkeys(line for block in blocks("bash") for line in block.splitlines()))
CI = (PROJECT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def plain(line: str) -> list[str]:
    """Return the words of a command that CI may spell otherwise: which Python, and how loud."""
    words = [word.removeprefix(".venv/bin/") for word in shlex.split(line, comments=True)]
    return [word for word in words if word not in ("--quiet", "--disable-pip-version-check")]


def is_ci(line: str) -> bool:
    """Tell whether CI runs a command: setting up, and what takes minutes."""
    return plain(line) in [plain(other) for other in CI if other and not other.startswith(" ")]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a user has, with the hand-ins that the documentation talks of, and a `python` to run it."""
    top = tmp_path_factory.mktemp("checkout")
    ignore = shutil.ignore_patterns("__pycache__", "mine")
    for name in ("framework", "grader", "submissions", "data"):
        shutil.copytree(PROJECT / name, top / name, ignore=ignore)
    for name in ("dispatch.py", "LICENSE", "pyproject.toml"):
        shutil.copy(PROJECT / name, top)
    copy_example("example_fau", top / "b")
    shutil.make_archive(str(top / "a"), "zip", top / "b")
    shutil.copy(top / "a.zip", top / "hand-in.zip")
    for folder in ("inbox", "tests"):
        (top / folder).mkdir()
    shutil.copy(top / "a.zip", top / "inbox" / "Ada Lovelace_101_assignsubmission_file_ex.zip")
    (top / "bin").mkdir()
    (top / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (top / "bin" / "python").chmod(0o755)
    return top


def _run(folder: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST"))} | {"COLUMNS": "80"}
    environment["PYTHONUTF8"] = "1"
    environment["PATH"] = f"{folder / 'bin'}{os.pathsep}{environment['PATH']}"
    if not any(entry.name == "backcheck" for entry in entry_points(group="pytest11")):
        environment["PYTEST_PLUGINS"] = "grader.testing"  # what installing the project does
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=300
    )


def test_commands_run(checkout: Path) -> None:
    """One after the other, as a reader would, each once."""
    for line in (line for line in COMMANDS if not is_ci(line)):
        words = shlex.split(line.replace(".venv/bin/", ""))
        if "all" in words and "--skip" not in words:
            words += ["--skip", "lenet"]  # LeNet trains for real, which its own tests do
        done = _run(checkout, words)
        expected = 1 if words[-2:] == ["--task", "ReLU"] else 0  # the skeleton is not written yet
        assert done.returncode == expected, f"{line}\n{done.stdout}{done.stderr}"
        if line.startswith("cp -r submissions/template"):
            assert (checkout / "submissions" / "mine").is_dir()


def test_what_takes_minutes_is_what_ci_runs() -> None:
    slow = [line for line in COMMANDS if is_ci(line)]
    assert {"python -m pytest -n auto", ".venv/bin/python -m pytest -n auto", "mypy"} <= set(slow)
    (setting_up,) = (block for block in blocks("bash", "README.md") if "pytest" in block)
    assert all(is_ci(line) for line in setting_up.splitlines())


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
    pages = "".join(PAGES.values())
    assert not [name for name in options if f"`{name}" not in pages]


def keys() -> str:
    """Return the table of everything that a profile may say."""
    shown = [key for key in KEYS if not key.path.startswith("limits.TASK.")]
    rows = [f"| `{key.path}` | {key.meaning} ({key.kind.name}) |\n" for key in shown]
    rows.append("| `limits.TASK.…` | The same for one task, all but `run_seconds`. |\n")
    return "| key | meaning |\n|---|---|\n" + "".join(rows)


def test_every_profile_key_is_documented() -> None:
    page = PAGES["grader/INSTRUCTORS.md"]
    assert page.partition(BEGIN)[2].partition(END)[0] == keys()


def test_the_profile_shown_does_what_is_said(tmp_path: Path) -> None:
    (source,) = blocks("toml", "grader/INSTRUCTORS.md")
    (tmp_path / "course.toml").write_text(source, encoding="utf-8")
    words = ["--profile", str(tmp_path / "course.toml"), "--task", "RNN", "--list", "-v"]
    done = _run(tmp_path, [sys.executable, str(PROJECT / "dispatch.py"), *words])
    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stdout.splitlines() if "memory_on" in line)
    assert "hidden" in line
    assert " 3 " in line


def test_the_authors_page_shows_the_package_that_is_tried() -> None:
    package = PROJECT / "tests" / "plugin_gelu"
    assert blocks("toml", "grader/AUTHORS.md") == [(package / "pyproject.toml").read_text(encoding="utf-8")]
    source = (package / "gelu_course.py").read_text(encoding="utf-8")
    shown = blocks("python", "grader/AUTHORS.md")
    assert len(shown) >= 5
    assert all(block in source for block in shown)


def test_the_class_shown_to_students_passes(capsys: pytest.CaptureFixture[str]) -> None:
    (source,) = blocks("python", "submissions/README.md")
    shown = types.ModuleType("shown_to_students")
    exec(compile(source.replace("check(ReLU)", "result = check(ReLU)"), "page", "exec"), shown.__dict__)
    assert shown.result.passed


def test_the_plugin_shown_works() -> None:
    (source,) = blocks("python", "README.md")
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


if __name__ == "__main__":
    page = PROJECT / "grader" / "INSTRUCTORS.md"
    before, _, after = page.read_text(encoding="utf-8").partition(BEGIN)
    page.write_text(f"{before}{BEGIN}{keys()}{END}{after.partition(END)[2]}", encoding="utf-8")
