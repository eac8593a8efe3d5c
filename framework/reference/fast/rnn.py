"""The Elman recurrent layer with everything outside the loop that need not be in it.

T time, N sequences, D input features, U hidden units, M outputs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework.layer import Array
from framework.reference import rnn
from framework.reference.fast._layer import FastLayer
from framework.reference.fast._memory import is_single_or_double

FROM_EXP_ON = 256  # numbers from which on tanh by way of exp takes less time, in float64


def tanh_by_exp(z: Array, out: Array) -> Array:
    """Write the hyperbolic tangent of `z` to `out`, which must be another array; `z` is overwritten.

    Computed as 1 - 2 / (exp(2z) + 1), off by at most 4e-16, as the sum before tanh is too. Where exp overflows the
    result is 1, as it should be; the caller silences the warning, once for all steps.
    """
    z += z
    np.exp(z, out=z)
    z += 1
    np.divide(2, z, out=z)
    return np.subtract(1, z, out=out)


def _tanh_for(z: Array) -> Callable[..., Array]:
    """Return the faster way for arrays like `z`: NumPy's own takes three times as long as its exp in float64."""
    return np.tanh if z.dtype == np.float32 or z.size < FROM_EXP_ON else tanh_by_exp


class RNN(FastLayer, rnn.RNN):
    """Covers sequences in float32 and float64; other numbers go to the general path.

    Beyond the general layer it reads N sequences of one length at once, (T, N, D) -> (T, N, M). Each starts from its
    own hidden state, and the gradients are summed over all of them.

    Only h_{t-1} Wh has to wait for the step before. All x_t Wx are one product before the loop, all gradients of
    weights and inputs one product each behind it, and the slopes 1 - h**2 are computed for all steps at once. What is
    left in the loop are a product, a sum and tanh, written to memory that was cut into steps before.
    """

    def forward(self, x: Array) -> Array:
        """Return the outputs of all time steps, (T, D) -> (T, M) or (T, N, D) -> (T, N, M).

        Raises ValueError if `memorize` is on and the sequences are not as many as in the forward before.
        """
        p = self.parameters
        self._is_fast = x.ndim in (2, 3) and x.size > 0 and is_single_or_double(x, *p.values())
        if not self._is_fast:
            if x.ndim != 2:
                raise ValueError(f"expected input of shape (T, {self.input_size}), or (T, N, {self.input_size})")
            return super().forward(x)
        self._dtype = np.result_type(x, *p.values())
        self._x = np.ascontiguousarray(self._kept(x), self._dtype)
        T, D, U = len(x), self.input_size, self.hidden_size
        sequences = x.shape[1:-1]  # (N,) or nothing
        driven = self._workspace.array("driven", (T, *sequences, U), self._dtype)
        Wx = p["Wx"].astype(self._dtype, copy=False)
        np.dot(self._x.reshape(-1, D), Wx, out=driven.reshape(-1, U))
        driven += p["bh"]
        self._h = self._workspace.array("h", (T + 1, *sequences, U), self._dtype)
        self._h[0] = self._start(sequences)
        Wh, z = p["Wh"].astype(self._dtype, copy=False), np.empty((*sequences, U), self._dtype)
        dot, add, squash = np.dot, np.add, _tanh_for(z)  # a lookup and a choice less in every step
        h = list(self._h)
        with np.errstate(over="ignore"):  # see `tanh_by_exp`
            for t, drive in enumerate(driven):
                dot(h[t], Wh, out=z)
                add(z, drive, out=z)
                squash(z, out=h[t + 1])
        self._last_hidden = self._h[-1].copy()
        return self._output(self._h[1:].reshape(-1, U)).reshape(T, *sequences, self.output_size)

    def backward(self, dout: Array) -> Array:
        """Backpropagate through all sequences, to arrays of the input's shape."""
        if not self._is_fast:
            if self.overwrites_gradients:
                self.zero_grad()
            return super().backward(dout)
        p, D, U = self.parameters, self.input_size, self.hidden_size
        flat = np.ascontiguousarray(dout, self._dtype).reshape(-1, self.output_size)
        dy = self._activation.backward(flat) if self._activation else flat
        from_output, slope = (self._workspace.array(f"back {i}", self._h[1:].shape, self._dtype) for i in (0, 1))
        np.dot(dy, p["Wy"].T.astype(self._dtype, copy=False), out=from_output.reshape(-1, U))
        np.multiply(self._h[1:], self._h[1:], out=slope)
        np.subtract(1, slope, out=slope)
        dz = self._through_time(from_output, slope).reshape(-1, U)

        after, before = self._h[1:].reshape(-1, U), self._h[:-1].reshape(-1, U)
        self._take("Wy", np.dot(after.T, dy))
        self._take("by", dy.sum(axis=0))
        self._take("Wx", np.dot(self._x.reshape(-1, D).T, dz))
        self._take("Wh", np.dot(before.T, dz))
        self._take("bh", np.dot(np.ones(len(dz), self._dtype), dz))
        dx = self._result("dx", self._x.shape, self._dtype)
        np.dot(dz, p["Wx"].T.astype(self._dtype, copy=False), out=dx.reshape(-1, D))
        return dx

    def _through_time(self, from_output: Array, slope: Array) -> Array:
        """Return dL/d(argument of tanh) for all steps; all arrays are (T, U) or (T, N, U). `from_output` is reused."""
        # A transposed matrix in memory order: the product with a single vector would be slow without.
        Wh = np.ascontiguousarray(self.parameters["Wh"].T, from_output.dtype)
        dot, add, multiply = np.dot, np.add, np.multiply
        from_future = np.zeros_like(from_output[0])
        steps = list(zip(from_output, slope, strict=True))
        for dz, slope_t in reversed(steps):
            add(dz, from_future, out=dz)
            multiply(dz, slope_t, out=dz)
            dot(dz, Wh, out=from_future)
        return from_output

    def _start(self, sequences: tuple[int, ...]) -> Array:
        """Return the hidden state that the sequences start from, (U,) or (N, U), or one that broadcasts to it."""
        start = self._initial_hidden()
        if self.memorize and start.any() and start.shape != (*sequences, self.hidden_size):
            raise ValueError(
                f"the remembered hidden state has shape {start.shape}, which does not fit these sequences: "
                "switch memorize off and on to forget it"
            )
        return start
