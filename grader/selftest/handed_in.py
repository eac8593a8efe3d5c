"""What is graded as hand-ins are, in guests: the bundled examples, and the fair variants made of them."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from grader.executors import inline, processes
from grader.executors.bundle import Bundle, Closed
from grader.model import Job, Report, Submission
from grader.plugins import Registry
from grader.selftest import variants
from grader.selftest.examples import example, present
from grader.selftest.outcome import Kind, Outcome, of_report

_LONGEST = "LeNet"  # is begun first, so that nobody waits for it in the end


@dataclass(frozen=True)
class HandIn:
    """A right hand-in, and the tasks in which it must show that."""

    kind: Kind
    title: str
    submission: Submission
    tasks: tuple[str, ...]


def hand_ins(registry: Registry, names: Collection[str]) -> list[HandIn]:
    """Return the examples, task by task, and the variants that touch one of these tasks.

    The examples know nothing of tasks that come from outside, and some copies of the grader come without them.
    """
    found = []
    built_in = [name for name in names if registry.tasks[name].origin is None]
    for title in present():
        submission = example(title)
        asked = [name for name in built_in if registry.tasks[name].asked_of(submission.dialect)]
        found += [HandIn(Kind.EXAMPLE, title, submission, (name,)) for name in asked]
    for variant in variants.every():
        touched = tuple(name for name in variant.tasks if name in built_in)
        if touched and variant.example in present():
            found.append(HandIn(Kind.VARIANT, variant.title, variant.submission(), touched))
    return sorted(found, key=lambda one: _LONGEST not in one.tasks)


def outcomes(registry: Registry, given: Collection[HandIn], seed: int, jobs: int) -> Iterator[Outcome]:
    """Yield what becomes of each hand-in in each task, as it happens, from `jobs` workers (one: from this process)."""
    known = dict(enumerate(given))
    bundles = [
        Bundle(
            number,
            tuple(Job(one.submission, task, seed, groups=tuple(registry.tasks[task].points)) for task in one.tasks),
        )
        for number, one in known.items()
    ]
    events = inline.run(bundles, registry) if jobs == 1 else processes.run(bundles, jobs)
    for event in events:
        if not isinstance(event, Closed):
            number, graded = event
            one = known[number]
            yield of_report(
                one.kind, one.submission.dialect, one.title, Report.from_json(zlib.decompress(graded.blob).decode())
            )
        elif event.trouble:
            one = known[event.number]
            yield Outcome(one.kind, one.tasks[0], one.submission.dialect, one.title, broken=(event.trouble,))
