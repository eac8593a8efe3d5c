"""Convolution, ReLU and 2x2 max pooling in one layer. N batch, C input channels, K kernels, P Q output of the Conv."""

from __future__ import annotations

from framework.layer import Array
from framework.reference.fast._memory import batch_first, batch_last
from framework.reference.fast.conv import Conv
from framework.reference.fast.pooling import Pooling, Tournament
from framework.reference.fast.relu import ReLU


class ConvBlock(Conv):
    """Pooling((2, 2), (2, 2)) of ReLU of Conv; constructor and parameters are those of Conv.

    The four places of a 2x2 tile are the four competitors of a pooling window, so the product's result is pooled as it
    lies, without ever being put together to an image. Pooling comes first: the ReLU of the maximum is the maximum of
    the ReLUs, and there is only a quarter of the numbers left. Ties do not matter to that: where positive numbers are
    equal both orders choose the first, and where nothing is positive there is no gradient.

    What Conv does not cover is computed by the three layers one after the other.
    """

    def forward(self, x: Array) -> Array:
        """Return the pooled maps (N, K, P/2, Q/2), rounded down, for `x` (N, C, H, W)."""
        self._is_fused = self.covers(x)
        if not self._is_fused:
            self._relu, self._pooling = ReLU(), Pooling((2, 2), (2, 2))
            return self._pooling.forward(self._relu.forward(super().forward(x)))
        (first, second), (third, fourth) = self.tiles(x)
        self._tournament = Tournament(self)
        y = self._result("pooled", first.shape, first.dtype)
        self._tournament.play(first, second, third, fourth, out=y, relu=True)
        return batch_first(y)

    def backward(self, dout: Array) -> Array:
        """Add the gradients of `W` and `b`; return dL/dx, (N, K, P/2, Q/2) -> (N, C, H, W)."""
        if not self._is_fused:
            return super().backward(self._relu.backward(self._pooling.backward(dout)))
        tiles = self._tournament_backward(dout)
        self.take_tiles(tiles)
        return self.input_gradient_of(tiles)

    def parameter_gradients(self, dout: Array) -> None:
        """Add the gradients of `W` and `b`, no more."""
        if self._is_fused:
            self.take_tiles(self._tournament_backward(dout))
        else:
            self.backward(dout)

    def _tournament_backward(self, dout: Array) -> Array:
        """Return the gradient of the tiles, which takes their place in memory."""
        tiles = self.tile_memory()
        self._tournament.hand_back(batch_last(dout), *tiles[0], *tiles[1])
        return tiles
