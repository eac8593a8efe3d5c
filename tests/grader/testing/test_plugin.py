"""The pytest front: the verdicts and words of `dispatch.py`, as test items. Every run is a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.reporters._checks import CheckRow
from tests.accuracy.naming import Patch, all_patches
from tests.grader.command import RIGHT, SLEEPING, WRONG, environment, hand_in
from tests.grader.handins import copy_example, example, grade, patched
from tests.grader.testing.front import PROJECT, Front, expected, front, nodeid, on_disk

GRADIENTS = {f"backcheck::ReLU::input_gradient[{case}]" for case in ("three rows", "one row", "images")}
PYTEST_USAGE = 4


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A folder with a hand-in whose ReLU has a wrong gradient."""
    hand_in(tmp_path, "wrong", WRONG)
    return tmp_path


def relu(folder: Path, *words: object, **more: str) -> Front:
    return front(folder, "--backcheck", "--backcheck-task=relu", "--backcheck-seed=7", *words, **more)


def test_plugin_is_inert_and_light(tmp_path: Path) -> None:
    """Whoever has backcheck installed beside pytest pays for six options, and for nothing else."""
    (tmp_path / "test_own.py").write_text(
        "import sys\ndef test_nothing_heavy():\n"
        "    heavy = {name.partition('.')[0] for name in sys.modules} & {'numpy', 'scipy', 'jinja2', 'framework'}\n"
        "    ours = {name for name in sys.modules if name.startswith('grader.')}\n"
        "    assert heavy == set()\n    assert ours == {'grader.testing'}\n",
        encoding="utf-8",
    )
    done = front(tmp_path, "-p", "no:tests.grader.testing.recorder")
    assert done.code == 0, done.output
    assert "backcheck" not in "".join(line for line in done.output.splitlines() if not line.startswith("plugins:"))


def test_entry_point_is_the_plugin() -> None:
    import tomllib

    table = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert table["project"]["entry-points"]["pytest11"] == {"grader.testing": "grader.testing"}


@pytest.mark.parametrize("name", ["example_fau", "example_native", "template"])
@pytest.mark.parametrize("words", [(), ("--in-process",)])
def test_same_verdicts_on_the_bundled_hand_ins(name: str, words: tuple[str, ...], tmp_path: Path) -> None:
    tasks = ["ReLU", "FullyConnected", "NeuralNetwork", "Dropout", "Adam", "L2_Regularizer", "He", "CrossEntropyLoss"]
    copy_example(name, tmp_path / name)
    done = front(
        tmp_path,
        "--backcheck",
        f"--submission={name}",
        "--backcheck-task",
        ",".join(tasks),
        "--backcheck-seed=7",
        *words,
    )
    known = {}
    for report in grade(example(name), tasks, seed=7).values():
        known |= expected(report)
    assert done.outcomes == known
    assert done.code == (1 if name == "template" else 0)


@pytest.mark.parametrize("patch", all_patches()[7::61], ids=lambda patch: patch.id)
def test_same_verdicts_on_misconceptions(patch: Patch, tmp_path: Path) -> None:
    """A sample; `python -m tests.accuracy.fronts` compares all of them."""
    submission = patched(patch.example, patch.patches)
    on_disk(submission, tmp_path / "own")
    done = front(
        tmp_path,
        "--backcheck",
        "--submission=own",
        "--backcheck-task",
        patch.task,
        "--backcheck-seed=7",
        "--in-process",
    )
    assert done.outcomes == expected(grade(submission, [patch.task], seed=7)[patch.task])


def test_failures_say_what_the_report_says_and_nothing_else(tmp_path: Path) -> None:
    patch = next(p for p in all_patches() if p.id == "rnn-shared-optimizer")
    submission = patched(patch.example, patch.patches)
    on_disk(submission, tmp_path / "own")
    done = front(tmp_path, "--backcheck", "--submission=own", "--backcheck-task=RNN", "--backcheck-seed=7")
    report = grade(submission, ["RNN"], seed=7)["RNN"]
    assert done.code == 1
    assert done.outcomes == expected(report)
    for result in report.results:
        outcome, text = done.items[nodeid(result)]
        if outcome == "failed":
            assert text.splitlines() == [result.title, *(f"    {line}" for line in CheckRow((result,)).texts())]
            assert "Looks like: one optimizer trains both weight matrices" in text
    assert "Traceback" not in done.output
    assert "grader/" not in done.output
    assert "--backcheck-seed 7" in done.output


