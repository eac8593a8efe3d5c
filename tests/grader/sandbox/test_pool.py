"""Ready guests: fresh every time, gone at the end, however that comes about."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from grader.model import Limits, Submission
from grader.remote import RemoteLayer
from grader.sandbox.levels import PROCESS
from grader.sandbox.pool import ReadyGuests, ready_guests
from grader.sandbox.probe import best
from grader.sandbox.session import Session
from tests.grader.guests import launch
from tests.grader.handins import PROJECT, written
from tests.grader.processes import children, is_alive, open_descriptors

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="zygotes are for Linux")
COUNTING = """
import os, sys
import numpy as np
sys.visits = getattr(sys, 'visits', 0) + 1
class ReLU:
    def forward(self, x):
        return np.array([sys.visits, os.getpid(), len(sys.argv[0])], dtype=float)
"""


def submission() -> Submission:
    return written(Layers__ReLU=COUNTING)


def visit(guests: ReadyGuests) -> np.ndarray:
    session = Session(submission(), guests.launch)
    try:
        return RemoteLayer(session, "ReLU", {}).forward(np.ones(1))
    finally:
        session.close()


def test_no_guest_is_used_twice() -> None:
    with ready_guests(best().level) as guests:
        visits, numbers, _ = zip(*(visit(guests) for _ in range(3)), strict=True)
    assert set(visits) == {1.0}
    assert len(set(numbers)) == 3


def test_two_guests_at_once_do_not_meet() -> None:
    with ready_guests(best().level) as guests:
        first, second = (Session(submission(), guests.launch) for _ in range(2))
        one, two = (RemoteLayer(session, "ReLU", {}) for session in (first, second))
        numbers = [layer.forward(np.ones(1))[1] for layer in (one, two, one, two)]
        assert numbers[:2] == numbers[2:]
        assert numbers[0] != numbers[1]
        first.close()
        assert two.forward(np.ones(1))[1] == numbers[1]
        second.close()


def test_nothing_is_left_behind() -> None:
    visit_once = ready_guests(best().level)
    visit(visit_once)
    visit_once.close()
    before, descriptors = children(), open_descriptors()
    for _ in range(3):
        with ready_guests(best().level) as guests:
            visit(guests)
            unfinished = Session(submission(), guests.launch)
            RemoteLayer(unfinished, "ReLU", {})
        unfinished.close()
    assert children() == before
    assert open_descriptors() == descriptors


def test_zygote_that_dies_is_replaced() -> None:
    before = set(children())
    with ready_guests(PROCESS) as guests:
        visit(guests)
        (zygote,) = set(children()) - before
        os.kill(zygote, signal.SIGKILL)
        assert visit(guests)[0] == 1.0


GRADER = """
import numpy as np
from grader.remote import RemoteLayer
from grader.sandbox.pool import ready_guests
from grader.sandbox.session import Session
from tests.grader.handins import written
source = "class ReLU:\\n    def forward(self, x):\\n        while True: pass\\n"
guests = ready_guests({level!r})
session = Session(written(Layers__ReLU=source), guests.launch)
layer = RemoteLayer(session, "ReLU", {{}})
print("ready", flush=True)
layer.forward(np.ones(1))
"""


@pytest.mark.parametrize("level", sorted({best().level, PROCESS}))
def test_grader_that_is_killed_takes_its_guests_along(level: str) -> None:
    """The guest is in an endless loop of the hand-in: nothing that it runs itself would notice."""
    process = subprocess.Popen(
        [sys.executable, "-c", GRADER.format(level=level)],
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    family = _descendants(process.pid)
    assert len(family) >= 2
    process.kill()
    process.communicate()
    until = time.monotonic() + 30
    while any(is_alive(pid) for pid in family) and time.monotonic() < until:
        time.sleep(0.01)
    assert not [pid for pid in family if is_alive(pid)]


def _descendants(pid: int) -> list[int]:
    below = list(children(pid))
    return below + [lower for child in below for lower in _descendants(child)]


def test_guest_has_no_more_descriptors_than_it_needs() -> None:
    source = (
        "import os\nimport numpy as np\n"
        "def there(n):\n    try: os.fstat(n)\n    except OSError: return False\n    return True\n"
        "class ReLU:\n    def forward(self, x):\n"
        "        return np.array([n for n in range(64) if there(n)], dtype=float)\n"
    )
    session = Session(written(Layers__ReLU=source), launch, limits=Limits())
    found = RemoteLayer(session, "ReLU", {}).forward(np.ones(1))
    session.close()
    assert len(found) == 5  # the three standard ones, and two for the channel


def test_thread_that_opened_the_pool_may_end() -> None:
    """To the kernel a thread is a parent: bubblewrap would be killed with the one that started it."""
    opened: list[ReadyGuests] = []
    thread = threading.Thread(target=lambda: opened.append(ready_guests(best().level)))
    thread.start()
    thread.join()
    with opened[0] as guests:
        session = Session(submission(), guests.launch)
        layer = RemoteLayer(session, "ReLU", {})
        time.sleep(0.2)
        assert layer.forward(np.ones(1))[0] == 1.0
        assert session.generation == 1
        session.close()


def test_front_door_needs_no_module_that_windows_lacks() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('fcntl', 'grp', 'pwd', 'resource', 'termios')))\n"
        "import grader.dispatching, grader.sandbox.session\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.returncode == 0
