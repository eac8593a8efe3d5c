"""Is every misconception noticed? Each is graded in every form it can have, over several seeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from grader.misconceptions.catalogue import rows
from grader.model import CheckResult, Misconception, Tier
from tests.accuracy.imitations import bad, forms, grade_imitation
from tests.accuracy.parallel import mapped
from tests.accuracy.plain import is_caught
from tests.grader.handins import registry


@dataclass(frozen=True)
class Detection:
    """What became of one variant of a misconception in one form of one task.

    `caught_by` are the checks of its row's tier that failed in some run, `also` those of other tiers, `missed` the
    seeds in which no check of its tier did. `plain`: a plain gradient check alone notices, too.
    """

    id: str
    variant: str
    task: str
    form: str
    tier: str
    runs: int
    caught_by: tuple[str, ...]
    also: tuple[str, ...]
    missed: tuple[int, ...]
    plain: bool


def detect(
    seeds: Sequence[int], *, jobs: int = 1, only: Iterable[str] = (), every_form: bool = True
) -> list[Detection]:
    """Grade every misconception of the registry (or those of the components `only`), in all forms or in one."""
    known = registry()
    numbers = [i for i, one in enumerate(known.misconceptions) if not only or set(one.tasks) & set(only)]
    work = partial(_detect_one, seeds=seeds, every_form=every_form)
    return [found for several in mapped(work, numbers, jobs) for found in several]


def _detect_one(number: int, seeds: Sequence[int], every_form: bool = True) -> list[Detection]:
    wrong = registry().misconceptions[number]
    tiers = {row.id: row.tier for row in rows()}
    found = []
    for task in wrong.tasks:
        plain = is_caught(wrong, registry().tasks[task], seeds[0])
        for form in forms(wrong)[: None if every_form else 1]:
            if registry().tasks[task].asked_of(form):
                found.append(_over_seeds(wrong, task, form, tiers.get(wrong.id, "core"), seeds, plain))
    return found


def _over_seeds(wrong: Misconception, task: str, form: str, tier: str, seeds: Sequence[int], plain: bool) -> Detection:
    caught: dict[str, None] = {}
    also: dict[str, None] = {}
    missed = []
    for seed in seeds:
        # what noticed it before will do; the other checks are asked again if it does not
        again = tuple(caught) if tier == "core" else ()
        own, failed = _failing(wrong, task, form, seed, tier, again)
        if not own and again:
            own, failed = _failing(wrong, task, form, seed, tier)
        caught |= dict.fromkeys(own)
        also |= dict.fromkeys(result.check for result in failed if result.tier is not Tier(tier))
        if not own:
            missed.append(seed)
    return Detection(
        wrong.id, wrong.name, task, form, tier, len(seeds), tuple(caught), tuple(also), tuple(missed), plain
    )


def _failing(
    wrong: Misconception, task: str, form: str, seed: int, tier: str, only: Sequence[str] = ()
) -> tuple[list[str], list[CheckResult]]:
    failed = bad(grade_imitation(wrong, task, form, seed, only=only))
    return [result.check for result in failed if result.tier is Tier(tier)], failed


def idle_checks(detections: Iterable[Detection]) -> list[str]:
    """Return the checks that catch no misconception, as `task: check` (a generic one counts over all its tasks)."""
    known = registry()
    seen = {check for one in detections for check in (*one.caught_by, *one.also)}
    own = {f"{task.name}: {check.name}" for task in known.tasks.values() for check in task.checks}
    caught = {f"{one.task}: {check}" for one in detections for check in (*one.caught_by, *one.also)}
    generic = {check.name for check in known.checks}
    return sorted((generic - seen) | (own - caught))
