"""Does `pytest --backcheck` give the verdicts of `dispatch.py`? All examples and all text patches of them.

`python -m tests.accuracy.fronts`; exits with 1 if an item of any hand-in ends otherwise than the report says.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from grader.model import Submission
from tests.accuracy.naming import Patch, all_patches
from tests.accuracy.parallel import mapped
from tests.grader.handins import example, grade, patched, registry
from tests.grader.testing.front import expected, front, on_disk

_EXAMPLES = ("example_fau", "example_native", "template")


def main(words: Sequence[str] | None = None) -> int:
    """Compare, and print what differs."""
    made = argparse.ArgumentParser(prog="python -m tests.accuracy.fronts", description=__doc__)
    made.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th patch (default: all)")
    made.add_argument("--in-process", action="store_true", help="the front without a guest")
    made.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one per core)")
    made.add_argument("--seed", type=int, default=20, help="(default: %(default)s)")
    wish = made.parse_args(words)
    extra = ("--in-process",) if wish.in_process else ()
    works: list[Patch | tuple[str, str]] = [*all_patches()[:: wish.every]]
    works += [
        (name, task.name)
        for name in _EXAMPLES
        for task in registry().tasks.values()
        if task.asked_of(example(name).dialect)
    ]
    found = mapped(partial(differences, seed=wish.seed, extra=extra), works, wish.jobs)
    items, bad = sum(count for count, _ in found), [line for _, lines in found for line in lines]
    print(f"{len(works)} hand-ins, {items} items: {len(bad)} end otherwise than the report says")
    print("\n".join(bad))
    return 1 if bad else 0


def differences(work: Patch | tuple[str, str], seed: int, extra: tuple[str, ...]) -> tuple[int, list[str]]:
    """Return how many items there are, and a line for each that differs."""
    if isinstance(work, Patch):
        what, task, submission = f"{work.example}, {work.id}", work.task, patched(work.example, work.patches)
    else:
        what, task = work
        submission = example(what)
    known = expected(grade(submission, [task], seed)[task])
    items = _items(submission, task, seed, extra)
    return len(known), [
        f"{what}: {name}: {known.get(name)} in the report, {items.get(name)} as an item"
        for name in sorted({*known, *items})
        if known.get(name) != items.get(name)
    ]


def _items(submission: Submission, task: str, seed: int, extra: tuple[str, ...]) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        on_disk(submission, Path(folder) / "own")
        words = ("--backcheck", "--submission=own", f"--backcheck-task={task}", f"--backcheck-seed={seed}", *extra)
        return front(Path(folder), *words).outcomes


if __name__ == "__main__":
    sys.exit(main())
