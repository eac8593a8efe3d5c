"""The decorator that makes a check out of a function."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.checks.define import ARGUMENTS, check
from grader.model import Check, Tier, Visibility
from grader.registration import EVERY_DIALECT
from tests.grader.handins import registry


def test_check_is_read_from_the_function() -> None:
    @check(points=3, traits=["layer", "trainable"], needs="shape", tier="robust", visibility="hidden", cases=["a"])
    def check_that_it_learns(layer: object, probe: object) -> None:
        """The layer learns.

        Look at the sign
        of the step.
        """

    assert isinstance(check_that_it_learns, Check)
    assert check_that_it_learns.name == "that_it_learns"
    assert check_that_it_learns.title == "The layer learns"
    assert check_that_it_learns.hint == "Look at the sign of the step."
    assert check_that_it_learns.arguments == ("layer", "probe")
    assert check_that_it_learns.traits == {"layer", "trainable"}
    assert check_that_it_learns.needs == ("shape",)
    assert (check_that_it_learns.tier, check_that_it_learns.visibility) == (Tier.ROBUST, Visibility.HIDDEN)
    assert (check_that_it_learns.points, check_that_it_learns.cases) == (3, ("a",))


def test_plain_check_is_core_visible_and_worth_one_point() -> None:
    @check()
    def check_plain(layer: object) -> None:
        """Something."""

    assert (check_plain.points, check_plain.tier, check_plain.visibility) == (1.0, Tier.CORE, Visibility.VISIBLE)
    assert (check_plain.needs, check_plain.hint, check_plain.cases, check_plain.groups) == ((), "", (), ())

    @check(needs=["a", "b"])
    def check_two(layer: object) -> None:
        """Something."""

    assert check_two.needs == ("a", "b")


def unknown_argument(layer: object, student: object) -> None:
    """Something."""


def no_docstring(layer: object) -> None: ...


def empty_docstring(layer: object) -> None:
    """ """


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (unknown_argument, "check unknown_argument: unknown argument 'student'; known are "),
        (no_docstring, "check no_docstring: a docstring is missing; its first line is what the student reads"),
        (empty_docstring, "check empty_docstring: a docstring is missing"),
        (lambda *args: None, "unknown argument 'args'"),
    ],
)
def test_what_is_no_check_is_refused_at_import(function: Callable[..., None], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        check()(function)


def test_words_outside_the_vocabulary_are_refused() -> None:
    with pytest.raises(ValueError, match="'important' is not a valid Tier"):
        check(tier="important")(plain)
    with pytest.raises(ValueError, match="'secret' is not a valid Visibility"):
        check(visibility="secret")(plain)


def plain(layer: object) -> None:
    """Something."""


def test_every_check_there_is_can_be_read_by_a_student() -> None:
    known = registry()
    for task in known.tasks.values():
        for each in known.plan(task, EVERY_DIALECT):
            assert set(each.arguments) <= ARGUMENTS
            assert each.title
            assert each.hint
            assert len(each.title) < 130, each.title
            assert each.points > 0
            assert set(each.cases) <= {case.name for case in task.cases}
