"""Conv: padding found by behaviour; what only one dialect, or nobody, has to get right."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from framework.reference.conv import Conv
from grader.guest.desk import Desk
from grader.model import Case, Tier
from grader.remote import InProcess, RemoteLayer
from grader.tasks.conv import CASES, fit
from tests.grader.handins import findings
from tests.grader.inside import Classes, grade_class


def _layer(case: Case, **choices: Any) -> RemoteLayer:
    return RemoteLayer(InProcess(Desk(Classes(partial(Conv, **choices)))), "Conv", case.init)


@pytest.mark.parametrize("in_front", [True, False])
@pytest.mark.parametrize("centred", [True, False])
def test_fit_finds_the_padding_and_it_holds_for_other_sizes(
    in_front: bool, centred: bool, rng: np.random.Generator
) -> None:
    for case in CASES:
        layer = _layer(case, extra_in_front=in_front, centred_stride=centred)
        found = fit(layer, case, rng)
        assert found.fitted, case.name
        x = rng.standard_normal(case.shapes["other"])
        twin = Conv(*case.init.values(), extra_in_front=found.extra_in_front, centred_stride=found.centred_stride)
        twin.parameters = layer.params()
        np.testing.assert_allclose(twin.forward(x), layer.forward(x), rtol=1e-9, atol=1e-12, err_msg=case.name)


def test_fit_says_so_when_no_admissible_padding_explains_the_output(rng: np.random.Generator) -> None:
    class Wider(Conv):
        def _pad_amounts(self, size: int, kernel: int, stride: int) -> tuple[int, int]:
            return 0, kernel - 1

    case = CASES[0]
    found = fit(RemoteLayer(InProcess(Desk(Classes(Wider))), "Conv", case.init), case, rng)
    assert not found.fitted


@pytest.mark.parametrize(
    "choices", [{"extra_in_front": False}, {"centred_stride": True}, {"extra_in_front": False, "centred_stride": True}]
)
def test_every_admissible_padding_gets_full_marks(choices: dict[str, bool]) -> None:
    report = grade_class("Conv", partial(Conv, **choices), seed=11)
    assert findings(report) == []


def test_valid_padding_is_graded_where_the_contract_has_it() -> None:
    class AlwaysSame(Conv):
        def __init__(self, stride: Any, shape: Any, kernels: int, padding: str = "same") -> None:
            super().__init__(stride, shape, kernels)

    report = grade_class("Conv", AlwaysSame)
    assert {r.case for r in findings(report)} == {
        case.name for case in CASES if "valid_padding" in case.traits and "one_stride" not in case.traits
    }
    assert not report.passed


def test_even_kernels_and_scalar_strides_are_remarks() -> None:
    class OddOnly(Conv):
        def forward(self, x: Any) -> Any:
            assert all(size % 2 for size in self.kernel) or self.padding == "valid"
            return super().forward(x)

    report = grade_class("Conv", OddOnly)
    assert {r.tier for r in findings(report)} == {Tier.ROBUST}
    assert report.passed
    assert report.score == report.max_score
