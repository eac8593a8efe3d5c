"""What is graded in which round of `--watch`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.focus.parts import Part, Parts
from grader.model import Submission, Task, Tier, Verdict


class Rounds:
    """Grades everything once, then after every save only what failed; what passes is graded as a whole again.

    `latest` has the latest part of each task. Tasks that passed are graded again when none fails any more: a change
    that mends one may have broken another.
    """

    def __init__(self, parts: Parts, tasks: Sequence[Task], wanted: Mapping[str, Sequence[str]]) -> None:
        self.latest: dict[str, Part] = {}
        self._parts, self._tasks, self._wanted = parts, tasks, wanted
        self._digests: dict[str, str] = {}  # of the hand-in for which a task was last graded as a whole

    def next(self, submission: Submission) -> list[Part]:
        """Grade one round; return the latest part of every task that was graded in it."""
        failing = {name: failed_checks(part, self._wanted.get(name)) for name, part in self.latest.items()}
        failing = {name: checks for name, checks in failing.items() if not self.latest[name].passed}
        narrowed = dict(self._wanted) | {name: checks for name, checks in failing.items() if checks}
        shown = self._graded(submission, [task for task in self._tasks if task.name in failing], narrowed)
        still = any(not part.passed for part in self.latest.values())
        due = [task for task in self._tasks if self._is_due(task, failing, submission.digest, still=still)]
        shown |= self._graded(submission, due, self._wanted)
        self._digests |= {task.name: submission.digest for task in due}
        return list(shown.values())

    def _is_due(self, task: Task, failing: Mapping[str, Sequence[str]], digest: str, *, still: bool) -> bool:
        """Tell whether a task is to be graded as a whole, while others `still` fail or not."""
        if task.name in failing:
            return bool(failing[task.name]) and self.latest[task.name].passed
        return not still and self._digests.get(task.name) != digest

    def _graded(
        self, submission: Submission, tasks: Sequence[Task], wanted: Mapping[str, Sequence[str]]
    ) -> dict[str, Part]:
        if not tasks:
            return {}
        graded = {part.report.task: part for part in self._parts.of_submission(submission, tasks, wanted)}
        self.latest |= graded
        return graded


def failed_checks(part: Part, wanted: Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of the checks that have to pass before a task does; nothing if that means all of them.

    Checks that only lead to remarks are among them where they were asked for by name (`wanted`).
    """
    bad = [r for r in part.report.results if r.verdict not in (Verdict.PASSED, Verdict.SKIPPED)]
    if any(r.check == "found" for r in bad):
        return ()
    return tuple(dict.fromkeys(r.check for r in bad if r.tier is Tier.CORE or r.check in (wanted or ())))
