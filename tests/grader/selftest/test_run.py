"""`--selftest` from plan to exit code: what is right passes, what is missed is named, what breaks is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from framework.layer import Array, Layer
from grader.checks.define import check
from grader.cli import BROKEN, FAILED, OK, main
from grader.dispatching import UsageError
from grader.hookspecs import hookimpl
from grader.misconceptions.define import fair_variant, misconception
from grader.model import Case, Check, FairVariant, Misconception, Task
from grader.probe import Probe
from grader.remote import RemoteLayer
from grader.selftest.run import run_selftest
from tests.grader.command import usage


class Square(Layer):
    """x^2."""

    def forward(self, x: Array) -> Array:
        self.x = x
        return x * x

    def backward(self, dout: Array) -> Array:
        return 2 * self.x * dout


class Halved(Square):
    """the factor 2 is missing

    What is the derivative of a square?
    """

    def backward(self, dout: Array) -> Array:
        return self.x * dout


class Capped(Square):
    """outputs above a thousand are cut

    How large may an output be?
    """

    def forward(self, x: Array) -> Array:
        return np.minimum(super().forward(x), 1000.0)


class ByPower(Square):
    """by np.power"""

    def forward(self, x: Array) -> Array:
        self.x = x
        return np.power(x, 2.0)


class Unfair(Square):
    """a third power, which is not fair at all"""

    def forward(self, x: Array) -> Array:
        return super().forward(x) * x


@check(needs="forward_value")
def check_large(layer: RemoteLayer, probe: Probe) -> None:
    """Large inputs have large squares."""
    x = 100 + probe.input()
    probe.assert_same(layer.forward(x), x * x, "the output")


@check()
def check_of_ours_that_breaks(layer: RemoteLayer, probe: Probe) -> None:
    """Nobody passes here."""
    raise ZeroDivisionError("our own")


TASK = Task(
    "Square",
    "layer",
    (Case("rows", {}, (3, 4), (3, 4), shapes={"other": (2, 4)}),),
    traits=frozenset({"deterministic"}),
    reference=Square,
    points={"extra": 1},
)
MISTAKES = [misconception("sq-half", Halved, "Square"), misconception("sq-cap", Capped, "Square", dialects=["fau"])]


def plugin(
    *checks: Check, wrong: list[Misconception] | None = None, fair: list[FairVariant] | None = None
) -> ModuleType:
    module = ModuleType("squares")
    module.__file__ = __file__
    answers = {
        "backcheck_tasks": [replace(TASK, checks=checks)],
        "backcheck_misconceptions": MISTAKES if wrong is None else wrong,
        "backcheck_variants": [fair_variant(ByPower, "Square")] if fair is None else fair,
    }
    for hook, answer in answers.items():
        setattr(module, hook, hookimpl(lambda answer=answer: answer, specname=hook))
    return module


Said = Callable[..., tuple[int, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Run a self-test of a plugin's task; return the exit code and the text."""

    def run(module: ModuleType, *tasks: str) -> tuple[int, str]:
        code = run_selftest(tasks or ("square",), (), 3, jobs=1, plugins=[module])
        return code, capsys.readouterr().out

    return run


def test_everything_as_it_should_be(said: Said) -> None:
    code, text = said(plugin(check_large))
    assert code == OK
    row = next(line for line in text.splitlines() if line.startswith("Square "))
    assert row.split()[1:] == ["2", "of", "2", "2", "of", "2", "2", "of", "2", "2", "of", "2"]
    assert "Square  sq-half    core    2 of 2     input_gradient" in text
    assert "Square  sq-cap     core    1 of 1     large" in text
    assert "all 7 runs as they should be; seed 3" in text
    assert "Missed" not in text
    assert "Accused" not in text
    assert "none of these" not in text


def test_mistake_that_no_check_notices_is_named(said: Said) -> None:
    code, text = said(plugin())
    assert code == FAILED
    assert "  Square, sq-cap (Capped) (fau): no core check notices it" in text
    assert "sq-half (Halved)" not in text
    assert "1 of 7 runs not as they should be" in text


def test_mistake_whose_tier_nothing_notices(said: Said) -> None:
    style = misconception("sq-half", Halved, "Square", tier="style")
    code, text = said(plugin(check_large, wrong=[style]))
    assert code == FAILED
    assert "no style check notices it; noticed by input_gradient" in text
    robust = misconception("sq-half", Halved, "Square", tier="robust")
    code, text = said(plugin(check_large, wrong=[robust]))
    assert "costs points, though its tier is robust: input_gradient" in text


def test_unfair_variant_is_accused(said: Said) -> None:
    code, text = said(plugin(check_large, fair=[fair_variant(Unfair, "Square")]))
    assert code == FAILED
    accused = text.partition("Accused wrongly:\n")[2].splitlines()
    third = "  Square, fair variant a third power, which is not fair at all (fau): forward_value (rows): "
    assert accused[0].startswith(third)


def test_check_that_catches_nothing_is_listed(said: Said) -> None:
    code, text = said(plugin(check_large, wrong=MISTAKES[:1]))
    assert code == OK
    assert "Checks that catch none of these mistakes:\n  Square: large\n" in text


def test_check_that_raises_is_the_plugin_s_fault(said: Said) -> None:
    code, text = said(plugin(check_large, check_of_ours_that_breaks))
    assert code == BROKEN
    line = next(line for line in text.splitlines() if "of_ours_that_breaks (rows)" in line)
    assert "plugin squares (test_run.py:" in line
    assert line.endswith("): ZeroDivisionError: our own")


def test_task_of_ours_beside_one_from_outside(said: Said) -> None:
    code, text = said(plugin(check_large), "square", "constant")
    assert code == OK, text
    assert {line.split()[0] for line in text.splitlines() if " of " in line} >= {"Square", "Constant"}


def test_unknown_task() -> None:
    with pytest.raises(UsageError, match="did you mean ReLU"):
        run_selftest(("relo",), (), 3, jobs=1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--submission", "x"), "--submission does not go with --selftest"),
        (("--batch", "x"), "--batch does not go with --selftest"),
        (("--report", "json=-"), "--report does not go with --selftest"),
        (("--regrade",), "--regrade does not go with --selftest"),
        (("--task", "gelv"), "no task is called 'gelv'"),
        (("--task", ","), "--task is empty"),
        (("--skip", "all"), "--skip leaves nothing of --task to grade"),
        (("--jobs", "0"), "argument --jobs: a whole number from 1 to 1024"),
    ],
)
def test_wrong_command_lines(words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert usage("--selftest", *words, capsys=capsys).startswith(message)


def test_workers_find_what_this_process_finds(capsys: pytest.CaptureFixture[str]) -> None:
    codes, texts = [], []
    for jobs in ("1", "2"):
        codes.append(main(["--selftest", "--task", "softmax", "--seed", "6", "--jobs", jobs]))
        texts.append(capsys.readouterr().out.rpartition("seed")[0])
    assert codes == [OK, OK]
    assert texts[0] == texts[1]
