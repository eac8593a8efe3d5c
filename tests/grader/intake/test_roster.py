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
    found, unknown = roster(tmp_path, LIST).matches([handin])
    assert sorted(found) == rows
    assert unknown == ([] if rows else [handin])


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\0\0", '"'])
def test_what_is_no_class_list(tmp_path: Path, text: str) -> None:
    with pytest.raises(IntakeError, match=r"--roster .*class\.csv: "):
        roster(tmp_path, text)
    with pytest.raises(IntakeError, match="cannot be read: No such file"):
        read_roster(tmp_path / "none.csv")
