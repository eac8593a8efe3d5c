"""The reference RNN with the parts of its backward pass apart, for mistakes to get hold of.

T time, D inputs, U hidden units, M outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framework.layer import Array
from framework.reference.rnn import RNN

HIDDEN, OUTPUT = ("Wx", "Wh", "bh"), ("Wy", "by")


@dataclass
class Caches:
    """What backward takes from forward, one row per time step.

    `x` (T, D) and `before` (T, U) went into the hidden layer, `after` (T, U) came out of tanh, `fed` (T, U) went into
    the output layer, `y` (T, M) came out of it.
    """

    x: Array
    before: Array
    after: Array
    fed: Array
    y: Array


class UnrolledRNN(RNN):
    """The same numbers as the reference; backward reads `_caches()` only and goes through the methods below."""

    def _output(self, h: Array) -> Array:
        self._y = super()._output(h)
        return self._y

    def _caches(self) -> Caches:
        return Caches(self._x, self._h[:-1], self._h[1:], self._h[1:], self._y)

    def backward(self, dout: Array) -> Array:
        """Add the gradients; return dL/dx (T, D)."""
        caches = self._caches()
        dy = self._through_activation(dout, caches)
        dz = self._through_time(dy @ self.parameters["Wy"].T, self._slopes(caches))
        self._add(OUTPUT, self._output_parts(dy, caches))
        self._add(HIDDEN, self._hidden_parts(dz, caches))
        dx: Array = dz @ self.parameters["Wx"].T
        return dx

    def _through_activation(self, dout: Array, caches: Caches) -> Array:
        """Return dL/d(argument of the output activation), (T, M)."""
        return dout * caches.y * (1 - caches.y) if self._activation else np.array(dout, np.float64)

    def _slopes(self, caches: Caches) -> Array:
        """Return the derivative of tanh at every step, (T, U)."""
        return np.asarray(1 - caches.after**2)

    def _through_time(self, from_output: Array, slopes: Array) -> Array:
        """Return dL/d(argument of tanh) at every step, (T, U)."""
        dz = np.empty_like(from_output)
        carry = np.zeros(self.hidden_size)
        for t in reversed(range(len(dz))):
            dz[t], carry = self._back(from_output[t], carry, slopes[t])
        return dz

    def _back(self, from_output: Array, carry: Array, slope: Array) -> tuple[Array, Array]:
        """Return dL/d(argument of tanh) of one step and what it hands on to the step before, (U,) each."""
        dz = (from_output + carry) * slope
        return dz, dz @ self.parameters["Wh"].T

    def _output_parts(self, dy: Array, caches: Caches) -> dict[str, Array]:
        """Return what every step contributes to the gradients, (T, …) each."""
        return {"Wy": caches.fed[:, :, None] * dy[:, None], "by": dy}

    def _hidden_parts(self, dz: Array, caches: Caches) -> dict[str, Array]:
        """The same for the hidden layer."""
        return {"Wx": caches.x[:, :, None] * dz[:, None], "Wh": caches.before[:, :, None] * dz[:, None], "bh": dz}

    def _add(self, names: Sequence[str], parts: dict[str, Array]) -> None:
        """Add what the steps contribute to the gradients of these parameters."""
        for name in names:
            self.gradients[name] += parts[name].sum(axis=0)
