"""Hand-ins for tests: the bundled examples, patched copies of them, small ones written on the spot; and their marks."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from grader.executors.inline import grade_submission
from grader.intake.layout import build_submission
from grader.model import CheckResult, Limits, Report, Submission, Verdict
from grader.plugins import Registry, load_registry
from grader.selftest.examples import PROJECT, example, patched
from tests.grader.guests import launch

__all__ = ["PROJECT", "example", "patched"]


@cache
def registry() -> Registry:
    """Return the built-in registry."""
    return load_registry()


def written(**sources: str) -> Submission:
    """Return a hand-in in the exercise's layout; `Layers__ReLU="class ReLU: …"` becomes `Layers/ReLU.py`."""
    files = {f"{name.replace('__', '/')}.py": text.encode() for name, text in sources.items()}
    return build_submission("written", files)


def grade(
    submission: Submission, tasks: Iterable[str], seed: int = 7, limits: Limits | None = None, *, naming: bool = True
) -> dict[str, Report]:
    """Grade in one real guest; return the reports by task name. `naming` mistakes takes time."""
    known = registry() if naming else replace(registry(), misconceptions=())
    chosen = known.select(tasks)
    reports = grade_submission(submission, chosen, known, seed=seed, limits=limits, launch=launch)
    return {report.task: report for report in reports}


def findings(report: Report) -> list[CheckResult]:
    """Return the results that are neither passed nor skipped."""
    return [r for r in report.results if r.verdict not in (Verdict.PASSED, Verdict.SKIPPED)]


def copy_example(name: str, to: Path) -> Path:
    """Copy a bundled hand-in to a folder, for tests that need it on disk."""
    shutil.copytree(PROJECT / "submissions" / name, to, ignore=shutil.ignore_patterns("__pycache__"))
    return to
