"""Which hand-in is meant, and what to say when that is not clear."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.intake import IntakeError
from grader.intake.choose import choose


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty `submissions` folder, seen from its parent."""
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "submissions"
    made.mkdir()
    return made


def bundled(folder: Path) -> None:
    for name in ("template", "example_native", "example_fau", "__pycache__", ".git"):
        (folder / name).mkdir()
    (folder / "README.md").write_text("")


def message(given: list[str], folder: Path) -> str:
    with pytest.raises(IntakeError) as caught:
        choose(given, folder)
    return str(caught.value)


def test_without_a_hand_in_of_one_s_own_the_example_is_graded(folder: Path) -> None:
    bundled(folder)
    chosen, remark = choose([], folder)
    assert chosen == [("submissions/example_native", folder / "example_native")]
    assert remark == "No hand-in of yours found: grading the bundled example"


@pytest.mark.parametrize("name", ["mine", "mine.zip", "MINE.ZIP"])
def test_the_only_hand_in_is_meant(folder: Path, name: str) -> None:
    bundled(folder)
    path = folder / name
    if "." in name:
        path.write_bytes(b"")
    else:
        path.mkdir()
    assert choose([], folder) == ([(f"submissions/{name}", path)], "")


def test_several_are_named_with_the_command_to_type(folder: Path) -> None:
    bundled(folder)
    for name in ("b", "a a", "c"):
        (folder / name).mkdir()
    expected = "several hand-ins in submissions/: a a, b, c; "
    assert message([], folder) == expected + "choose, for example: python dispatch.py --submission 'a a'"


def test_nothing_at_all(folder: Path) -> None:
    assert message([], folder).endswith("submissions; name one: --submission PATH")
    assert message([], folder / "nowhere").endswith("nowhere; name one: --submission PATH")


def test_name_folder_and_zip(folder: Path, tmp_path: Path) -> None:
    bundled(folder)
    (folder / "packed.zip").write_bytes(b"")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    given = ["example_fau", "packed", str(elsewhere), "elsewhere", "submissions/template"]
    chosen, remark = choose(given, folder)
    assert [name for name, _ in chosen] == [
        "submissions/example_fau",
        "submissions/packed.zip",
        "elsewhere",
        "submissions/template",
    ]
    assert remark == ""


def test_outside_of_here_the_whole_path_is_shown(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    far = tmp_path_factory.mktemp("far")
    assert choose([str(far)], folder)[0] == [(far.as_posix(), far)]


def test_one_named_twice_is_graded_once(folder: Path) -> None:
    bundled(folder)
    chosen, _ = choose(["example_fau", "submissions/example_fau", "./submissions/../submissions/example_fau"], folder)
    assert len(chosen) == 1


def test_unknown_name(folder: Path) -> None:
    bundled(folder)
    text = message(["exmaple_fau"], folder)
    assert text == "no submission 'exmaple_fau': no such folder or zip file; did you mean example_fau?"
    text = message(["zzz"], folder)
    assert text.endswith("in submissions/ there are: example_fau, example_native, template")


@pytest.mark.parametrize("name", ["", "  ", "x" * 5000, "a\0b", "example_fau/../nothing"])
def test_odd_names_are_unknown_names(folder: Path, name: str) -> None:
    bundled(folder)
    assert message([name], folder).startswith("no submission ")
