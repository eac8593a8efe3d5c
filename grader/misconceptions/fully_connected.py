"""What goes wrong in FullyConnected. N batch, D inputs, M outputs; the exercise's joint matrix is [W; b] (D + 1, M)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from framework.initializer import Initializer
from framework.layer import Array
from framework.reference.fully_connected import FullyConnected
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception

Step = Callable[..., None]


class GradientAveraged(FullyConnected):
    """the gradient of the weights is divided by the batch size

    The loss already sums over the batch. Does anything in the layer's own formula ask for an average?
    """

    def _weights_gradient(self, dout: Array) -> Array:
        return super()._weights_gradient(dout) / len(dout)

    def _bias_gradient(self, dout: Array) -> Array:
        return super()._bias_gradient(dout) / len(dout)


class WeightsAveraged(FullyConnected):
    __doc__ = GradientAveraged.__doc__

    def _weights_gradient(self, dout: Array) -> Array:
        return super()._weights_gradient(dout) / len(dout)


class BiasAveraged(FullyConnected):
    __doc__ = GradientAveraged.__doc__

    def _bias_gradient(self, dout: Array) -> Array:
        return super()._bias_gradient(dout) / len(dout)


class ErrorAveraged(FullyConnected):
    __doc__ = GradientAveraged.__doc__

    def backward(self, dout: Array) -> Array:
        return super().backward(dout / len(dout))


class InputGradientAveraged(FullyConnected):
    """the error for the previous layer is divided by the batch size

    Take two samples: what does the first sample's error have to do with the second one, and with how many there are?
    """

    def _input_gradient(self, dout: Array) -> Array:
        return super()._input_gradient(dout) / len(dout)


class BiasGradientMissing(FullyConnected):
    """the bias gets no gradient

    Which input is multiplied by the bias row, and what does that make of the formula for its gradient?
    """

    def _bias_gradient(self, dout: Array) -> Array:
        return np.zeros_like(super()._bias_gradient(dout))


class NoBias(FullyConnected):
    """there is no bias in what forward computes

    Feed zeros: what should come out, and what does?
    """

    def _affine(self, x: Array) -> Array:
        return super()._affine(x) - self.parameters["b"]

    def _bias_gradient(self, dout: Array) -> Array:
        return np.zeros_like(super()._bias_gradient(dout))


class BiasInBackwardOnly(NoBias):
    __doc__ = NoBias.__doc__

    def _bias_gradient(self, dout: Array) -> Array:
        return FullyConnected._bias_gradient(self, dout)


class BiasNotSummed(FullyConnected):
    """the gradient of the bias is not summed over the batch

    One bias serves all samples. How many numbers does its gradient have, and what does each sample contribute?
    """

    def backward(self, dout: Array) -> Array:
        dx = super().backward(dout)
        self.gradients["b"] = np.array(dout)
        return dx

    def zero_grad(self) -> None:
        self.gradients.pop("b", None)
        super().zero_grad()


class BiasOfFirstSample(FullyConnected):
    __doc__ = BiasNotSummed.__doc__

    def _bias_gradient(self, dout: Array) -> Array:
        return np.array(dout[0])


class BiasOfLastSample(FullyConnected):
    __doc__ = BiasNotSummed.__doc__

    def _bias_gradient(self, dout: Array) -> Array:
        return np.array(dout[-1])


class UpdateBeforeInputGradient(FullyConnected):
    """the error is sent back through weights that were already updated

    Which weights did forward use for this batch, and which ones does backward use when it comes to dX?
    """

    def backpropagate(self, dout: Array, step: Step) -> Array:
        self.backward(dout)
        step("W")
        step("b")
        return self._input_gradient(dout)


class InputGradientWithBias(FullyConnected):
    """the error for the previous layer has a column for the bias

    Write the shapes of forward's input and of what backward returns side by side. Whose error is the extra column?
    """

    def _input_gradient(self, dout: Array) -> Array:
        dx: Array = dout @ np.vstack([self.parameters["W"], self.parameters["b"]]).T
        return dx


class GradientTransposed(FullyConnected):
    """the gradient of the weights is transposed

    A gradient has the shape of its parameter. Try a layer with three inputs and five outputs: which factor comes first?
    """

    def backward(self, dout: Array) -> Array:
        dx = super().backward(dout)
        self.gradients["W"] = self.gradients["W"].T.copy()
        return dx

    def zero_grad(self) -> None:
        self.gradients.pop("W", None)
        super().zero_grad()


class JointGradientTransposed(FullyConnected):
    __doc__ = GradientTransposed.__doc__

    def backpropagate(self, dout: Array, step: Step) -> Array:
        dx = self.backward(dout)
        joint = np.vstack([self.gradients["W"], self.gradients["b"]]).T
        self.gradients = {"W": joint[:-1], "b": joint[-1]}
        step("W")
        step("b")
        return dx

    def zero_grad(self) -> None:
        self.gradients.clear()
        super().zero_grad()


class ForwardTransposed(FullyConnected):
    """forward multiplies by the transposed weights

    With as many inputs as outputs both products exist. Which one is it if there are three inputs and five outputs?
    """

    def _affine(self, x: Array) -> Array:
        y: Array = x @ self.parameters["W"].T + self.parameters["b"]
        return y

    def _weights_gradient(self, dout: Array) -> Array:
        return super()._weights_gradient(dout).T

    def _input_gradient(self, dout: Array) -> Array:
        dx: Array = dout @ self.parameters["W"]
        return dx


class JointForwardTransposed(FullyConnected):
    # [x 1] times the transposed joint matrix exists for M = D + 1 only, and is then a matrix that is stored transposed
    __doc__ = ForwardTransposed.__doc__

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        super().initialize(weights_initializer, bias_initializer)
        joint = np.vstack([self.parameters["W"], self.parameters["b"]]).T
        if joint.shape == joint.T.shape:
            self.parameters["W"][...], self.parameters["b"][...] = joint[:-1], joint[-1]

    def _affine(self, x: Array) -> Array:
        if self.output_size != self.input_size + 1:
            raise ValueError("shapes not aligned")
        return super()._affine(x)


class BiasFromWeightsInitializer(FullyConnected):
    """initialize draws the bias with the initializer of the weights

    There are two initializers and two parts of the layer. Who fills which?
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        super().initialize(weights_initializer, weights_initializer)


