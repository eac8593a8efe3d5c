"""backcheck: a grader for neural networks written from scratch in NumPy. See README.md in this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.live import Checked

__version__ = "0.1.0"


def check(
    cls: type, task: str | None = None, *, seed: int | None = None, dialect: str | None = None, prints: bool = False
) -> Checked:
    """Grade a class that you have just written, in this process: `check(RNN)`, `check(MyConv, task="Conv")`.

    The result shows itself: in a notebook as the last line of a cell, in a script with `print`. It has `passed`,
    `score` and `max_score`.

    `task` is the exercise (default: the one called like the class, or like one that it inherits from), `dialect` how
    the class is written (`fau`, `native`; default: by its methods), `seed` repeats a run exactly. What the class prints
    is kept for the report, or with `prints` shown at once (for `breakpoint()`, too). Other classes that a check needs
    are those of the same module or notebook, else the reference's.

    For your own code only: nothing isolates it, and no time limit holds. Raises TypeError for anything but a class,
    ValueError for a task, dialect or seed that there is not.
    """
    from grader.live import check as checked

    return checked(cls, task, seed=seed, dialect=dialect, prints=prints)
