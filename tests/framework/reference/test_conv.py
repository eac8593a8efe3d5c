"""Oracles: SciPy's correlate, PyTorch's convolution on an input padded by hand, and TensorFlow's published rule."""

import itertools

import numpy as np
import pytest
import torch
from scipy.signal import correlate

from framework.reference.constant import Constant
from framework.reference.conv import Conv

CASES_2D = [  # N, C, K, (H, W), (h, w), stride
    (1, 1, 1, (5, 7), (3, 3), 1),
    (3, 2, 4, (5, 7), (3, 3), 1),
    (3, 2, 4, (10, 14), (3, 5), (3, 2)),
    (1, 2, 3, (11, 15), (5, 3), (3, 2)),
    (3, 1, 2, (6, 5), (1, 1), 1),
    (3, 1, 2, (6, 5), (1, 1), (2, 3)),
    (1, 2, 2, (6, 7), (1, 4), 1),
    (1, 2, 2, (6, 7), (3, 1), (1, 2)),
    (2, 2, 3, (6, 7), (2, 2), 1),
    (2, 2, 3, (6, 7), (4, 2), (2, 3)),
    (2, 1, 2, (3, 4), (5, 5), 1),
    (2, 1, 2, (3, 4), (8, 7), (2, 2)),
    (1, 1, 1, (1, 1), (3, 3), 1),
    (1, 2, 2, (4, 4), (3, 3), (5, 9)),
    (1, 1, 1, (9, 8), (2, 2), (3, 4)),
]
CASES_1D = [(*case[:3], case[3][1:], case[4][1:], np.atleast_1d(case[5])[-1:].tolist()) for case in CASES_2D]
CASES = CASES_2D + CASES_1D
cases = pytest.mark.parametrize("case", CASES, ids=str)


def make(rng, case, **choices):
    N, C, K, space, kernel, stride = case
    layer = Conv(stride, (C, *kernel), K, rng=rng, **choices)
    layer.parameters["W"] -= 0.5
    return layer, rng.normal(size=(N, C, *space))


def steps(stride, axes):
    return tuple(np.broadcast_to(stride, axes).tolist())


def torch_conv(pads, stride):
    """PyTorch's convolution behind explicit zeros; `pads` is (front, behind) for every axis."""
    flat = [amount for pair in reversed(pads) for amount in pair]  # PyTorch wants the last axis first
    function = {1: torch.nn.functional.conv1d, 2: torch.nn.functional.conv2d}[len(pads)]
    return lambda x, W, b: function(torch.nn.functional.pad(x, flat), W, b, stride=stride)


def compare(autograd, rng, layer, x, reference):
    y = layer.forward(x)
    dout = rng.normal(size=y.shape)
    expected, dx, gradients = autograd(reference, x, dout, layer.parameters)
    assert y.shape == expected.shape
    np.testing.assert_allclose(y, expected, rtol=1e-11, atol=1e-13)
    seen = layer.backward(dout)
    assert seen.shape == x.shape
    np.testing.assert_allclose(seen, dx, rtol=1e-11, atol=1e-13)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(layer.gradients[name], gradient, rtol=1e-11, atol=1e-12)


