import numpy as np
import pytest
import torch
from scipy.special import softmax

from framework.reference.soft_max import SoftMax


@pytest.mark.parametrize("shape", [(1, 5), (3, 1), (3, 7), (4, 4)])
def test_agrees_with_torch(rng, autograd, shape):
    x, dout = rng.normal(scale=3, size=shape), rng.normal(size=shape)
    y, dx, _ = autograd(lambda x: torch.softmax(x, dim=1), x, dout)
    layer = SoftMax()
    np.testing.assert_allclose(layer.forward(x), y, rtol=1e-13)
    np.testing.assert_allclose(layer.backward(dout), dx, rtol=1e-11, atol=1e-15)


def test_rows_of_very_different_magnitude_keep_their_own_scale():
    x = np.array([[0.0, 1.0, 2.0], [1e4, 1e4 + 1, 1e4 + 2], [-1e4, -1e4 + 1, -1e4 + 2], [-1e300, 0.0, 1e300]])
    np.testing.assert_allclose(SoftMax().forward(x), softmax(x, axis=1), rtol=1e-12)


def test_a_constant_error_changes_no_probability(rng):
    layer = SoftMax()
    layer.forward(rng.normal(size=(3, 6)))
    np.testing.assert_allclose(layer.backward(np.full((3, 6), 2.5)), 0, atol=1e-15)
