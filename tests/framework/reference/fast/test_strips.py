"""The products behind the fast convolution: in chunks, with every tile, for changing shapes, and in copies."""

import copy
import pickle

import numpy as np
import pytest

from framework.reference import conv
from framework.reference.fast import _strips, conv_block
from framework.reference.fast import conv as fast_conv
from framework.reference.fast._memory import Workspace


def layers(rng, *arguments):
    general, fast = conv.Conv(*arguments), fast_conv.Conv(*arguments)
    for name, value in general.parameters.items():
        value[...] = rng.normal(size=value.shape)
        fast.parameters[name][...] = value
    return general, fast


def assert_agree(rng, general, fast, shape):
    x = rng.normal(size=shape)
    y = general.forward(x)
    np.testing.assert_allclose(fast.forward(x), y, atol=1e-12)
    dout = rng.normal(size=y.shape)
    general.zero_grad(), fast.zero_grad()
    np.testing.assert_allclose(fast.backward(dout), general.backward(dout), atol=1e-12)
    for name, gradient in general.gradients.items():
        np.testing.assert_allclose(fast.gradients[name], gradient, atol=1e-11)


@pytest.mark.parametrize("chunk", [1, 3000, 2**20])
@pytest.mark.parametrize("K", [1, 12, 24])  # tiles of 2x2, 1x2 and, with odd sides, 1x1
@pytest.mark.parametrize("space", [(8, 6), (7, 6), (8, 5), (7, 9), (1, 2)])
def test_chunks_and_tiles_change_nothing(rng, monkeypatch, chunk, K, space):
    monkeypatch.setattr(_strips, "CHUNK", chunk)
    general, fast = layers(rng, 1, (2, 3, 4), K)
    assert_agree(rng, general, fast, (5, 2, *space))


@pytest.mark.parametrize(("chunk", "expected"), [(1, 4), (2**20, 1)])
def test_a_chunk_is_an_even_number_of_rows(monkeypatch, chunk, expected):
    monkeypatch.setattr(_strips, "CHUNK", chunk)
    geometry = _strips.Geometry((1, 7, 6, 3), (2, 1, 3, 3), ((1, 1), (1, 1)), np.dtype(float))
    chunks = _strips.StripCorrelation(Workspace(), geometry).chunks
    assert len(chunks) == expected
    assert [part.rows.start % 2 for part in chunks] == [0] * expected
    assert chunks[-1].rows.stop == 7


def test_shapes_may_change_from_call_to_call(rng):
    general, fast = layers(rng, 1, (2, 3, 3), 4)
    for shape in ((3, 2, 6, 6), (2, 2, 6, 6), (3, 2, 4, 8), (3, 2, 6, 6), (3, 2, 5, 5), (3, 2, 6, 6)):
        assert_agree(rng, general, fast, shape)


def test_a_covered_input_may_follow_one_that_is_not(rng):
    general, fast = layers(rng, 1, (2, 3, 3), 4)
    assert_agree(rng, general, fast, (3, 2, 6, 6))
    fast.forward(np.zeros((3, 2, 6, 6), np.float16))
    assert fast.backward(np.zeros((3, 4, 6, 6), np.float16)).shape == (3, 2, 6, 6)
    assert_agree(rng, general, fast, (3, 2, 6, 6))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
@pytest.mark.parametrize("block", [False, True])
def test_a_copy_goes_on_by_itself(rng, copied, block):
    layer = (conv_block.ConvBlock if block else fast_conv.Conv)(1, (2, 3, 3), 4)
    x = rng.normal(size=(3, 2, 6, 6))
    dout = rng.normal(size=layer.forward(x).shape)
    other = copied(layer)
    np.testing.assert_array_equal(other.backward(dout), layer.backward(dout))  # of the forward before the copy
    different = rng.normal(size=x.shape)
    y = layer.forward(different)
    np.testing.assert_array_equal(other.forward(different), y)
    other.forward(x)
    np.testing.assert_array_equal(
        layer.backward(dout), copied(other) and (other.forward(different), other.backward(dout))[1]
    )
