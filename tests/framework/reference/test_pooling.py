import numpy as np
import pytest
import torch

from framework.reference.pooling import Pooling

CASES = [  # shape of x, stride, window
    ((1, 1, 4, 4), (2, 2), (2, 2)),
    ((3, 2, 4, 6), (2, 2), (2, 2)),
    ((3, 2, 5, 7), (2, 2), (2, 2)),  # a remainder on both axes
    ((3, 2, 7, 8), (2, 2), (3, 3)),  # overlap
    ((1, 2, 6, 5), (1, 1), (3, 2)),  # much overlap
    ((1, 2, 9, 8), (4, 3), (2, 2)),  # gaps
    ((2, 1, 7, 5), (2, 1), (3, 2)),
    ((2, 1, 3, 5), (2, 2), (3, 5)),  # a single window
    ((2, 1, 5, 4), (3, 2), (1, 1)),
    ((1, 1, 1, 1), (1, 1), (1, 1)),
]


@pytest.mark.parametrize(("shape", "stride", "window"), CASES)
def test_agrees_with_torch(rng, autograd, shape, stride, window):
    x = rng.permutation(np.prod(shape)).reshape(shape) - np.prod(shape) * 0.7  # no ties, most of them negative
    layer = Pooling(stride, window)
    y = layer.forward(x)
    dout = rng.normal(size=y.shape)
    expected, dx, _ = autograd(lambda x: torch.nn.functional.max_pool2d(x, window, stride), x, dout)
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_allclose(layer.backward(dout), dx, rtol=1e-14, atol=1e-15)


def test_the_first_of_equals_wins_and_wins_once():
    layer = Pooling((2, 2), (2, 2))
    layer.forward(np.array([[[[1.0, 1.0, 0.0, 2.0], [1.0, 1.0, 2.0, 2.0]]]]))
    np.testing.assert_array_equal(layer.backward(np.array([[[[5.0, 7.0]]]])), [[[[5, 0, 0, 7], [0, 0, 0, 0]]]])


def test_ties_agree_with_torch(rng, autograd):
    x = rng.integers(3, size=(2, 2, 7, 7)).astype(float)
    layer = Pooling((2, 2), (3, 3))
    dout = rng.normal(size=layer.forward(x).shape)
    _, dx, _ = autograd(lambda x: torch.nn.functional.max_pool2d(x, (3, 3), (2, 2)), x, dout)
    np.testing.assert_allclose(layer.backward(dout), dx, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("stride", [2, (2,), (2, 2)])
@pytest.mark.parametrize("window", [3, [3], (3, 3)])
def test_a_single_number_holds_for_both_directions(rng, stride, window):
    assert Pooling(stride, window).forward(rng.normal(size=(1, 1, 7, 9))).shape == (1, 1, 3, 4)


@pytest.mark.parametrize("arguments", [((0, 1), (2, 2)), ((1, 1), (2, 0)), ((1, 1, 1), (2, 2)), ((1, 1), (1, 2, 3))])
def test_rejects_arguments(arguments):
    with pytest.raises(ValueError, match="_shape"):
        Pooling(*arguments)


@pytest.mark.parametrize("shape", [(1, 1, 1, 5), (1, 1, 5, 1), (1, 5, 5)])
def test_rejects_inputs(shape):
    with pytest.raises(ValueError, match="expected input of shape"):
        Pooling((2, 2), (2, 2)).forward(np.zeros(shape))
