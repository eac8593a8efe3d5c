"""What became of one component in one task of the self-test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from grader.model import CheckResult, Report, Tier, Verdict
from grader.selftest.detection import Detection


class Kind(StrEnum):
    """What was graded."""

    REFERENCE = "reference"
    EXAMPLE = "example"
    VARIANT = "fair variant"
    MISTAKE = "misconception"


@dataclass(frozen=True)
class Outcome:
    """One component, in one task and form. `problems` has a line for everything that should not be.

    `broken` says what the grader itself, or a plugin, could not do. A mistake has its `detection`; it is a problem if
    nothing notices it.
    """

    kind: Kind
    task: str
    form: str
    title: str
    problems: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    detection: Detection | None = None

    @property
    def well(self) -> bool:
        """Tell whether everything is as it should be."""
        return not self.problems and not self.broken


def of_report(kind: Kind, form: str, title: str, report: Report) -> Outcome:
    """Return the outcome of something right: whatever costs it points is a problem."""
    core = [result for result in report.results if result.tier is Tier.CORE]
    failed = [result for result in core if result.verdict not in (Verdict.PASSED, Verdict.BROKEN)]
    blamed = [result for result in failed if result.verdict is not Verdict.SKIPPED] or failed
    broken = [result for result in report.results if result.verdict is Verdict.BROKEN]
    return Outcome(kind, report.task, form, title, _lines([] if broken else blamed), _lines(broken))


def of_detection(found: Detection) -> Outcome:
    """Return the outcome of a mistake."""
    problems = []
    if found.missed and not found.broken:
        only = f"; noticed by {', '.join(found.also)} alone" if found.also else ""
        problems.append(f"no {found.tier} check notices it{only}")
    if found.tier == Tier.ROBUST and found.also:
        problems.append(f"costs points, though its tier is robust: {', '.join(found.also)}")
    return Outcome(Kind.MISTAKE, found.task, found.form, found.variant, tuple(problems), found.broken, found)


def _lines(results: Iterable[CheckResult]) -> tuple[str, ...]:
    return tuple(f"{r.check} ({r.case}): {r.message}" if r.case else f"{r.check}: {r.message}" for r in results)