def test_names_choose_and_what_is_not_chosen_costs_nothing(wrong: Path) -> None:
    """The check that sleeps is needed by none of those selected."""
    hand_in(wrong, "sleeping", SLEEPING)
    done = front(wrong, "--backcheck", "--submission=sleeping", "--backcheck-task=Sgd,ReLU", "-k", "Sgd or found")
    assert done.code == 0
    assert {name.split("::")[1] for name in done.items} == {"Sgd", "ReLU"}
    only = relu(wrong, "--submission=wrong", "-k", "ReLU and input_gradient")
    assert set(only.items) == GRADIENTS


def test_what_waits_for_a_deselected_failure_fails(tmp_path: Path) -> None:
    """Else a selection of checks that need a broken one would be all green."""
    copy_example("template", tmp_path / "own")
    done = relu(tmp_path, "--submission=own", "-k", "input_gradient")
    assert set(done.outcomes.values()) == {"failed"}
    text = done.items["backcheck::ReLU::input_gradient[one row]"][1]
    assert text.splitlines()[0].endswith(": not run, because it needs")
    assert "not written yet (layers.py:" in text
    whole = relu(tmp_path, "--submission=own")
    assert whole.items["backcheck::ReLU::input_gradient[one row]"][0] == "skipped"
    assert whole.items["backcheck::ReLU::input_gradient[one row]"][1].startswith("Skipped: needs: ")


def test_missing_component_is_one_failure(tmp_path: Path) -> None:
    hand_in(tmp_path, "own", RIGHT)
    done = front(tmp_path, "--backcheck", "--submission=own", "--backcheck-task=Conv")
    assert done.items["backcheck::Conv::found"][0] == "failed"
    assert "no class Conv in the hand-in" in done.items["backcheck::Conv::found"][1]
    assert set(done.outcomes.values()) == {"failed", "skipped"}
    assert front(tmp_path, "--backcheck", "--submission=own", "-k", "Conv and gradient").code == 1


def test_notes_on_the_hand_in_are_told(tmp_path: Path) -> None:
    folder = hand_in(tmp_path, "own", RIGHT)
    (folder / "Layers" / "Old.py").write_text(RIGHT, encoding="utf-8")
    for words in ((), ("--in-process",)):
        done = relu(tmp_path, "--submission=own", *words)
        assert "Note: ReLU: ReLU was graded from Layers/ReLU.py; there is another one in Layers/Old.py" in done.output


def test_first_failure_last_failed_and_node_ids(wrong: Path) -> None:
    first = relu(wrong, "--submission=wrong", "-x")
    assert list(first.outcomes.values()).count("failed") == 1
    relu(wrong, "--submission=wrong")
    again = relu(wrong, "--submission=wrong", "--lf")
    assert set(again.outcomes.values()) == {"failed"}
    assert set(again.items) >= GRADIENTS
    (wrong / "wrong" / "Layers" / "ReLU.py").write_text(RIGHT, encoding="utf-8")
    assert relu(wrong, "--submission=wrong", "--lf").code == 0
    one = relu(wrong, "--submission=wrong", "backcheck::ReLU::input_gradient[one row]")
    assert set(one.items) == {"backcheck::ReLU::input_gradient[one row]"}
    by_path = relu(wrong, "--submission=wrong", f"{wrong / 'wrong'}::ReLU::input_gradient")  # as editors name them
    assert set(by_path.items) == GRADIENTS


def test_collect_only_runs_nothing_of_the_hand_in(tmp_path: Path) -> None:
    hand_in(tmp_path, "own", "raise SystemExit(0)\n")
    done = relu(tmp_path, "--submission=own", "--collect-only", "-q")
    assert done.code == 0
    assert set(done.output.split("\n\n")[0].splitlines()) >= GRADIENTS


def test_own_tests_are_collected_only_if_named(wrong: Path) -> None:
    (wrong / "test_own.py").write_text("def test_own():\n    pass\n", encoding="utf-8")
    alone = relu(wrong, "--submission=wrong", "-k", "own or found")
    assert set(alone.items) == {"backcheck::ReLU::found"}
    both = relu(wrong, "--submission=wrong", "-k", "own or found", "test_own.py")
    assert set(both.items) == {"backcheck::ReLU::found", "test_own.py::test_own"}


