import numpy as np
import pytest
import torch
from scipy.special import expit

from framework.reference.sigmoid import Sigmoid


def test_agrees_with_scipy_over_the_whole_range():
    x = np.concatenate([np.linspace(-800, 800, 4001), [-1e308, 1e308, -np.inf, np.inf, 0.0]])[None]
    np.testing.assert_allclose(Sigmoid().forward(x), expit(x), rtol=2e-15, atol=1e-300)


@pytest.mark.parametrize("shape", [(1, 5), (3, 1), (3, 7), (3, 2, 4, 5)])
def test_agrees_with_torch(rng, autograd, shape):
    x, dout = rng.normal(scale=3, size=shape), rng.normal(size=shape)
    y, dx, _ = autograd(torch.sigmoid, x, dout)
    layer = Sigmoid()
    np.testing.assert_allclose(layer.forward(x), y, rtol=1e-14)
    np.testing.assert_allclose(layer.backward(dout), dx, rtol=1e-12)