class JointFromWeightsInitializer(FullyConnected):
    __doc__ = BiasFromWeightsInitializer.__doc__

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        shape = (self.input_size + 1, self.output_size)
        joint = weights_initializer.initialize(shape, *shape)
        self.parameters["W"][...], self.parameters["b"][...] = joint[:-1], joint[-1]


class BiasNotInitialized(FullyConnected):
    __doc__ = BiasFromWeightsInitializer.__doc__

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        kept = self.parameters["b"].copy()
        super().initialize(weights_initializer, bias_initializer)
        self.parameters["b"][...] = kept


class FanInPlusOne(FullyConnected):
    """the bias is counted as one more input when the weights are initialized

    How many numbers of the previous layer does one unit add up? The bias is not one of them.
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        D, M = self.input_size, self.output_size
        self.parameters["W"][...] = weights_initializer.initialize((D, M), D + 1, M)
        self.parameters["b"][...] = bias_initializer.initialize((M,), D + 1, M)


class GradientNotRecomputed(FullyConnected):
    """the gradient is computed once and then kept for later batches

    Gradients belong to the last forward and backward. When is the one from the pass before thrown away?
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: dict[str, Array] = {}

    def _weights_gradient(self, dout: Array) -> Array:
        return self._kept.setdefault("W", super()._weights_gradient(dout))

    def _bias_gradient(self, dout: Array) -> Array:
        return self._kept.setdefault("b", super()._bias_gradient(dout))


class BornWithZeros(FullyConnected):
    """the weights do not start as random numbers

    If all units of a layer start out the same, what will ever make them different?
    """

    first = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for value in self.parameters.values():
            value[...] = self.first


class BornWithOnes(BornWithZeros):
    __doc__ = BornWithZeros.__doc__
    first = 1.0


class BornUndefined(BornWithZeros):
    __doc__ = BornWithZeros.__doc__
    first = np.nan


