"""Are mistakes named rightly in code as students write it? Text patches of the bundled examples, in real guests."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import tests.grader
from grader.model import Report
from tests.accuracy.groups import same_name
from tests.accuracy.parallel import mapped
from tests.grader.handins import findings, grade, patched

Patches = list[tuple[str, str, str]]


@dataclass(frozen=True)
class Patch:
    """A mistake as a change of a bundled hand-in: which one, in which task it must be noticed, the replaced texts."""

    example: str
    id: str
    task: str
    patches: Patches


@dataclass(frozen=True)
class Naming:
    """What the report of a patched hand-in said: whether the mistake was noticed, and the ids it named, best first.

    `suspects` are the best three ids, named or not; `hint` a sentence on the pattern of the numbers, if there was one.
    """

    patch: Patch
    noticed: bool
    named: tuple[str, ...]
    suspects: tuple[str, ...]
    hint: str = ""


def all_patches() -> list[Patch]:
    """Collect the patches of all modules `tests.grader.breakages_…`; those of `breakages_native_…` are native."""
    found = []
    for info in pkgutil.iter_modules(tests.grader.__path__):
        if info.name.startswith("breakages_"):
            module = importlib.import_module(f"tests.grader.{info.name}")
            example = "example_native" if info.name.startswith("breakages_native") else "example_fau"
            found += [Patch(example, id.partition(" (")[0], task, changes) for id, task, changes in module.patches()]
    return found


def name_all(patches: Sequence[Patch], seed: int, *, jobs: int = 1) -> list[Naming]:
    """Grade every patched hand-in in a guest of its own."""
    return mapped(partial(name, seed=seed), patches, jobs)


def name(patch: Patch, seed: int) -> Naming:
    """Grade one."""
    return _naming(patch, grade(patched(patch.example, patch.patches), [patch.task], seed)[patch.task])


def _naming(patch: Patch, report: Report) -> Naming:
    hints = [result.diagnosis for result in findings(report) if result.diagnosis]
    return Naming(patch, bool(findings(report)), report.misconceptions, report.suspects, hints[0] if hints else "")


def verdict(naming: Naming) -> str:
    """Return `right`, `wrong` or `silent`; ids that cannot be told apart count as one name."""
    if not naming.named:
        return "silent"
    return "right" if same_name(naming.patch.id, naming.named[0]) else "wrong"
