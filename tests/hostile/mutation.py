"""Replies that are almost right: valid frames of the wire protocol with one to four things changed at random."""

from __future__ import annotations

import numpy as np

from grader.guest import wire

_EXTREMES = (0, 1, 7, 8, 9, 255, 1 << 16, 1 << 31, (1 << 31) - 1, 1 << 32, 1 << 40, 1 << 63, (1 << 64) - 1)
# offset and size of each field of a header: kind, dtype, ndim, zero, id, name, dims, nbytes
_FIELDS = [(4, 1), (5, 1), (6, 1), (7, 1), (8, 8), (16, 8), *((48 + 8 * axis, 8) for axis in range(8)), (112, 8)]


def replies(number: int, rng: np.random.Generator) -> bytes:
    """Return a right answer to request `number`: arrays, texts, nothing, or a fault."""
    kind = rng.integers(4)
    if kind == 0:
        items: dict[str, wire.Item] = {"": rng.random((2, 3))}
    elif kind == 1:
        items = {"weights": rng.random((4, 1, 2)), "bias": rng.random(4) > 0.5, "where": "Layers/ReLU.py"}
    elif kind == 2:
        items = {}
    else:
        texts = {"kind": "raised", "message": "x" * int(rng.integers(50)), "error": "ValueError", "where": ""}
        return wire.encode(wire.Message(wire.FAIL, number, items=texts))
    return wire.encode(wire.Message(wire.DONE, number, items=items))


def mutated(frames: bytes, rng: np.random.Generator) -> bytes:
    """Return the frames with something wrong in them (now and then with nothing that matters)."""
    data = bytearray(frames)
    for _ in range(int(rng.integers(1, 5))):
        how = rng.integers(7)
        at = int(rng.integers(len(data))) if data else 0
        if how == 0 and data:
            data[at] ^= 1 << int(rng.integers(8))
        elif how == 1:
            del data[at:]
        elif how == 2:
            data[at:at] = rng.bytes(int(rng.integers(1, 300)))
        elif how == 3:
            del data[at : at + int(rng.integers(1, 200))]
        elif how == 4:
            data += data[at:]
        elif how == 5 and data:
            data[at] = int(rng.integers(256))
        else:
            _set_field(data, rng)
    return bytes(data)


def _set_field(data: bytearray, rng: np.random.Generator) -> None:
    """Give one field of one header an extreme value."""
    starts = [place for place in range(0, len(data), 8) if data[place : place + 4] == wire.MAGIC]
    if not starts:
        return
    start = starts[int(rng.integers(len(starts)))]
    offset, size = _FIELDS[int(rng.integers(len(_FIELDS)))]
    value = _EXTREMES[int(rng.integers(len(_EXTREMES)))] % (1 << (8 * size))
    data[start + offset : start + offset + size] = value.to_bytes(size, "little")
