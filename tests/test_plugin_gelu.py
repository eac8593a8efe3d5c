"""An exercise that nobody here has foreseen: `pip install` is all it takes to have it graded and self-tested."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.grader.handins import PROJECT

SOURCE = PROJECT / "tests" / "plugin_gelu"
GELU = """
import numpy as np
class GELU:
    def forward(self, x):
        self.x, self.u = x, np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)
        self.t = np.tanh(self.u)
        return x * (1 + self.t) / 2
    def backward(self, e):
        slope = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * self.x ** 2)
        return e * ((1 + self.t) / 2 + self.x / 2 * (1 - self.t ** 2) * slope)
"""
RMSPROP = """
import numpy as np
class RMSprop:
    def __init__(self, learning_rate, rho):
        self.learning_rate, self.rho, self.r = learning_rate, rho, 0.0
    def calculate_update(self, w, g):
        self.r = self.rho * self.r + (1 - self.rho) * g ** 2
        return w - self.learning_rate * g / (np.sqrt(self.r) + np.finfo(float).eps)
"""
NO_PRODUCT_RULE = ("e * ((1 + self.t) / 2 + self.x / 2 * (1 - self.t ** 2) * slope)", "e * (1 + self.t) / 2")
OVERFLOW = ("np.tanh(self.u)", "(np.exp(self.u) - np.exp(-self.u)) / (np.exp(self.u) + np.exp(-self.u))")
FORGETS = ("self.rho * self.r + (1 - self.rho) * g ** 2", "(1 - self.rho) * g ** 2")
HANDIN = """
from framework.hookspecs import hookimpl
from framework.layer import Layer
import gelu, rmsprop
class GELU(gelu.GELU, Layer):
    pass
@hookimpl
def backcheck_layers():
    return {"GELU": GELU}
@hookimpl
def backcheck_optimizers():
    return {"RMSprop": rmsprop.RMSprop}
"""


@dataclass(frozen=True)
class Installed:
    """A throw-away environment with the plugin in it."""

    python: Path
    folder: Path

    def pip(self, *words: str) -> None:
        """Run this environment's pip for that one, without network."""
        command = [sys.executable, "-m", "pip", "--python", str(self.python), "--disable-pip-version-check", *words]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    def dispatch(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run `dispatch.py` there."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") and k != "COLUMNS"}
        return subprocess.run(
            [self.python, PROJECT / "dispatch.py", *map(str, words)],
            env=kept | {"PYTHONUTF8": "1"},
            cwd=self.folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )

    def misconceptions(self, folder: Path, task: str) -> list[str]:
        """Grade a hand-in and return what its report names; the mistake has to cost points."""
        done = self.dispatch("--task", task, "--submission", folder, "--seed", 5, "--report", "json=-")
        assert done.returncode == 1, done.stdout + done.stderr
        (report,) = json.loads(done.stdout)["reports"]
        return list(report["misconceptions"])


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install the plugin, as it is in the repository, into a new environment that sees this one's packages."""
    top = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", top / "env"], check=True, timeout=120)
    scripts = top / "env" / ("Scripts" if os.name == "nt" else "bin")
    made = Installed(scripts / "python", top)
    where = [sysconfig.get_path("purelib", vars={"base": str(top / "env"), "platbase": str(top / "env")})]
    Path(where[0], "seen.pth").write_text(sysconfig.get_path("purelib") + "\n")
    shutil.copytree(SOURCE, top / "source", ignore=shutil.ignore_patterns("__pycache__"))
    made.pip("install", "--no-index", "--no-deps", "--no-build-isolation", str(top / "source"))
    return made


def fau(folder: Path, *changes: tuple[str, str]) -> Path:
    return _written(folder, {"Layers/GELU.py": GELU, "Optimization/Optimizers.py": RMSPROP}, changes)


def native(folder: Path, *changes: tuple[str, str]) -> Path:
    entry = '[project]\nname = "mine"\nversion = "1"\n[project.entry-points.backcheck]\nmine = "handin"\n'
    step = RMSPROP.replace("calculate_update(self, w, g)", "step(self, name, w, g)")
    return _written(
        folder, {"gelu.py": GELU, "rmsprop.py": step, "handin.py": HANDIN, "pyproject.toml": entry}, changes
    )


