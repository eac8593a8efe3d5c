"""Grades the bundled hand-ins, and variants of them, in this process: they are our own code, and can be trusted.

Everything is as in a guest (the importer from memory, the dialects, the desk) but the sandbox and the wire.
"""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any

import numpy as np

from grader.grading import DIALECT_TRAITS, grade
from grader.guest.desk import Desk
from grader.guest.importer import Interface, decode_source, serve_files
from grader.model import Job, Report, Submission
from grader.remote import InProcess
from tests.grader.handins import registry


@contextmanager
def desk_of(submission: Submission) -> Generator[InProcess]:
    """Offer the desk of a hand-in that is loaded into this process; unload it in the end."""
    finders, modules, default_rng = list(sys.meta_path), set(sys.modules), np.random.default_rng
    texts = {name: decode_source(data) for name, data in submission.files.items()}
    finder = serve_files(Interface({}), texts, submission.roots)
    finder.reserved = frozenset({"framework"})
    dialect = importlib.import_module(f"grader.guest.dialects.{submission.dialect}")
    state = {"seed": 0, "drawn": 0}

    def repeatable(seed: Any = None) -> np.random.Generator:
        state["drawn"] += 1
        return default_rng([state["seed"], state["drawn"]] if seed is None else seed)

    def reseed(seed: int) -> None:
        state.update(seed=seed, drawn=0)
        random.seed(seed)
        np.random.seed(seed)

    np.random.default_rng = repeatable  # type: ignore[assignment]  # as in a guest
    try:
        yield InProcess(Desk(dialect.Dialect(finder, submission.entry_points), reseed=reseed))
    finally:
        np.random.default_rng = default_rng
        sys.meta_path[:] = finders
        for name in set(sys.modules) - modules:
            if getattr(sys.modules[name].__spec__, "loader", None) is finder:
                del sys.modules[name]


def grade_in_process(submission: Submission, tasks: Iterable[str], seed: int) -> dict[str, Report]:
    """Return the reports by task name, undiagnosed."""
    known = registry()
    reports = {}
    with desk_of(submission) as desk:
        for task in known.select(tasks):
            plan = known.plan(task, DIALECT_TRAITS[submission.dialect])
            reports[task.name] = grade(Job(submission, task.name, seed), task, plan, desk)
    return reports
