"""BatchNormalization: moving statistics read off the outputs, decay and kind of variance fitted."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from framework.reference.batch_normalization import BatchNormalization
from framework.reference.moving_sample_variance import MovingSampleVariance
from grader.guest.desk import Desk
from grader.model import Tier
from grader.remote import InProcess, RemoteLayer
from grader.tasks.batch_normalization import CASES, fit, prepare
from tests.grader.handins import findings
from tests.grader.inside import Classes, grade_class


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("decay", [0.5, 0.8, 0.9, 0.99, 0.999])
def test_fit_finds_decay_and_kind_of_variance(decay: float, ddof: int, rng: np.random.Generator) -> None:
    for case in CASES:
        desk = InProcess(Desk(Classes(partial(MovingSampleVariance, decay=decay, ddof=ddof))))
        layer = RemoteLayer(desk, "BatchNormalization", case.init)
        prepare(layer, case, rng)
        found = fit(layer, case, rng)
        assert found.fitted
        assert found.ddof == ddof
        assert found.decay == pytest.approx(decay, abs=1e-6)


@pytest.mark.parametrize("decay", [0.0, 0.2, 0.45, 1.0])
def test_decays_that_are_none_are_refused(decay: float) -> None:
    report = grade_class("BatchNormalization", partial(BatchNormalization, decay=decay))
    assert {r.check for r in findings(report)} == {"moving_averages"}
    assert all(f"{decay:g} of what it was before" in r.message for r in findings(report))


@pytest.mark.parametrize("decay", [0.5, 0.8, 0.99])
def test_moving_statistics_that_start_at_zero_and_one_are_noticed_and_cost_nothing(decay: float) -> None:
    report = grade_class("BatchNormalization", partial(BatchNormalization, decay=decay, start_from_first_batch=False))
    assert {(r.check, r.tier) for r in findings(report)} == {("eval_after_one_batch", Tier.ROBUST)}
    assert report.score == report.max_score


def test_moving_statistics_that_start_anywhere_else_cost_points() -> None:
    class StartsAtTwo(BatchNormalization):
        def _forget(self) -> None:
            super()._forget()
            self.moving_mean = np.full(self.channels, 2e4)

    report = grade_class("BatchNormalization", partial(StartsAtTwo, start_from_first_batch=False))
    assert {"eval_after_one_batch", "eval_value"} <= {r.check for r in findings(report)}
    assert not report.passed


@pytest.mark.parametrize(("epsilon", "accepted"), [(0.9e-10, True), (1e-10, True), (1e-8, False), (1e-3, False)])
def test_only_the_check_about_epsilon_sees_epsilon(epsilon: float, accepted: bool) -> None:
    report = grade_class("BatchNormalization", partial(BatchNormalization, epsilon=epsilon))
    assert {r.check for r in findings(report)} == (set() if accepted else {"epsilon_is_small"})
