"""Mutated replies against the decoder and against a whole Session; the benchmark runs more of the same."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np

from grader.guest import wire
from grader.guest.faults import Fault
from grader.model import Limits, Submission
from grader.sandbox.channel import ChannelClosed
from grader.sandbox.lost import GuestLost
from grader.sandbox.session import Session
from tests.hostile.mutation import mutated, replies
from tests.hostile.puppet import puppets

_BUDGET = 1 << 12
_NUMBER = 0x0123456789ABCDEF
_LIMITS = Limits(reply_seconds=5.0, lost_guests=1 << 30, task_seconds=1e6, run_seconds=1e6)


def fuzz_decoder(count: int, seed: int) -> Counter[str]:
    """Decode `count` mutated replies; return how many were right, refused or cut short.

    Any other end, a number that was not asked for, or a read beyond the budget raises AssertionError.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    ends: Counter[str] = Counter()
    for _ in range(count):
        ends[_decode(mutated(replies(_NUMBER, rng), rng))] += 1
    return ends


def _decode(data: bytes) -> str:
    place = taken = 0

    def read(size: int) -> bytes:
        nonlocal place, taken
        taken += size if size != wire.HEADER.size else 0
        assert taken <= _BUDGET + wire.HEADER.size, "more was asked for than the request may bring"
        if place + size > len(data):
            raise ChannelClosed
        place += size
        return data[place - size : place]

    try:
        message = wire.decode(read, _BUDGET, _NUMBER)
    except wire.WireError:
        return "refused"
    except ChannelClosed:
        return "cut short"
    assert message.id == _NUMBER
    assert all(isinstance(item, str) or type(item) is np.ndarray for item in message.items.values())
    assert sum(a.nbytes for a in message.arrays().values()) <= _BUDGET
    return "right"


def fuzz_session(count: int, seed: int) -> tuple[Counter[str], float]:
    """Let `count` mutated replies answer a Session; return how each ended, and the longest wait in seconds."""
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    session = Session(
        Submission("fuzz", "", {}, {}, "fau"),
        puppets(lambda number: mutated(replies(number, rng), rng)),
        limits=_LIMITS,
    )
    ends: Counter[str] = Counter()
    longest = 0.0
    for _ in range(count):
        start = time.monotonic()
        try:
            session.ask("call", {"handle": 1, "method": "forward"}, {"x": np.zeros(3)})
            ends["right"] += 1
        except Fault:
            ends["fault"] += 1
        except GuestLost as lost:
            ends[lost.verdict] += 1
        longest = max(longest, time.monotonic() - start)
        session._retire()  # the next reply comes from a new puppet
        session.begin_task()
    session.close()
    return ends, longest
