import numpy as np
import pytest
import torch

from framework.reference.relu import ReLU


@pytest.mark.parametrize("shape", [(1, 5), (3, 1), (3, 7), (3, 2, 4, 5)])
def test_agrees_with_torch(rng, autograd, shape):
    x, dout = rng.normal(size=shape), rng.normal(size=shape)
    y, dx, _ = autograd(torch.relu, x, dout)
    layer = ReLU()
    np.testing.assert_array_equal(layer.forward(x), y)
    np.testing.assert_array_equal(layer.backward(dout), dx)


def test_slope_is_zero_at_zero_and_a_closed_gate_stops_an_infinite_error():
    layer = ReLU()
    np.testing.assert_array_equal(layer.forward(np.array([[0.0, -1.0, 2.0]])), [[0, 0, 2]])
    np.testing.assert_array_equal(layer.backward(np.array([[5.0, np.inf, 3.0]])), [[0, 0, 3]])


def test_nan_is_not_hidden():
    assert np.isnan(ReLU().forward(np.array([[np.nan]]))).all()
