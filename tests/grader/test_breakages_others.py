"""Mistakes in optimizers, regularizers, initializers and the container: noticed where they are, and nowhere else."""

from __future__ import annotations

from itertools import cycle

import pytest

from grader.model import Tier, Verdict
from grader.selftest.variants.fau_rules import FAIR, REMARKS
from tests.grader.breakages_others import BREAKAGES, OPTIMIZERS, Breakage
from tests.grader.handins import findings, grade, patched

TASKS = (
    *("Sgd", "SgdWithMomentum", "Adam", "L1_Regularizer", "L2_Regularizer"),
    *("Constant", "UniformRandom", "Xavier", "He", "NeuralNetwork"),
)
CONSTRAINTS = {"L1_Regularizer", "L2_Regularizer"}
# no step of such an optimizer can be told from another's, with or without a constraint
SPREADING = {"adam-k-starts-at-zero", "adam-k-shared-or-reset (shared)"}


def _with_seeds(breakages: list[Breakage]) -> pytest.MarkDecorator:
    rows = list(zip(breakages, cycle((3, 7, 11, 19)), strict=False))
    return pytest.mark.parametrize(("breakage", "seed"), rows, ids=[name for name, *_ in breakages])


@_with_seeds(BREAKAGES)
def test_breakage_costs_points_in_its_task_only(breakage: Breakage, seed: int) -> None:
    name, file, old, new, task = breakage
    reports = grade(patched("example_fau", [(file, old, new)]), {task, *TASKS}, seed, naming=False)
    assert not reports[task].passed, f"{name} passes"
    assert reports[task].score < reports[task].max_score
    assert all(r.verdict is not Verdict.BROKEN for report in reports.values() for r in report.results)
    assert all(r.message for r in findings(reports[task]))
    spared = CONSTRAINTS if name in SPREADING or (task in CONSTRAINTS and file == OPTIMIZERS) else set()
    for other in set(TASKS) - {task} - spared:
        assert reports[other].score == reports[other].max_score, f"{name} costs points in {other}"


@_with_seeds(REMARKS)
def test_remark_is_made_and_costs_nothing(breakage: Breakage, seed: int) -> None:
    name, file, old, new, task = breakage
    reports = grade(patched("example_fau", [(file, old, new)]), TASKS, seed, naming=False)
    assert any(r.tier is Tier.STYLE for r in findings(reports[task])), f"{name} is not noticed"
    for report in reports.values():
        assert report.score == report.max_score, f"{name} costs points in {report.task}"


@_with_seeds(FAIR)
def test_fair_variant_costs_nothing(breakage: Breakage, seed: int) -> None:
    name, file, old, new, task = breakage
    report = grade(patched("example_fau", [(file, old, new)]), [task], seed, naming=False)[task]
    assert report.score == report.max_score, f"{name}: {[r.message for r in findings(report)]}"
