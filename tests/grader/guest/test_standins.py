"""The stand-ins themselves are right: derivatives, both faces alike, state per name."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from enum import Enum
from typing import Any

import numpy as np
import pytest

from framework.layer import Array
from grader.guest.aids import OPTIMIZERS, StandInInitializer, StandInRegularizer
from grader.guest.standins import (
    Arctan,
    DataLayer,
    FauDistances,
    FauMap,
    NativeDistances,
    NativeMap,
    Phased,
    SmoothError,
)

RNG = np.random.default_rng(5)
W, B, X, DY = RNG.normal(size=(3, 2)), RNG.normal(size=2), RNG.normal(size=(4, 3)), RNG.normal(size=(4, 2))


def slope(of: Callable[[Array], Array], at: Array) -> Array:
    """Return the derivative of sum(DY * of(at)) with respect to each entry of `at`, by differences."""
    found = np.zeros_like(at)
    for place in np.ndindex(*at.shape):
        step = np.zeros_like(at)
        step[place] = 1e-5
        found[place] = np.sum(DY * (of(at + step) - of(at - step))) / 2e-5
    return found


@pytest.mark.parametrize("face", [FauDistances, NativeDistances])
def test_distances_are_distances_and_their_gradients_are_derivatives(face: Any) -> None:
    layer = face(W, B, False)
    assert layer.forward(X)[1, 0] == pytest.approx(np.sum((X[1] - W[:, 0]) ** 2) / 2 + B[0])
    assert layer.backward(DY) == pytest.approx(slope(layer.forward, X))
    layer.forward(X)
    layer.backward(DY)
    dW, db = slope(lambda w: face(w, B, False).forward(X), W), slope(lambda b: face(W, b, False).forward(X), B)
    if face is FauDistances:
        assert layer.gradient_weights == pytest.approx(np.vstack([dW, db]))
    else:
        assert layer.gradients["W"] == pytest.approx(2 * dW)
        assert layer.gradients["b"] == pytest.approx(2 * db)


def test_only_the_exercises_layer_updates_itself() -> None:
    fau, native = FauDistances(W, B, False), NativeDistances(W, B, False)
    for layer in (fau, native):
        layer.optimizer = OPTIMIZERS["sgd"](0.1)  # a native container may keep its copy here
        layer.forward(X)
        layer.backward(DY)
    assert fau.read()["W"] == pytest.approx(W - 0.1 * fau.gradient_weights[:-1])
    assert native.read()["W"] == pytest.approx(W)


@pytest.mark.parametrize("face", [FauDistances, NativeDistances])
@pytest.mark.parametrize("obeys", [True, False])
def test_they_initialize_themselves_only_if_it_obeys(face: Any, obeys: bool) -> None:
    layer = face(W, B, obeys)
    layer.initialize(StandInInitializer("constant", 3.0), StandInInitializer("constant", 4.0))
    assert layer.read()["W"] == pytest.approx(np.full((3, 2), 3.0) if obeys else W)
    assert layer.read()["b"] == pytest.approx(np.full(2, 4.0) if obeys else B)


@pytest.mark.parametrize("face", [FauMap, NativeMap])
@pytest.mark.parametrize("kind", [Arctan, Phased])
def test_backward_of_a_map_is_its_derivative(face: Any, kind: Any) -> None:
    layer, step = face(kind()), 1e-6
    slope = (layer.forward(DY + step) - layer.forward(DY - step)) / (2 * step)
    layer.forward(DY)
    assert layer.backward(np.ones_like(DY)) == pytest.approx(slope, rel=1e-6)


def test_phased_tells_the_phases_apart_however_they_are_written() -> None:
    phases = Enum("phases", "train test")
    layer = FauMap(Phased())
    for training in (False, 0, "train", "training", phases["train"], None):
        layer.testing_phase = training
        assert layer.forward(X) == pytest.approx(3 * X)
    for testing in (True, 1, "test", "Testing", phases["test"]):
        layer.testing_phase = testing
        assert layer.forward(X) == pytest.approx(X)
    native = NativeMap(Phased())
    native.eval()
    assert native.forward(X) == pytest.approx(X)
    native.train()
    assert native.forward(X) == pytest.approx(3 * X)


def test_the_gradient_of_the_loss_is_its_derivative() -> None:
    loss, label = SmoothError(), RNG.normal(size=(4, 2))
    assert loss.forward(label, label) == pytest.approx(label.size)
    step = np.zeros_like(label)
    step[2, 1] = 1e-5
    rise = (loss.forward(DY + step, label) - loss.forward(DY - step, label)) / 2e-5
    loss.forward(DY, label)
    assert loss.backward(label)[2, 1] == pytest.approx(rise)


def test_the_data_layer_hands_out_copies_in_turn_and_cannot_be_pickled() -> None:
    data = DataLayer([(np.zeros(1), np.ones(1)), (np.full(1, 2.0), np.full(1, 3.0))])
    data.next()[0][...] = 9.0
    assert [float(data.next()[0][0]) for _ in range(3)] == [2.0, 0.0, 2.0]
    with pytest.raises(TypeError):
        pickle.dumps(data)


@pytest.mark.parametrize(("name", "rates"), [("momentum", (0.1, 0.9)), ("adam", (0.1, 0.9, 0.9)), ("counter", (0.1,))])
def test_optimizers_keep_state_per_name_and_copies_are_independent(name: str, rates: tuple[float, ...]) -> None:
    optimizer = OPTIMIZERS[name](*rates)
    alone = OPTIMIZERS[name](*rates)
    for _ in range(3):
        wanted = alone.calculate_update(W, X[:3, :2])
        optimizer.step("b", B, B)
        copy.deepcopy(optimizer).step("W", W, W)
        assert optimizer.step("W", W, X[:3, :2]) == pytest.approx(wanted)
    optimizer.add_regularizer(StandInRegularizer("l2", 2.0))
    assert optimizer.step("W", W, 0 * W) == pytest.approx(alone.calculate_update(W, 0 * W) - 0.1 * 2.0 * W)


def test_regularizers_have_the_exercises_formulas() -> None:
    l1, l2 = StandInRegularizer("l1", 0.5), StandInRegularizer("l2", 0.5)
    assert l1.calculate_gradient(W) == pytest.approx(0.5 * np.sign(W))
    assert l2.calculate_gradient(W) == pytest.approx(0.5 * W)
    assert l1.norm(W) == pytest.approx(0.5 * np.abs(W).sum())
    assert l2.norm(W) == pytest.approx(0.5 * (W**2).sum())
    assert l2.calculate_gradient(np.float64(-3.0)) == pytest.approx(-1.5)
