"""Losses. Both sum over the batch, there is no mean."""

from framework.loss import Loss


class CrossEntropyLoss(Loss):
    """Sum of -ln(p + eps) over the entries whose label is one; eps is `np.finfo(float).eps`."""

    def forward(self, prediction, label):
        """prediction (N, K), one-hot label (N, K) -> one float."""
        raise NotImplementedError("CrossEntropyLoss.forward is yours to write")

    def backward(self, label):
        """label (N, K) -> dL/d(prediction) (N, K) for the last forward."""
        raise NotImplementedError("CrossEntropyLoss.backward is yours to write")


class L2Loss(Loss):
    """Sum of (prediction - label)**2."""

    def forward(self, prediction, label):
        """prediction (N, K), label (N, K) -> one float."""
        raise NotImplementedError("L2Loss.forward is yours to write")

    def backward(self, label):
        """label (N, K) -> dL/d(prediction) (N, K) for the last forward."""
        raise NotImplementedError("L2Loss.backward is yours to write")
