"""What goes wrong in Constant."""

from __future__ import annotations

from framework.reference.constant import Constant
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class AlwaysTheDefault(Constant):
    """the value given to the constructor plays no part

    What does `Constant(3)` fill an array with? Follow the argument from the constructor to initialize.
    """

    def __init__(self, value: float = 0.1) -> None:
        super().__init__()


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [misconception("init-constant-ignored-value", AlwaysTheDefault, "Constant")]
