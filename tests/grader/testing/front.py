"""Runs `pytest --backcheck` in a process of its own, and says how its items must end according to a report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from grader.model import CheckResult, Report, Submission, Tier, Verdict

PROJECT = Path(__file__).parent.parent.parent.parent


@dataclass(frozen=True)
class Front:
    """What came of a run: exit code, everything printed, and by node id (outcome, text)."""

    code: int
    output: str
    items: dict[str, tuple[str, str]]

    @property
    def outcomes(self) -> dict[str, str]:
        """Return the outcomes alone."""
        return {nodeid: outcome for nodeid, (outcome, _) in self.items.items()}


def front(folder: Path, *words: object, answers: str = "", **more: str) -> Front:
    """Run `pytest --backcheck …` with `folder` as the current directory; `answers` is its standard input."""
    with tempfile.TemporaryDirectory() as temporary:
        record = Path(temporary) / "record.jsonl"
        record.touch()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
        places = {"PYTHONPATH": str(PROJECT), "PYTHONUTF8": "1", "RECORD": str(record), "PYTHONDONTWRITEBYTECODE": "1"}
        options = ["-p", "grader.testing", "-p", "tests.grader.testing.recorder"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *map(str, words)],
            cwd=folder,
            env=kept | places | {"COLUMNS": "120", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | more,
            input=answers,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=300,
        )
        lines = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    return Front(done.returncode, done.stdout, {nodeid: (outcome, text) for nodeid, outcome, text in lines})


def on_disk(submission: Submission, folder: Path) -> Path:
    """Write a hand-in's files, and its entry points, into a folder."""
    for name, raw in submission.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)
    if submission.entry_points:
        points = "".join(f'{name} = "{value}"\n' for name, value in submission.entry_points.items())
        text = f"[project]\nname = 'own'\nversion = '1'\n[project.entry-points.backcheck]\n{points}"
        (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


def expected(report: Report) -> dict[str, str]:
    """Return how the items of a task must end, by node id."""
    return {nodeid(result): _outcome(result) for result in report.results}


def nodeid(result: CheckResult) -> str:
    """Return the item of a result."""
    return f"backcheck::{result.task}::{result.check}" + (f"[{result.case}]" if result.case else "")


def _outcome(result: CheckResult) -> str:
    plain = {Verdict.PASSED: "passed", Verdict.SKIPPED: "skipped", Verdict.BROKEN: "error"}
    return plain.get(result.verdict) or ("failed" if result.tier is Tier.CORE else "xfailed")
