"""What the interface promises of every optimizer, and trajectories against PyTorch."""

import copy

import numpy as np
import pytest
import torch

from framework.reference.adam import Adam
from framework.reference.l1_regularizer import L1_Regularizer
from framework.reference.l2_regularizer import L2_Regularizer
from framework.reference.sgd import Sgd
from framework.reference.sgd_with_momentum import SgdWithMomentum

# AdamW and SGD: PyTorch's AdamW decouples the decay, and its SGD keeps the learning rate outside the velocity.
RULES = {
    "sgd": (lambda: Sgd(0.03), lambda p: torch.optim.SGD(p, lr=0.03)),
    "momentum": (lambda: SgdWithMomentum(0.03, 0.9), lambda p: torch.optim.SGD(p, lr=0.03, momentum=0.9)),
    "adam": (
        lambda: Adam(0.03, 0.9, 0.99),
        lambda p: torch.optim.AdamW(p, lr=0.03, betas=(0.9, 0.99), eps=1e-8, weight_decay=0),
    ),
    "adam, decoupled decay": (
        lambda: regularized(Adam(0.03, 0.9, 0.99), L2_Regularizer(0.2)),
        lambda p: torch.optim.AdamW(p, lr=0.03, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.2),
    ),
    "sgd, decay": (  # without velocity, coupled and decoupled are the same
        lambda: regularized(Sgd(0.03), L2_Regularizer(0.2)),
        lambda p: torch.optim.SGD(p, lr=0.03, weight_decay=0.2),
    ),
}
NEW = {  # not the classes themselves: their names mean another path in each run of a test
    "Sgd": lambda learning_rate: Sgd(learning_rate),
    "SgdWithMomentum": lambda learning_rate: SgdWithMomentum(learning_rate, 0.9),
    "Adam": lambda learning_rate: Adam(learning_rate, 0.9, 0.99),
}
ours = pytest.mark.parametrize("new", NEW.values(), ids=NEW)


def regularized(optimizer, regularizer):
    optimizer.add_regularizer(regularizer)
    return optimizer


def make(new, learning_rate=0.1):
    return new(learning_rate)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("shape", [(), (3,), (3, 4), (2, 3, 4, 5)])
def test_trajectory_agrees_with_torch(rng, rule, shape):
    mine, theirs = RULES[rule]
    w = rng.normal(size=shape)
    tensor = torch.tensor(w, requires_grad=True)
    optimizer, peer = mine(), theirs([tensor])
    for _ in range(50):
        g = rng.normal(size=shape)
        w = optimizer.step("w", w, g)
        tensor.grad = torch.tensor(g)
        peer.step()
        np.testing.assert_allclose(w, tensor.detach().numpy(), rtol=1e-11, atol=1e-13)


@ours
def test_the_penalty_is_taken_at_the_old_weights_and_kept_out_of_the_state(rng, new):
    plain, penalized = make(new), regularized(make(new), L1_Regularizer(0.5))
    w = rng.normal(size=(3, 4))
    for _ in range(3):
        g = rng.normal(size=w.shape)
        expected = plain.step("w", w, g) - 0.1 * 0.5 * np.sign(w)
        new_w = penalized.step("w", w, g)
        np.testing.assert_allclose(new_w, expected, rtol=1e-14)
        w = new_w


@ours
def test_changes_neither_argument_nor_an_earlier_result(rng, new):
    optimizer = regularized(make(new), L2_Regularizer(0.1))
    w, g = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    w_before, g_before = w.copy(), g.copy()
    first = optimizer.step("w", w, g)
    first_before = first.copy()
    g[...] = 0  # as the container's zero_grad does: the state must not be a view of the gradient
    second = optimizer.step("w", first, g_before)
    repeat = regularized(make(new), L2_Regularizer(0.1))
    repeat.step("w", w_before, g_before)
    np.testing.assert_array_equal(second, repeat.step("w", first_before, g_before))
    np.testing.assert_array_equal(w, w_before)
    np.testing.assert_array_equal(first, first_before)


@ours
def test_every_name_has_a_state_of_its_own(rng, new):
    shared, separate = make(new), {"W": make(new), "b": make(new)}
    w = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}
    for k in range(4):
        for name in ["W", "b"] if k != 2 else ["W"]:  # the step number counts per name as well
            g = rng.normal(size=w[name].shape)
            expected = separate[name].step("name", w[name], g)
            w[name] = shared.step(name, w[name], g)
            np.testing.assert_array_equal(w[name], expected)


@ours
def test_a_copy_goes_its_own_way(rng, new):
    original = make(new)
    w, g = rng.normal(size=3), rng.normal(size=3)
    w = original.step("w", w, g)
    twin = copy.deepcopy(original)
    expected = copy.deepcopy(original).step("w", w, g)
    for _ in range(3):
        twin.step("w", w, 5 * g)
    np.testing.assert_array_equal(original.step("w", w, g), expected)


@ours
def test_float32_stays_float32_and_floats_are_accepted(new):
    optimizer = regularized(make(new), L2_Regularizer(0.1))
    for _ in range(2):
        assert optimizer.step("w", np.ones(3, np.float32), np.ones(3, np.float32)).dtype == np.float32
    assert np.ndim(optimizer.step("scalar", 1.0, 1.0)) == 0
