"""Two mistakes in one component: pairs of text patches of `example_fau`, in real guests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from grader.bench import generator
from tests.accuracy.groups import same_name
from tests.accuracy.naming import Naming, Patch, name
from tests.accuracy.parallel import mapped
from tests.grader.handins import patched


@dataclass(frozen=True)
class Paired:
    """What the report of a hand-in with two mistakes said."""

    ids: tuple[str, str]
    naming: Naming

    def suspected(self) -> bool:
        """Tell whether one of the two, or what cannot be told from it, is among the first three ids."""
        return any(same_name(id, suspect) for id in self.ids for suspect in self.naming.suspects)


def draw(patches: Sequence[Patch], count: int, seed: int) -> list[tuple[Patch, Patch]]:
    """Draw pairs of patches of one task whose changes do not get into each other's way."""
    rng = generator(seed, "pairs")
    pairs: dict[tuple[str, str], tuple[Patch, Patch]] = {}
    for _ in range(100 * count):
        if len(pairs) == count:
            break
        a = patches[int(rng.integers(len(patches)))]
        others = [b for b in patches if b.task == a.task and b.example == a.example and b.id != a.id]
        if others:
            b = others[int(rng.integers(len(others)))]
            if (a.id, b.id) not in pairs and (b.id, a.id) not in pairs and _compatible(a, b):
                pairs[a.id, b.id] = a, b
    return list(pairs.values())


def _compatible(a: Patch, b: Patch) -> bool:
    try:
        patched(a.example, [*a.patches, *b.patches])
    except AssertionError:
        return False
    return True


def grade_pairs(pairs: Sequence[tuple[Patch, Patch]], seed: int, *, jobs: int = 1) -> list[Paired]:
    """Grade every pair."""
    return mapped(partial(_grade, seed=seed), pairs, jobs)


def _grade(pair: tuple[Patch, Patch], seed: int) -> Paired:
    a, b = pair
    return Paired((a.id, b.id), name(Patch(a.example, a.id, a.task, [*a.patches, *b.patches]), seed))
