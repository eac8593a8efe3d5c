"""Hand-ins for tests: the bundled examples, patched copies of them, small ones written on the spot; and their marks."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from grader.executors.inline import grade_submission
from grader.intake.directory import read_directory
from grader.intake.layout import build_submission
from grader.model import CheckResult, Limits, Report, Submission, Verdict
from grader.plugins import Registry, load_registry
from tests.grader.guests import launch

PROJECT = Path(__file__).parent.parent.parent


@cache
def registry() -> Registry:
    """Return the built-in registry."""
    return load_registry()


@cache
def _files(name: str) -> Mapping[str, bytes]:
    return read_directory(PROJECT / "submissions" / name, name)


def example(name: str) -> Submission:
    """Return a bundled hand-in: `example_fau`, `example_native` or `template`."""
    return build_submission(name, _files(name))


def patched(name: str, patches: Iterable[tuple[str, str, str]]) -> Submission:
    """Return a bundled hand-in with (file, old text, new text) replaced; every old text must be there exactly once."""
    files = dict(_files(name))
    for file, old, new in patches:
        text = files[file].decode()
        assert text.count(old) == 1, f"{file} holds {text.count(old)} times: {old!r}"
        files[file] = text.replace(old, new).encode()
    return build_submission(f"{name} patched", files)


def written(**sources: str) -> Submission:
    """Return a hand-in in the exercise's layout; `Layers__ReLU="class ReLU: …"` becomes `Layers/ReLU.py`."""
    files = {f"{name.replace('__', '/')}.py": text.encode() for name, text in sources.items()}
    return build_submission("written", files)


def grade(
    submission: Submission, tasks: Iterable[str], seed: int = 7, limits: Limits | None = None
) -> dict[str, Report]:
    """Grade in one real guest; return the reports by task name."""
    known = registry()
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