def _written(folder: Path, files: dict[str, str], changes: tuple[tuple[str, str], ...]) -> Path:
    for old, new in changes:
        assert sum(old in text for text in files.values()) == 1, old
        files = {name: text.replace(old, new) for name, text in files.items()}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


FORMS = pytest.mark.parametrize("form", [fau, native])


def test_it_is_listed(installed: Installed) -> None:
    done = installed.dispatch("--list", "-v")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "Far from zero the gate is open or shut" in done.stdout
    head, *rows = [line.split() for line in done.stdout.splitlines()[:40]]
    assert "extra" in head
    assert {row[0]: row[1] for row in rows if row and row[0] in ("GELU", "RMSprop")} == {"GELU": "6", "RMSprop": "4"}
    assert "did you mean GELU?" in installed.dispatch("--task", "gleu").stderr


@FORMS
def test_right_hand_in_has_all_points(installed: Installed, tmp_path: Path, form: object) -> None:
    folder = form(tmp_path / "ada")  # type: ignore[operator]  # one of the two functions above
    done = installed.dispatch("--task", "extra", "--submission", folder, "--report", "lines=-", "--seed", 4)
    assert (done.returncode, done.stdout.split()) == (0, [str(folder), "GELU", "6/6", str(folder), "RMSprop", "4/4"])


@FORMS
@pytest.mark.parametrize(
    ("task", "change", "id"),
    [
        ("GELU", NO_PRODUCT_RULE, "gelu-no-product-rule"),
        ("GELU", OVERFLOW, "gelu-overflow"),
        ("RMSprop", FORGETS, "rmsprop-forgets"),
    ],
)
def test_mistake_is_named(
    installed: Installed, tmp_path: Path, form: object, task: str, change: tuple[str, str], id: str
) -> None:
    folder = form(tmp_path / "ada", change)  # type: ignore[operator]  # one of the two functions above
    assert installed.misconceptions(folder, task) == [id]


def test_class_is_graded(installed: Installed, tmp_path: Path) -> None:
    fau(tmp_path / "inbox" / "ada")
    native(tmp_path / "inbox" / "bob", NO_PRODUCT_RULE)
    words = ("--batch", tmp_path / "inbox", "--store", tmp_path / "s.sqlite", "--task", "extra", "--jobs", 1)
    reports = ("--report", f"csv={tmp_path / 'c.csv'}", "--report", f"html={tmp_path / 'html'}")
    done = installed.dispatch(*words, *reports)
    assert done.returncode == 0, done.stderr
    rows = {row["submission"]: row for row in csv.DictReader((tmp_path / "c.csv").read_text("utf-8").splitlines())}
    assert {name: (row["GELU"], row["RMSprop"]) for name, row in rows.items()}.keys() == {"ada", "bob"}
    assert (float(rows["ada"]["GELU"]), float(rows["ada"]["RMSprop"])) == (6, 4)
    assert float(rows["bob"]["GELU"]) < 6
    assert "GELU" in (tmp_path / "html" / "index.html").read_text("utf-8")


def test_its_checks_are_tried(installed: Installed) -> None:
    done = installed.dispatch("--selftest", "--task", "extra", "--seed", 2)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = {line.split("  ")[0]: line.split() for line in done.stdout.splitlines() if " of " in line}
    assert " ".join(rows["GELU"][1:]) == "2 of 2 2 of 2 2 of 2 2 of 2"
    assert "all 14 runs as they should be; seed 2" in done.stdout


def test_author_who_deletes_a_check_is_told_what_is_missed(installed: Installed) -> None:
    code = "import gelu_course; print(gelu_course.__file__)"
    found = subprocess.run([installed.python, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    file = Path(found.stdout.strip())
    whole = file.read_text("utf-8")
    assert "(check_far_out,)" in whole
    try:
        file.write_text(whole.replace("(check_far_out,)", "()"), encoding="utf-8")
        done = installed.dispatch("--selftest", "--task", "GELU")
    finally:
        file.write_text(whole, encoding="utf-8")
    assert done.returncode == 1
    told = done.stdout.partition("Missed, or not as it should be:\n")[2].partition("\n\n")[0]
    assert [line.strip() for line in told.splitlines()] == [
        f"GELU, gelu-overflow (Overflows) ({form}): no core check notices it; noticed by integer_input alone"
        for form in ("fau", "native")
    ]
