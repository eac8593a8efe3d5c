"""Is a misconception noticed? It is graded in a form that it can have, over one or several seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.misconceptions.catalogue import rows
from grader.model import CheckResult, Misconception, Tier, Verdict
from grader.plugins import Registry
from grader.registration import EVERY_DIALECT
from grader.selftest.imitations import bad, grade_imitation


@dataclass(frozen=True)
class Detection:
    """What became of one variant of a misconception in one form of one task.

    `caught_by` are the checks of its tier that failed in some run, `also` those of other tiers, `missed` the seeds in
    which no check of its tier did. `named` are the ids that the diagnosis of the first seed named, None if there was
    none. `broken` says what the grader itself, or a plugin, could not do.
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
    named: tuple[str, ...] | None = None
    broken: tuple[str, ...] = ()


def tiers(registry: Registry) -> dict[str, Tier]:
    """Return the tier of every misconception by its id: the catalogue's, or what the record says."""
    catalogue = {row.id: Tier(row.tier) for row in rows() if row.graded}
    return {one.id: catalogue.get(one.id, one.tier) for one in registry.misconceptions}


def detect(
    registry: Registry,
    wrong: Misconception,
    task: str,
    form: str,
    tier: Tier,
    seeds: Sequence[int],
    diagnosed: Sequence[Misconception] = (),
) -> Detection:
    """Grade a misconception over the seeds, in the first of them compared with `diagnosed`."""
    caught: dict[str, None] = {}
    also: dict[str, None] = {}
    missed: list[int] = []
    broken: list[str] = []
    named = None
    for number, seed in enumerate(seeds):
        # what noticed it before will do; the other checks are asked again if it does not
        again = tuple(caught) if tier is Tier.CORE else ()
        report = grade_imitation(
            registry, wrong, task, form, seed, only=again, diagnosed=() if number else tuple(diagnosed)
        )
        if again and not _own(bad(report), tier):
            report = grade_imitation(registry, wrong, task, form, seed)
        if diagnosed and not number:
            named = report.misconceptions
        failed = bad(report)
        own = _own(failed, tier)
        caught |= dict.fromkeys(own)
        also |= dict.fromkeys(result.check for result in failed if result.tier is not tier)
        broken += [f"{r.check} ({r.case}): {r.message}" for r in failed if r.verdict is Verdict.BROKEN]
        if not own:
            missed.append(seed)
    return Detection(
        wrong.id,
        wrong.name,
        task,
        form,
        str(tier),
        len(seeds),
        tuple(caught),
        tuple(also),
        tuple(missed),
        named,
        tuple(dict.fromkeys(broken)),
    )


def _own(failed: Iterable[CheckResult], tier: Tier) -> list[str]:
    return [result.check for result in failed if result.tier is tier and result.verdict is not Verdict.BROKEN]


def idle_checks(registry: Registry, caught: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the checks that catch no misconception, as `task: check` (a generic one counts over all its tasks).

    `caught` are the checks that caught one, by task; tasks that are not in it are left out of the count.
    """
    seen = {check for checks in caught.values() for check in checks}
    own = {f"{name}: {check.name}" for name in caught for check in registry.tasks[name].checks}
    found = {f"{name}: {check}" for name, checks in caught.items() for check in checks}
    planned = {check.name for name in caught for check in registry.plan(registry.tasks[name], EVERY_DIALECT)}
    generic = {check.name for check in registry.checks} & planned
    return sorted((generic - seen) | (own - found))
