"""Every limit: its own verdict, its own message, its own name in the report; and what goes on afterwards."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from grader.executors.inline import grade_submission
from grader.guest.faults import Fault
from grader.model import Limits, Submission, Verdict
from grader.remote import RemoteLayer
from grader.runner import explain_fault, explain_loss
from grader.sandbox.lost import GuestLost
from grader.sandbox.session import Session
from tests.grader.guests import launch
from tests.grader.handins import registry, written

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's limits are set on Linux only")
START = "import os, threading, time\nimport numpy as np\n"
TIGHT = Limits(
    reply_seconds=20.0, memory_bytes=400 << 20, cpu_seconds=1, descriptors=32, processes=2, output_bytes=5_000
)
LOOP = "while True: pass"


def relu(deed: str) -> Submission:
    body = "\n".join(f"        {line}" for line in deed.splitlines())
    return written(Layers__ReLU=f"{START}class ReLU:\n    def forward(self, x):\n{body}\n        return x\n")


@pytest.fixture
def sessions() -> Iterator[list[Session]]:
    opened: list[Session] = []
    yield opened
    for session in opened:
        session.close()


def forward(session: Session) -> None:
    RemoteLayer(session, "ReLU", {}).forward(np.ones(3))


@pytest.mark.parametrize(
    ("deed", "verdict", "message", "limit"),
    [
        ("np.empty(1 << 26)", Verdict.CRASHED, "out of memory, raised in your Layers/ReLU.py:5", "memory_bytes"),
        (LOOP, Verdict.TIMEOUT, "used more than 1 seconds of processor time", "cpu_seconds"),
        ("[os.pipe() for _ in range(99)]", Verdict.CRASHED, "OSError: [Errno 24] Too many open files", ""),
        ("print('x' * 9999)\ntime.sleep(60)", Verdict.OUTPUT_LIMIT, "printed more than 5,000 bytes", "output_bytes"),
    ],
)
def test_breach_has_a_verdict_of_its_own(
    sessions: list[Session], deed: str, verdict: Verdict, message: str, limit: str
) -> None:
    session = Session(relu(deed), launch, limits=TIGHT)
    sessions.append(session)
    try:
        forward(session)
    except Fault as fault:
        outcome = explain_fault(fault)
    except GuestLost as lost:
        outcome = explain_loss(lost)
    assert outcome.verdict is verdict
    assert outcome.message.startswith(message)
    assert outcome.details.get("limit", "") == limit


def test_deadline_names_its_limit(sessions: list[Session]) -> None:
    session = Session(relu(LOOP), launch, limits=Limits(reply_seconds=0.2))
    sessions.append(session)
    with pytest.raises(GuestLost, match=r"no answer from forward within 0\.2 seconds") as caught:
        forward(session)
    assert (caught.value.verdict, caught.value.limit) == (Verdict.TIMEOUT, "reply_seconds")


@pytest.mark.parametrize("limit", ["task_seconds", "run_seconds"])
def test_budget_cuts_the_last_reply_short_and_ends_everything_after_it(sessions: list[Session], limit: str) -> None:
    session = Session(relu("time.sleep(60)"), launch, limits=replace(Limits(), **{limit: 0.6}))
    sessions.append(session)
    with pytest.raises(GuestLost, match="no answer from forward") as caught:
        forward(session)
    assert (caught.value.verdict, caught.value.limit) == (Verdict.TIMEOUT, limit)
    with pytest.raises(GuestLost, match=r"not tried: the 0\.6 seconds for .* are used up"):
        forward(session)
    session.begin_task()
    if limit == "task_seconds":
        RemoteLayer(session, "ReLU", {})
    else:
        with pytest.raises(GuestLost, match="for all tasks are used up"):
            RemoteLayer(session, "ReLU", {})


def test_rest_of_a_task_is_not_tried_after_a_few_losses(sessions: list[Session]) -> None:
    session = Session(relu("os._exit(3)"), launch, limits=Limits(lost_guests=2))
    sessions.append(session)
    for _ in range(2):
        with pytest.raises(GuestLost, match=r"the process ended during forward \(exit code 3\)"):
            forward(session)
    with pytest.raises(GuestLost, match=r"not tried after 2 like this: the process ended") as caught:
        forward(session)
    assert (caught.value.verdict, caught.value.limit) == (Verdict.CRASHED, "lost_guests")
    assert session.generation == 2
    session.begin_task()
    with pytest.raises(GuestLost, match="the process ended during forward"):
        forward(session)


def test_an_endless_loop_costs_a_few_deadlines_and_no_more() -> None:
    """One for each independent check would be a dozen; the other tasks are graded as ever."""
    sgd = "class Sgd:\n    def __init__(self, r): self.r = r\n"
    sgd += "    def calculate_update(self, w, g): return w - self.r * g\n"
    submission = written(
        Layers__ReLU=f"{START}class ReLU:\n    def forward(self, x):\n        {LOOP}\n", Optimization__Optimizers=sgd
    )
    known = registry()
    limits = Limits(reply_seconds=0.2)
    reports = {
        report.task: report
        for report in grade_submission(
            submission, known.select(["ReLU", "Sgd"]), known, seed=7, limits=limits, launch=launch
        )
    }
    waited = [r for r in reports["ReLU"].results if r.details.get("limit") == "reply_seconds"]
    assert 1 <= len(waited) <= limits.lost_guests
    assert reports["ReLU"].score == 0
    assert reports["Sgd"].passed


def test_task_with_limits_of_its_own_gets_a_guest_with_them(sessions: list[Session]) -> None:
    session = Session(relu("np.empty(1 << 26)"), launch, limits=TIGHT)
    sessions.append(session)
    with pytest.raises(Fault):
        forward(session)
    session.begin_task(Limits())
    forward(session)
    assert session.generation == 2
    session.begin_task(Limits())
    forward(session)
    assert session.generation == 2
