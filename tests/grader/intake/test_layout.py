"""What kind of hand-in it is: told from names, before anything is run."""

from __future__ import annotations

import pytest

from grader.intake import IntakeError
from grader.intake.layout import build_submission
from grader.model import Submission

NATIVE = b'[project]\nname = "x"\n[project.entry-points.backcheck]\nmine = "handin:Hooks"\n'


def build(*names: str, **contents: bytes) -> Submission:
    files = dict.fromkeys(names, b"class ReLU: ...")
    return build_submission("mine", files | {name.replace("__", "/"): raw for name, raw in contents.items()})


@pytest.mark.parametrize(
    ("prefix", "roots"),
    [
        ("", ("", "Layers/", "Optimization/", "Models/")),
        ("src_to_implement/", ("src_to_implement/", "")),
        ("exercise3/src_to_implement/", ("exercise3/src_to_implement/", "exercise3/", "")),
        ("my hand-in (2)/", ("my hand-in (2)/", "")),
    ],
)
def test_exercise_s_folders_at_the_top_or_further_down(prefix: str, roots: tuple[str, ...]) -> None:
    submission = build(f"{prefix}Layers/ReLU.py", f"{prefix}Optimization/Loss.py", f"{prefix}NeuralNetwork.py")
    assert submission.dialect == "fau"
    assert submission.entry_points == {}
    assert submission.roots[: len(roots)] == roots
    assert submission.roots[-3:] == tuple(f"{prefix}{name}/" for name in ("Layers", "Optimization", "Models"))


def test_container_alone_is_a_hand_in() -> None:
    assert build("src/NeuralNetwork.py").roots[0] == "src/"


def test_too_deep_is_not_searched() -> None:
    with pytest.raises(IntakeError, match="nothing gradable"):
        build("a/b/c/Layers/ReLU.py")


def test_of_two_copies_the_fuller_counts_then_the_shallower() -> None:
    submission = build("old/Layers/ReLU.py", "new/src/Layers/ReLU.py", "new/src/Layers/RNN.py")
    assert submission.roots[0] == "new/src/"
    assert build("b/Layers/ReLU.py", "a/x/Layers/ReLU.py").roots[0] == "b/"
    assert build("b/Layers/ReLU.py", "a/Layers/ReLU.py").roots[0] == "a/"


@pytest.mark.parametrize("prefix", ["", "hand-in/"])
def test_flat_hand_in_gets_its_folders_back(prefix: str) -> None:
    flat = ["ReLU.py", "Base.py", "Loss.py", "Optimizers.py", "LeNet.py", "NeuralNetwork.py", "own.py", "Softmax.py"]
    submission = build(*(prefix + name for name in flat))
    homes = [
        "Layers/ReLU.py",
        "Layers/Base.py",
        "Optimization/Loss.py",
        "Optimization/Optimizers.py",
        "Models/LeNet.py",
    ]
    homes += ["NeuralNetwork.py", "own.py", "Layers/Softmax.py"]
    assert list(submission.files) == [prefix + name for name in homes]
    assert submission.roots[0] == prefix


def test_hand_in_with_folders_is_left_as_it_is() -> None:
    submission = build("Layers/ReLU.py", "Conv.py")
    assert list(submission.files) == ["Layers/ReLU.py", "Conv.py"]


@pytest.mark.parametrize("prefix", ["", "hand-in/", "a/b/"])
def test_native_by_its_entry_point(prefix: str) -> None:
    submission = build_submission("mine", {f"{prefix}pyproject.toml": NATIVE, f"{prefix}handin.py": b""})
    assert (submission.dialect, submission.entry_points) == ("native", {"mine": "handin:Hooks"})
    assert submission.roots == (prefix, f"{prefix}src/")
    assert list(submission.files) == [f"{prefix}handin.py"]


def test_entry_point_counts_before_folders() -> None:
    submission = build("Layers/ReLU.py", **{"pyproject.toml": NATIVE})
    assert submission.dialect == "native"


@pytest.mark.parametrize(
    "toml",
    [
        b"",
        b'[project]\nname = "x"\n',
        b"[tool.ruff]\nline-length = 100\n",
        b"[project.entry-points.backcheck]\n",
        b'[project.entry-points.pytest11]\nx = "y"\n',
        b"project = 3\n",
        b"[project]\nentry-points = 3\n",
        b"[project.entry-points]\nbackcheck = 3\n",
    ],
)
def test_project_file_without_entry_point_is_ignored(toml: bytes) -> None:
    assert build("Layers/ReLU.py", **{"pyproject.toml": toml}).dialect == "fau"
    with pytest.raises(IntakeError, match="nothing gradable"):
        build("own.py", **{"pyproject.toml": toml})


def test_project_file_with_entry_point_further_down_counts() -> None:
    files = {"pyproject.toml": b"[tool.ruff]\n", "sub/pyproject.toml": NATIVE, "sub/handin.py": b""}
    assert build_submission("mine", files).roots[0] == "sub/"
    deep = {"a/b/c/pyproject.toml": NATIVE, "a/b/c/handin.py": b""}
    with pytest.raises(IntakeError, match="nothing gradable"):
        build_submission("mine", deep)


@pytest.mark.parametrize(
    "toml",
    [
        b"[project",
        b"x = " + b"9" * 5000,
        b"x = " + b"[" * 5000,
        b"# coding: undefined\nx",
        b"\xff\xfe",
        b"x = 2020-99-99",
        b"a = 1\na = 2",
    ],
)
def test_project_file_that_is_not_toml(toml: bytes) -> None:
    with pytest.raises(IntakeError, match=r"^mine: hand-in/pyproject.toml is not valid TOML: ") as caught:
        build("hand-in/own.py", **{"hand-in__pyproject.toml": toml})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [b"3", b"true", b'["handin"]', b'{ module = "handin" }'])
def test_entry_point_must_be_a_string(value: bytes) -> None:
    with pytest.raises(IntakeError, match=r'pyproject\.toml: the entry point mine must be a string, "module:object"'):
        build("own.py", **{"pyproject.toml": b"[project.entry-points.backcheck]\nmine = " + value})


def test_project_file_in_another_encoding_is_read() -> None:
    raw = b"\xef\xbb\xbf# gr\xc3\xbc\xc3\x9fe\r\n" + NATIVE.replace(b"\n", b"\r\n")
    assert build("handin.py", **{"pyproject.toml": raw}).entry_points == {"mine": "handin:Hooks"}


def test_digest_follows_the_content_and_nothing_else() -> None:
    one = build_submission("a", {"Layers/ReLU.py": b"1", "Layers/RNN.py": b"2"})
    assert one.digest == build_submission("b", {"Layers/RNN.py": b"2", "Layers/ReLU.py": b"1"}).digest
    assert one.digest != build_submission("a", {"Layers/ReLU.py": b"2", "Layers/RNN.py": b"1"}).digest
    assert one.digest != build_submission("a", {"Layers/ReLU.py": b"1", "Layers/RNN2.py": b""}).digest
    assert one.digest != build_submission("a", {"Layers/ReLU.py": b"1Layers/RNN.py:2"}).digest
