"""The folder of a class: what is a hand-in, whose, when, and which attempt counts."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.intake import IntakeError
from grader.intake.arrivals import Arrival, find_arrivals, read_arrival

FILES = {"Layers/ReLU.py": "class ReLU: pass\n", "NeuralNetwork.py": ""}


def folder(path: Path, when: int = 1_000_000_000) -> Path:
    for name, text in FILES.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    for entry in path.iterdir():
        os.utime(entry, (when, when))
    return path


def packed(path: Path, when: int = 1_000_000_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
    os.utime(path, (when, when))
    return path


def shown(arrivals: list[Arrival]) -> dict[str, str]:
    return {arrival.handin.id: arrival.handin.file for arrival in arrivals}


def test_folders_and_zips_of_any_name(tmp_path: Path) -> None:
    folder(tmp_path / "zoë")
    folder(tmp_path / "  spaces  &  <b>")
    packed(tmp_path / "bob.ZIP")
    for ignored in (".hidden", "__MACOSX"):
        folder(tmp_path / ignored)
    (tmp_path / "grades.csv").write_text("x")
    arrivals = find_arrivals(tmp_path)
    assert shown(arrivals) == {"spaces  &  <b>": "  spaces  &  <b>", "bob": "bob.ZIP", "zoë": "zoë"}
    assert {arrival.handin.handed_in for arrival in arrivals} == {"2001-09-09T01:46:40+00:00"}
    for arrival in arrivals:
        assert set(read_arrival(arrival).files) == set(FILES)


def test_names_that_are_no_text(tmp_path: Path) -> None:
    folder(Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xff\x1b[31m")))
    folder(Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xfe\x1b[31m")))
    names = [arrival.handin.id for arrival in find_arrivals(tmp_path)]
    assert len(set(names)) == 2
    assert all(name.encode() and "\x1b" not in name for name in names)


def test_moodle_with_folders_and_without(tmp_path: Path) -> None:
    packed(tmp_path / "Ada L_1_assignsubmission_file_" / "my ex1.zip")
    folder(tmp_path / "Ada L_2_assignsubmission_file_")
    packed(tmp_path / "Bob B_3_assignsubmission_file_ex1.zip")
    (tmp_path / "Bob B_3_assignsubmission_onlinetext_").mkdir()
    arrivals = find_arrivals(tmp_path)
    assert shown(arrivals) == {
        "Ada L (moodle 1)": "my ex1.zip",
        "Ada L (moodle 2)": "Ada L_2_assignsubmission_file_",
        "Bob B": "ex1.zip",
    }
    assert [arrival.handin.keys["identifier"] for arrival in arrivals] == [f"Participant {n}" for n in (1, 2, 3)]
    assert all(read_arrival(arrival).files for arrival in arrivals)


def test_gradescope_with_its_metadata(tmp_path: Path) -> None:
    top = tmp_path / "assignment_99_export"
    for number in (1, 2, 3):
        folder(top / f"submission_{number}")
    (top / "submission_metadata.yml").write_text(
        "---\nsubmission_1:\n  :submitters:\n  - :name: Ada L\n    :sid: '007'\n    :email: ada@x.org\n"
        "  - :name: Bob\n    :sid: 8\n    :email: bob@x.org\n  :created_at: 2026-01-31 10:20:30.123 -08:00\n"
        "submission_2:\n  :submitters:\n  - :name: Eve\n    :sid:\n    :email:\n  :created_at:\n"
    )
    first, second, third = find_arrivals(tmp_path)
    assert (first.handin.id, first.handin.handed_in) == ("Ada L; Bob", "2026-01-31T18:20:30+00:00")
    assert first.handin.keys["sid"] == "007; 8"
    assert first.handin.keys["email"] == "ada@x.org; bob@x.org"
    assert [second.handin.id, third.handin.id] == ["Eve", "submission_3"]


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: b: c", "x: !!python/object/apply:os.system [ls]", "a: 1", "\0"])
def test_metadata_that_is_something_else(tmp_path: Path, text: str) -> None:
    folder(tmp_path / "submission_1")
    (tmp_path / "submission_metadata.yml").write_text(text)
    with pytest.raises(IntakeError, match=r"submission_metadata\.yml is not what Gradescope writes"):
        find_arrivals(tmp_path)


def attempts(inbox: Path) -> None:
    folder(inbox / "ada", 1_000)
    packed(inbox / "ada_attempt_2.zip", 3_000)
    packed(inbox / "ada_attempt_10.zip", 2_000)
    packed(inbox / "bob.zip", 1_000)
    packed(inbox / "bob (1).zip", 2_000)
    packed(inbox / "eve (1).zip", 2_000)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("last", {"ada": "ada_attempt_10.zip", "bob": "bob (1).zip", "eve (1)": "eve (1).zip"}),
        ("first", {"ada": "ada", "bob": "bob.zip", "eve (1)": "eve (1).zip"}),
    ],
)
def test_one_attempt_counts(tmp_path: Path, rule: str, expected: dict[str, str]) -> None:
    attempts(tmp_path)
    arrivals = find_arrivals(tmp_path, rule)
    assert shown(arrivals) == expected
    number = {"last": 3, "first": 1}[rule]
    assert (arrivals[0].handin.attempt, arrivals[0].handin.attempts) == (number, 3)


def test_all_attempts(tmp_path: Path) -> None:
    attempts(tmp_path)
    assert shown(find_arrivals(tmp_path, "all")) == {
        "ada #1": "ada",
        "ada #2": "ada_attempt_2.zip",
        "ada #3": "ada_attempt_10.zip",
        "bob #1": "bob.zip",
        "bob #2": "bob (1).zip",
        "eve (1)": "eve (1).zip",
    }


def test_attempts_within_a_students_folder(tmp_path: Path) -> None:
    packed(tmp_path / "ada" / "attempt 1.zip")
    folder(tmp_path / "ada" / "attempt_2")
    packed(tmp_path / "bob" / "20260131102030_ex1.zip")
    packed(tmp_path / "bob" / "20260201102030_ex1.zip")
    ada, bob = find_arrivals(tmp_path)
    assert (ada.handin.file, ada.handin.attempt) == ("ada/attempt_2", 2)
    assert (bob.handin.file, bob.handin.handed_in) == ("20260201102030_ex1.zip", "2026-02-01T10:20:30+00:00")


MOODLE = "Kurt Gödel_103_assignsubmission_file_"


@pytest.mark.parametrize("prefix", [MOODLE, "godelkurt_12345_678901_"])
def test_a_stray_file_beside_a_zip_of_one_submission_costs_nothing(tmp_path: Path, prefix: str) -> None:
    packed(tmp_path / f"{prefix}ex2.zip", 1_000)
    (tmp_path / f"{prefix}notes.py").write_text("x")  # newer, and behind it in the alphabet
    (found,) = find_arrivals(tmp_path)
    assert (found.handin.problem, found.handin.attempt, found.handin.attempts) == ("", 1, 1)
    assert found.handin.file == "ex2.zip (not read: notes.py)"
    assert set(read_arrival(found).files) == set(FILES)


def test_a_submission_of_which_nothing_can_be_read_is_refused_once(tmp_path: Path) -> None:
    for name in ("a.py", "b.rar"):
        (tmp_path / f"{MOODLE}{name}").write_text("x")
    (found,) = find_arrivals(tmp_path)
    assert found.handin.problem == "is a .rar file; only folders and zips are read"
    assert (found.handin.file, found.handin.attempts) == ("a.py, b.rar", 1)


def test_two_zips_of_one_submission_are_refused(tmp_path: Path) -> None:
    for name in ("ex1.zip", "ex2.zip"):
        packed(tmp_path / f"{MOODLE}{name}")
    (found,) = find_arrivals(tmp_path)
    assert found.handin.problem == "several zips in one submission (ex1.zip, ex2.zip); keep the one that counts"
    assert found.handin.attempts == 1


def test_canvas_numbers_a_file_that_is_handed_in_again(tmp_path: Path) -> None:
    packed(tmp_path / "ada_12345_678901_ex2.zip")
    packed(tmp_path / "ada_LATE_12345_678905_ex2-1.zip")
    (found,) = find_arrivals(tmp_path)
    assert (found.handin.student, found.handin.attempt, found.handin.attempts) == ("ada", 2, 2)
    assert found.handin.file == "ex2.zip"
    assert found.path.name == "ada_LATE_12345_678905_ex2-1.zip"


@pytest.mark.parametrize(
    "names",
    [
        ("group_1_1_ex2", "group_1_2_ex2"),
        ("group_101_1001_ex2", "group_101_1002_ex2"),  # not numbered as attempts
        ("ex_2025_1001_ada", "ex_2025_1002_bob"),  # one number, two files
        ("ada_2025_1001_ex", "bob_2025_1002_ex-1"),  # one number, two students
        ("team_2025_2026_ex-1", "team_2025_2026_ex-2"),  # two files of one number
    ],
)
@pytest.mark.parametrize("make", [folder, packed])
def test_names_that_only_look_like_canvas_stay_apart(
    tmp_path: Path, names: tuple[str, str], make: Callable[[Path], Path]
) -> None:
    for name in names:
        make(tmp_path / (name + ".zip" * (make is packed)))
    found = find_arrivals(tmp_path)
    assert [arrival.handin.id for arrival in found] == list(names)
    assert {arrival.handin.attempts for arrival in found} == {1}


def test_a_folder_with_a_zip_and_loose_files_that_are_no_hand_in(tmp_path: Path) -> None:
    packed(tmp_path / MOODLE / "ex2.zip")
    (tmp_path / MOODLE / "notes.py").write_text("x")
    (found,) = find_arrivals(tmp_path)
    assert set(read_arrival(found).files) == set(FILES)
    packed(tmp_path / MOODLE / "ex1.zip")
    with pytest.raises(IntakeError, match="Gödel: holds several zips; keep the one that counts"):
        read_arrival(found)


def test_a_zip_further_down_is_named(tmp_path: Path) -> None:
    packed(tmp_path / MOODLE / "abgabe" / "ex.zip")
    (found,) = find_arrivals(tmp_path)
    with pytest.raises(
        IntakeError, match=r"Gödel: holds only a zip: abgabe/ex\.zip; unpack it, or hand it in by itself"
    ):
        read_arrival(found)
    (tmp_path / MOODLE / "abgabe" / "notes.py").write_text("x")
    packed(tmp_path / MOODLE / "ex.zip")  # beside a folder with code it may be anything
    with pytest.raises(IntakeError, match="nothing gradable"):
        read_arrival(found)


def test_what_cannot_be_read_is_listed_with_its_reason(tmp_path: Path) -> None:
    packed(tmp_path / "ada" / "a.zip")
    packed(tmp_path / "ada" / "b.zip")
    (tmp_path / "bob.tar.gz").write_bytes(b"x")
    (tmp_path / "eve.py").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "ada")
    problems = {arrival.handin.file: arrival.handin.problem for arrival in find_arrivals(tmp_path)}
    assert problems == {
        "ada": "holds several zips; keep the one that counts",
        "bob.tar.gz": "is a .gz file; only folders and zips are read",
        "eve.py": "is a .py file; only folders and zips are read",
        "link": "is a link; put the hand-in itself into the folder",
    }
    with pytest.raises(IntakeError, match="several zips"):
        read_arrival(find_arrivals(tmp_path)[0])


@pytest.mark.parametrize(
    ("name", "reason"),
    [("none", "no such folder"), ("zip", "unpack it"), ("empty", "no hand-ins"), ("x" * 300, "File name too long")],
)
def test_no_class_at_all(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "zip").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(IntakeError, match=reason):
        find_arrivals(tmp_path / name)
