"""Work spread over processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def mapped(work: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> list[Result]:
    """Return the results in the order of the items.

    Workers are fresh interpreters: a fork of a process that has had guests would inherit their threads' locks.
    """
    if jobs == 1:
        return [work(item) for item in items]
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(work, items, chunksize=4))
