import numpy as np
import pytest
import torch

from framework.reference.tanh import TanH


@pytest.mark.parametrize("shape", [(1, 5), (3, 1), (3, 7), (3, 2, 4, 5)])
def test_agrees_with_torch(rng, autograd, shape):
    x, dout = rng.normal(scale=2, size=shape), rng.normal(size=shape)
    y, dx, _ = autograd(torch.tanh, x, dout)
    layer = TanH()
    np.testing.assert_allclose(layer.forward(x), y, rtol=1e-14)
    np.testing.assert_allclose(layer.backward(dout), dx, rtol=1e-10)


def test_saturates_without_overflow():
    np.testing.assert_array_equal(TanH().forward(np.array([[-1e4, 0.0, 1e4]])), [[-1, 0, 1]])
