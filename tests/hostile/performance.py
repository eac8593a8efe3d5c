"""Lets one attack loose at one level, as grading would, and tells how it ended."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from grader.grading import DIALECT_TRAITS, grade
from grader.intake.layout import build_submission
from grader.model import Job, Limits, Report, Submission, Task, Verdict
from grader.remote import RemoteLayer
from grader.reporters.json import as_json
from grader.reporters.terminal import Style, render
from grader.sandbox.levels import FOR_THE_RECORD
from grader.sandbox.pool import ReadyGuests
from grader.sandbox.session import Session
from tests.grader.handins import registry
from tests.hostile import ending, forging, machine, oddities
from tests.hostile.attack import Attack
from tests.hostile.stage import Stage

ATTACKS = [*ending.ATTACKS, *machine.ATTACKS, *forging.ATTACKS, *oddities.ATTACKS]
LIMITS = Limits(
    import_seconds=20.0, reply_seconds=10.0, lost_guests=1, output_bytes=50_000, memory_bytes=400 << 20, processes=32
)
IMPATIENT = replace(LIMITS, import_seconds=1.0, reply_seconds=0.6)  # for what will not answer anyway


@dataclass(frozen=True)
class Ending:
    """How an attack ended: its report, as text for a person and for programs, and what it did to the machine."""

    report: Report
    text: str
    effects: list[str]


def perform(attack: Attack, stage: Stage, guests: ReadyGuests) -> Ending:
    """Grade the attack's ReLU in its first case, with the generic checks, and look around afterwards."""
    strong = guests.isolation in FOR_THE_RECORD
    source = stage.fill(attack.source, grader=os.getpid() if strong else stage.victim.pid)
    files = {"Layers/ReLU.py": source.encode("utf-8", "surrogatepass"), **attack.files}
    submission = build_submission("hostile", files)
    task = registry().tasks["ReLU"]
    limits = IMPATIENT if attack.verdicts == (Verdict.TIMEOUT,) else LIMITS
    session = Session(submission, guests.launch, seed=1, limits=limits)
    try:
        report = _grade(submission, replace(task, cases=task.cases[:1], checks=()), session)
    finally:
        session.close()
    report = replace(report, output=session.output)
    text = render(report, Style(width=100, verbose=True), "again") + as_json([report])
    return Ending(report, text, stage.effects(text))


def _grade(submission: Submission, task: Task, session: Session) -> Report:
    plan = [c for c in registry().plan(task, DIALECT_TRAITS["fau"]) if c not in registry().tasks["ReLU"].checks]
    return grade(Job(submission, task.name, 7), task, plan, session)


def healthy(guests: ReadyGuests) -> bool:
    """Tell whether an honest layer is still served rightly, after whatever went before."""
    source = b"class Twin:\n    def forward(self, x):\n        return 2 * x\n"
    session = Session(build_submission("healthy", {"Layers/Twin.py": source}), guests.launch, limits=LIMITS)
    import numpy as np

    try:
        return bool(RemoteLayer(session, "Twin", {}).forward(np.ones(3)).sum() == 6.0)
    finally:
        session.close()
