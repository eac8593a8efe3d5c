import numpy as np
import pytest

from framework.reference._arguments import floating, one_per_axis, positive_int, rate


def test_floating_widens_integers_only():
    for dtype in (np.float16, np.float32, np.float64):
        x = np.ones(2, dtype)
        assert floating(x) is x
    for dtype in (bool, np.int8, np.uint8, np.int64):
        assert floating(np.ones(2, dtype)).dtype == np.float64


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3), np.array(3)])
def test_positive_int_accepts_every_kind_of_whole_number(value):
    number = positive_int("size", value)
    assert number == 3
    assert type(number) is int


@pytest.mark.parametrize("value", [0, -1, 2.0, "2", None, [2]])
def test_positive_int_rejects_the_rest(value):
    with pytest.raises(ValueError, match="size must be"):
        positive_int("size", value)


@pytest.mark.parametrize("value", [2, (2,), [2], (2, 2), np.array([2, 2]), np.int64(2)])
def test_one_per_axis(value):
    assert one_per_axis("stride", value, 2) == (2, 2)


@pytest.mark.parametrize("value", [(), (1, 2, 3), (1, 0), 0, 1.5, "22", None])
def test_one_per_axis_rejects(value):
    with pytest.raises(ValueError, match="stride"):
        one_per_axis("stride", value, 2)


def test_rate():
    assert rate("r", 1, 0, 1) == 1.0
    for value in (-0.1, 1.1, np.nan, np.inf):
        with pytest.raises(ValueError, match="r must be finite"):
            rate("r", value, 0, 1)
    with pytest.raises(ValueError, match="r must be finite"):
        rate("r", np.inf, 0)