class BornWithoutBias(FullyConnected):
    """the bias is zero at first, although the exercise draws it like the weights

    Read again how the weights start out. Is the bias part of the matrix?
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parameters["b"][...] = 0


class BornFromASeed(FullyConnected):
    """every layer starts with the same random numbers, because the constructor sets the seed

    Who sets the seed of an experiment: each layer, or the one who runs it? Compare the weights of two new layers.
    """

    def __init__(self, input_size: int, output_size: int, **_: Any) -> None:
        super().__init__(input_size, output_size, rng=np.random.default_rng(0))


class NeverUpdated(FullyConnected):
    """backward does not update the weights, although there is an optimizer

    Follow one weight through backward: who calls calculate_update, and where does the result go?
    """

    def backpropagate(self, dout: Array, step: Step) -> Array:
        return self.backward(dout)


class BiasNeverUpdated(FullyConnected):
    __doc__ = NeverUpdated.__doc__

    def backpropagate(self, dout: Array, step: Step) -> Array:
        dx = self.backward(dout)
        step("W")
        return dx


class OneOptimizerForBoth(FullyConnected):
    """weights and bias share one optimizer

    An optimizer remembers. Whose momentum does the bias get when the same object has just updated the weights?
    """

    def backpropagate(self, dout: Array, step: Step) -> Array:
        dx = self.backward(dout)
        step("W", "shared")
        step("b", "shared")
        return dx


class UpdateWithoutOptimizer(FullyConnected):
    """backward asks for an update although no optimizer was set

    Updating is optional. What is self.optimizer in a layer that nobody gave one?
    """

    def backpropagate(self, dout: Array, step: Step) -> Array:
        dx = self.backward(dout)
        optimizer = getattr(step, "__self__", None)  # the layer in the exercise's form, whose optimizer may be None
        if optimizer is not None and optimizer.optimizer is None:
            raise AttributeError("'NoneType' object has no attribute 'calculate_update'")
        step("W")
        step("b")
        return dx


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""

    def variants(id: str, *classes: type[FullyConnected], dialects: Sequence[str] = ()) -> list[Misconception]:
        return [misconception(id, cls, "FullyConnected", dialects=dialects) for cls in classes]

    initialized = (BiasFromWeightsInitializer, JointFromWeightsInitializer, BiasNotInitialized)
    born = (BornWithZeros, BornWithOnes, BornUndefined, BornWithoutBias, BornFromASeed)
    return [
        *variants("fc-gradient-averaged", GradientAveraged, WeightsAveraged, BiasAveraged, ErrorAveraged),
        *variants("fc-dx-averaged", InputGradientAveraged),
        *variants("fc-bias-missing-in-gradient", BiasGradientMissing),
        *variants("fc-no-bias", NoBias, BiasInBackwardOnly),
        *variants("fc-bias-not-summed", BiasNotSummed, BiasOfFirstSample, BiasOfLastSample),
        *variants("fc-update-before-dx", UpdateBeforeInputGradient, dialects=["fau"]),
        *variants("fc-dx-includes-bias", InputGradientWithBias),
        *variants("fc-weight-gradient-transposed", JointGradientTransposed, dialects=["fau"]),
        *variants("fc-weight-gradient-transposed", GradientTransposed, dialects=["native"]),
        *variants("fc-forward-transposed-square", JointForwardTransposed, dialects=["fau"]),
        *variants("fc-forward-transposed-square", ForwardTransposed, dialects=["native"]),
        *variants("fc-initializer-ignores-bias", *initialized),
        *variants("fc-fan-in-plus-one", FanInPlusOne),
        *variants("fc-grad-not-recomputed", GradientNotRecomputed),
        *variants("fc-init-zero-or-seeded", *born),
        *variants("fc-optimizer-setter-lost", NeverUpdated, BiasNeverUpdated, dialects=["fau"]),
        *variants("optimizer-shared-between-weights-and-bias", OneOptimizerForBoth, dialects=["fau"]),
        *variants("optimizer-called-when-none", UpdateWithoutOptimizer, dialects=["fau"]),
    ]
