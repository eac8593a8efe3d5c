"""The wire: what goes in comes out, and whatever is not a message is refused before anything is allocated."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from grader.guest import wire
from grader.guest.wire import ARRAY, CALL, DONE, FAIL, HEADER, MAGIC, TEXT, Message, WireError, decode, encode

ID = 0x1234_5678_9ABC_DEF0
BUDGET = 10_000
DTYPES = ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8")


class Source:
    """Bytes to read from, which notes the largest number of bytes ever asked for."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)
        self.largest = 0
        self.total = 0

    def __call__(self, count: int) -> bytes:
        self.largest = max(self.largest, count)
        self.total += count
        data = self._stream.read(count)
        if len(data) < count:
            raise EOFError
        return data

    @property
    def rest(self) -> bytes:
        return self._stream.read()


def round_trip(message: Message) -> Message:
    source = Source(encode(message))
    decoded = decode(source, 1 << 20, message.id)
    assert source.rest == b""
    return decoded


def frame(
    kind: int,
    *,
    magic: bytes = MAGIC,
    dtype: int = 0,
    ndim: int | None = None,
    zero: int = 0,
    number: int = ID,
    name: bytes = b"",
    dims: tuple[int, ...] = (),
    payload: bytes = b"",
    nbytes: int | None = None,
) -> bytes:
    """Return one frame; every field can be made wrong."""
    sides = (*dims, *(0,) * (8 - len(dims)))
    count = len(payload) if nbytes is None else nbytes
    axes = len(dims) if ndim is None else ndim
    return HEADER.pack(magic, kind, dtype, axes, zero, number, name, *sides, count) + payload


def head(items: int = 1, kind: int = DONE, **wrong: object) -> bytes:
    """Return the head frame of a message with so many items."""
    return frame(kind, **{"dims": (items,), **wrong})  # type: ignore[arg-type]  # the wrong field is up to the test


FLOATS = 11
GOOD = frame(ARRAY, dtype=FLOATS, name=b"y", dims=(2, 3), payload=bytes(48))


def arrays() -> Iterator[tuple[str, np.ndarray]]:
    rng = np.random.default_rng(5)
    for code in DTYPES:
        yield code, (rng.integers(0, 2, (3, 4)) if code == "?" else 100 * rng.random((3, 4))).astype(code)
    yield "0-d", np.array(2.5)
    yield "empty", np.zeros((0,))
    yield "empty with other axes", np.zeros((3, 0, 7), np.float32)
    yield "eight axes", rng.random((1, 2, 1, 2, 1, 2, 1, 3))
    yield "Fortran order", np.asfortranarray(rng.random((4, 5)))
    yield "a view with gaps", rng.random((6, 8))[::2, ::-3]
    yield "broadcast", np.broadcast_to(rng.random(3), (4, 3))
    yield "big endian", rng.random(5).astype(">f8")
    yield "long long", np.arange(3, dtype=np.longlong)
    yield "not finite", np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324])


@pytest.mark.parametrize("array", [pytest.param(array, id=name) for name, array in arrays()])
def test_array_survives_the_journey(array: np.ndarray) -> None:
    (found,) = round_trip(Message(DONE, ID, items={"y": array})).arrays().values()
    assert type(found) is np.ndarray
    assert found.shape == array.shape
    assert found.dtype == array.dtype.newbyteorder("<")
    assert found.tobytes() == array.astype(array.dtype.newbyteorder("<")).tobytes()
    assert not found.flags.writeable
    assert found.flags.c_contiguous


def test_message_survives_the_journey() -> None:
    items = {"": np.arange(3), "größe": "größer als\nje zuvor", "leer": ""}
    found = round_trip(Message(CALL, ID, '{"op": "call", "größe": 1}', items))
    assert (found.kind, found.id, found.head) == (CALL, ID, '{"op": "call", "größe": 1}')
    assert list(found.items) == list(items)
    assert found.items["größe"] == items["größe"]
    assert list(found.arrays()) == [""]
    assert round_trip(Message(FAIL, 0)).items == {}


