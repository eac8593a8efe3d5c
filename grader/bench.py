"""Where a check meets a unit: a fresh one with parameters worth testing, its oracle, and the outcome.

The same bench serves a hand-in behind a desk and, in replays, the misconceptions.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.guest.faults import Fault
from grader.model import Case, Check, Conventions, Table, Task, Verdict
from grader.oracle import UnknownOracle
from grader.precision import computes_in_single
from grader.probe import Probe
from grader.references import NoOracle
from grader.runner import Outcome, run_check
from grader.samples import sample
from grader.sandbox.lost import GuestLost
from grader.trace import Trace


def generator(seed: int, *names: str) -> np.random.Generator:
    """Return the generator that belongs to a place (task, case, check): the same wherever and whenever it runs."""
    keys = tuple(zlib.crc32(name.encode()) for name in names)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=keys)))


@dataclass
class Findings:
    """What grading found out about a hand-in's component: by case the conventions, and the arrays that it shows.

    `parameters` are the reference's arrays that belong to the unit of a (case, check). `single` tells of the cases in
    which a layer was wrong whether it computes in float32.
    """

    dialect: str
    conventions: dict[str, Conventions] = field(default_factory=dict)
    raw: dict[str, Table] = field(default_factory=dict)
    parameters: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    single: dict[str, bool] = field(default_factory=dict)

    def copy(self) -> Findings:
        """Return one that can be added to."""
        return Findings(self.dialect, dict(self.conventions), dict(self.raw), dict(self.parameters), dict(self.single))


class Bench:
    """Runs checks of one task on units that `make(case, seed)` constructs; keeps the traces and the findings."""

    def __init__(
        self,
        task: Task,
        seed: int,
        make: Callable[[Case, int], Any],
        *,
        findings: Findings,
        progress: Callable[[str], None] | None = None,
        differentiate: bool = True,
    ) -> None:
        self.task, self.seed, self.findings = task, seed, findings
        self.traces: dict[tuple[str, str], Trace] = {}
        self._make = make
        self._progress = progress
        self._differentiate = differentiate

    def run(self, check: Check, case: Case) -> Outcome:
        """Run a check on a case; its trace is under (case, check) afterwards.

        A layer whose numbers are wrong may compute in float32, and is then judged once more, by that.
        """
        outcome = self._run(check, case)
        if outcome.verdict is Verdict.FAILED and self._turns_out_single(case):
            self.findings.conventions.pop(case.name, None)
            self.findings.parameters.pop((case.name, check.name), None)
            outcome = self._run(check, case)
        return outcome

    def _run(self, check: Check, case: Case) -> Outcome:
        probe = Probe(
            case,
            generator(self.seed, self.task.name, case.name, check.name),
            self._progress,
            keep_going=self.task.replayable,
            differentiate=self._differentiate,
        )
        outcome = run_check(
            check,
            case,
            probe,
            lambda: self.fresh(case, check.name),
            lambda unit: self._oracle(unit, case, check),
            self.task.origin,
        )
        self.traces[case.name, check.name] = probe.trace
        return outcome

    def _turns_out_single(self, case: Case) -> bool:
        """Tell whether a layer computes in float32 and nobody knew; asked once for each case."""
        if case.name in self.findings.single or self.task.kind != "layer" or "deterministic" not in self.task.traits:
            return False
        self.findings.single[case.name] = False
        rng = generator(self.seed, self.task.name, case.name, "precision")
        try:
            unit = self.fresh(case, "precision")
            x = sample(case.data, case.input_shape, rng)
            self.findings.single[case.name] = computes_in_single(unit.forward, x, rng)
        except (Fault, GuestLost):  # then the precision is not what is wrong
            return False
        return self.findings.single[case.name]

    def make(self, case: Case, purpose: str) -> Any:
        """Construct a unit."""
        seed = int(generator(self.seed, self.task.name, case.name, purpose, "guest").integers(2**32))
        unit = self._make(case, seed)
        unit.single = self.findings.single.get(case.name, False)
        return unit

    def fresh(self, case: Case, purpose: str) -> Any:
        """Construct a unit and give it parameters that are worth testing (never the ones it was born with)."""
        unit = self.make(case, purpose)
        if self.task.prepare is not None:
            self.task.prepare(unit, case, generator(self.seed, self.task.name, case.name, purpose, "params"))
        self.findings.raw.setdefault(case.name, dict(getattr(unit, "shown", {})))
        return unit

    def _oracle(self, unit: Any, case: Case, check: Check) -> Any:
        if self.task.oracle is None:
            raise TypeError(f"task {self.task.name} has neither a reference nor an oracle, which {check.name} asks for")
        try:
            if case.name not in self.findings.conventions:
                self.findings.conventions[case.name] = self._fit(case)
            oracle = self.task.oracle(unit, case, self.findings.conventions[case.name])
        except NoOracle as exc:  # what the check finds out without one, it may still say
            return UnknownOracle(exc)
        self.findings.parameters.setdefault((case.name, check.name), getattr(oracle, "given", {}))
        return oracle

    def _fit(self, case: Case) -> Conventions:
        """Find the conventions in one case: what it does not show (say, how even kernels are padded) plays no part."""
        if self.task.fit is None:
            return Conventions()
        rng = generator(self.seed, self.task.name, case.name, "fit")
        with np.errstate(all="ignore"):
            return self.task.fit(self.fresh(case, "fit"), case, rng)
