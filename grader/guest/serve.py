"""The guest's main loop: requests in on one descriptor, answers out on another, everything printed goes elsewhere."""

from __future__ import annotations

import gc
import importlib
import inspect
import json
import os
import random
import select
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from . import course_helpers, wire
from .compat import restore_numpy_names
from .desk import Desk
from .faults import ANSWER, Fault
from .importer import Interface, decode_source, serve_files

_NO_LIMIT = 1 << 40
_AWAKE = 6e-5  # seconds to look for the next request before going to sleep: waking up takes as long as a small answer


def main(interface: Interface | None = None) -> None:
    """Serve until the grader hangs up. An `interface` that is given need not be sent with the hand-in."""
    gc.enable()  # it was off for the imports
    source, sink = _private_channel()

    def read(count: int) -> bytes:
        parts: list[bytes] = []
        while count:
            part = os.read(source, count)
            if not part:
                os._exit(0)
            parts.append(part)
            count -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    desk: Desk | None = None
    stay_awake = _watch(source)
    while True:
        stay_awake()
        request = wire.decode(read, _NO_LIMIT)
        call: dict[str, Any] = json.loads(request.head)
        limit = call.pop("limit", _NO_LIMIT)
        operation = call.pop("op")
        try:
            if operation == "load":
                desk = _load(call, request, interface)
                answer: dict[str, wire.Item] = {}
            else:
                assert desk is not None
                answer = desk.handle(operation, call, request.arrays())
                _refuse_oversize(answer, limit)
            reply = wire.pieces(wire.Message(wire.DONE, request.id, items=answer))
        except (Fault, wire.WireError) as exc:
            fault = exc if isinstance(exc, Fault) else Fault(ANSWER, str(exc))
            texts = {"kind": fault.kind, "message": fault.message, "error": fault.error, "where": fault.where}
            reply = wire.pieces(wire.Message(wire.FAIL, request.id, items=texts))
        _flush()
        _write(sink, reply)


@cache
def course_helper_source() -> str:
    """Return the text of the course's own `Helpers.py`; a zygote asks for it once, before its guests see no disk."""
    return inspect.getsource(course_helpers)


def _watch(source: int) -> Callable[[], None]:
    """Return a function that returns when there is something to read, or after a short while."""
    if not hasattr(select, "poll"):
        return lambda: None
    news, clock, give_way = select.poll(), time.monotonic, os.sched_yield
    news.register(source, select.POLLIN)

    def stay_awake() -> None:
        asleep = clock() + _AWAKE
        while not news.poll(0) and clock() < asleep:
            give_way()

    return stay_awake


def _private_channel() -> tuple[int, int]:
    """Move the channel off descriptors 0 and 1; those become an empty input and the log that the grader drains."""
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return source, sink


def _load(call: dict[str, Any], request: wire.Message, interface: Interface | None) -> Desk:
    """Receive the hand-in's source, and the interfaces if they are not there yet; nothing of it runs yet."""
    texts = {name: decode_source(array.tobytes()) for name, array in request.arrays().items()}
    interface = interface or Interface({name: texts[key] for key, name in call["interface"].items()})
    submission = {name: texts[key] for key, name in call["submission"].items()}
    module = importlib.import_module(f"{__package__}.dialects.{call['dialect']}")
    helper = module.DECLARED.helper
    if helper and not any(f"/{name}".endswith(f"/{helper.rpartition('/')[2]}") for name in submission):
        submission[f"{call['roots'][0]}{helper}"] = course_helper_source()
    restore_numpy_names()
    finder = serve_files(interface, submission, call["roots"])
    reseed = seeding()
    reseed(call["seed"])
    dialect = module.Dialect(finder, call["entry_points"])
    return Desk(dialect, is_student_file=finder.files.__contains__, reseed=reseed)


def seeding() -> Callable[[int], None]:
    """Make every source of randomness repeatable, `default_rng()` without a seed included; return the reset."""
    plain = np.random.default_rng
    state = {"seed": 0, "drawn": 0}

    def default_rng(seed: Any = None) -> np.random.Generator:
        if seed is not None:
            return plain(seed)
        state["drawn"] += 1
        return plain([state["seed"], state["drawn"]])

    np.random.default_rng = default_rng

    def reseed(seed: int) -> None:
        state.update(seed=seed, drawn=0)
        random.seed(seed)
        np.random.seed(seed % 2**32)

    return reseed


def _refuse_oversize(answer: dict[str, wire.Item], limit: int) -> None:
    """Say honestly that an answer is far too large; the grader would have to cut the connection."""
    for item in answer.values():
        if not isinstance(item, str) and item.nbytes > limit:
            size = f"{item.nbytes / 1e6:.0f} MB"
            raise Fault(ANSWER, f"the answer has shape {item.shape}, {size}: far more than can be right")
    if sum(len(item) if isinstance(item, str) else item.nbytes for item in answer.values()) > limit:
        raise Fault(ANSWER, "the answer is far larger than can be right")


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            continue


def _write(sink: int, pieces: Sequence[bytes | memoryview]) -> None:
    for piece in pieces:
        view = memoryview(piece)
        while view:
            view = view[os.write(sink, view) :]
