"""Initializers. All return a new array of `weights_shape`; use the fans that are passed in, not the shape."""

from framework.initializer import Initializer


class Constant(Initializer):
    """Every entry is `value`."""

    def __init__(self, value=0.1):
        self.value = value

    def initialize(self, weights_shape, fan_in, fan_out):
        """Return a new array of `weights_shape`."""
        raise NotImplementedError("Constant.initialize is yours to write")


class UniformRandom(Initializer):
    """Uniform in [0, 1)."""

    def initialize(self, weights_shape, fan_in, fan_out):
        """Return a new array of `weights_shape`."""
        raise NotImplementedError("UniformRandom.initialize is yours to write")


class Xavier(Initializer):
    """Normal with mean 0 and standard deviation sqrt(2 / (fan_in + fan_out))."""

    def initialize(self, weights_shape, fan_in, fan_out):
        """Return a new array of `weights_shape`."""
        raise NotImplementedError("Xavier.initialize is yours to write")


class He(Initializer):
    """Normal with mean 0 and standard deviation sqrt(2 / fan_in)."""

    def initialize(self, weights_shape, fan_in, fan_out):
        """Return a new array of `weights_shape`."""
        raise NotImplementedError("He.initialize is yours to write")
