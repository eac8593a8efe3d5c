"""One run of `--selftest`: what to try, how far it is, the table, and the exit code."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from types import ModuleType

from grader.batch.progress import Progress
from grader.cli import BROKEN, FAILED, INTERRUPTED, OK
from grader.dispatching import Wishes, chosen_tasks, tell_troubles
from grader.plugins import load_registry
from grader.selftest import handed_in, trials
from grader.selftest.outcome import Outcome
from grader.selftest.table import table

_FEW = 60  # runs for which no worker is worth its start
_SOME = 5  # tasks in which every mistake is tried in every form; in more of them, in one that the seed chooses


def run_selftest(
    tasks: Sequence[str],
    skipped: Sequence[str],
    seed: int,
    *,
    jobs: int,
    verbose: bool = False,
    plugins: Sequence[ModuleType] = (),
) -> int:
    """Grade everything that is right or known to be wrong in these tasks, print the table, return the exit code.

    `plugins` are modules beside the installed ones: everything then runs in this process. Raises UsageError for a task
    that is not there.
    """
    start = time.perf_counter()
    registry = load_registry(plugins)
    tell_troubles(registry.troubles)
    names = [task.name for task in chosen_tasks(registry, Wishes(tasks, skipped, (), seed))]
    given = handed_in.hand_ins(registry, names)
    tried = trials.trials(registry, names, seed, every_form=len(names) <= _SOME)
    total = sum(len(one.tasks) for one in given) + len(tried)
    jobs = 1 if plugins else jobs
    progress = Progress(total, unit="run", doing="self-test")
    found: list[Outcome] = []

    def everything() -> Generator[Outcome]:
        for source in (
            handed_in.outcomes(registry, given, seed, jobs if len(given) > _FEW else 1),
            trials.outcomes(registry, tried, seed, jobs if len(tried) > _FEW else 1),
        ):
            yield from _closing(source)

    interrupted = False
    try:
        with contextlib.closing(everything()) as arriving:
            for outcome in arriving:
                found.append(outcome)
                progress.handin(graded=True)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        progress.close()
    if interrupted:
        print(f"interrupted after {len(found)} of {total} runs", file=sys.stderr)
        return INTERRUPTED
    order = {name: place for place, name in enumerate(names)}
    found.sort(key=lambda one: (order[one.task], one.kind, one.title, one.form))
    print(table(found, registry, names, verbose=verbose or len(names) == 1), end="")
    bad = sum(not one.well for one in found)
    verdict = f"{bad} of {len(found)} runs not as they should be" if bad else f"all {len(found)} runs as they should be"
    print(f"\n{verdict}; seed {seed}, {time.perf_counter() - start:.0f} s")
    if any(one.broken for one in found):
        return BROKEN
    return FAILED if bad else OK


def _closing(source: Iterator[Outcome]) -> Iterator[Outcome]:
    """Yield all outcomes; end what makes them if they are not waited for."""
    try:
        yield from source
    finally:
        if isinstance(source, Generator):
            source.close()
