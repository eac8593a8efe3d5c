"""One worker of `processes`: takes bundles from standard input, sends reports back, and ends with its parent."""

from __future__ import annotations

import os
import signal
import sys
import threading
from queue import SimpleQueue
from typing import IO

from grader.executors.bundle import Bundle
from grader.executors.frames import receive, send


def main() -> None:
    """Grade whatever comes until there is no more; the first thing sent back is None: ready.

    The command line names the packages that hand-ins may import.

    When the parent dies, however that happens, this process ends, and its guests with it.
    """
    signal.signal(signal.SIGTERM, _leave)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed here by accident must not stand between the answers
    bundles: SimpleQueue[Bundle | None] = SimpleQueue()
    busy = threading.Event()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, bundles, busy), daemon=True).start()
    try:
        _work(bundles, busy, answers, tuple(sys.argv[1:]))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), answers.fileno())  # what is left in the buffer is for nobody


def _work(
    bundles: SimpleQueue[Bundle | None], busy: threading.Event, answers: IO[bytes], allowed: tuple[str, ...]
) -> None:
    from grader.executors.guests import guest_source
    from grader.executors.inline import grade_bundle
    from grader.plugins import load_registry

    registry = load_registry()
    with guest_source(allowed) as launch:
        send(answers, None)
        while (bundle := bundles.get()) is not None:
            busy.set()
            for event in grade_bundle(bundle, registry, launch):
                send(answers, event)
            busy.clear()


def _receive(stream: IO[bytes], bundles: SimpleQueue[Bundle | None], busy: threading.Event) -> None:
    """Take bundles in as they come, so that the parent never waits for this worker while it waits for the parent."""
    try:
        while True:
            bundles.put(receive(stream))
    except (EOFError, OSError):
        bundles.put(None)
        if busy.is_set():
            os.kill(os.getpid(), signal.SIGTERM)


def _leave(number: int, _: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + number)  # through every `finally`: guests are killed on the way


if __name__ == "__main__":
    try:
        main()
    except SystemExit as exc:  # guests are gone by now; the thread that waits for standard input would be in the way
        os._exit(exc.code if isinstance(exc.code, int) else 1)
