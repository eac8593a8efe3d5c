"""A guest played by a thread of the test: it answers every request with whatever bytes it is told."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from grader.guest import wire
from grader.model import Limits


class Puppet:
    """Answers the first request (the source) rightly, and each further one by `answer(number of the request)`.

    With `drip` seconds between the bytes. After an answer of its own it hangs up, so that half a reply ends at once.
    """

    isolation = "process"
    knows_interface = False

    def __init__(self, answer: Callable[[int], bytes]) -> None:
        self._answer = answer
        theirs_in, self.requests = os.pipe()
        self.replies, theirs_out = os.pipe()
        self.log, theirs_log = os.pipe()
        os.close(theirs_log)
        self._thread = threading.Thread(target=self._serve, args=(theirs_in, theirs_out), daemon=True)
        self._thread.start()

    def _serve(self, source: int, sink: int) -> None:
        def read(count: int) -> bytes:
            data = b""
            while len(data) < count:
                chunk = os.read(source, count - len(data))
                if not chunk:
                    raise EOFError
                data += chunk
            return data

        try:
            loading = wire.decode(read, 1 << 40)
            os.write(sink, wire.encode(wire.Message(wire.DONE, loading.id)))
            os.write(sink, self._answer(wire.decode(read, 1 << 40).id))
        except (EOFError, OSError):
            pass
        finally:
            os.close(source)
            os.close(sink)

    def end(self, grace: float) -> int | None:
        """Nothing to kill."""
        return None

    def release(self) -> None:
        """Close this side's pipes."""
        for descriptor in (self.requests, self.replies, self.log):
            os.close(descriptor)
        self._thread.join()


def puppets(answer: Callable[[int], bytes]) -> Callable[[Limits], Puppet]:
    """Return what launches puppets for a Session."""
    return lambda limits: Puppet(answer)
