"""Does `pytest --backcheck` give the verdicts of `dispatch.py`? All examples and all text patches of them.

LeNet, which trains for a minute, only with `--lenet`.
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
    made.add_argument("--lenet", action="store_true", help="LeNet, too")
    wish = made.parse_args(words)
    extra = ("--in-process",) if wish.in_process else ()
    skipped = () if wish.lenet else ("LeNet",)
    known = [patch for patch in all_patches() if patch.task not in skipped]
    works: list[Patch | str] = [*_EXAMPLES, *known[:: wish.every]]
    found = mapped(partial(differences, seed=wish.seed, extra=extra, skipped=skipped), works, wish.jobs)
    items, bad = sum(count for count, _ in found), [line for _, lines in found for line in lines]
    print(f"{len(works)} hand-ins, {items} items: {len(bad)} end otherwise than the report says")
    print("\n".join(bad))
    return 1 if bad else 0


def differences(
    work: Patch | str, seed: int, extra: tuple[str, ...], skipped: tuple[str, ...]
) -> tuple[int, list[str]]:
    """Return how many items a patched or a whole hand-in has, and a line for each that differs."""
    if isinstance(work, Patch):
        what, tasks, submission = f"{work.example}, {work.id}", [work.task], patched(work.example, work.patches)
    else:
        what, submission = work, example(work)
        every = registry().tasks.values()
        tasks = [task.name for task in every if task.asked_of(submission.dialect) and task.name not in skipped]
    known: dict[str, str] = {}
    for report in grade(submission, tasks, seed).values():
        known |= expected(report)
    items = _items(submission, tasks, seed, extra)
    return len(known), [
        f"{what}: {name}: {known.get(name)} in the report, {items.get(name)} as an item"
        for name in sorted({*known, *items})
        if known.get(name) != items.get(name)
    ]


def _items(submission: Submission, tasks: list[str], seed: int, extra: tuple[str, ...]) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        on_disk(submission, Path(folder) / "own")
        words = (
            "--backcheck",
            "--submission=own",
            f"--backcheck-task={','.join(tasks)}",
            f"--backcheck-seed={seed}",
            *extra,
        )
        return front(Path(folder), *words).outcomes


if __name__ == "__main__":
    sys.exit(main())
