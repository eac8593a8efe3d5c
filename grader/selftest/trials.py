"""What is graded in this process: references, misconceptions, and the fair variants that plugins bring as classes."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from grader.bench import generator
from grader.executors.processes import ONE_THREAD
from grader.plugins import Registry, load_registry
from grader.selftest.detection import detect, tiers
from grader.selftest.imitations import forms, grade_imitation
from grader.selftest.outcome import Kind, Outcome, of_detection, of_report


@dataclass(frozen=True)
class Trial:
    """One component to grade: the reference of a task, or the misconception or fair variant of this `number`.

    `named`: the diagnosis is tried, too.
    """

    kind: Kind
    task: str
    form: str
    number: int = 0
    named: bool = False


def trials(registry: Registry, names: Collection[str], seed: int, *, every_form: bool = True) -> list[Trial]:
    """Return everything to try in these tasks. Of each mistake the seed chooses one variant and form to be named.

    Without `every_form` each variant of a mistake is tried in one of the dialects that it can have, which the seed
    chooses.
    """
    found = []
    for name in names:
        if registry.tasks[name].reference is not None or registry.tasks[name].origin is None:
            found += [Trial(Kind.REFERENCE, name, form) for form in _asked(registry, name, forms(None))]
    for number, variant in enumerate(registry.variants):
        for name in (name for name in variant.tasks if name in names):
            found += [Trial(Kind.VARIANT, name, form, number) for form in _asked(registry, name, forms(variant))]
    by_id: dict[tuple[str, str], list[Trial]] = {}
    for number, wrong in enumerate(registry.misconceptions):
        for name in (name for name in wrong.tasks if name in names):
            asked = _asked(registry, name, forms(wrong))
            for form in asked if every_form or not asked else [asked[(seed + number) % len(asked)]]:
                by_id.setdefault((name, wrong.id), []).append(Trial(Kind.MISTAKE, name, form, number))
    for (name, id), several in by_id.items():
        chosen = int(generator(seed, "selftest", name, id).integers(len(several)))
        named = registry.tasks[name].replayable
        several[chosen] = Trial(**{**vars(several[chosen]), "named": named})
        found += several
    return found


def _asked(registry: Registry, name: str, dialects: Sequence[str]) -> list[str]:
    return [dialect for dialect in dialects if registry.tasks[name].asked_of(dialect)]


def carry_out(registry: Registry, trial: Trial, seed: int) -> Outcome:
    """Grade one component."""
    if trial.kind is Kind.MISTAKE:
        wrong = registry.misconceptions[trial.number]
        known = registry.misconceptions if trial.named else ()
        tier = tiers(registry)[wrong.id]
        return of_detection(detect(registry, wrong, trial.task, trial.form, tier, (seed,), known))
    variant = registry.variants[trial.number] if trial.kind is Kind.VARIANT else None
    report = grade_imitation(registry, variant, trial.task, trial.form, seed)
    return of_report(trial.kind, trial.form, variant.title if variant is not None else "reference", report)


def outcomes(registry: Registry, given: Sequence[Trial], seed: int, jobs: int) -> Iterator[Outcome]:
    """Yield what becomes of each trial, as it happens, from `jobs` processes (one: from this process).

    Workers are fresh interpreters that load what is installed, each with one thread for BLAS.
    """
    if jobs == 1:
        for trial in given:
            yield carry_out(registry, trial, seed)
        return
    context = multiprocessing.get_context("spawn")
    with _one_thread(), ProcessPoolExecutor(jobs, mp_context=context, initializer=_ignore_interrupts) as pool:
        try:
            waiting = [pool.submit(_in_worker, trial, seed) for trial in given]
            for done in as_completed(waiting):
                yield done.result()
        except BaseException:  # Ctrl-C, too: what has not begun is not begun any more
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let processes that are started inside the block inherit an environment in which BLAS keeps to one thread."""
    before = dict(os.environ)
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends us


@cache
def _installed() -> Registry:
    return load_registry()


def _in_worker(trial: Trial, seed: int) -> Outcome:
    return carry_out(_installed(), trial, seed)
