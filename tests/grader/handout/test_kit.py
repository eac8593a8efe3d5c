"""A kit grades without the reference, holds no answer, and is written whole or not at all."""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.handout.counted import Counted
from grader.handout.kit import KitError, hand_out
from grader.references import GOLDEN
from tests.grader.command import usage
from tests.grader.handins import PROJECT, copy_example
from tests.grader.handout.conftest import SEED, Run

ANSWERS = ("framework/reference", "grader/misconceptions")


def test_the_environment_knows_nothing_of_this_project(run: Run) -> None:
    tried = "import importlib.util as u, sys; sys.path.pop(0); print([u.find_spec(n) for n in ('grader', 'framework')])"
    assert run("-c", tried).stdout.strip() == "[None, None]"
    found = run("-c", "import grader, framework.reference")
    assert "No module named 'framework.reference'" in found.stderr


def test_the_template_scores_zero(run: Run) -> None:
    done = run("dispatch.py", "--task", "ex1", "--submission", "submissions/template")
    assert done.returncode == 1, done.stderr
    assert "submissions/template  0 / 100" in done.stdout
    assert f"seed {SEED}," in done.stdout
    assert not done.stderr


@pytest.mark.parametrize("name", ["example_fau", "example_native"])
def test_a_right_hand_in_gets_all_that_is_counted_and_that_is_most(run: Run, tmp_path: Path, name: str) -> None:
    copy_example(name, tmp_path / "mine")
    done = run(
        *("dispatch.py", "--submission", tmp_path / "mine", "--skip", "lenet"),
        *("--report", f"json={tmp_path / 'report.json'}"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    reports = json.loads((tmp_path / "report.json").read_text("utf-8"))["reports"]
    score, most = (sum(report[key] for report in reports) for key in ("score", "max_score"))
    assert score == most
    assert most >= 0.8 * 300


def test_what_needs_the_instructors_machine_is_said_and_not_counted(run: Run, tmp_path: Path) -> None:
    made = copy_example("example_fau", tmp_path / "mine")
    network = made / "Layers" / "BatchNormalization.py"
    text = network.read_text("utf-8")
    assert "0.8" in text
    network.write_text(text.replace("0.8", "0.77"), encoding="utf-8")  # fair, and not on record
    done = run("dispatch.py", "--task", "BatchNormalization", "--submission", made, "-v")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "needs the instructor's machine" in done.stdout
    short = run("dispatch.py", "--task", "BatchNormalization", "--submission", made)
    assert re.search(r"\d+ checks? needs? the instructor's machine \(not counted here\)", short.stdout)


def test_a_wrong_hand_in_fails_with_what_its_numbers_look_like(run: Run, tmp_path: Path) -> None:
    made = copy_example("example_fau", tmp_path / "mine")
    layer = made / "Layers" / "Flatten.py"
    relu = made / "Layers" / "ReLU.py"
    relu.write_text(re.sub(r"return (.*)$", r"return -(\1)", relu.read_text("utf-8"), flags=re.MULTILINE), "utf-8")
    assert layer.is_file()
    done = run("dispatch.py", "--task", "ReLU", "--submission", made)
    assert done.returncode == 1
    assert "Looks like: the right numbers with the wrong sign" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--task", "ReLU", "--seed", "77"),
            f"--seed 77 needs the instructor's machine; this kit has answers for the seeds {SEED}",
        ),
        (("--batch", "."), "--batch needs the instructor's machine"),
        (("--handout", "more"), "--handout needs the instructor's machine"),
    ],
)
def test_what_a_kit_cannot_do_it_refuses(run: Run, words: tuple[str, ...], said: str) -> None:
    done = run("dispatch.py", *words)
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith(f"dispatch.py: {said}")


def test_its_help_offers_nothing_that_it_refuses(run: Run) -> None:
    done = run("dispatch.py", "--help")
    assert done.returncode == 0
    assert "--watch" in done.stdout
    for option in ("--batch FOLDER", "--jobs", "--regrade", "--selftest", "--handout", "grading a whole class"):
        assert option not in done.stdout


@pytest.mark.parametrize(("number", "said"), [(0, ""), (1, "; 1 hidden one is"), (2, "; 2 hidden ones are")])
def test_hidden_checks_are_counted_in_words(number: int, said: str) -> None:
    end = f"{said} not in it" if said else "0 need the instructor's machine"
    assert Counted(here=3, hidden=number).sentence().endswith(end)


