"""How much of the grading a kit can do: found out by grading the reference with nothing but the kit's record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from grader.bench import Findings
from grader.golden import Golden
from grader.grading import DIALECT_TRAITS
from grader.handout.forms import Form, forms
from grader.handout.visible import Hidden
from grader.model import Check, Task, Tier
from grader.plugins import Registry
from grader.references import answers_from
from grader.replay import ImitationBench
from grader.scoring import shares

# of tasks that are not replayed: they are about weights that the hand-in draws itself
ON_OWN_WEIGHTS = (("LeNet", "k_steps"),)


@dataclass(frozen=True)
class Counted:
    """Checks (of tasks) that a kit counts, those it cannot, those left out as hidden; the first two in points, too."""

    here: int = 0
    elsewhere: Sequence[str] = ()
    hidden: int = 0
    points: float = 0.0
    most: float = 0.0

    def sentence(self) -> str:
        """Return it in words."""
        few = f" ({', '.join(self.elsewhere)})" if 0 < len(self.elsewhere) <= 4 else ""
        share = f", {100 * self.points / self.most:.0f} % of the points" if self.most else ""
        text = f"{self.here} checks are counted in it{share}; "
        text += f"{len(self.elsewhere)} {'needs' if len(self.elsewhere) == 1 else 'need'} the instructor's machine{few}"
        hidden = "hidden one is" if self.hidden == 1 else "hidden ones are"
        return text + (f"; {self.hidden} {hidden} not in it" if self.hidden else "")


def counted(registry: Registry, tasks: Iterable[Task], hidden: Hidden, golden: Golden, seed: int) -> Counted:
    """Tell of every visible check whether the kit's record suffices for a right hand-in in the usual form."""
    here = absent = 0
    points = most = 0.0
    elsewhere = []
    for task in tasks:
        form = next(form for form in forms(task))
        plan = registry.plan(task, DIALECT_TRAITS[form.dialect])
        worth = shares(task, plan)
        for check in plan:
            if check in hidden:
                absent += 1
                continue
            known = _suffices(task, check, form, golden, seed)
            here += known
            elsewhere += [] if known else [f"{task.name}: {check.name}"]
            if check.tier is Tier.CORE:
                most += worth[check.name]
                points += worth[check.name] if known else 0.0
    return Counted(here, elsewhere, absent, points, most)


def _suffices(task: Task, check: Check, form: Form, golden: Golden, seed: int) -> bool:
    if "oracle" not in check.arguments or not task.replayable:
        return (task.name, check.name) not in ON_OWN_WEIGHTS
    findings = Findings(
        form.dialect,
        conventions={case.name: form.conventions for case in task.cases},
        raw={case.name: form.raw(case) for case in task.cases},
    )
    bench = ImitationBench(form.unlike(task), task, seed, findings)
    traits = DIALECT_TRAITS[form.dialect]
    cases = [case for case in task.cases if case.traits <= traits and case.name in (check.cases or [case.name])]
    with answers_from(golden), np.errstate(all="ignore"):
        return all("no_oracle" not in bench.run(check, case).details for case in cases)
