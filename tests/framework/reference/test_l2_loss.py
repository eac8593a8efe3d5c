import numpy as np
import pytest

from framework.reference.l2_loss import L2Loss


def test_by_hand():
    layer = L2Loss()
    prediction, label = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 5.0]])
    loss = layer.forward(prediction, label)
    assert loss == 14
    assert type(loss) is float
    np.testing.assert_array_equal(layer.backward(label), [[0, 4], [6, -2]])


def test_rejects_shapes_that_only_broadcast():
    with pytest.raises(ValueError, match="shape"):
        L2Loss().forward(np.ones((3, 1)), np.ones((3,)))