def test_remarks_are_no_failures_whatever_the_project_does_about_warnings(tmp_path: Path) -> None:
    remark = next(p for p in all_patches() if p.id == "relu-modifies-error")
    submission = patched(remark.example, remark.patches)
    on_disk(submission, tmp_path / "own")
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\nxfail_strict = true\n", encoding="utf-8")
    known = expected(grade(submission, ["ReLU"], seed=7)["ReLU"])
    assert "xfailed" in known.values()
    for words in ((), ("--in-process",)):
        done = relu(tmp_path, "--submission=own", *words)
        assert done.outcomes == known
        assert "remarks, which cost no points" in done.output
    plain = relu(tmp_path, "--submission=own", "--runxfail")
    assert plain.outcomes == {name: "passed" if how == "xfailed" else how for name, how in known.items()}


def test_broken_grader_is_an_error(tmp_path: Path) -> None:
    hand_in(tmp_path, "own", RIGHT)
    (tmp_path / "breaks.py").write_text(
        "import grader.testing.runs as runs\n"
        "from dataclasses import replace\n"
        "from grader.model import Verdict\n"
        "grade = runs.grade\n"
        "def broken(*given):\n"
        "    report = grade(*given)\n"
        "    bad = [replace(r, verdict=Verdict.BROKEN, message='KeyError: 1') for r in report.results]\n"
        "    return replace(report, results=tuple(bad))\n"
        "runs.grade = broken\n",
        encoding="utf-8",
    )
    done = relu(tmp_path, "--submission=own", "-p", "breaks", PYTHONPATH=f"{PROJECT}:{tmp_path}")
    assert set(done.outcomes.values()) == {"error"}
    assert "The grader itself failed here (this costs no points): KeyError: 1" in done.output


def test_a_loop_is_a_verdict_and_leaves_nothing_behind(tmp_path: Path) -> None:
    endless = RIGHT.replace("return e * self.open", "import os; os._exit(0)")
    hand_in(tmp_path, "own", endless)
    done = relu(tmp_path, "--submission=own", "-k", "backward_shape")
    assert set(done.outcomes.values()) == {"failed"}
    assert "the process ended during backward (exit code 0)" in done.output


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--backcheck", "--submission=nowhere"), "no submission 'nowhere': no such folder or zip file"),
        (
            ("--backcheck", "--submission=wrong", "--backcheck-task=RELUU"),
            "no task is called 'RELUU'; did you mean ReLU?",
        ),
        (("--backcheck", "--submission=wrong", "--backcheck-task="), "--backcheck-task is empty"),
        (("--backcheck", "--submission=wrong", "--backcheck-task=L2Loss"), "--backcheck-task L2Loss: not asked"),
        (("--backcheck", "--submission=wrong", "--backcheck-seed=x"), "--backcheck-seed: a seed is a whole number"),
        (("--backcheck", "--submission=wrong", "backcheck::ReLU::nothing"), "not found: backcheck::ReLU::nothing; "),
        (
            ("--backcheck", "--submission=wrong", "--backcheck-dialect=fao"),
            "no dialect is called 'fao'; did you mean fau?",
        ),
        (("--in-process",), "--in-process goes with --backcheck"),
        (("--submission=wrong",), "--submission goes with --backcheck"),
    ],
)
def test_wrong_usage_is_one_line(wrong: Path, words: tuple[str, ...], line: str) -> None:
    done = front(wrong, *words)
    assert done.code == PYTEST_USAGE
    assert line in done.output
    assert "Traceback" not in done.output
    assert done.items == {}


