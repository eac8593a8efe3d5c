"""Class lists: how they are read, and whom a hand-in belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.intake import IntakeError
from grader.intake.roster import Roster, read_roster
from grader.results import Handin


def roster(tmp_path: Path, text: str, encoding: str = "utf-8") -> Roster:
    (tmp_path / "class.csv").write_bytes(text.encode(encoding))
    return read_roster(tmp_path / "class.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_spreadsheets_make_of_a_table(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = "Vorname;Nachname;E-Mail-Adresse\r\nZoë;Müller;z@x.org\r\n;;\r\nBob\r\n".replace(";", delimiter)
    found = roster(tmp_path, text, encoding)
    assert found.columns == ("Vorname", "Nachname", "E-Mail-Adresse")
    assert found.rows == (("Zoë", "Müller", "z@x.org"), ("Bob", "", ""))
    assert [found.shown(0), found.shown(1)] == ["Zoë Müller", "Bob"]
    assert found.delimiter == delimiter


def test_a_row_longer_than_the_first_keeps_its_cells(tmp_path: Path) -> None:
    found = roster(tmp_path, "Full name,Grade\nAda,1,kept\nBob,2\n")
    assert found.columns == ("Full name", "Grade", "")
    assert found.rows == (("Ada", "1", "kept"), ("Bob", "2", ""))


LIST = """Identifier,Full name,Email address,ID number,Username
Participant 11,Ada Lovelace,ada@x.org,007,ada
Participant 12,Bob Best,bob@x.org,008,bob
Participant 13,Bob Best,bob2@x.org,009,bob2
"""


@pytest.mark.parametrize(
    ("handin", "rows"),
    [
        (Handin("x", "whoever", keys={"identifier": "Participant 12", "name": "Bob Best"}), [1]),
        (Handin("x", "lovelaceada", keys={"id": "11", "sis": "lovelaceada"}), [0]),  # Canvas, whose table has an `ID`
        (Handin("x", "whoever", keys={"email": "BOB2@x.org"}), [2]),
        (Handin("x", "whoever", keys={"sid": "007"}), [0]),
        (Handin("x", "whoever", keys={"username": "ada"}), [0]),
        (Handin("x", "ada  LOVELACE"), [0]),
        (Handin("x", "Lovelace, Ada"), [0]),
        (Handin("x", "ada@x.org"), [0]),
        (Handin("x", "007"), [0]),
        (Handin("x", "Bob Best"), []),  # there are two
        (Handin("x", "Bob Best", keys={"name": "Ada Lovelace; Bob Best", "sid": "007; 009"}), [0, 2]),
        (Handin("x", "Nobody", keys={"identifier": "Participant 99"}), []),
    ],
)
def test_whose_hand_in_it_is(tmp_path: Path, handin: Handin, rows: list[int]) -> None:
    matches = roster(tmp_path, LIST).matches([handin])
    assert sorted(matches.found) == rows
    assert matches.unknown == ([] if rows else [handin])
    assert (matches.several, matches.again) == ({}, [])


def test_hand_ins_of_different_origin_for_one_row_are_nobody_s_to_choose_from(tmp_path: Path) -> None:
    """Ada and Bob together, Ada alone, and a folder with her name: none is hers, and the first stays Bob's."""
    both = Handin("11", "Ada; Bob", keys={"submission": "submission_11", "sid": "007; 008"})
    alone = Handin("12", "Ada", keys={"submission": "submission_12", "sid": "007"})
    named = Handin("Ada Lovelace", "Ada Lovelace")
    matches = roster(tmp_path, LIST).matches([both, alone, named])
    assert matches.found == {1: both}
    assert matches.several == {0: [both, alone, named]}
    assert (matches.again, matches.unknown) == ([], [])


def test_of_the_attempts_of_one_student_the_latest_counts(tmp_path: Path) -> None:
    """With `--attempt all`, in whatever order they come; Gradescope's attempts each have a folder."""
    tries = [Handin(f"Ada #{n}", "Ada", n, 3, keys={"submission": f"submission_{n}", "sid": "007"}) for n in (1, 3, 2)]
    matches = roster(tmp_path, LIST).matches(tries)
    assert (matches.found, matches.several) == ({0: tries[1]}, {})
    assert matches.again == [tries[1]]
    twice = roster(tmp_path, LIST).matches([tries[1], Handin("Ada L", "Ada L", 3, 3, keys={"sid": "007"})])
    assert (matches.unknown, twice.found, list(twice.several)) == ([], {}, [0])
    same = roster(tmp_path, LIST).matches([tries[1], tries[1]])  # two students of one name: one number twice
    assert (same.found, list(same.several)) == ({}, [0])


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\0\0", '"'])
def test_what_is_no_class_list(tmp_path: Path, text: str) -> None:
    with pytest.raises(IntakeError, match=r"--roster .*class\.csv: "):
        roster(tmp_path, text)
    with pytest.raises(IntakeError, match="cannot be read: No such file"):
        read_roster(tmp_path / "none.csv")
