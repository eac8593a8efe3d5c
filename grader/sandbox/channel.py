"""One guest process and the three pipes to it: requests, replies, and whatever it prints."""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Sequence

from grader.sandbox.guests import Guest

_AWAKE = 2e-4  # seconds to look for an answer before going to sleep: waking up takes as long as a small answer


class ChannelClosed(Exception):
    """The guest is gone: its end of the channel is closed."""


class DeadlinePassed(Exception):
    """The guest did not answer (or did not take the request) in time."""


class TooMuchOutput(Exception):
    """The guest printed more than its limit."""


class Channel:
    """Bytes to and from a guest, with a deadline on each exchange and a cap on what it prints.

    `output` collects stdout and stderr, which the guest merges into its descriptor 2, up to `output_limit` bytes over
    the guest's life; beyond that the guest is not listened to any more.
    """

    def __init__(self, guest: Guest, output_limit: int) -> None:
        self.guest = guest
        self.output = bytearray()
        self._limit = output_limit
        self._in, self._out, self._log = guest.requests, guest.replies, guest.log
        for descriptor in (self._in, self._out, self._log):
            os.set_blocking(descriptor, False)
        self._room, self._news = select.poll(), select.poll()
        self._room.register(self._in, select.POLLOUT)
        self._news.register(self._out, select.POLLIN)
        for poll in (self._room, self._news):
            poll.register(self._log, select.POLLIN)
        self._deadline = 0.0

    def send(self, pieces: Sequence[bytes | memoryview], seconds: float) -> None:
        """Write a request; starts the one deadline under which its reply must also arrive."""
        self._deadline = time.monotonic() + seconds
        for piece in pieces:
            view = memoryview(piece)
            while view:
                try:
                    view = view[os.write(self._in, view) :]
                except BlockingIOError:
                    self._wait(self._room)
                except OSError as exc:
                    raise ChannelClosed from exc

    def read(self, count: int) -> bytes:
        """Return exactly `count` bytes of the reply."""
        parts: list[bytes] = []
        asleep = time.monotonic() + _AWAKE
        while count:
            try:
                part = os.read(self._out, count)
            except BlockingIOError:
                if time.monotonic() > asleep:
                    self._wait(self._news)
                else:
                    os.sched_yield()  # where the guest waits for this core, it shall have it
                continue
            if not part:
                raise ChannelClosed
            parts.append(part)
            count -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    @property
    def leftover(self) -> bool:
        """True if the guest has sent bytes beyond the reply: nobody asked for them."""
        try:
            return bool(os.read(self._out, 1))
        except BlockingIOError:
            return False

    def _wait(self, poll: select.poll) -> None:
        """Wait for any descriptor of a poll; drain the log; raise when the deadline has passed."""
        left = self._deadline - time.monotonic()
        if left <= 0 or not (events := poll.poll(left * 1000)):
            raise DeadlinePassed
        if any(descriptor == self._log for descriptor, _ in events):
            self.drain()

    def drain(self) -> None:
        """Collect what has been printed so far."""
        while True:
            try:
                chunk = os.read(self._log, 1 << 16)
            except (BlockingIOError, OSError):
                return
            if not chunk:
                for poll in (self._room, self._news):
                    with contextlib.suppress(KeyError):
                        poll.unregister(self._log)
                return
            self.output += chunk[: self._limit - len(self.output)]
            if len(self.output) >= self._limit:
                raise TooMuchOutput

    def close(self, grace: float = 0.0) -> int | None:
        """End the guest with everything it has started; return its exit code (negative: the signal).

        With `grace` a guest that is already on its way out gets that many seconds to be seen ending by itself. None
        for one that had to be killed.
        """
        code = self.guest.end(grace)
        with contextlib.suppress(TooMuchOutput):
            self.drain()
        self.guest.release()
        return code
