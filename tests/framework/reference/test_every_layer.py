"""What the interface promises of every layer, whatever it computes."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from framework.layer import Layer
from framework.reference.batch_normalization import BatchNormalization
from framework.reference.conv import Conv
from framework.reference.dropout import Dropout
from framework.reference.flatten import Flatten
from framework.reference.fully_connected import FullyConnected
from framework.reference.pooling import Pooling
from framework.reference.relu import ReLU
from framework.reference.rnn import RNN
from framework.reference.sigmoid import Sigmoid
from framework.reference.soft_max import SoftMax
from framework.reference.tanh import TanH


@dataclass
class Kind:
    new: Callable[[], Layer]
    shapes: list[tuple[int, ...]]  # of two batches, the second of another size


KINDS = {
    "FullyConnected": Kind(lambda: FullyConnected(4, 3), [(3, 4), (1, 4)]),
    "ReLU": Kind(lambda: ReLU(), [(3, 4), (1, 2)]),
    "Sigmoid": Kind(lambda: Sigmoid(), [(3, 4), (1, 2)]),
    "TanH": Kind(lambda: TanH(), [(3, 4), (1, 2)]),
    "SoftMax": Kind(lambda: SoftMax(), [(3, 4), (1, 2)]),
    "Flatten": Kind(lambda: Flatten(), [(3, 2, 4), (1, 5, 2)]),
    "Conv": Kind(lambda: Conv((2, 1), (2, 3, 2), 3), [(3, 2, 5, 6), (1, 2, 4, 7)]),
    "Conv, 1x1 valid": Kind(lambda: Conv(1, (2, 1, 1), 3, padding="valid"), [(3, 2, 5, 6), (1, 2, 4, 7)]),
    "Conv, 1-D": Kind(lambda: Conv([2], (2, 3), 3), [(3, 2, 6), (1, 2, 7)]),
    "Pooling": Kind(lambda: Pooling((2, 2), (3, 2)), [(3, 2, 5, 6), (1, 2, 4, 7)]),
    "Pooling, 1x1": Kind(lambda: Pooling(1, 1), [(3, 2, 5, 6), (1, 2, 4, 7)]),
    "Dropout": Kind(lambda: Dropout(0.5), [(3, 4), (1, 5)]),
    "Dropout, keeping all": Kind(lambda: Dropout(1), [(3, 4), (1, 5)]),
    "BatchNormalization": Kind(lambda: BatchNormalization(2), [(3, 2), (4, 2)]),
    "BatchNormalization, 4-D": Kind(lambda: BatchNormalization(2), [(3, 2, 4, 5), (1, 2, 5, 3)]),
    "RNN": Kind(lambda: RNN(3, 4, 2), [(5, 3), (1, 3)]),
}
TRAINABLE = [name for name, kind in KINDS.items() if kind.new().trainable]
every_layer = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
every_trainable_layer = pytest.mark.parametrize("kind", [KINDS[name] for name in TRAINABLE], ids=TRAINABLE)


def run(layer, x, seed=0):
    """One forward and one backward: the output, the error, dL/dx."""
    y = layer.forward(x)
    dout = np.random.default_rng(seed).normal(size=y.shape).astype(y.dtype)
    return y, dout, layer.backward(dout)


def to_float32(layer):
    for arrays in (layer.parameters, layer.gradients):
        for name in arrays:
            arrays[name] = arrays[name].astype(np.float32)
    return layer


def test_which_layers_are_trainable():
    trainable = {type(kind.new()).__name__ for kind in KINDS.values() if kind.new().trainable}
    assert trainable == {"FullyConnected", "Conv", "BatchNormalization", "RNN"}


@every_layer
def test_arguments_stay_as_they_are(rng, kind):
    layer, x = kind.new(), rng.normal(size=kind.shapes[0])
    before = x.copy()
    y = layer.forward(x)
    dout = rng.normal(size=y.shape)
    dout_before, y_before = dout.copy(), y.copy()
    layer.backward(dout)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(dout, dout_before)
    np.testing.assert_array_equal(y, y_before)


@every_layer
def test_results_are_arrays_of_the_callers_own(rng, kind):
    """Whatever the caller writes into x, y, dout or dx afterwards, the layer does not notice."""
    x = rng.normal(size=kind.shapes[0])
    layer = kind.new()
    twin = copy.deepcopy(layer)
    for phase in ("train", "eval"):
        for each in (layer, twin):
            getattr(each, phase)()
        own_x = x.copy()
        _, dout, dx = run(twin, x)
        own_y = layer.forward(own_x)
        assert not np.shares_memory(own_y, own_x)
        own_x[...] = np.nan
        own_y[...] = np.nan
        own_dout = dout.copy()
        own_dx = layer.backward(own_dout)
        assert not np.shares_memory(own_dx, own_dout)
        np.testing.assert_array_equal(own_dx, dx)
        for name, gradient in twin.gradients.items():
            np.testing.assert_array_equal(layer.gradients[name], gradient)
        assert own_dx.flags.writeable


@every_layer
def test_a_second_batch_of_another_size(rng, kind):
    layer = kind.new()
    layer.eval()
    alone = copy.deepcopy(layer)
    first, second = (rng.normal(size=shape) for shape in kind.shapes)
    run(layer, first)
    layer.zero_grad()
    for seen, expected in zip(run(layer, second), run(alone, second), strict=True):
        np.testing.assert_array_equal(seen, expected)
    for name, gradient in alone.gradients.items():
        np.testing.assert_array_equal(layer.gradients[name], gradient)


@every_layer
def test_float32_stays_float32(rng, kind):
    layer = to_float32(kind.new())
    for phase in (layer.train, layer.eval):
        phase()
        y, _, dx = run(layer, rng.normal(size=kind.shapes[0]).astype(np.float32))
        assert y.dtype == dx.dtype == np.float32
    assert {a.dtype for a in [*layer.parameters.values(), *layer.gradients.values()]} <= {np.dtype(np.float32)}


@every_layer
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, bool])
def test_integers_are_promoted_to_float64(kind, dtype):
    x = (np.arange(np.prod(kind.shapes[0])) % 2).reshape(kind.shapes[0]).astype(dtype)
    layer = kind.new()
    layer.eval()
    y, _, dx = run(layer, x)
    assert y.dtype == dx.dtype == np.float64
    np.testing.assert_array_equal(y, layer.forward(x.astype(float)))
    assert layer.backward(np.ones(y.shape, dtype=np.int64)).dtype == np.float64


@every_layer
def test_gradients_exist_from_the_start_as_zeros(kind):
    layer = kind.new()
    assert layer.gradients.keys() == layer.parameters.keys()
    for name, gradient in layer.gradients.items():
        assert gradient.shape == layer.parameters[name].shape
        assert not gradient.any()
    assert layer.training


@every_trainable_layer
def test_backward_adds_in_place_and_updates_nothing(rng, kind):
    layer, x = kind.new(), rng.normal(size=kind.shapes[0])
    arrays = dict(layer.gradients)
    parameters = copy.deepcopy(layer.parameters)
    run(layer, x)
    once = copy.deepcopy(layer.gradients)
    assert all(gradient.any() for gradient in once.values())
    run(layer, x)
    for name, gradient in layer.gradients.items():
        assert gradient is arrays[name]
        np.testing.assert_allclose(gradient, 2 * once[name], rtol=1e-12)
        np.testing.assert_array_equal(layer.parameters[name], parameters[name])
    layer.zero_grad()
    assert not any(gradient.any() for gradient in layer.gradients.values())


@every_layer
def test_survives_pickling(rng, kind):
    layer, x = kind.new(), rng.normal(size=kind.shapes[0])
    run(layer, x)
    layer.eval()
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(layer)).forward(x), layer.forward(x))


@every_layer
def test_two_layers_share_nothing(rng, kind):
    one, other = kind.new(), kind.new()
    one.eval()
    other.eval()
    first, second = (rng.normal(size=shape) for shape in kind.shapes)
    dout = rng.normal(size=one.forward(first).shape)
    expected = one.backward(dout)
    one.forward(first)
    run(other, second)
    np.testing.assert_array_equal(one.backward(dout), expected)
