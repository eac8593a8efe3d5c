"""A finished report as it travels from a worker to the parent, and as it is stored."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from grader.model import Report

_MAX_OUTPUT = 20_000  # characters


@dataclass(frozen=True)
class Edition:
    """Under which seed, and which state of grader, task and profile (`suite`), a task is graded."""

    seed: int
    suite: str


@dataclass(frozen=True)
class Graded:
    """A report as it travels and as it is stored: its key, what sums are made of, and all of it as compressed JSON."""

    digest: str
    task: str
    edition: Edition
    score: float
    max_score: float
    passed: bool
    broken: bool
    seconds: float
    isolation: str
    verdicts: Mapping[str, int]
    blob: bytes

    @classmethod
    def of(cls, report: Report) -> Graded:
        """Pack a report, with as much of what the hand-in printed as any reporter shows."""
        report = replace(report, output=report.output[:_MAX_OUTPUT])
        verdicts: dict[str, int] = {}
        for result in report.results:
            verdicts[str(result.verdict)] = verdicts.get(str(result.verdict), 0) + 1
        return cls(
            report.digest,
            report.task,
            Edition(report.seed, report.suite),
            report.score,
            report.max_score,
            report.passed,
            report.broken,
            report.seconds,
            report.isolation,
            verdicts,
            zlib.compress(report.to_json().encode("utf-8", "replace"), 3),
        )
