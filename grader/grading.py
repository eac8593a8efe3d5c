"""Grades one task of one submission: open the component, plan the checks, run each on each case, give points."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader.guest.faults import Fault
from grader.kinds import UNITS
from grader.model import Case, Check, CheckResult, Conventions, Job, Report, Task, Tier, Verdict
from grader.probe import Probe
from grader.remote import Asks
from grader.runner import Outcome, broken, explain_fault, run_check
from grader.sandbox.lost import GuestLost
from grader.scoring import assign_points, is_ours, totals

DIALECT_TRAITS = {
    "fau": frozenset({"updates_in_backward"}),
    "native": frozenset({"accumulates_gradients"}),
}
_MAX_REMARKS, _MAX_REMARK = 5, 500  # what a hand-in's guest may say about it
_FOUND = Check("found", "the class is there and can be constructed", "", lambda: None, points=0.0)


def generator(seed: int, *names: str) -> np.random.Generator:
    """Return the generator that belongs to a place (task, case, check): the same wherever and whenever it runs."""
    keys = tuple(zlib.crc32(name.encode()) for name in names)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=keys)))


def grade(
    job: Job, task: Task, plan: Sequence[Check], desk: Asks, progress: Callable[[str], None] | None = None
) -> Report:
    """Return the report of one task; `progress` is told how far a long check is.

    Never raises for anything that the submission does.
    """
    return _Grading(job, task, plan, desk, progress).report()


class _Grading:
    """The state of grading one task: what was opened, the conventions found, the results so far."""

    def __init__(
        self, job: Job, task: Task, plan: Sequence[Check], desk: Asks, progress: Callable[[str], None] | None
    ) -> None:
        self.job, self.task, self.plan, self.desk, self.progress = job, task, plan, desk, progress
        self.results: dict[tuple[str, str], CheckResult] = {}
        self.remarks: list[str] = []
        self._conventions: dict[str, Conventions] = {}

    def report(self) -> Report:
        """Run everything and sum up."""
        start = time.perf_counter()
        opened = self._open()
        plan = [_FOUND, *self.plan]
        self.results["", "found"] = self._result(_FOUND, "", opened)
        if opened.verdict is Verdict.PASSED:
            for check in self.plan:
                self._run_cases(check)
        else:
            for check in self.plan:
                for case in self._cases(check):
                    self._add(check, case, _waiting(self.results["", "found"]))
        ordered = sorted(self.results.values(), key=self._place)
        results = assign_points(self.task, plan, ordered)
        score, max_score = totals(results)
        return Report(
            submission=self.job.submission.id,
            digest=self.job.submission.digest,
            task=self.task.name,
            seed=self.job.seed,
            suite=self.job.suite,
            results=tuple(results),
            isolation=str(getattr(self.desk, "isolation", "none")),
            score=score,
            max_score=max_score,
            output=str(getattr(self.desk, "output", "")),
            remarks=tuple(self.remarks),
            seconds=time.perf_counter() - start,
        )

    def _open(self) -> Outcome:
        try:
            answer = self.desk.ask("open", {"kind": self.task.kind, "component": self.task.name})
            said = [item for key, item in answer.items() if key != "where" and isinstance(item, str)]
            self.remarks += [text[:_MAX_REMARK] for text in said[:_MAX_REMARKS]]
            self._make(self.task.cases[0], "found")
        except Fault as fault:
            outcome = explain_fault(fault)
            if outcome.verdict is Verdict.CRASHED and not fault.where:
                call = ", ".join(repr(value) for value in self.task.cases[0].init.values())
                message = f"{self.task.name}({call}) cannot be constructed: {outcome.message}"
                return Outcome(outcome.verdict, message, outcome.details)
            return outcome
        except GuestLost as lost:
            if lost.verdict is Verdict.TIMEOUT:
                advice = '; does the file train or wait at import? Put that under `if __name__ == "__main__":`'
                return Outcome(lost.verdict, lost.message + advice)
            return Outcome(lost.verdict, lost.message)
        except Exception as exc:
            return broken(exc)
        return Outcome(Verdict.PASSED)

    def _make(self, case: Case, purpose: str) -> Any:
        seed = int(generator(self.job.seed, self.task.name, case.name, purpose, "guest").integers(2**32))
        return UNITS[self.task.kind](self.desk, self.task.name, case.init, seed)

    def _fresh(self, case: Case, purpose: str) -> Any:
        """Make a unit and give it parameters that are worth testing (never the ones it was born with)."""
        unit = self._make(case, purpose)
        if self.task.prepare is not None:
            self.task.prepare(unit, case, generator(self.job.seed, self.task.name, case.name, purpose, "params"))
        return unit

    def _oracle(self, unit: Any, case: Case) -> Any:
        if self.task.oracle is None:
            raise TypeError(f"task {self.task.name} has no oracle")
        if case.name not in self._conventions:
            self._conventions[case.name] = self._fit(case)
        return self.task.oracle(unit, case, self._conventions[case.name])

    def _fit(self, case: Case) -> Conventions:
        """Find the conventions in one case: what it does not show (say, how even kernels are padded) plays no part."""
        if self.task.fit is None:
            return Conventions()
        rng = generator(self.job.seed, self.task.name, case.name, "fit")
        with np.errstate(all="ignore"):
            return self.task.fit(self._fresh(case, "fit"), case, rng)

    def _run_cases(self, check: Check) -> None:
        """Run a check on all of its cases, in an order that only the seed knows."""
        cases = self._cases(check)
        order = generator(self.job.seed, self.task.name, check.name, "order").permutation(len(cases))
        timed_out = ""
        for index in order:
            case = cases[int(index)]
            missing = self._missing_need(check, case)
            if missing is not None:
                self._add(check, case, _waiting(missing))
                continue
            if timed_out:
                self._add(check, case, Outcome(Verdict.SKIPPED, f"not tried again after the timeout on {timed_out}"))
                continue
            outcome = run_check(
                check,
                case,
                Probe(case, generator(self.job.seed, self.task.name, case.name, check.name), self.progress),
                lambda case=case: self._fresh(case, check.name),  # type: ignore[misc]  # a bound loop variable
                lambda unit, case=case: self._oracle(unit, case),  # type: ignore[misc]  # a bound loop variable
            )
            if outcome.verdict is Verdict.TIMEOUT:
                timed_out = case.name
            self._add(check, case, outcome)

    def _cases(self, check: Check) -> list[Case]:
        """Return the cases that a check is for, as far as this dialect has them."""
        traits = DIALECT_TRAITS[self.job.submission.dialect]
        return [case for case in self.task.cases if case.traits <= traits and case.name in (check.cases or [case.name])]

    def _missing_need(self, check: Check, case: Case) -> CheckResult | None:
        """Return the result of a needed check that did not pass on this case (or, run elsewhere only, on any).

        One that the hand-in is to blame for, if there is any.
        """
        missing = []
        for need in check.needs:
            done = {key: result for key, result in self.results.items() if key[1] == need}
            here = done.get((case.name, need))
            missing += [r for r in ([here] if here is not None else done.values()) if r.verdict is not Verdict.PASSED]
        return min(missing, key=is_ours, default=None)

    def _add(self, check: Check, case: Case, outcome: Outcome) -> None:
        self.remarks += [remark for remark in outcome.remarks if remark not in self.remarks]
        tier = case.tier if check.tier is Tier.CORE else check.tier
        self.results[case.name, check.name] = self._result(check, case.name, outcome, tier)

    def _result(self, check: Check, case: str, outcome: Outcome, tier: Tier = Tier.CORE) -> CheckResult:
        bad = outcome.verdict not in (Verdict.PASSED, Verdict.SKIPPED)
        return CheckResult(
            task=self.task.name,
            case=case,
            check=check.name,
            title=check.title,
            verdict=outcome.verdict,
            tier=tier,
            visibility=check.visibility,
            message=outcome.message,
            hint=check.hint if bad and outcome.verdict is not Verdict.BROKEN else "",
            seconds=outcome.seconds,
            details=outcome.details,
        )

    def _place(self, result: CheckResult) -> tuple[int, int]:
        names = ["found", *(check.name for check in self.plan)]
        cases = ["", *(case.name for case in self.task.cases)]
        return names.index(result.check), cases.index(result.case)


def _waiting(missing: CheckResult) -> Outcome:
    """Return the outcome of a check that was not run because another one did not pass."""
    details = {"ours": True} if is_ours(missing) else {}
    return Outcome(Verdict.SKIPPED, f"needs: {missing.title}", details)
