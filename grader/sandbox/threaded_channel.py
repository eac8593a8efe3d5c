"""The channel for systems whose pipes cannot be polled (Windows): a thread per pipe, and the same deadlines.

It also works where pipes can be polled; there its tests run.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from collections.abc import Sequence

from grader.sandbox.channel import ChannelClosed, DeadlinePassed, TooMuchOutput
from grader.sandbox.guests import Guest

_CHUNK = 1 << 16
_AHEAD = 16  # chunks that are read before anybody has asked for them


class ThreadedChannel:
    """Bytes to and from a guest, with a deadline on each exchange and a cap on what it prints; see `Channel`.

    Three daemon threads do nothing but read or write one pipe each. They end when the guest's ends are closed.
    """

    def __init__(self, guest: Guest, output_limit: int) -> None:
        self.guest = guest
        self.output = bytearray()
        self._limit = output_limit
        self._chunks: queue.Queue[bytes] = queue.Queue(_AHEAD)
        self._requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._pending = bytearray()
        self._deadline = 0.0
        self._closing = threading.Event()
        self._flooded = threading.Event()
        self._threads = [threading.Thread(target=job, daemon=True) for job in (self._hear, self._say, self._log)]
        for thread in self._threads:
            thread.start()

    def send(self, pieces: Sequence[bytes | memoryview], seconds: float) -> None:
        """Hand over a request; starts the one deadline under which its reply must also arrive."""
        self._deadline = time.monotonic() + seconds
        self._pending.clear()
        self._requests.put(b"".join(pieces))

    def read(self, count: int) -> bytes:
        """Return exactly `count` bytes of the reply."""
        while len(self._pending) < count:
            chunk = self._next()
            if not chunk:
                self._chunks.put(b"")  # the end stays the end
                raise ChannelClosed
            self._pending += chunk
        data = bytes(self._pending[:count])
        del self._pending[:count]
        return data

    @property
    def leftover(self) -> bool:
        """True if the guest has sent bytes beyond the reply: nobody asked for them."""
        with contextlib.suppress(queue.Empty):
            self._pending += self._chunks.get_nowait()
        return bool(self._pending)

    def drain(self) -> None:
        """Raise TooMuchOutput if more has been printed than is allowed; the log's thread collects it."""
        if self._flooded.is_set():
            raise TooMuchOutput

    def close(self, grace: float = 0.0) -> int | None:
        """End the guest with everything it has started; return its exit code, as `Channel` does."""
        code = self.guest.end(grace)
        self._closing.set()
        self._requests.put(None)
        for thread in self._threads:
            thread.join(1.0)
        self.guest.release()
        return code

    def _next(self) -> bytes:
        """Return the next chunk; look at the log and at the clock while waiting."""
        while True:
            self.drain()
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise DeadlinePassed
            with contextlib.suppress(queue.Empty):
                return self._chunks.get(timeout=min(left, 0.05))

    def _hear(self) -> None:
        chunk = b"-"
        while chunk and not self._closing.is_set():
            try:
                chunk = os.read(self.guest.replies, _CHUNK)
            except OSError:
                chunk = b""
            while not self._closing.is_set():
                with contextlib.suppress(queue.Full):
                    self._chunks.put(chunk, timeout=0.05)
                    break

    def _say(self) -> None:
        while (data := self._requests.get()) is not None:
            view = memoryview(data)
            with contextlib.suppress(OSError):  # a guest that is gone shows as the end of its replies
                while view and not self._closing.is_set():
                    view = view[os.write(self.guest.requests, view[:_CHUNK]) :]

    def _log(self) -> None:
        while not self._flooded.is_set():
            try:
                chunk = os.read(self.guest.log, _CHUNK)
            except OSError:
                return
            if not chunk:
                return
            self.output += chunk[: self._limit - len(self.output)]
            if len(self.output) >= self._limit:
                self._flooded.set()
