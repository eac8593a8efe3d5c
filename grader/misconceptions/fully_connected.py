"""What goes wrong in FullyConnected. N batch, D inputs, M outputs."""

from __future__ import annotations

from collections.abc import Callable

from framework.layer import Array
from framework.reference.fully_connected import FullyConnected
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception

Step = Callable[..., None]


class UpdateBeforeInputGradient(FullyConnected):
    """the error is sent back through weights that were already updated

    Which weights did forward use for this batch, and which ones does backward use when it comes to dX?
    """

    def backpropagate(self, dout: Array, step: Step) -> Array:
        self.backward(dout)
        step("W")
        step("b")
        return self._input_gradient(dout)


class GradientAveraged(FullyConnected):
    """the gradient of the weights is divided by the batch size

    The loss already sums over the batch. Does anything in the layer's own formula ask for an average?
    """

    def _weights_gradient(self, dout: Array) -> Array:
        return super()._weights_gradient(dout) / len(dout)

    def _bias_gradient(self, dout: Array) -> Array:
        return super()._bias_gradient(dout) / len(dout)


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [
        misconception("fc-update-before-dx", UpdateBeforeInputGradient, "FullyConnected", dialects=["fau"]),
        misconception("fc-gradient-averaged", GradientAveraged, "FullyConnected"),
    ]
