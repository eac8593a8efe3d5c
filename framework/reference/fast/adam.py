"""Adam in ten passes over numbers that stay in the cache. P parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from framework.layer import Array
from framework.reference import adam
from framework.reference.fast._in_place import InPlaceOptimizer

PIECE = 32768  # numbers at a time: more than a cache holds, but fewer calls; longer pieces gain nothing


@dataclass
class _Moments:
    """The state of one parameter: v' = v / (1 - mu) and r' = r / (1 - rho), each of its shape, after k steps."""

    v: Array
    r: Array
    mu: float
    rho: float
    k: int = 0

    def rescale(self, mu: float, rho: float) -> None:
        """Follow a change of the decay rates."""
        if (mu, rho) != (self.mu, self.rho):
            self.v *= (1 - self.mu) / (1 - mu)
            self.r *= (1 - self.rho) / (1 - rho)
            self.mu, self.rho = mu, rho


class Adam(InPlaceOptimizer, adam.Adam):
    """Covers what `InPlaceOptimizer` does.

    The moments are kept scaled, which saves two products, and everything that is the same for all parameters is
    gathered in two constants, the corrections of both moments among them:

        v' = mu v' + g        r' = rho r' + g**2        w - rate * v' / (sqrt(r') + epsilon')

    That is done for one piece of the parameters after the other, so that each number comes from memory once.
    """

    def __init__(self, learning_rate: float, mu: float, rho: float, *, epsilon: float = 1e-8) -> None:
        super().__init__(learning_rate, mu, rho, epsilon=epsilon)
        self._scaled: dict[str, _Moments] = {}

    @property
    def has_state(self) -> bool:
        """Whether any step was taken before."""
        return bool(self._scaled or self._moments)

    def state(self) -> dict[str, Array]:
        """Return v', r' and the step number of every parameter that `update` has seen, as "name.v" and so on."""
        found: dict[str, Array] = {}
        for name, own in self._scaled.items():
            found |= {f"{name}.v": own.v, f"{name}.r": own.r, f"{name}.k": np.array(own.k)}
        return found

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take over the moments."""
        names = [name.removesuffix(".k") for name in state if name.endswith(".k")]
        self._scaled = {
            name: _Moments(
                np.array(state[f"{name}.v"]), np.array(state[f"{name}.r"]), self.mu, self.rho, int(state[f"{name}.k"])
            )
            for name in names
        }

    def _descend(self, name: str, w: Array, g: Array) -> None:
        state = self._state(name, w)
        state.k += 1
        correction = np.sqrt((1 - self.rho) / (1 - self.rho**state.k))
        rate = float(self.learning_rate * (1 - self.mu) / (1 - self.mu**state.k) / correction)
        epsilon = float(self.epsilon / correction)
        scratch = np.empty(min(PIECE, w.size), w.dtype)
        w, g, v, r = (array.reshape(-1) for array in (w, g, state.v, state.r))
        for start in range(0, len(w), PIECE):
            piece = slice(start, start + PIECE)
            self._descend_piece(w[piece], g[piece], v[piece], r[piece], scratch, rate, epsilon)

    def _descend_piece(
        self, w: Array, g: Array, v: Array, r: Array, scratch: Array, rate: float, epsilon: float
    ) -> None:
        """Make the step for one piece; `scratch` is at least as long."""
        new = scratch[: len(w)]
        v *= self.mu
        v += g
        r *= self.rho
        r += np.multiply(g, g, out=new)
        np.sqrt(r, out=new)
        new += epsilon
        np.divide(v, new, out=new)
        new *= rate
        w -= new

    def _state(self, name: str, w: Array) -> _Moments:
        """Return the moments of `name`, taken over from the general path or new if there are none."""
        state = self._scaled.get(name)
        if state is None or state.v.dtype != w.dtype:
            self._leave_fast_path(name)
            v, r, k = self._moments.pop(name, (0.0, 0.0, 0))
            state = _Moments(np.full(w.shape, v, w.dtype), np.full(w.shape, r, w.dtype), 0.0, 0.0, k)
            self._scaled[name] = state
        state.rescale(self.mu, self.rho)
        return state

    def _leave_fast_path(self, name: str) -> None:
        state = self._scaled.pop(name, None)
        if state is not None:
            state.rescale(0.0, 0.0)
            self._moments[name] = (state.v, state.r, state.k)
