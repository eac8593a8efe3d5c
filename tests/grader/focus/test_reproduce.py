"""The five lines run, stand alone, and print what is expected, for every task and check in both dialects."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from grader.bench import generator
from grader.focus.reproduce import FiveLines, five_lines
from grader.focus.vocabulary import data
from grader.grading import DIALECT_TRAITS, cases_of
from grader.intake import open_submission
from grader.model import Case, Check, Submission, Task
from grader.samples import sample
from tests.grader.handins import PROJECT, registry

EXAMPLES = {"fau": "example_fau", "native": "example_native"}
WITHOUT = {  # where no five lines are sensible; each says why
    "fau": {"LeNet.k_steps", "LeNet.learns", "NeuralNetwork.regularization_loss", "NeuralNetwork.save_and_load"},
    "native": {
        *("LeNet.k_steps", "LeNet.learns", "NeuralNetwork.regularization_loss", "NeuralNetwork.save_and_load"),
        "NeuralNetwork.own_optimizers",
    },
}
RANDOM = {"distribution": 0.05, "keep_rate": 0.05}  # what draws may be off by
RUN = """
import json, sys, numpy
given = json.load(sys.stdin)
answers = {}
for name, lines in given.items():
    said = []
    exec("\\n".join(lines), {"print": lambda *words: said.append(words)})
    ((_, yours, _, expected),) = said
    answers[name] = [numpy.asarray(value).tolist() for value in (yours, expected)]
json.dump(answers, sys.stdout)
"""


def every(dialect: str) -> Iterator[tuple[Task, Check, Case]]:
    for task in registry().tasks.values():
        for check in registry().plan(task, DIALECT_TRAITS[dialect]) if task.asked_of(dialect) else ():
            for case in cases_of(task, check, dialect):
                yield task, check, case


def lines(task: Task, check: Check, case: Case, dialect: str) -> FiveLines:
    path = PROJECT / "submissions" / EXAMPLES[dialect]
    return five_lines(task, check, case, 7, dialect, open_submission(path, EXAMPLES[dialect]))


def run(code: list[str], folder: Path, given: str = "") -> str:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    kept["PYTHONPATH"] = os.pathsep.join([str(folder), str(folder.parent)])
    done = subprocess.run(
        [sys.executable, "-W", "error", *code],
        input=given,
        env=kept,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A folder with an example, and of the project only the interfaces."""
    (tmp_path / "framework").mkdir()
    for path in (PROJECT / "framework").glob("*.py"):
        shutil.copy(path, tmp_path / "framework")
    shutil.copytree(PROJECT / "submissions" / EXAMPLES[request.param], tmp_path / "mine")
    return tmp_path / "mine"


@pytest.mark.parametrize(("dialect", "folder"), [("fau", "fau"), ("native", "native")], indirect=["folder"])
def test_lines_print_what_is_expected(dialect: str, folder: Path) -> None:
    import json

    made = {
        f"{task.name}.{check.name} [{case.name}]": lines(task, check, case, dialect)
        for task, check, case in every(dialect)
    }
    without = {name.partition(" [")[0] for name, one in made.items() if one.why_not}
    assert without == WITHOUT[dialect]
    given = {name: one.lines for name, one in made.items() if one.lines}
    assert all(3 <= len(one) <= 5 for one in given.values())
    answers = json.loads(run(["-c", RUN], folder, json.dumps(given)))
    for name, (yours, expected) in answers.items():
        rough = RANDOM.get(name.partition(" [")[0].partition(".")[2], 0.0)
        if isinstance(expected, str) or (isinstance(expected, list) and any(isinstance(one, str) for one in expected)):
            assert yours == expected, name
            continue
        np.testing.assert_allclose(yours, expected, rtol=rough or 2e-4, atol=rough or 2e-6, err_msg=name)


@pytest.mark.parametrize("folder", ["fau"], indirect=True)
@pytest.mark.parametrize(
    "name", ["RNN.memory_gradient", "Adam.first_step", "He.shape", "L1_Regularizer.constrained_sgd"]
)
def test_lines_stand_alone_in_a_file(folder: Path, name: str) -> None:
    task, _, check = name.partition(".")
    found = next(one for one in every("fau") if (one[0].name, one[1].name) == (task, check))
    (folder / "try.py").write_text("\n".join(lines(*found, "fau").lines), encoding="utf-8")
    assert run(["try.py"], folder).startswith("yours: ")


def test_name_of_a_file_does_not_become_code() -> None:
    task, check, case = next(every("fau"))
    source = f"class {task.name}: pass".encode()
    odd = Submission("mine", "", {"a; print(1) #.py": source}, {}, "fau", ("",))
    first = five_lines(task, check, case, 7, "fau", odd).lines[0]
    assert "print" not in first
    assert f"import {task.name}" in first


@pytest.mark.parametrize("folder", ["fau"], indirect=True)
def test_lines_show_a_bug(folder: Path) -> None:
    path = folder / "Layers" / "RNN.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("gradient_hidden = gradient_hidden + ", "gradient_hidden = "), encoding="utf-8")
    for name in ("sgd_step", "parameter_gradients", "memory_gradient"):
        found = next(one for one in every("fau") if (one[0].name, one[1].name) == ("RNN", name))
        (folder / "try.py").write_text("\n".join(lines(*found, "fau").lines), encoding="utf-8")
        yours, expected = run(["try.py"], folder).strip().removeprefix("yours: ").split(" expected: ")
        numbers = [np.fromstring(text.strip("[]").replace(",", " "), sep=" ") for text in (yours, expected)]
        assert not np.allclose(*numbers, rtol=1e-3)


@pytest.mark.parametrize("kind", ["normal", "wide", "off_zero", "distinct", "probabilities"])
def test_input_is_that_of_the_check(kind: str) -> None:
    drawn = eval(data(kind, (3, 4)), {"rng": generator(7, "a", "b", "c"), "np": np})
    np.testing.assert_allclose(drawn, sample(kind, (3, 4), generator(7, "a", "b", "c")), rtol=1e-15)


def test_check_of_somebody_else_without_lines_says_so() -> None:
    task = registry().tasks["ReLU"]
    check = Check("theirs", "a title", "", lambda: None)
    assert five_lines(task, check, task.cases[0], 7).why_not == "nobody has written them for this check"
    known = next(one for one in registry().checks if one.name == "forward_value")
    assert "cs231n" in five_lines(task, known, task.cases[0], 7, "cs231n").why_not


def test_student_kit_shows_the_lines_without_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    task = registry().tasks["RNN"]
    check = next(one for one in registry().checks if one.name == "forward_value")
    assert '"expected:", [' in five_lines(task, check, task.cases[0], 7).lines[-1]
    monkeypatch.setitem(sys.modules, "framework.reference.rnn", None)
    made = five_lines(task, check, task.cases[0], 7)
    assert made.lines[-1].endswith('"expected:", "known on the instructor\'s machine only")')