def test_settings_of_the_hand_in_are_refused(tmp_path: Path) -> None:
    """pytest takes a separate word for a path before it knows the option, and looks for its settings there."""
    folder = hand_in(tmp_path, "own", RIGHT)
    assert relu(tmp_path, "--submission", "own").code == 0  # there are none
    (folder / "pyproject.toml").write_text("[project]\nname = 'mine'\n", encoding="utf-8")
    assert relu(tmp_path, "--submission", "own", "--backcheck-dialect=fau").code == 0
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", encoding="utf-8")
    assert relu(tmp_path, "--submission", "own", "--backcheck-dialect=fau").code == PYTEST_USAGE
    (folder / "pyproject.toml").unlink()
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -k found\n", encoding="utf-8")
    apart = relu(tmp_path, "--submission", "own")
    assert apart.code == PYTEST_USAGE
    assert "write --submission=own with the equals sign" in apart.output
    assert relu(tmp_path, PYTEST_ADDOPTS="--submission own").code == PYTEST_USAGE
    by_path = relu(tmp_path, "--submission=own", "own::ReLU")
    assert by_path.code == PYTEST_USAGE
    assert "pytest took its settings from the hand-in" in by_path.output
    assert relu(tmp_path, "--submission=own").code == 0
    assert relu(folder, "--submission=.").code == 0  # whoever works in there means it


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("own", ("--submission=own",), 0),
        ("own", ("--submission=own", "."), 0),
        ("own", ("--submission=own", "own"), PYTEST_USAGE),
        ("own", ("--submission=own", "own/test_theirs.py"), PYTEST_USAGE),
        ("own", ("--submission=own", "own::ReLU"), PYTEST_USAGE),
        ("test_own", ("--submission=test_own",), PYTEST_USAGE),
    ],
)
def test_pytest_imports_nothing_of_the_hand_in(name: str, words: tuple[str, ...], code: int, tmp_path: Path) -> None:
    folder = hand_in(tmp_path, name, RIGHT)
    trap = f"open({str(tmp_path / 'sprung')!r}, 'x')\n"
    (folder / "conftest.py").write_text(trap, encoding="utf-8")
    (folder / "test_theirs.py").write_text(trap, encoding="utf-8")
    done = relu(tmp_path, *words)
    assert done.code == code, done.output
    assert "Traceback" not in done.output
    assert not (tmp_path / "sprung").exists()


def test_in_process_reaches_the_code_with_the_debugger(wrong: Path) -> None:
    crashing = RIGHT.replace("return e * self.open", "secret = 41 + 1; raise RuntimeError('no')")
    hand_in(wrong, "own", crashing)
    words = ("--submission=own", "--in-process", "-k", "backward_shape and one", "--pdb")
    done = relu(wrong, *words, answers="p 'secret', secret\nw\nq\n")
    assert "('secret', 42)" in done.output
    assert "IN THIS PROCESS, for your own code only" in done.output
    assert "raised in your Layers/ReLU.py:" in done.output
    stopping = RIGHT.replace("return e * self.open", "breakpoint(); return e * self.open")
    hand_in(wrong, "stopping", stopping)
    words = ("--submission=stopping", "--in-process", "-k", "backward_shape and one")
    assert relu(wrong, *words, answers="p 'shape', e.shape\nc\n" * 9).code == 0
    quit_at_once = relu(wrong, *words, answers="q\n")
    assert "Exit: Quitting debugger" in quit_at_once.output
    assert quit_at_once.items == {}


def test_in_process_leaves_modules_of_the_same_name_alone(tmp_path: Path) -> None:
    copy_example("example_fau", tmp_path / "own")
    (tmp_path / "Layers").mkdir()
    (tmp_path / "Layers" / "__init__.py").write_text("mark = 'another'\n", encoding="utf-8")
    (tmp_path / "test_own.py").write_text(
        "import sys\nsys.path.insert(0, '.')\nimport Layers\ndef test_own():\n"
        "    import Layers as again\n    assert again is Layers\n    assert again.mark == 'another'\n",
        encoding="utf-8",
    )
    words = ("--submission=own", "--in-process", "-k", "own or shape", "test_own.py")
    assert relu(tmp_path, *words).code == 0
    assert front(tmp_path, "--backcheck", "-p", "no:randomly", *words).code == 0


def test_help_says_what_the_options_are_for(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "grader.testing", "--help"],
        cwd=tmp_path,
        env=environment(PYTHONPATH=str(PROJECT)),
        capture_output=True,
        text=True,
        timeout=60,
    )
    for name in ("--backcheck", "--submission=PATH", "--backcheck-task", "--backcheck-seed", "--in-process"):
        assert name in done.stdout
    assert "FOR YOUR OWN CODE ONLY" in done.stdout
