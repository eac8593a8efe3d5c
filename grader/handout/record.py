"""Takes down the right answers for a student kit, by grading the reference in every form that a hand-in may have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from grader.bench import Findings, generator
from grader.golden import Recorder
from grader.grading import DIALECT_TRAITS
from grader.handout.forms import Form, forms
from grader.handout.visible import Hidden
from grader.model import Case, Task
from grader.plugins import Registry
from grader.references import Computed, answers_from
from grader.remote import Array
from grader.replay import ImitationBench

PUBLIC_SEEDS = (1, 2)


def record(registry: Registry, tasks: Iterable[Task], seeds: Sequence[int], hidden: Hidden | None = None) -> Recorder:
    """Return the answers to what the visible checks of these tasks ask under these seeds."""
    hidden = hidden or Hidden()
    recorder = Recorder(Computed())
    with answers_from(recorder), np.errstate(all="ignore"):
        for task in tasks:
            if task.oracle is None or not task.replayable:
                continue  # nobody is asked, or only about the hand-in's own first weights
            for seed in seeds:
                for form in forms(task):
                    _grade(registry, task, seed, form, hidden)
    return recorder


def _grade(registry: Registry, task: Task, seed: int, form: Form, hidden: Hidden) -> None:
    findings = Findings(
        form.dialect,
        conventions={case.name: form.conventions for case in task.cases},
        raw={case.name: form.raw(case) for case in task.cases},
    )
    # no differences: the reference is asked for every gradient, as it is for a hand-in whose gradient is wrong
    bench = ImitationBench(form.unlike(task), task, seed, findings)
    traits = DIALECT_TRAITS[form.dialect]
    cases = [case for case in task.cases if case.traits <= traits]
    for case in cases:
        if task.fit is not None:
            _try_every_reading(bench, case)
    for check in registry.plan(task, traits):
        if check in hidden:
            continue  # it is not in a kit, and its questions would tell of it
        for case in cases:
            if case.name in (check.cases or [case.name]):
                bench.run(check, case)


def _try_every_reading(bench: ImitationBench, case: Case) -> None:
    """Let the search for conventions go through all candidates, as it does for a hand-in that none explains."""
    assert bench.task.fit is not None
    rng = generator(bench.seed, bench.task.name, case.name, "fit")
    bench.task.fit(_Unexplained(bench.fresh(case, "fit")), case, rng)


class _Unexplained:
    """A unit whose outputs are no numbers."""

    def __init__(self, unit: Any) -> None:
        self._unit = unit

    def forward(self, x: Array) -> Array:
        """Return an array of the right shape, in which nothing is right."""
        return np.full(self._unit.forward(x).shape, np.nan)

    def __getattr__(self, name: str) -> Any:
        """Return whatever else the unit has."""
        return getattr(self._unit, name)
