"""Is every misconception noticed? Each is graded in every form it can have, over several seeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from grader.selftest import detection
from grader.selftest.imitations import forms
from tests.accuracy.parallel import mapped
from tests.accuracy.plain import is_caught
from tests.grader.handins import registry


@dataclass(frozen=True)
class Detection(detection.Detection):
    """What became of one variant; `plain`: a plain gradient check alone notices, too."""

    plain: bool = False


def detect(
    seeds: Sequence[int], *, jobs: int = 1, only: Iterable[str] = (), every_form: bool = True
) -> list[Detection]:
    """Grade every misconception of the registry (or those of the components `only`), in all forms or in one."""
    known = registry()
    numbers = [i for i, one in enumerate(known.misconceptions) if not only or set(one.tasks) & set(only)]
    work = partial(_detect_one, seeds=seeds, every_form=every_form)
    return [found for several in mapped(work, numbers, jobs) for found in several]


def _detect_one(number: int, seeds: Sequence[int], every_form: bool = True) -> list[Detection]:
    known = registry()
    wrong = known.misconceptions[number]
    tier = detection.tiers(known)[wrong.id]
    found = []
    for task in wrong.tasks:
        plain = is_caught(wrong, known.tasks[task], seeds[0])
        for form in forms(wrong)[: None if every_form else 1]:
            if known.tasks[task].asked_of(form):
                one = detection.detect(known, wrong, task, form, tier, seeds)
                found.append(Detection(**vars(one), plain=plain))
    return found


def idle_checks(detections: Iterable[Detection]) -> list[str]:
    """Return the checks that catch no misconception, as `task: check` (a generic one counts over all its tasks)."""
    known = registry()
    caught: dict[str, list[str]] = {name: [] for name in known.tasks}
    for one in detections:
        caught[one.task] += [*one.caught_by, *one.also]
    return detection.idle_checks(known, caught)
