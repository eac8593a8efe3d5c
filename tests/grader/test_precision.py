"""A function that computes in float32 is known by it, whatever type it returns; others are not taken for one."""

from __future__ import annotations

import numpy as np
import pytest

from framework.reference.batch_normalization import BatchNormalization
from grader.model import Tier, Verdict
from grader.precision import Array, computes_in_single
from tests.grader.handins import grade, patched

W = np.random.default_rng(3).standard_normal((4, 5))
FC = "Layers/FullyConnected.py"
PRODUCT = "return np.dot(self.input_tensor, self.weights)"


def _drifting() -> object:
    calls: list[int] = []

    def of(x: Array) -> Array:
        calls.append(1)
        return x @ W + len(calls)

    return of


@pytest.mark.parametrize("seed", range(20))
def test_precision_is_seen_in_the_answers(seed: int) -> None:
    rng = np.random.default_rng([seed, 1])
    x = rng.standard_normal((3, 4))
    single = np.float32

    assert computes_in_single(lambda x: (x.astype(single) @ W.astype(single)).astype(float) + 0.5, x, rng)
    assert computes_in_single(lambda x: np.tanh(x @ W).astype(single).astype(float), x, rng)
    for exact in (lambda x: x @ W, lambda x: np.tanh(x @ W), lambda x: np.exp(5 * x), BatchNormalization(4).forward):
        assert not computes_in_single(exact, x, rng)
    assert not computes_in_single(lambda x: x @ W + rng.standard_normal(5), x, rng)
    assert not computes_in_single(_drifting(), x, rng)
    assert not computes_in_single(lambda x: 0 * x, x, rng)
    assert not computes_in_single(lambda x: x * np.nan, x, rng)
    assert not computes_in_single(lambda x: np.empty((len(str(x)), 0)), x, rng)


@pytest.mark.parametrize("made", ["astype(np.float32).astype(float) * 1.001", "astype(np.float16).astype(float)"])
def test_precision_is_no_excuse_for_a_wrong_answer(made: str) -> None:
    wrong = PRODUCT.replace("self.weights)", f"self.weights).{made}")
    report = grade(patched("example_fau", [(FC, PRODUCT, wrong)]), ["FullyConnected"], 3)["FullyConnected"]
    assert report.score < report.max_score
    failed = {r.check for r in report.results if r.tier is Tier.CORE and r.verdict is Verdict.FAILED}
    assert "forward_value" in failed
