"""Grades one task of one submission: open the component, plan the checks, run each on each case, give points."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from grader import dialects
from grader.bench import Bench, Findings, generator
from grader.diagnosis import Diagnosis, diagnose
from grader.guest.faults import Fault
from grader.kinds import UNITS
from grader.model import Case, Check, CheckResult, Job, Misconception, Report, Task, Tier, Verdict, Visibility
from grader.patterns import with_patterns
from grader.remote import Asks
from grader.replays import Replay, replay_all
from grader.runner import Outcome, broken, explain_fault, explain_loss
from grader.sandbox.lost import GuestLost
from grader.scoring import assign_points, is_ours, totals

DIALECT_TRAITS = dialects.traits()
_MAX_REMARKS, _MAX_REMARK = 5, 500  # what a hand-in's guest may say about it
FOUND = Check("found", "the class is there and can be constructed", "", lambda: None, points=0.0)


def grade(
    job: Job,
    task: Task,
    plan: Sequence[Check],
    desk: Asks,
    progress: Callable[[str], None] | None = None,
    misconceptions: Sequence[Misconception] = (),
    bench: Bench | None = None,
    until: Callable[[CheckResult], bool] | None = None,
    replayed: Replay = replay_all,
) -> Report:
    """Return the report of one task; `progress` is told how far a long check is.

    What fails is compared with `misconceptions`, which `replayed` runs. `bench` is where the checks run, if that is not
    a bench of units behind the desk. After the check of which `until` is true for some result, nothing more is run.
    Never raises for anything that the submission does.
    """
    dialect = job.submission.dialect
    wanted = dialects.asked(task, dialect)
    task = dialects.narrowed(task, dialect)
    plan = [check for check in plan if wanted is None or check.name not in wanted.without]
    if bench is None:
        bench = Bench(
            task,
            job.seed,
            lambda case, seed: UNITS[task.kind](desk, task.name, case.init, seed),
            findings=Findings(dialect),
            progress=progress,
        )
    return Grading(job, task, plan, desk, misconceptions, bench, replayed).report(until)


def cases_of(task: Task, check: Check, dialect: str) -> list[Case]:
    """Return the cases that a check of a task is for, as far as this dialect has them (none, if it leaves it out)."""
    wanted = dialects.asked(task, dialect)
    if wanted is None or check.name in wanted.without:
        return []
    return [case for case in dialects.narrowed(task, dialect).cases if case.name in (check.cases or [case.name])]


class Grading:
    """The state of grading one task: what was opened, the conventions found, the results so far.

    `report` does all of it at once; `open`, `run` and `sum_up` are its parts, for a front that goes step by step.
    """

    def __init__(
        self,
        job: Job,
        task: Task,
        plan: Sequence[Check],
        desk: Asks,
        misconceptions: Sequence[Misconception],
        bench: Bench,
        replayed: Replay = replay_all,
    ) -> None:
        self.job, self.task, self.plan, self.desk = job, task, plan, desk
        self.misconceptions = misconceptions
        self.replayed = replayed
        self.bench = bench
        self.results: dict[tuple[str, str], CheckResult] = {}
        self.remarks: list[str] = []
        self._start = time.perf_counter()
        self.printed = len(self._output())  # by the tasks before this one
        self.unseen: list[tuple[int, int]] = []  # what was printed during hidden checks: it may well be their numbers

    def report(self, until: Callable[[CheckResult], bool] | None = None) -> Report:
        """Run everything, or `until` something has happened, and sum up."""
        self.open()
        missing = self.results["", "found"].verdict is not Verdict.PASSED
        if not missing or until is None or not until(self.results["", "found"]):
            for check in self.plan:
                self.run(check)
                if until is not None and any(until(r) for r in self.results.values() if r.check == check.name):
                    break
        return self.sum_up()

    def open(self) -> None:
        """Find the component and construct it once: the check `found`."""
        self.results["", "found"] = self._result(FOUND, "", self._opened())

    def sum_up(self) -> Report:
        """Return the report of what has been run so far: points, and what the failures look like."""
        ordered = sorted(self.results.values(), key=self._place)
        results = assign_points(self.task, [FOUND, *self.plan], ordered)
        score, max_score = totals(results)
        results, found = self._diagnosed(results)
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
            output=self._shown_output(),
            remarks=tuple(self.remarks),
            misconceptions=found.names,
            suspects=found.suspects,
            seconds=time.perf_counter() - self._start,
        )

    def _diagnosed(self, results: list[CheckResult]) -> tuple[list[CheckResult], Diagnosis]:
        """Give the failures the names of the misconceptions that they look like."""
        wrong = self.misconceptions if self.task.replayable else ()
        checks = {check.name: check for check in self.plan}
        cases = {case.name: case for case in self.task.cases}
        places = {key: (checks[key[1]], cases[key[0]]) for key in self.bench.traces}
        try:
            bench = self.bench
            found = diagnose(wrong, self.task, self.job.seed, bench.findings, bench.traces, places, self.replayed)
        except Exception as exc:  # a diagnosis that fails costs the student nothing but the diagnosis
            self.remarks.append(f"no diagnosis: {type(exc).__name__}: {exc}")
            return results, Diagnosis()
        named = [found.annotate(result) for result in results]
        return with_patterns(named, self.task, self.bench.traces), found

    def _opened(self) -> Outcome:
        try:
            answer = self.desk.ask("open", {"kind": self.task.kind, "component": self.task.name})
            said = [item for key, item in answer.items() if key != "where" and isinstance(item, str)]
            self.remarks += [text[:_MAX_REMARK] for text in said[:_MAX_REMARKS]]
            self.bench.make(self.task.cases[0], "found")
        except Fault as fault:
            outcome = explain_fault(fault)
            if outcome.verdict is Verdict.CRASHED and not fault.where:
                call = ", ".join(repr(value) for value in self.task.cases[0].init.values())
                message = f"{self.task.name}({call}) cannot be constructed: {outcome.message}"
                return Outcome(outcome.verdict, message, outcome.details)
            return outcome
        except GuestLost as lost:
            if lost.verdict is Verdict.TIMEOUT and lost.limit in ("", "import_seconds"):
                advice = '; does the file train or wait at import? Put that under `if __name__ == "__main__":`'
                lost = GuestLost(lost.verdict, lost.message + advice, lost.limit)
            return explain_loss(lost)
        except Exception as exc:
            return broken(exc, self.task.origin)
        return Outcome(Verdict.PASSED)

    def _output(self) -> str:
        """Return all that the hand-in has printed so far."""
        return str(getattr(self.desk, "output", ""))

    def _shown_output(self) -> str:
        """Return what it has printed in this task, but for hidden checks."""
        text, kept, start = self._output(), "", self.printed
        for begin, end in self.unseen:
            kept, start = kept + text[start:begin], end
        return kept + text[start:]

    def run(self, check: Check) -> None:
        """Run a check on all of its cases, in an order that only the seed knows; after `open`."""
        cases = cases_of(self.task, check, self.job.submission.dialect)
        found = self.results["", "found"]
        if found.verdict is not Verdict.PASSED:
            for case in cases:
                self._add(check, case, _waiting(found))
            return
        if len(cases) > 1:
            order = generator(self.job.seed, self.task.name, check.name, "order").permutation(len(cases))
            cases = [cases[index] for index in order]
        timed_out = ""
        for case in cases:
            missing = self._missing_need(check, case)
            if missing is not None:
                self._add(check, case, _waiting(missing))
                continue
            if timed_out:
                self._add(check, case, Outcome(Verdict.SKIPPED, f"not tried again after the timeout on {timed_out}"))
                continue
            hidden = check.visibility is not Visibility.VISIBLE
            start = len(self._output()) if hidden else 0
            outcome = self.bench.run(check, case)
            if hidden:
                self.unseen.append((start, len(self._output())))
                outcome = replace(outcome, remarks=())
            if outcome.verdict is Verdict.TIMEOUT:
                timed_out = case.name
            self._add(check, case, outcome)

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
        return CheckResult(
            task=self.task.name,
            case=case,
            check=check.name,
            title=check.title,
            verdict=outcome.verdict,
            tier=tier,
            visibility=check.visibility,
            message=outcome.message,
            hint=outcome.hint,
            seconds=outcome.seconds,
            details=outcome.details,
        )

    def _place(self, result: CheckResult) -> tuple[int, int]:
        names = ["found", *(check.name for check in self.plan)]
        cases = ["", *(case.name for case in self.task.cases)]
        return names.index(result.check), cases.index(result.case)


def _waiting(missing: CheckResult) -> Outcome:
    """Return the outcome of a check that was not run because another one did not pass."""
    details = {key: missing.details[key] for key in ("no_oracle",) if key in missing.details}
    details |= {"ours": True} if is_ours(missing) else {}
    return Outcome(Verdict.SKIPPED, f"needs: {missing.title}", details)
