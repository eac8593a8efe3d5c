"""Gradescope's own file on who sent what."""

from __future__ import annotations

from pathlib import Path

from grader.intake.metadata import read_metadata


def test_a_key_that_one_of_a_group_lacks_is_not_given_to_another(tmp_path: Path) -> None:
    path = tmp_path / "submission_metadata.yml"
    path.write_text(
        "submission_1:\n  :submitters:\n"
        "  - {':name': Ada L, ':sid': '', ':email': ada@x.org}\n"
        "  - {':name': Bob B, ':sid': '008'}\n",
        encoding="utf-8",
    )
    known = read_metadata(path)["submission_1"]
    assert known["name"] == "Ada L; Bob B"
    assert known["sid"].split("; ") == ["", "008"]
    assert known["email"].split("; ") == ["ada@x.org", ""]
