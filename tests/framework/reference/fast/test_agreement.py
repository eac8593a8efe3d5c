"""Random layers on both paths, in both precisions. What Conv covers is stated here, so that it stays covered."""

import numpy as np
import pytest

from framework.reference import batch_normalization, conv, fully_connected, pooling, relu, soft_max
from framework.reference.fast import conv as fast_conv
from framework.reference.fast import conv_block
from framework.reference.fast import fully_connected as fast_fully_connected
from framework.reference.fast import pooling as fast_pooling
from framework.reference.fast import relu as fast_relu
from framework.reference.fast import soft_max as fast_soft_max

both_precisions = pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 3e-5)])
CASES = [  # N, C, K, (H, W), (h, w), padding, covered
    (3, 1, 6, (28, 28), (5, 5), "same", True),
    (2, 6, 16, (14, 14), (5, 5), "valid", True),
    (1, 1, 1, (2, 2), (1, 1), "same", True),
    (3, 2, 3, (6, 4), (3, 5), "same", True),
    (3, 2, 3, (4, 6), (4, 2), "same", True),
    (2, 2, 3, (2, 2), (7, 4), "same", True),  # a kernel larger than the image
    (2, 2, 3, (7, 6), (2, 3), "valid", True),  # an odd height, but an even output
    (2, 2, 3, (5, 5), (3, 3), "same", True),
    (2, 2, 3, (6, 5), (3, 3), "same", True),
]
cases = pytest.mark.parametrize("case", CASES, ids=str)


def pair(general, fast, dtype):
    """The same layer on both paths; the general one is the judge and stays in float64."""
    judge, layer = general(), fast()
    for name, value in judge.parameters.items():
        layer.parameters[name] = (value - 0.5).astype(dtype)
        judge.parameters[name] = layer.parameters[name].astype(float)
        layer.gradients[name] = np.ones_like(layer.parameters[name])
        judge.gradients[name] = np.ones_like(judge.parameters[name])
    return judge, layer


def assert_same(rng, judge, layer, shape, dtype, tolerance):
    x = rng.normal(size=shape).astype(dtype)
    y, expected = layer.forward(x), judge.forward(x.astype(float))
    dout = rng.normal(size=expected.shape).astype(dtype)
    dx, expected_dx = layer.backward(dout), judge.backward(dout.astype(float))
    seen = {"y": (y, expected), "dx": (dx, expected_dx)}
    seen |= {name: (layer.gradients[name], judge.gradients[name]) for name in judge.gradients}
    for name, (mine, theirs) in seen.items():
        assert mine.dtype == dtype, name
        assert mine.shape == theirs.shape, name
        scale = np.max(np.abs(theirs), initial=1)
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=tolerance * scale, err_msg=name)


@both_precisions
@cases
def test_conv(rng, case, dtype, tolerance):
    N, C, K, space, kernel, padding, covered = case
    arguments = (1, (C, *kernel), K, padding)
    for front in (True, False):
        judge, layer = pair(
            lambda front=front: conv.Conv(*arguments, extra_in_front=front, rng=rng),
            lambda front=front: fast_conv.Conv(*arguments, extra_in_front=front),
            dtype,
        )
        assert layer.covers(np.zeros((N, C, *space), dtype)) is covered
        assert_same(rng, judge, layer, (N, C, *space), dtype, tolerance)
        assert_same(rng, judge, layer, (N + 2, C, *space), dtype, tolerance)


@pytest.mark.parametrize("shape", [(2, 3, 6, 6), (2, 2, 6), (0, 2, 6, 6), (2, 2, 2, 2)])
def test_conv_leaves_what_is_illegal_to_the_general_path(shape):
    assert not fast_conv.Conv(1, (2, 5, 5), 3, "valid").covers(np.zeros(shape))


def test_conv_leaves_strides_and_other_numbers_to_the_general_path():
    assert not fast_conv.Conv(2, (2, 3, 3), 3).covers(np.zeros((1, 2, 8, 8)))
    assert not fast_conv.Conv(1, (2, 3, 3), 3).covers(np.zeros((1, 2, 8, 8), np.float16))
    assert not fast_conv.Conv(1, (2, 3, 3), 3).covers(np.zeros((1, 2, 8, 8), ">f8"))


class Chain:
    """The three layers that a block replaces."""

    def __init__(self, *arguments):
        self.layers = [conv.Conv(*arguments), relu.ReLU(), pooling.Pooling(2, 2)]
        self.parameters, self.gradients = self.layers[0].parameters, self.layers[0].gradients

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dout):
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout


@both_precisions
@cases
def test_conv_block(rng, case, dtype, tolerance):
    N, C, K, space, kernel, padding, _ = case
    arguments = (1, (C, *kernel), K, padding)
    judge, layer = pair(lambda: Chain(*arguments), lambda: conv_block.ConvBlock(*arguments), dtype)
    assert_same(rng, judge, layer, (N, C, *space), dtype, tolerance)
    only, dout = pair(lambda: Chain(*arguments), lambda: conv_block.ConvBlock(*arguments), dtype)[1], None
    only.parameters = layer.parameters
    dout = np.ones_like(only.forward(rng.normal(size=(N, C, *space)).astype(dtype)))
    only.parameter_gradients(dout)
    once = {name: gradient.copy() for name, gradient in only.gradients.items()}
    only.overwrites_gradients = True
    only.parameter_gradients(dout)
    for name, gradient in once.items():  # they were ones before
        np.testing.assert_allclose(only.gradients[name], gradient - 1, atol=1e-3 if dtype == np.float32 else 1e-11)


@pytest.mark.parametrize("values", [2, 3, 5])
def test_ties_in_a_block_have_the_same_winners(rng, values):
    layer, judge = conv_block.ConvBlock(1, (1, 1, 1), 1), Chain(1, (1, 1, 1), 1)
    for each in (layer, judge):
        each.parameters["W"][...], each.parameters["b"][...] = 1, 0
    x = rng.integers(values, size=(3, 1, 8, 6)) - 1.0
    np.testing.assert_array_equal(layer.forward(x), judge.forward(x))
    dout = rng.normal(size=(3, 1, 4, 3))
    np.testing.assert_array_equal(layer.backward(dout), judge.backward(dout))


@pytest.mark.parametrize("values", [2, 3, 5])
@pytest.mark.parametrize("shape", [(3, 2, 8, 6), (1, 1, 2, 2), (2, 3, 5, 4), (70, 2, 4, 4)])
def test_ties_in_pooling_have_the_same_winners(rng, values, shape):
    x = rng.integers(values, size=shape).astype(float)
    judge, layer = pooling.Pooling(2, 2), fast_pooling.Pooling(2, 2)
    y = judge.forward(x)
    np.testing.assert_array_equal(layer.forward(x), y)
    dout = rng.normal(size=y.shape)
    np.testing.assert_array_equal(layer.backward(dout), judge.backward(dout))


def test_an_infinite_error_reaches_the_winner_alone():
    layer = fast_pooling.Pooling(2, 2)
    layer.forward(np.array([[[[1.0, 2.0], [3.0, 0.0]]]]))
    np.testing.assert_array_equal(layer.backward(np.array([[[[np.inf]]]])), [[[[0, 0], [np.inf, 0]]]])


@both_precisions
@pytest.mark.parametrize("shape", [(1, 1), (3, 4), (65, 7)])
def test_rows(rng, shape, dtype, tolerance):
    for general, fast in (
        (lambda: fully_connected.FullyConnected(shape[1], 5), lambda: fast_fully_connected.FullyConnected(shape[1], 5)),
        (relu.ReLU, fast_relu.ReLU),
        (soft_max.SoftMax, fast_soft_max.SoftMax),
    ):
        judge, layer = pair(general, fast, dtype)
        assert_same(rng, judge, layer, shape, dtype, tolerance)


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_order_of_memory_changes_nothing(rng, order):
    x = np.asarray(rng.normal(size=(3, 2, 6, 4)), order=order)
    innermost = np.ascontiguousarray(x.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)
    for new in (lambda: fast_conv.Conv(1, (2, 3, 3), 4, rng=np.random.default_rng(1)), relu_and_pooling):
        one, other = new(), new()
        np.testing.assert_array_equal(one.forward(x), other.forward(innermost))
        dout = rng.normal(size=one.forward(x).shape)
        np.testing.assert_array_equal(one.backward(dout), other.backward(np.asfortranarray(dout)))


def relu_and_pooling():
    return fast_pooling.Pooling(2, 2)


def test_float32_images_meet_float64_weights(rng):
    x = rng.normal(size=(2, 1, 4, 4)).astype(np.float32)
    for layer in (fast_conv.Conv(1, (1, 3, 3), 2), batch_normalization.BatchNormalization(1)):
        assert layer.forward(x).dtype == np.float64
