import numpy as np
import pytest

from framework.reference.sgd import Sgd


def test_by_hand():
    sgd = Sgd(0.5)
    np.testing.assert_array_equal(sgd.step("W", np.array([1.0, 2.0]), np.array([4.0, -2.0])), [-1, 3])
    assert sgd.step("W", 1.0, 1.0) == 0.5


@pytest.mark.parametrize("learning_rate", [-0.1, np.nan, np.inf])
def test_rejects_learning_rates(learning_rate):
    with pytest.raises(ValueError, match="learning_rate"):
        Sgd(learning_rate)