def test_text_that_is_no_text_is_replaced() -> None:
    assert round_trip(Message(DONE, ID, items={"t": "a\udcffb"})).items["t"] == "a?b"
    raw = head() + frame(TEXT, name=b"t", payload=b"a\xff")
    assert decode(Source(raw), BUDGET, ID).items["t"] == "a\ufffd"


@pytest.mark.parametrize(
    "items",
    [
        pytest.param({"y": np.array([None])}, id="objects"),
        pytest.param({"y": np.array([1j])}, id="complex"),
        pytest.param({"y": np.array(["2020-01-01"], "M8[D]")}, id="dates"),
        pytest.param({"y": np.zeros(2, np.longdouble)}, id="long double"),
        pytest.param({"y": np.zeros(2, [("a", "f8")])}, id="records"),
        pytest.param({"y": np.zeros((1,) * 9)}, id="nine axes"),
        pytest.param({"y": np.zeros((0, 1 << 40))}, id="absurd empty shape"),
        pytest.param({"n" * 33: np.zeros(1)}, id="long name"),
        pytest.param({"ü" * 17: "text"}, id="long name in bytes"),
        pytest.param({"n\0": "text"}, id="name that ends in zero"),
        pytest.param({"\udcff": "text"}, id="name that is no text"),
        pytest.param({str(n): "" for n in range(4097)}, id="too many items"),
    ],
)
def test_what_cannot_travel_is_not_sent(items: dict[str, wire.Item]) -> None:
    with pytest.raises(WireError):
        encode(Message(DONE, ID, items=items))


def test_good_frames_of_these_tests_are_good() -> None:
    """Otherwise the refusals below would prove nothing."""
    found = decode(Source(head(2) + GOOD + frame(TEXT, name=b"t", payload=b"x")), BUDGET, ID)
    assert found.arrays()["y"].shape == (2, 3)
    assert found.items["t"] == "x"


def variant(**wrong: object) -> bytes:
    """Return a message with one array, one of whose fields is wrong."""
    fields = {"dtype": FLOATS, "name": b"y", "dims": (2, 3), "payload": bytes(48), **wrong}
    return head() + frame(ARRAY, **fields)  # type: ignore[arg-type]  # the wrong field is up to the test


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (head(magic=b"bkc0"), "not a frame"),
        (variant(magic=b"\0\0\0\0"), "not a frame"),
        (b"\x80\x04\x95" + bytes(200), "not a frame"),
        (head(zero=1), "not a frame"),
        (head(number=ID + 1), "not asked"),
        (variant(number=ID - 1), "not asked"),
        (head(kind=ARRAY), "start"),
        (head(kind=0), "start"),
        (head(kind=255), "start"),
        (head(ndim=0, dims=()), "items"),
        (head(dims=(1, 1)), "items"),
        (head(4097), "4097,.* items"),
        (head(2**64 - 1), "items"),
        (head(name=b"x"), "more than a head"),
        (head(dtype=1), "more than a head"),
        (head(payload=b"{}"), "more than a head"),
        (head(kind=FAIL, payload=b"{}"), "more than a head"),
        (head() + head(), "kind"),
        (head() + frame(0), "kind"),
        (variant(ndim=9), "axes"),
        (variant(ndim=255), "axes"),
        (variant(ndim=1), "axes"),
        (variant(dtype=12), "dtype"),
        (variant(dtype=255), "dtype"),
        (variant(nbytes=47, payload=bytes(47)), "47 bytes"),
        (variant(nbytes=0, payload=b""), "0 bytes"),
        (variant(payload=bytes(56)), "56 bytes"),
        (variant(dims=(2, 2**64 - 3)), "bytes for an array"),
        (variant(dims=(2**61, 8)), "bytes for an array"),
        (variant(dims=(2**32, 2**32), payload=b""), "bytes for an array"),
        (variant(dims=(0, 2**40), payload=b""), "absurd"),
        (variant(dims=(2**63, 0, 2**63), payload=b""), "absurd"),
        (variant(nbytes=1 << 40), "at most"),
        (variant(nbytes=2**64 - 1), "at most"),
        (variant(dims=(1251,), payload=bytes(10_008)), "at most"),
        (head(kind=CALL, nbytes=BUDGET + 1), "at most"),
        (head(2) + GOOD + frame(TEXT, name=b"t", nbytes=BUDGET - 47), "at most"),
        (head(1, kind=CALL, payload=bytes(BUDGET - 47)) + GOOD, "at most"),
        (variant(dtype=0, dims=(2,), payload=b"\1\7"), "truth"),
        (variant(dtype=0, dims=(2,), payload=b"\1\xff"), "truth"),
        (variant(name=b"\xff"), "UTF-8"),
        (head() + frame(TEXT, dims=(1,), payload=b"x"), "text"),
        (head() + frame(TEXT, dtype=3, payload=b"x"), "text"),
        (head(2) + GOOD + GOOD, "same name"),
        (head(2) + GOOD + frame(TEXT, name=b"y"), "same name"),
    ],
)
def test_malformed_message_is_refused(raw: bytes, reason: str) -> None:
    source = Source(raw)
    with pytest.raises(WireError, match=reason):
        decode(source, BUDGET, ID)
    assert source.largest <= BUDGET


