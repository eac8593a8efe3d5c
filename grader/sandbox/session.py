"""A conversation with the code of one submission: ask, with a deadline; a new guest after a death."""

from __future__ import annotations

import contextlib
import json
import secrets
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.guest import wire
from grader.guest.faults import KINDS, Fault
from grader.model import Limits, Submission, Verdict
from grader.sandbox.channel import Channel, ChannelClosed, DeadlinePassed, TooMuchOutput
from grader.sandbox.guests import Guest, Launch
from grader.sandbox.interface import interface_sources
from grader.sandbox.lost import GuestLost, NoGuest
from grader.sandbox.threaded_channel import ThreadedChannel

Array = NDArray[Any]
_FLOOR = 1 << 20  # every reply may have this many bytes …
_FACTOR = 16  # … and this many times what the request carried
_START_SECONDS = 60.0  # for an interpreter to import numpy and take the source: no student's code runs in it
_MAX_TEXT = 500
_DOING = {"open": "the import", "make": "the constructor"}


class Session:
    """Requests to the guest that holds one submission; the guest is replaced when it is lost.

    `launch(limits)` starts a guest. `generation` counts the guests: handles made in an earlier one are gone.
    `isolation` is the level of the latest guest.
    """

    def __init__(self, submission: Submission, launch: Launch, *, seed: int = 0, limits: Limits | None = None) -> None:
        self.submission = submission
        self.limits = limits or Limits()
        self.generation = 0
        self.isolation = "none"
        self._seed = seed
        self._launch = launch
        self._channel: Channel | ThreadedChannel | None = None
        self._printed = bytearray()
        self._run_ends = time.monotonic() + self.limits.run_seconds
        self._task_ends = time.monotonic() + self.limits.task_seconds
        self._lost: list[GuestLost] = []

    def begin_task(self, limits: Limits | None = None) -> None:
        """Start the budgets of another task, and if given its limits; a guest with others gives way to a new one."""
        if limits is not None and limits != self.limits:
            self._retire()
            self.limits = limits
        self._task_ends = time.monotonic() + self.limits.task_seconds
        self._lost.clear()

    def ask(
        self,
        operation: str,
        args: Mapping[str, Any] | None = None,
        arrays: Mapping[str, Array] | None = None,
        *,
        seconds: float | None = None,
    ) -> dict[str, wire.Item]:
        """Send one request and return the named items of its reply.

        Raises Fault when the student's code did not fulfil it, GuestLost when the guest did not survive it, NoGuest
        when there is none to be had.
        """
        self._refuse_when_spent()
        if self._channel is None:
            self._start()
        limit = "import_seconds" if operation in ("open", "make") else "reply_seconds"
        if seconds is None:
            seconds = getattr(self.limits, limit)
        left, budget = min(
            (self._task_ends - time.monotonic(), "task_seconds"), (self._run_ends - time.monotonic(), "run_seconds")
        )
        if left < seconds:
            seconds, limit = max(left, 0.0), budget
        try:
            return self._exchange(operation, args or {}, arrays or {}, seconds, limit)
        except GuestLost as lost:
            self._lost.append(lost)
            raise

    def close(self) -> None:
        """Kill the guest."""
        self._retire()

    def _refuse_when_spent(self) -> None:
        """Raise GuestLost without trying anything when a budget is used up: each attempt might cost a deadline."""
        for ends, limit, what in (
            (self._task_ends, "task_seconds", "one task"),
            (self._run_ends, "run_seconds", "all tasks"),
        ):
            if time.monotonic() >= ends:
                spent = f"not tried: the {getattr(self.limits, limit):g} seconds for {what} are used up"
                raise GuestLost(Verdict.TIMEOUT, spent, limit)
        if len(self._lost) >= self.limits.lost_guests:
            last = self._lost[-1]
            count = len(self._lost)
            raise GuestLost(last.verdict, f"not tried after {count} like this: {last.message}", "lost_guests")

    @property
    def output(self) -> str:
        """What the submission has printed so far, over all of its guests."""
        if self._channel is not None:
            with contextlib.suppress(TooMuchOutput):
                self._channel.drain()
        now = self._channel.output if self._channel is not None else b""
        return bytes(self._printed + now).decode("utf-8", "replace")

    def _start(self) -> None:
        guest = self._launch(self.limits)
        self.isolation = guest.isolation
        self._channel = open_channel(guest, self.limits.output_bytes)
        self.generation += 1
        interface = {} if guest.knows_interface else interface_sources()
        files = {f"i{n}": (name, raw) for n, (name, raw) in enumerate(interface.items())}
        code = {f"s{n}": (name, raw) for n, (name, raw) in enumerate(self.submission.files.items())}
        args = {
            "interface": {key: name for key, (name, _) in files.items()},
            "submission": {key: name for key, (name, _) in code.items()},
            "roots": list(self.submission.roots),
            "dialect": self.submission.dialect,
            "entry_points": dict(self.submission.entry_points),
            "seed": self._seed,
        }
        arrays = {key: np.frombuffer(raw, np.uint8) for key, (_, raw) in (files | code).items()}
        try:
            self._exchange("load", args, arrays, _START_SECONDS, "")
        except (Fault, GuestLost) as exc:
            raise NoGuest(f"a guest did not get ready: {exc} {self.output[-_MAX_TEXT:]}") from exc

    def _exchange(
        self, operation: str, args: Mapping[str, Any], arrays: Mapping[str, Array], seconds: float, limit: str
    ) -> dict[str, wire.Item]:
        channel = self._channel
        assert channel is not None
        number = secrets.randbits(64)
        budget = _FLOOR + _FACTOR * sum(array.nbytes for array in arrays.values())
        head = json.dumps({"op": operation, "limit": budget - 4096, **args})
        request = wire.pieces(wire.Message(wire.CALL, number, head, dict(arrays)))
        doing = str(args.get("method") or _DOING.get(operation, operation))
        try:
            channel.send(request, seconds)
            reply = wire.decode(channel.read, budget, number)
            if channel.leftover:
                raise wire.WireError("more bytes than the answer has")
            if reply.kind != wire.DONE:
                raise _fault(reply)
            return dict(reply.items)
        except DeadlinePassed:
            self._retire()
            late = f"no answer from {doing} within {seconds:.3g} seconds"
            late += " (the last of its task's)" if limit in ("task_seconds", "run_seconds") else ""
            raise GuestLost(Verdict.TIMEOUT, late, limit) from None
        except TooMuchOutput:
            self._retire()
            printed = f"printed more than {self.limits.output_bytes:,} bytes"
            raise GuestLost(Verdict.OUTPUT_LIMIT, printed, "output_bytes") from None
        except wire.WireError as exc:
            self._retire()
            raise GuestLost(Verdict.PROTOCOL_VIOLATION, f"instead of an answer to {doing}: {exc}") from None
        except ChannelClosed:
            code = self._retire(grace=1.0)
            if code is not None and code == -getattr(signal, "SIGXCPU", 0):
                used = f"used more than {self.limits.cpu_seconds:,} seconds of processor time"
                raise GuestLost(Verdict.TIMEOUT, used, "cpu_seconds") from None
            how = "hung up" if code is None else "the process ended"
            raise GuestLost(Verdict.CRASHED, f"{how} during {doing}{_reason(code)}") from None

    def _retire(self, grace: float = 0.0) -> int | None:
        channel, self._channel = self._channel, None
        if channel is None:
            return None
        code = channel.close(grace)
        room = self.limits.output_bytes - len(self._printed)
        self._printed += channel.output[: max(room, 0)]
        return code


def open_channel(guest: Guest, output_limit: int) -> Channel | ThreadedChannel:
    """Return the kind of channel that this system's pipes allow."""
    return (ThreadedChannel if sys.platform == "win32" else Channel)(guest, output_limit)


def _fault(reply: wire.Message) -> Fault:
    """Return the fault that a reply of kind FAIL describes. Raises WireError if it does not describe one."""
    texts = {name: item for name, item in reply.items.items() if isinstance(item, str)}
    if reply.kind != wire.FAIL or not reply.items.keys() == texts.keys() == {"kind", "message", "error", "where"}:
        raise wire.WireError("an answer that is neither a result nor a fault")
    if texts["kind"] not in KINDS:
        raise wire.WireError("a fault of no known kind")
    cut = {name: text[:_MAX_TEXT] for name, text in texts.items()}
    return Fault(cut["kind"], cut["message"], error=cut["error"], where=cut["where"])


def _reason(code: int | None) -> str:
    if code is None:
        return ""
    if code >= 0:
        return f" (exit code {code})"
    try:
        return f" ({signal.Signals(-code).name})"
    except ValueError:
        return f" (signal {-code})"
