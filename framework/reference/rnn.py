"""The Elman recurrent layer. T time, D input features, U hidden units, M outputs; the batch size is one."""

from __future__ import annotations

from typing import Literal

import numpy as np

from framework.initializer import Initializer
from framework.layer import Array, Layer
from framework.reference._arguments import floating, positive_int
from framework.reference.sigmoid import Sigmoid


class RNN(Layer):
    """Reads a sequence `x` (T, D) step by step and answers with one output per step, (T, M).

        h_t = tanh(x_t Wx + h_{t-1} Wh + bh)        Elman, "Finding Structure in Time", 1990
        y_t = sigmoid(h_t Wy + by)

    h_0 is zero, or with `memorize` the last hidden state of the forward before. The gradient never flows back into
    that earlier sequence (truncated backpropagation through time). `output_activation="linear"` leaves the sigmoid
    out, which the contract leaves open. All parameters are drawn from U[0, 1) at first, from `rng`.

    Raises ValueError if a size is not a positive whole number or the output activation is unknown.
    """

    trainable = True

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        *,
        output_activation: Literal["sigmoid", "linear"] = "sigmoid",
        rng: np.random.Generator | None = None,
    ) -> None:
        super().__init__()
        if output_activation not in ("sigmoid", "linear"):
            raise ValueError(f"output_activation must be 'sigmoid' or 'linear', not {output_activation!r}")
        self.input_size = positive_int("input_size", input_size)
        self.hidden_size = positive_int("hidden_size", hidden_size)
        self.output_size = positive_int("output_size", output_size)
        self._activation = Sigmoid() if output_activation == "sigmoid" else None
        rng = rng or np.random.default_rng()
        D, U, M = self.input_size, self.hidden_size, self.output_size
        shapes = {"Wx": (D, U), "Wh": (U, U), "bh": (U,), "Wy": (U, M), "by": (M,)}
        self.parameters = {name: rng.random(shape) for name, shape in shapes.items()}
        self.zero_grad()
        self._memorize = False
        self._last_hidden = np.zeros(U)

    @property
    def memorize(self) -> bool:
        """Whether a forward starts from the last hidden state of the one before; switching it off forgets it."""
        return self._memorize

    @memorize.setter
    def memorize(self, memorize: bool) -> None:
        self._memorize = bool(memorize)
        if not memorize:
            self._last_hidden = np.zeros(self.hidden_size)

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        """Draw all parameters anew, in place, and forget the hidden state.

        `Wx` and `Wh` are drawn as one matrix (D + U, U), because a unit has D + U inputs. The contract leaves the
        biases' fans open: each gets those of its weights.
        """
        D, U, M = self.input_size, self.hidden_size, self.output_size
        hidden = weights_initializer.initialize((D + U, U), D + U, U)
        self.parameters["Wx"][...] = hidden[:D]
        self.parameters["Wh"][...] = hidden[D:]
        self.parameters["bh"][...] = bias_initializer.initialize((U,), D + U, U)
        self.parameters["Wy"][...] = weights_initializer.initialize((U, M), U, M)
        self.parameters["by"][...] = bias_initializer.initialize((M,), U, M)
        self._last_hidden = np.zeros(U)

    def forward(self, x: Array) -> Array:
        """Return the outputs of all time steps, (T, D) -> (T, M)."""
        self._x = np.array(floating(x))
        h = self._initial_hidden()
        # The part of the sum that does not wait for the past is done for all steps at once.
        driven = self._x @ self.parameters["Wx"] + self.parameters["bh"]
        self._h = np.empty((len(driven) + 1, self.hidden_size), dtype=driven.dtype)
        self._h[0] = h
        for t in range(len(driven)):
            self._h[t + 1] = self._step(driven[t], self._h[t])
        self._last_hidden = self._h[-1].copy()
        return self._output(self._h[1:])

    def backward(self, dout: Array) -> Array:
        """Backpropagate through the whole sequence, (T, M) -> (T, D).

        Adds the gradient of every parameter, summed over time, and returns dL/dx.
        """
        h_before, h_after = self._h[:-1], self._h[1:]
        dy = self._activation.backward(dout) if self._activation else floating(dout)
        from_output = dy @ self.parameters["Wy"].T
        dz = np.empty_like(from_output)  # dL/d(argument of tanh), for all time steps
        from_future = np.zeros_like(self._h[0])
        for t in reversed(range(len(dz))):
            dz[t], from_future = self._backward_step(from_output[t], from_future, h_after[t])

        self.gradients["Wy"] += h_after.T @ dy
        self.gradients["by"] += dy.sum(axis=0)
        self.gradients["Wx"] += self._x.T @ dz
        self.gradients["Wh"] += h_before.T @ dz
        self.gradients["bh"] += dz.sum(axis=0)
        dx: Array = dz @ self.parameters["Wx"].T
        return dx

    def _initial_hidden(self) -> Array:
        """Return h_0 (U,) for the sequence to come."""
        return self._last_hidden if self._memorize else np.zeros(self.hidden_size)

    def _step(self, driven: Array, h: Array) -> Array:
        """Return h_t from `driven` = x_t Wx + bh and from h_{t-1}, all of them (U,)."""
        new: Array = np.tanh(driven + h @ self.parameters["Wh"])
        return new

    def _output(self, h: Array) -> Array:
        """Return the outputs (T, M) that belong to the hidden states `h` (T, U)."""
        y: Array = h @ self.parameters["Wy"] + self.parameters["by"]
        return self._activation.forward(y) if self._activation else y

    def _backward_step(self, from_output: Array, from_future: Array, h: Array) -> tuple[Array, Array]:
        """Go back through one step, given both gradients that arrive at its hidden state `h` = h_t, each (U,).

        Returns dL/d(argument of tanh) of this step, and the gradient that reaches h_{t-1} through `Wh`.
        """
        # h_t was used twice, by the output and by the next step, so its gradient is the sum of both.
        dz = (from_output + from_future) * (1 - h**2)
        return dz, dz @ self.parameters["Wh"].T
