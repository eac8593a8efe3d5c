"""`grader.check` on live classes: the verdicts of a guest, in this process, and its picture in a notebook."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from framework.reference.relu import ReLU as RightReLU
from grader import check
from grader.model import Verdict
from grader.own_code import OwnHandin
from tests.accuracy.naming import Patch, all_patches
from tests.grader.command import WRONG, environment
from tests.grader.handins import PROJECT, example, grade, patched, registry, written

SLOW = ("LeNet",)


def class_of(source: str, name: str = "ReLU", file: str = "/tmp/ipykernel_7/12.py", **more: Any) -> type:
    """Return a class as a notebook's cell would define it."""
    space: dict[str, Any] = {"__name__": "__cell__", **more}
    exec(compile(source, file, "exec"), space)
    made: type = space[name]
    return made


@pytest.mark.parametrize("name", ["example_fau", "example_native"])
def test_every_class_of_the_examples_passes(name: str) -> None:
    handin = OwnHandin(example(name), PROJECT / "submissions" / name)
    with handin.active() as desk:
        for task in registry().tasks.values():
            if task.asked_of(example(name).dialect) and task.name not in SLOW:
                cls = desk._desk.dialect.find(task.kind, task.name)[0]
                result = check(cls, seed=7)
                assert result.passed, result
                assert result.score == pytest.approx(task.total)
                assert result.report.task == task.name


@pytest.mark.parametrize("patch", [p for p in all_patches() if p.task not in SLOW][11::83], ids=lambda patch: patch.id)
def test_same_verdicts_as_in_a_guest(patch: Patch) -> None:
    submission = patched(patch.example, patch.patches)
    handin = OwnHandin(submission, PROJECT / "tests")
    with handin.active() as desk:
        cls = desk._desk.dialect.find(registry().tasks[patch.task].kind, patch.task)[0]
        live = check(cls, seed=7).report
    guest = grade(submission, [patch.task], seed=7)[patch.task]
    assert [(r.case, r.check, r.verdict) for r in live.results] == [(r.case, r.check, r.verdict) for r in guest.results]
    assert live.misconceptions == guest.misconceptions


def test_result_is_the_report_of_the_terminal() -> None:
    result = check(class_of(WRONG), seed=7)
    guest = grade(written(Layers__ReLU=WRONG), ["ReLU"], seed=7)["ReLU"]
    assert not result.passed
    assert result.score == guest.score < result.max_score == guest.max_score
    text = repr(result)
    for row in guest.results:
        if row.verdict is Verdict.FAILED:
            assert row.title in " ".join(text.split())
    assert "Again: check(ReLU, seed=7)" in text
    assert text.endswith("seed 7, in this process (self-check, not for the record)")
    assert [r.message for r in result.report.results] == [r.message for r in guest.results]


def test_name_task_and_dialect_are_found() -> None:
    heir = type("MyReLU", (class_of(WRONG),), {})
    assert check(heir, seed=1).report.task == "ReLU"
    assert check(heir, seed=np.int64(1)).report.seed == 1  # type: ignore[arg-type]  # as notebooks draw them
    other = type("Clip", (class_of(WRONG),), {})
    assert check(type("Clip", (RightReLU,), {}), task="relu", seed=1).passed  # inherits the interface: native
    assert "check(Clip, task='ReLU', dialect='fau', seed=1)" in repr(check(other, "relu", dialect="FAU", seed=1))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (RightReLU(), "not an object of it: check(ReLU)"),
        ("ReLU", "not its name: check(ReLU)"),
        (len, "len is a function"),
        (np, "numpy is a module: check(numpy.RNN)"),
        (3, "this is of type int"),
        (None, "this is of type NoneType"),
    ],
)
def test_anything_but_a_class_is_refused(given: Any, words: str) -> None:
    with pytest.raises(TypeError, match="check takes") as caught:
        check(given)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("MyConv", {}, "did you mean check(MyConv, task='Conv')?"),
        ("Qqq", {}, "name it: check(Qqq, task=…), one of "),
        ("ReLU", {"task": "relo"}, "no task is called 'relo'; did you mean ReLU?"),
        ("ReLU", {"dialect": "fao"}, "did you mean fau?"),
        ("ReLU", {"dialect": "cs231n"}, "check takes classes, of fau or native"),
        ("L2Loss", {"dialect": "fau"}, "L2Loss is not asked of classes of the dialect fau: native"),
        ("ReLU", {"seed": -1}, "a seed is a whole number"),
        ("ReLU", {"seed": "7"}, "a seed is a whole number"),
    ],
)
def test_what_there_is_not_is_said(name: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        check(type(name, (), {}), **options)


def test_what_goes_wrong_becomes_a_verdict_and_cells_are_named() -> None:
    crashing = class_of("class ReLU:\n    def forward(self, x):\n        raise SystemExit(3)\n")
    result = check(crashing, seed=1)
    assert "SystemExit: 3, raised in your notebook cell:3" in " ".join(repr(result).split())
    assert {r.verdict for r in result.report.results} == {Verdict.PASSED, Verdict.CRASHED, Verdict.SKIPPED}
    unfit = check(class_of("class ReLU:\n    def __init__(self, size):\n        pass\n"))
    assert "cannot be constructed" in repr(unfit)


def test_interrupt_stops_it() -> None:
    stopping = class_of("class ReLU:\n    def forward(self, x):\n        raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        check(stopping)


def test_prints_are_kept_unless_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    loud = class_of(WRONG.replace("self.open = x > 0", "self.open = x > 0; print('here')"))
    quiet = check(loud, seed=1)
    assert capsys.readouterr() == ("", "")
    assert "here" in quiet.report.output
    assert "prints=True shows them" in repr(quiet)
    check(loud, seed=1, prints=True)
    assert "here" in capsys.readouterr().out


def test_random_numbers_of_the_notebook_go_on_as_before() -> None:
    np.random.seed(5)
    random.seed(5)
    expected = np.random.random(), random.random()
    np.random.seed(5)
    random.seed(5)
    plain = np.random.default_rng
    check(class_of(WRONG), seed=1)
    assert (np.random.random(), random.random()) == expected
    assert np.random.default_rng is plain


def test_import_stays_light() -> None:
    code = "import sys, grader; assert not {'numpy', 'jinja2', 'grader.grading'} & set(sys.modules); grader.check"
    env = environment(PYTHONPATH=str(PROJECT))
    assert subprocess.run([sys.executable, "-c", code], env=env, timeout=60, check=False).returncode == 0


def test_a_script_shows_the_report(tmp_path: Path) -> None:
    script = tmp_path / "own.py"
    script.write_text(f"{WRONG}\nfrom grader import check\nprint(check(ReLU, seed=7))\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        env=environment(PYTHONPATH=str(PROJECT)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.stdout.startswith("ReLU  class ReLU")
    assert done.stderr == ""