@cases
def test_same_is_scipys_correlation_subsampled_from_zero(rng, case):
    layer, x = make(rng, case)
    y = layer.forward(x)
    W, b = layer.parameters["W"], layer.parameters["b"]
    every = tuple(slice(None, None, s) for s in steps(case[5], len(case[3])))
    for n, k in itertools.product(range(len(x)), range(len(W))):
        # On the full correlation, because SciPy's "same" takes the second argument's size where that is larger.
        full = sum(correlate(x[n, c], W[k, c], mode="full", method="direct") for c in range(len(W[k])))
        middle = tuple(
            slice((size - 1) - size // 2, (size - 1) - size // 2 + length)
            for size, length in zip(case[4], case[3], strict=True)
        )
        np.testing.assert_allclose(y[n, k], full[middle][every] + b[k], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("kernel", [(3, 3), (2, 4), (1, 2), (4, 1)])
def test_agrees_with_scipys_own_same_mode(rng, kernel):
    layer, x = make(rng, (1, 1, 1, (8, 9), kernel, 1))
    expected = correlate(x[0, 0], layer.parameters["W"][0, 0], mode="same") + layer.parameters["b"]
    np.testing.assert_allclose(layer.forward(x)[0, 0], expected, rtol=1e-11, atol=1e-13)


@cases
@pytest.mark.parametrize("extra_in_front", [True, False])
def test_same_agrees_with_torch(rng, autograd, case, extra_in_front):
    layer, x = make(rng, case, extra_in_front=extra_in_front)
    fronts = [k // 2 if extra_in_front else (k - 1) // 2 for k in case[4]]
    pads = [(front, k - 1 - front) for front, k in zip(fronts, case[4], strict=True)]
    compare(autograd, rng, layer, x, torch_conv(pads, steps(case[5], len(pads))))
    sizes = zip(case[3], steps(case[5], len(pads)), strict=True)
    assert layer.forward(x).shape == (case[0], case[2], *(-(-y // s) for y, s in sizes))


@cases
def test_valid_agrees_with_torch(rng, autograd, case):
    layer, x = make(rng, case, padding="valid")
    if any(k > y for k, y in zip(case[4], case[3], strict=True)):
        with pytest.raises(ValueError, match="does not fit"):
            layer.forward(x)
        return
    compare(autograd, rng, layer, x, torch_conv([(0, 0)] * len(case[3]), steps(case[5], len(case[3]))))


@cases
def test_centred_stride_follows_tensorflows_rule(rng, autograd, case):
    layer, x = make(rng, case, extra_in_front=False, centred_stride=True)
    stride, pads = steps(case[5], len(case[3])), []
    for size, kernel, step in zip(case[3], case[4], stride, strict=True):
        # tf.nn, "Notes on padding conventions": pad = max(k - s, 0) if s divides the size, else max(k - size % s, 0)
        total = max(kernel - (step if size % step == 0 else size % step), 0)
        pads.append((total // 2, total - total // 2))
    compare(autograd, rng, layer, x, torch_conv(pads, stride))


def test_by_hand_it_is_correlation_not_convolution():
    layer = Conv(1, (1, 2, 3), 1, padding="valid")
    layer.parameters["W"][...] = [[[[1, 2, 3], [4, 5, 6]]]]
    layer.parameters["b"][...] = 1000
    x = np.zeros((1, 1, 3, 4))
    x[0, 0, 1, 2] = 1  # the kernel appears mirrored around the single pixel
    np.testing.assert_array_equal(layer.forward(x), [[[[1006, 1005], [1003, 1002]]]])


@pytest.mark.parametrize("stride", [2, (2,), [2], (2, 2), np.array([2, 2])])
def test_a_single_stride_holds_for_all_directions(rng, stride):
    x = rng.normal(size=(1, 1, 5, 7))
    assert Conv(stride, (1, 3, 3), 2).forward(x).shape == (1, 2, 3, 4)


@pytest.mark.parametrize("stride", [3, [3], (3,)])
def test_stride_in_one_dimension(rng, stride):
    assert Conv(stride, [2, 3], 4).forward(rng.normal(size=(2, 2, 10))).shape == (2, 4, 4)


def test_initialize_counts_the_kernels_area(recorder):
    layer = Conv((1, 1), (2, 3, 5), 4)
    arrays = dict(layer.parameters)
    layer.initialize(recorder, Constant(7))
    assert recorder.calls == [((4, 2, 3, 5), 2 * 15, 4 * 15)]
    np.testing.assert_array_equal(layer.parameters["W"], recorder.last)
    assert (layer.parameters["b"] == 7).all()
    assert all(layer.parameters[name] is array for name, array in arrays.items())


def test_another_size_and_batch_afterwards(rng):
    layer = Conv((2, 1), (2, 3, 2), 3)
    for shape in ((3, 2, 5, 6), (1, 2, 8, 3)):
        x = rng.normal(size=shape)
        fresh = Conv((2, 1), (2, 3, 2), 3)
        fresh.parameters = layer.parameters
        y = layer.forward(x)
        np.testing.assert_array_equal(y, fresh.forward(x))
        np.testing.assert_array_equal(layer.backward(y), fresh.backward(y))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((0, 1), (1, 3, 3), 2), "stride_shape"),
        (((1, 1, 1), (1, 3, 3), 2), "stride_shape"),
        (((1, 1), (1, 3), 2), "stride_shape"),
        ((1, (3,), 2), "convolution_shape"),
        ((1, (1, 3, 3, 3), 2), "convolution_shape"),
        ((1, (1, 0, 3), 2), "convolution_shape"),
        ((1, (1, 3, 3), 0), "num_kernels"),
        ((1, (1, 3, 3), 2, "full"), "padding"),
    ],
)
def test_rejects_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        Conv(*arguments)


@pytest.mark.parametrize("shape", [(1, 3, 5, 5), (1, 2, 5), (2, 5, 5)])
def test_rejects_inputs(shape):
    with pytest.raises(ValueError, match="expected input of shape"):
        Conv(1, (2, 3, 3), 1).forward(np.zeros(shape))
