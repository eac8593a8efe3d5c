import numpy as np
import pytest

from framework.reference.flatten import Flatten


@pytest.mark.parametrize("shape", [(1, 2, 3, 4), (3, 1, 2), (3, 5), (2,)])
def test_forward_and_back(rng, shape):
    layer, x = Flatten(), rng.normal(size=shape)
    rows = layer.forward(x)
    np.testing.assert_array_equal(rows, np.array([sample.ravel() for sample in x]).reshape(len(x), -1))
    np.testing.assert_array_equal(layer.backward(rows), x)


def test_the_last_axis_runs_fastest_even_for_a_transposed_input():
    x = np.arange(12).reshape(2, 3, 2).transpose(0, 2, 1)
    np.testing.assert_array_equal(Flatten().forward(x)[0], [0, 2, 4, 1, 3, 5])
