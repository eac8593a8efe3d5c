"""Do right hand-ins keep their points? Every fair variant over many seeds, in this process; some in real guests.

One run grades one hand-in with one seed in the tasks that its change touches: all core checks of those tasks on all
their cases. LeNet, which trains for a minute, is graded in guests only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, islice

from grader.model import Report, Tier, Verdict
from grader.selftest.variants import every
from grader.selftest.variants.variant import Variant
from tests.accuracy.in_process import grade_in_process
from tests.grader.handins import example, grade, registry

_ONLY_IN_GUESTS = "LeNet"
_EXAMPLES = ("example_fau", "example_native")


@dataclass
class Result:
    """How many hand-ins were graded in process and in guests, how many core results that gave, and every false one."""

    runs: int = 0
    guest_runs: int = 0
    checks: int = 0
    alarms: list[str] = field(default_factory=list)

    def add(self, variant: Variant, seed: int, reports: Mapping[str, Report]) -> None:
        """Look through the reports of one run."""
        core = [r for report in reports.values() for r in report.results if r.tier is Tier.CORE]
        self.checks += len(core)
        for r in core:
            if r.verdict is not Verdict.PASSED:
                self.alarms.append(f"{variant.title}, seed {seed}: {r.task}/{r.check} ({r.case}): {r.message}")
        for name in set(variant.tasks) - set(reports):
            self.alarms.append(f"{variant.title}, seed {seed}: {name} was not graded")


def run(runs: int = 1000, guest_runs: int = 20, *, seed: int = 0) -> Result:
    """Grade so many hand-ins; the variants come in turn, each time with another seed."""
    result = Result()
    small = [one for one in _everything() if _ONLY_IN_GUESTS not in one.tasks]
    for number, variant in islice(_turns(small), runs):
        result.add(variant, seed + number, grade_in_process(variant.submission(), variant.tasks, seed + number))
        result.runs += 1
    chosen = _spread(_everything(), guest_runs)
    for number, variant in enumerate(chosen):
        result.add(variant, seed + number, grade(variant.submission(), variant.tasks, seed + number))
        result.guest_runs += 1
    return result


def _everything() -> list[Variant]:
    """Return the variants, and the two examples as they are, task by task."""
    plain = [
        Variant((), "as it is", name, (task.name,))
        for name in _EXAMPLES
        for task in registry().tasks.values()
        if task.asked_of(example(name).dialect)
    ]
    return [*plain, *every()]


def _turns(variants: Iterable[Variant]) -> Iterator[tuple[int, Variant]]:
    """Yield (number of the round, variant), round after round."""
    known = list(variants)
    return ((number, variant) for number in count() for variant in known)


def _spread(variants: list[Variant], wanted: int) -> list[Variant]:
    """Return so many variants, evenly spread over the list, and LeNet of the first example among them."""
    lenet = [one for one in variants if one.tasks == (_ONLY_IN_GUESTS,)][: min(1, wanted)]
    rest = [one for one in variants if _ONLY_IN_GUESTS not in one.tasks]
    places = (round(i * (len(rest) - 1) / max(wanted - 2, 1)) for i in range(wanted - len(lenet)))
    return [*lenet, *(rest[place] for place in places)]
