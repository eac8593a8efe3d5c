"""The reference in the clothes of the exercise: what the guest's adapter finds there is what a hand-in would show."""

from __future__ import annotations

import numpy as np
import pytest

from framework.reference.batch_normalization import BatchNormalization
from framework.reference.fully_connected import FullyConnected
from framework.reference.relu import ReLU
from framework.reference.rnn import RNN
from grader.exercise_form import ExerciseForm
from grader.guest.aids import StandInOptimizer
from grader.guest.dialects.fau import FauLayer
from grader.model import Case, Conventions, Layout
from grader.tasks import batch_normalization, fully_connected

RNG = np.random.default_rng(3)


def dense(bias: str = "last") -> ExerciseForm:
    case = fully_connected.CASES[0]
    layer = FullyConnected(*case.init.values(), rng=RNG)
    return ExerciseForm(layer, fully_connected.layout(case, Conventions(bias=bias), {}))


@pytest.mark.parametrize("bias", ["last", "first"])
def test_weights_and_their_gradient(bias: str) -> None:
    form = dense(bias)
    unit = FauLayer(form)
    assert unit.params()["weights"].shape == (5, 5)
    new = RNG.standard_normal((5, 5))
    unit.set_params(weights=new)
    np.testing.assert_array_equal(unit.params()["weights"], new)
    row = -1 if bias == "last" else 0
    np.testing.assert_array_equal(form.layer.parameters["b"], new[row])
    x, dout = RNG.standard_normal((3, 4)), RNG.standard_normal((3, 5))
    unit.forward(x)
    np.testing.assert_allclose(unit.backward(dout), dout @ form.layer.parameters["W"].T)
    np.testing.assert_allclose(unit.grads()["weights"][row], dout.sum(axis=0))


def test_backward_updates_once_there_is_an_optimizer() -> None:
    form = dense()
    x, dout = np.ones((2, 4)), np.ones((2, 5))
    before = form.weights
    form.forward(x)
    form.backward(dout)
    np.testing.assert_array_equal(form.weights, before)
    form.optimizer = StandInOptimizer(0.5)
    form.backward(dout)
    np.testing.assert_allclose(form.weights, before - 0.5 * 2.0)


def test_backpropagate_decides_what_is_updated_and_by_whom() -> None:
    class OnlyTheBias(BatchNormalization):
        def backpropagate(self, dout: np.ndarray, step: object) -> np.ndarray:
            dx = self.backward(dout)
            step("beta", "shared")  # type: ignore[operator]  # a test's shorthand
            return dx

    case = batch_normalization.CASES[0]
    form = ExerciseForm(OnlyTheBias(3), batch_normalization.layout(case, Conventions(), {}))
    form.optimizer = StandInOptimizer(0.5)
    form.forward(RNG.standard_normal((4, 3)))
    form.backward(np.ones((4, 3)))
    np.testing.assert_allclose(form.weights, 1.0)
    np.testing.assert_allclose(form.bias, -2.0)
    assert set(form._optimizers) == {"shared"}


def test_assign_stands_between_the_setter_and_the_layer() -> None:
    class Deaf(FullyConnected):
        def assign(self, table: dict[str, np.ndarray]) -> None: ...

    case = fully_connected.CASES[0]
    form = ExerciseForm(Deaf(4, 5, rng=RNG), fully_connected.layout(case, Conventions(bias="last"), {}))
    before = form.weights
    form.weights = before + 1
    np.testing.assert_array_equal(form.weights, before)


def test_phases_memory_and_what_is_not_there() -> None:
    form = ExerciseForm(BatchNormalization(2), Layout(dict, dict))
    form.testing_phase = True
    assert form.testing_phase
    assert not form.layer.training
    form.testing_phase = False
    assert form.layer.training
    memory = ExerciseForm(RNN(1, 2, 1, rng=RNG), None)
    memory.memorize = True
    assert memory.layer.memorize
    assert memory.memorize
    plain = ExerciseForm(ReLU(), None)
    assert FauLayer(plain).params() == {}
    assert not plain.memorize
    with pytest.raises(AttributeError, match="weights"):
        _ = plain.weights
    with pytest.raises(AttributeError, match="elsewhere"):
        _ = plain.elsewhere
    assert isinstance(fully_connected.CASES[0], Case)
