"""What goes wrong in the container. N batch, D inputs, K outputs."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from framework.layer import Array, Layer
from framework.reference.neural_network import NeuralNetwork
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class PhaseLeaks(NeuralNetwork):
    """train goes on in the test phase after a test

    After a call of test, which phase is each layer in when the next train begins, and who changes that?
    """

    def train(self, iterations: int) -> None:
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()


class NeverTestPhase(NeuralNetwork):
    """test leaves the layers in the training phase

    Should dropout still drop anything when you ask the network for a prediction? Who tells it?
    """

    def test(self, x: Array) -> Array:
        return self._output(x)


class PhaseForNewLayersOnly(NeuralNetwork):
    """a layer learns its phase when it is appended, and is never told of a change

    The phase changes while the network already has all its layers. Through whose hands does the news reach them?
    """

    @property
    def phase(self) -> str:
        return self._phase

    @phase.setter
    def phase(self, phase: str) -> None:
        self._phase = phase


class LabelsOfAnotherBatch(NeuralNetwork):
    """the labels come from another batch than the inputs

    How often is next() called for one iteration? Every call draws a new batch.
    """

    def forward(self) -> float:
        data_layer, loss_layer = self._ready()
        x = data_layer.next()[0]
        self._label = data_layer.next()[1]
        return loss_layer.forward(self._output(x), self._label) + self._regularization_loss()


class BackwardDrawsLabels(NeuralNetwork):
    """the labels come from another batch than the inputs

    Where does backward take its labels from? Every call of next() draws a new batch.
    """

    def backward(self) -> None:
        self._label = self._ready()[0].next()[1]
        super().backward()


class LossNotAppended(NeuralNetwork):
    """train does not keep the losses in the list `loss`

    What becomes of the number that forward returns in each iteration?
    """

    def train(self, iterations: int) -> None:
        self.phase = "train"
        for _ in range(iterations):
            self.forward()
            self.backward()


class LossOverwritten(NeuralNetwork):
    """the list `loss` holds the last loss only

    A list grows by appending to it. What does your line do with what was in it before?
    """

    def train(self, iterations: int) -> None:
        self.phase = "train"
        for _ in range(iterations):
            self.loss = [self.forward()]
            self.backward()


class LossAppendedTwice(NeuralNetwork):
    """every loss is in the list `loss` twice

    One iteration, one loss. Which of your methods add to the list?
    """

    def train(self, iterations: int) -> None:
        self.phase = "train"
        for _ in range(iterations):
            self.loss += [self.forward()] * 2
            self.backward()


class BackwardInForwardOrder(NeuralNetwork):
    """backward visits the layers from the first to the last

    Which layer saw the loss first-hand, and is therefore the first to know its error?
    """

    def backward(self) -> None:
        for layer in self.layers:
            layer.zero_grad()
        error = self._ready()[1].backward(self._label)
        for layer in self.layers:
            error = layer.backward(error)
        self._update()


class StaleLabels(NeuralNetwork):
    """an iteration uses the labels of the one before

    When is the attribute that holds the labels written, and when is it read?
    """

    _last: Array | None = None

    def forward(self) -> float:
        data_layer, loss_layer = self._ready()
        x, label = data_layer.next()
        self._label = self._last = label if self._last is None else self._last
        return loss_layer.forward(self._output(x), self._label) + self._regularization_loss()


class PreviousLabels(StaleLabels):
    """an iteration uses the labels of the one before

    When is the attribute that holds the labels written, and when is it read?
    """

    def forward(self) -> float:
        data_layer, loss_layer = self._ready()
        x, label = data_layer.next()
        self._label = label if self._last is None else self._last
        self._last = label
        return loss_layer.forward(self._output(x), label) + self._regularization_loss()


class DoubleSoftmax(NeuralNetwork):
    """a softmax is applied to what the last layer returns

    Is there not a SoftMax layer for that, where one is wanted? What does a second one do to probabilities?
    """

    def test(self, x: Array) -> Array:
        return _softmax(super().test(x))


class DoubleSoftmaxEverywhere(DoubleSoftmax):
    """a softmax is applied to what the last layer returns

    Is there not a SoftMax layer for that, where one is wanted? What does a second one do to probabilities?
    """

    def forward(self) -> float:
        data_layer, loss_layer = self._ready()
        x, self._label = data_layer.next()
        return loss_layer.forward(_softmax(self._output(x)), self._label) + self._regularization_loss()


def _softmax(y: Array) -> Array:
    raised = np.exp(y)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


class InitializersNotApplied(NeuralNetwork):
    """append_layer does not initialize the layer

    The constructor was given two initializers. Which line hands them to a layer?
    """

    def append_layer(self, layer: Layer) -> None:
        self._optimizers.append(copy.deepcopy(self.optimizer) if layer.trainable else None)
        self.layers.append(layer)
        self._tell_phase(layer)


class DataSaved(NeuralNetwork):
    """save tries to write the data layer, too

    Which attribute of the network cannot be pickled, and is it needed in the file?
    """

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__


class SharedOptimizer(NeuralNetwork):
    """all layers share one optimizer

    An optimizer remembers. How many layers write into the memory of this one?
    """

    def append_layer(self, layer: Layer) -> None:
        super().append_layer(layer)
        if layer.trainable:
            self._optimizers[-1] = self.optimizer


class SharedOptimizerFromTheBack(SharedOptimizer):
    """all layers share one optimizer

    An optimizer remembers. How many layers write into the memory of this one?
    """

    def _update(self) -> None:
        self.layers.reverse()  # where layers update in their own backward, the last one comes first
        self._optimizers.reverse()
        super()._update()
        self.layers.reverse()
        self._optimizers.reverse()


class NoPenalty(NeuralNetwork):
    """the regularization loss is missing

    How large is the regularizer's norm of the weights, worked out by hand, and which line adds it to the loss?
    """

    def _regularization_loss(self) -> float:
        return 0.0


class PenaltyOfTheDataLoss(NeuralNetwork):
    """the regularizer's norm is taken of something else than the weights

    Of which array does norm say how large it is? Look at what you hand to it.
    """

    def forward(self) -> float:
        data_layer, loss_layer = self._ready()
        x, self._label = data_layer.next()
        loss = loss_layer.forward(self._output(x), self._label)
        regularizer = self.optimizer.regularizer
        return loss if regularizer is None else loss + self._times() * regularizer.norm(self._measured(loss))

    def _times(self) -> int:
        return 1

    def _measured(self, loss: float) -> Array:
        return np.array([[loss]])


class PenaltyOfTheLastLoss(PenaltyOfTheDataLoss):
    """the regularizer's norm is taken of something else than the weights

    Of which array does norm say how large it is? Look at what you hand to it.
    """

    def _times(self) -> int:
        return sum(layer.trainable for layer in self.layers)

    def _measured(self, loss: float) -> Array:
        return np.array([[self.loss[-1] if self.loss else 1.0]])


class PenaltyOnPredictions(NeuralNetwork):
    """the regularization loss is added to the predictions

    The total loss is a sum of two losses. What is the penalty added to in your forward?
    """

    def forward(self) -> float:
        data_layer, loss_layer = self._ready()
        x, self._label = data_layer.next()
        return loss_layer.forward(self._output(x) + self._regularization_loss(), self._label)


class PenaltyOfLastLayer(NeuralNetwork):
    """only one layer's weights enter the regularization loss

    A sum over the layers: what happens to it in each turn of the loop?
    """

    _chosen = -1

    def _regularization_loss(self) -> float:
        regularizer = self.optimizer.regularizer
        chosen = [layer for layer in self.layers if layer.trainable][self._chosen :][:1]
        if regularizer is None:
            return 0.0
        return sum(regularizer.norm(w) for layer in chosen for w in self._penalized(layer))


class PenaltyOfFirstLayer(PenaltyOfLastLayer):
    """only one layer's weights enter the regularization loss

    A sum over the layers: when does the loop end?
    """

    _chosen = 0


class _BiasToo:
    """Biases are penalised as well: whether they are is open."""

    def _penalized(self, layer: Layer) -> list[Array]:
        return list(layer.parameters.values())


class PenaltyOnPredictionsWithBias(_BiasToo, PenaltyOnPredictions):
    __doc__ = PenaltyOnPredictions.__doc__


class PenaltyOfLastLayerWithBias(_BiasToo, PenaltyOfLastLayer):
    __doc__ = PenaltyOfLastLayer.__doc__


class PenaltyOfFirstLayerWithBias(_BiasToo, PenaltyOfFirstLayer):
    __doc__ = PenaltyOfFirstLayer.__doc__


def _variants(id: str, *classes: type[NeuralNetwork]) -> list[Misconception]:
    return [misconception(id, cls, "NeuralNetwork") for cls in classes]


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [
        *_variants("nn-test-phase-leak", PhaseLeaks),
        *_variants("nn-never-test-phase", NeverTestPhase),
        *_variants("nn-phase-only-new-layers", PhaseForNewLayersOnly),
        *_variants("nn-forward-calls-data-twice", LabelsOfAnotherBatch, BackwardDrawsLabels),
        *_variants("nn-loss-not-appended", LossNotAppended, LossOverwritten, LossAppendedTwice),
        *_variants("nn-backward-forward-order", BackwardInForwardOrder),
        *_variants("nn-label-stale", StaleLabels, PreviousLabels),
        *_variants("nn-double-softmax", DoubleSoftmax, DoubleSoftmaxEverywhere),
        *_variants("nn-initializer-not-applied", InitializersNotApplied),
        *_variants("nn-save-pickles-data", DataSaved),
        *_variants("optimizer-shared-between-layers", SharedOptimizer, SharedOptimizerFromTheBack),
        *_variants("reg-loss-missing", NoPenalty, PenaltyOfTheDataLoss, PenaltyOfTheLastLoss),
        *_variants("reg-loss-missing", PenaltyOnPredictions, PenaltyOfLastLayer, PenaltyOfFirstLayer),
        *_variants("reg-loss-missing", PenaltyOnPredictionsWithBias, PenaltyOfLastLayerWithBias),
        *_variants("reg-loss-missing", PenaltyOfFirstLayerWithBias),
    ]
