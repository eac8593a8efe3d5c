import numpy as np
import pytest

from framework.reference.constant import Constant


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 4, 5), (3,)])
def test_fills_any_shape(shape):
    np.testing.assert_array_equal(Constant(7).initialize(shape, 1, 1), np.full(shape, 7.0))
    np.testing.assert_array_equal(Constant().initialize(shape, 1, 1), np.full(shape, 0.1))


def test_every_array_is_a_new_one():
    constant = Constant(2)
    constant.initialize((3,), 1, 1)[...] = 5
    np.testing.assert_array_equal(constant.initialize((3,), 1, 1), [2, 2, 2])
