import numpy as np
import pytest

from framework.reference.l1_regularizer import L1_Regularizer
from framework.reference.l2_regularizer import L2_Regularizer

W = np.array([[2.0, -3.0], [0.0, 1.0]])
both = pytest.mark.parametrize("new", [L1_Regularizer, L2_Regularizer])


@pytest.mark.parametrize("shape", [(2, 2), (1, 1, 2, 2), (4,)])
def test_by_hand(shape):
    w = W.reshape(shape)
    l1, l2 = L1_Regularizer(0.5), L2_Regularizer(0.5)
    np.testing.assert_array_equal(l1.calculate_gradient(w), np.reshape([0.5, -0.5, 0, 0.5], shape))
    np.testing.assert_array_equal(l2.calculate_gradient(w), np.reshape([1, -1.5, 0, 0.5], shape))
    assert l1.norm(w) == 3
    assert l2.norm(w) == 7


@both
def test_leaves_the_weights_alone_and_keeps_float32(new):
    w = W.astype(np.float32)
    before = w.copy()
    assert new(0.5).calculate_gradient(w).dtype == np.float32
    assert type(new(0.5).norm(w)) is float
    np.testing.assert_array_equal(w, before)


@both
def test_accepts_a_python_float(new):
    assert new(0.5).calculate_gradient(-1.0) == -0.5


@both
@pytest.mark.parametrize("alpha", [-0.1, np.nan])
def test_rejects_alphas(new, alpha):
    with pytest.raises(ValueError, match="alpha"):
        new(alpha)