def test_it_trains_what_students_have_written_and_nothing_else(run: Run) -> None:
    done = run("-m", "framework.train_lenet", "--data", "digits", "--epochs", "1")
    assert done.returncode == 2
    assert "a student kit holds no LeNet of its own; --submission PATH trains yours" in done.stderr


def test_a_class_in_a_notebook_is_graded_with_a_seed_that_is_on_record(run: Run) -> None:
    script = "import numpy, grader\nclass Flatten:\n    pass\nprint(grader.check(Flatten, dialect='fau'))"
    done = run("-c", script)
    assert f"seed {SEED}" in done.stdout + done.stderr or f"seed={SEED}" in done.stdout + done.stderr, done
    assert "framework.reference" not in done.stderr


def test_the_commands_of_its_readme_run(run: Run, kit: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"^```bash\n(.*?)^```", (kit / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    mine = kit / "submissions" / "mine"
    codes = {}
    try:
        for line in lines:
            words = shlex.split(line)
            if words[0] == "cp":
                shutil.copytree(kit / words[2], kit / words[3])
            elif "dispatch.py" in words:
                done = run(*words[1:])
                codes[line] = done.returncode
                assert done.returncode in (0, 1), line + done.stderr
        assert mine.is_dir()
    finally:
        shutil.rmtree(mine, ignore_errors=True)
    assert len(codes) >= 4
    assert len((kit / "README.md").read_text("utf-8").splitlines()) <= 50
    assert all(requirement for requirement in (kit / "requirements.txt").read_text().splitlines())


def test_no_file_is_named_like_an_answer(kit: Path) -> None:
    names = [path.relative_to(kit).as_posix() for path in kit.rglob("*")]
    assert "grader/tasks/conv.py" in names
    assert "submissions/template/handin.py" in names
    for name in names:
        assert not name.startswith((*ANSWERS, "tests", "submissions/example", "grader/handout", "grader/selftest/")), (
            name
        )


# of what the guest trains layers with (`guest/aids.py`): there is no other plain step
KNOWN = {"learning_rate * g"}


def test_no_code_of_the_reference_or_the_misconceptions_is_in_it(kit: Path) -> None:
    secret = {line for folder in ANSWERS for path in (PROJECT / folder).rglob("*.py") for line in _formulas(path)}
    assert len(secret) > 300
    told = {line for path in kit.rglob("*.py") for line in _formulas(path)}
    assert secret & told == KNOWN


def test_no_class_of_the_reference_is_in_it_under_other_names(kit: Path) -> None:
    secret = {body for folder in ANSWERS for path in (PROJECT / folder).rglob("*.py") for body in _bodies(path)}
    assert len(secret) > 50
    assert not secret & {body for path in kit.rglob("*.py") for body in _bodies(path)}


def _formulas(path: Path) -> Iterator[str]:
    """Yield what stands on the right of assignments and returns, if it computes something, without `self`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        value = getattr(node, "value", None)
        if not isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return)) or value is None:
            continue
        if any(isinstance(part, (ast.BinOp, ast.Compare)) for part in ast.walk(value)):
            yield ast.unparse(value).replace("self._", "").replace("self.", "")


def _bodies(path: Path) -> Iterator[str]:
    """Yield the bodies of functions that compute something, with all names and texts alike."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and sum(isinstance(part, ast.BinOp) for part in ast.walk(node)) >= 3:
            statements = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
            text = "\n".join(ast.dump(s) for s in statements)
            yield re.sub(r"(id|attr|arg)='\w+'", r"\1=''", text)


def test_the_record_is_small_and_holds_digests_and_numbers_only(kit: Path) -> None:
    files = list((kit / "data" / "golden").iterdir())
    assert sum(path.stat().st_size for path in files) < 3 << 20
    assert {path.suffix for path in files} == {".npz", ".json"}
    assert not GOLDEN.exists()  # here the reference answers


def test_a_folder_that_is_not_empty_stays_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "precious").write_text("mine")
    said = usage("--handout", str(tmp_path), capsys=capsys)
    assert said == f"{tmp_path} is not empty; --handout takes a new or empty folder"
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_a_file_and_a_place_that_is_not_there_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KitError, match="is a file"):
        hand_out(tmp_path / "file")
    with pytest.raises(KitError, match="no such folder"):
        hand_out(tmp_path / "not" / "there")
    with pytest.raises(KitError, match="File name too long"):
        hand_out(tmp_path / ("x" * 300))


def test_nothing_is_left_of_a_kit_that_could_not_be_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("grader.handout.kit.record", full)
    with pytest.raises(KitError, match="No space left on device"):
        hand_out(tmp_path / "kit")
    assert not list(tmp_path.iterdir())