def test_budget_is_for_the_whole_message() -> None:
    many = {str(n): np.zeros(100) for n in range(13)}
    assert len(decode(Source(encode(Message(DONE, ID, items=many))), 10_400, ID).items) == 13
    with pytest.raises(WireError, match="at most"):
        decode(Source(encode(Message(DONE, ID, items=many))), 10_399, ID)


def test_huge_claim_is_refused_before_it_is_read() -> None:
    source = Source(variant(dims=(1 << 37,), nbytes=1 << 40))
    with pytest.raises(WireError):
        decode(source, BUDGET, ID)
    assert source.largest == HEADER.size


def test_end_of_stream_is_not_a_message() -> None:
    raw = head() + GOOD
    for length in range(0, len(raw), 7):
        with pytest.raises(EOFError):
            decode(Source(raw[:length]), BUDGET, ID)


def flip(raw: bytearray, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 4)):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)


def overwrite(raw: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(raw))
    raw[start : start + 8] = rng.choice([b"\xff" * 8, bytes(8), rng.randbytes(8), (1 << 62).to_bytes(8, "little")])


def cut(raw: bytearray, rng: random.Random) -> None:
    del raw[rng.randrange(len(raw)) :]


def splice(raw: bytearray, rng: random.Random) -> None:
    start, to = rng.randrange(len(raw)), rng.randrange(len(raw))
    raw[to:to] = raw[start : start + rng.randrange(200)]


def field(raw: bytearray, rng: random.Random) -> None:
    """Change one byte of the first or the second header."""
    raw[rng.choice([0, HEADER.size]) + rng.randrange(HEADER.size)] = rng.randrange(256)


@pytest.mark.parametrize("mutate", [flip, overwrite, cut, splice, field])
def test_mutated_messages_are_refused_or_right(mutate: Callable[[bytearray, random.Random], None]) -> None:
    """A thousand mutations in all: a valid message or WireError (or the end), and never more than the budget."""
    rng = random.Random(mutate.__name__)
    items: dict[str, wire.Item] = {"y": np.arange(6.0).reshape(2, 3), "flag": np.array([True, False]), "t": "text"}
    good = encode(Message(DONE, ID, items=items))
    refused = 0
    for _ in range(200):
        raw = bytearray(good)
        mutate(raw, rng)
        source = Source(bytes(raw))
        try:
            message = decode(source, BUDGET, ID)
        except (WireError, EOFError):
            refused += 1
        else:
            assert message.id == ID
            assert all(isinstance(item, str) or type(item) is np.ndarray for item in message.items.values())
            assert sum(array.nbytes for array in message.arrays().values()) <= BUDGET
        assert source.largest <= BUDGET
        assert source.total <= BUDGET + (wire.MAX_ITEMS + 1) * HEADER.size
    assert refused
