"""The binary protocol between grader and guest, both directions; one frame format, no pickling, no evaluation.

A message is a head frame followed by as many item frames as the head's first dimension says. Every frame is a
fixed header and `nbytes` raw bytes:

    magic 4s | kind u8 | dtype u8 | ndim u8 | zero u8 | id u64 | name 32s | dims 8 x u64 | nbytes u64

Heads: CALL (grader to guest; the payload is JSON written by the grader), DONE and FAIL (guest to grader; no payload).
Items: ARRAY (C order, little endian) and TEXT (UTF-8). `id` repeats the random number of the request, so that a reply
prepared in advance is worthless. A reader checks every field against a byte budget *before* it allocates anything;
fields that a kind of frame does not use are zero.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

MAGIC = b"bkc1"
HEADER = struct.Struct("<4sBBBBQ32s8QQ")
CALL, DONE, FAIL, ARRAY, TEXT = 1, 2, 3, 4, 5
HEADS = (CALL, DONE, FAIL)
MAX_ITEMS = 4096
MAX_NDIM = 8
MAX_NAME = 32  # bytes
_LARGE = 1 << 14  # bytes of an array that is not copied only to be written
_MAX_EMPTY = 1 << 24  # what the sides of an empty array may multiply to, zeros aside
_DTYPES = tuple(
    np.dtype(code) for code in ("?", "<i1", "<i2", "<i4", "<i8", "<u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8")
)
_CODES = {dtype: code for code, dtype in enumerate(_DTYPES)}

Array = np.ndarray[Any, np.dtype[Any]]  # `numpy.typing` and `dataclasses` would cost every guest a millisecond each
Item = Array | str
Read = Callable[[int], "bytes | bytearray | memoryview"]


class WireError(Exception):
    """The bytes that arrived are not a message of this protocol, or not the one that was asked for."""


class Message(NamedTuple):
    """A decoded message: which kind of head, its payload, and the named items."""

    kind: int
    id: int
    head: str = ""
    items: Mapping[str, Item] = MappingProxyType({})

    def arrays(self) -> dict[str, Array]:
        """Return the array items, read-only, by name."""
        return {name: item for name, item in self.items.items() if not isinstance(item, str)}


def supported(dtype: np.dtype[Any]) -> bool:
    """Tell whether arrays of this dtype can travel."""
    return dtype.newbyteorder("<") in _CODES


def encode(message: Message) -> bytes:
    """Return the bytes of a message. Raises WireError for what the other side would have to refuse."""
    return b"".join(pieces(message))


def pieces(message: Message) -> list[bytes | memoryview]:
    """Return the bytes of a message in pieces: small ones put together, large arrays as they lie in memory.

    A copy of 100 KB takes as long as a tenth of a whole call. Raises WireError as `encode` does.
    """
    payload = message.head.encode("utf-8", "replace")
    if len(message.items) > MAX_ITEMS:
        raise WireError(f"{len(message.items)} items cannot travel in one message")
    dims = (len(message.items), 0, 0, 0, 0, 0, 0, 0)
    parts: list[bytes | memoryview] = [
        HEADER.pack(MAGIC, message.kind, 0, 1, 0, message.id, b"", *dims, len(payload)),
        payload,
    ]
    for name, item in message.items.items():
        label = _label(name)
        if isinstance(item, str):
            text = item.encode("utf-8", "replace")
            parts += [HEADER.pack(MAGIC, TEXT, 0, 0, 0, message.id, label, *(0,) * 8, len(text)), text]
            continue
        if item.ndim > MAX_NDIM or not supported(item.dtype) or _is_absurd(item.shape):
            raise WireError(f"an array of dtype {item.dtype} and shape {item.shape} cannot travel")
        flat = item.astype(item.dtype.newbyteorder("<"), order="C", copy=False).reshape(-1)
        sizes = (*item.shape, *(0,) * (MAX_NDIM - item.ndim))
        code = _CODES[item.dtype.newbyteorder("<")]
        parts.append(HEADER.pack(MAGIC, ARRAY, code, item.ndim, 0, message.id, label, *sizes, flat.nbytes))
        parts.append(flat.view(np.uint8).data)
    together: list[bytes | memoryview] = []
    small: list[bytes | memoryview] = []
    for part in parts:
        if len(part) < _LARGE:
            small.append(part)
        else:
            together += [b"".join(small), part]
            small = []
    return [*together, b"".join(small)]


def decode(read: Read, budget: int, expected_id: int | None = None) -> Message:
    """Read one message with at most `budget` payload bytes.

    `read(n)` returns exactly n bytes or raises. `expected_id` is the request that this must answer (None: any).
    Raises WireError for anything out of order, before allocating what the message claims to hold.
    """
    head = _frame(read, budget, expected_id)
    if head.kind not in HEADS:
        raise WireError(f"a message cannot start with a frame of kind {head.kind}")
    if head.ndim != 1 or head.dims[0] > MAX_ITEMS:
        raise WireError(f"a message with {head.dims} items")
    count = head.dims[0]
    if head.name or head.dtype or (head.nbytes and head.kind != CALL):
        raise WireError("a head that holds more than a head")
    budget -= head.nbytes
    payload = _text(read(head.nbytes))
    items: dict[str, Item] = {}
    for _ in range(count):
        frame = _frame(read, budget, head.id)
        budget -= frame.nbytes
        if frame.name in items:
            raise WireError("two items of a message have the same name")
        if frame.kind == TEXT:
            if frame.ndim or frame.dtype:
                raise WireError("a text with the shape of an array")
            items[frame.name] = _text(read(frame.nbytes))
        elif frame.kind == ARRAY:
            items[frame.name] = _array(read, frame)
        else:
            raise WireError(f"a frame of kind {frame.kind} inside a message")
    return Message(head.kind, head.id, payload, items)


class _Frame(NamedTuple):
    kind: int
    dtype: int
    ndim: int
    id: int
    name: str
    dims: tuple[int, ...]
    nbytes: int


def _frame(read: Read, budget: int, expected_id: int | None) -> _Frame:
    magic, kind, dtype, ndim, zero, frame_id, name, *rest = HEADER.unpack(read(HEADER.size))
    *dims, nbytes = rest
    if magic != MAGIC or zero != 0:
        raise WireError("bytes that are not a frame")
    if expected_id is not None and frame_id != expected_id:
        raise WireError("an answer to a question that was not asked")
    if ndim > MAX_NDIM or any(dims[ndim:]):
        raise WireError(f"a frame with {ndim} axes {tuple(dims)}")
    if nbytes > budget:
        raise WireError(f"a frame of {nbytes} bytes, where at most {budget} can be right")
    try:
        label = name.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        raise WireError("a frame whose name is not UTF-8") from None
    return _Frame(kind, dtype, ndim, frame_id, label, tuple(dims[:ndim]), nbytes)


def _array(read: Read, frame: _Frame) -> Array:
    if frame.dtype >= len(_DTYPES):
        raise WireError(f"an array of the unknown dtype number {frame.dtype}")
    dtype = _DTYPES[frame.dtype]
    if math.prod(frame.dims) * dtype.itemsize != frame.nbytes:
        raise WireError(f"{frame.nbytes} bytes for an array of shape {frame.dims} and dtype {dtype}")
    if _is_absurd(frame.dims):
        raise WireError(f"an empty array of the absurd shape {frame.dims}")
    raw = bytes(read(frame.nbytes))
    if dtype.kind == "b" and raw.strip(b"\0\1"):
        raise WireError("a truth value that is neither 0 nor 1")
    return np.frombuffer(raw, dtype).reshape(frame.dims)


def _is_absurd(shape: tuple[int, ...]) -> bool:
    """Tell whether an empty array claims sides that no array of this course has (NumPy itself refuses some of them)."""
    return 0 in shape and math.prod(side for side in shape if side) > _MAX_EMPTY


def _label(name: str) -> bytes:
    """Return the bytes of an item's name, if the other side will read the same name from them."""
    try:
        raw = name.encode("utf-8")
    except UnicodeEncodeError:
        raise WireError(f"the name {name!r} cannot travel") from None
    if len(raw) > MAX_NAME or raw.endswith(b"\0"):
        raise WireError(f"the name {name[:MAX_NAME]!r} cannot travel: {MAX_NAME} bytes are the most")
    return raw


def _text(raw: bytes | bytearray | memoryview) -> str:
    return bytes(raw).decode("utf-8", "replace")
