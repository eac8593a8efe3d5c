"""What the names say that learning platforms give to hand-ins."""

from __future__ import annotations

import pytest

from grader.intake.lms import recognise


@pytest.mark.parametrize(
    ("name", "who", "student", "attempt", "when", "file"),
    [
        ("Ada Lovelace_101_assignsubmission_file_", "moodle 101", "Ada Lovelace", 0, "", ""),
        ("Ada Lovelace_101_assignsubmission_file", "moodle 101", "Ada Lovelace", 0, "", ""),
        ("Ada_Maria Lovelace_101_assignsubmission_file_ex_1", "moodle 101", "Ada_Maria Lovelace", 0, "", "ex_1"),
        ("Participant_77_assignsubmission_file_", "moodle 77", "Participant 77", 0, "", ""),
        ("submission_4711", "submission_4711", "submission_4711", 0, "", ""),
        ("lovelaceada_12345_678901_ex1", "canvas 12345", "lovelaceada", 1, "", "ex1"),
        ("lovelaceada_LATE_123_4567_ex1-2", "canvas 123", "lovelaceada", 3, "", "ex1"),
        ("group_1_1_ex2", "group_1_1_ex2", "group_1_1_ex2", 0, "", ""),
        ("group_12_345_ex2", "group_12_345_ex2", "group_12_345_ex2", 0, "", ""),
        ("group_2025_01_ex2", "group_2025_01_ex2", "group_2025_01_ex2", 0, "", ""),
        ("ex1_ada_attempt_2026-01-31-10-20-30_my file", "ada", "ada", 0, "2026-01-31T10:20:30+00:00", "my file"),
        ("ex1_ada_attempt_2026-13-31-10-20-30", "ada", "ada", 0, "", ""),
        ("Ada_attempt_2", "Ada", "Ada", 2, "", ""),
        ("Ada Attempt 12", "Ada", "Ada", 12, "", ""),
        ("ada", "ada", "ada", 0, "", ""),
        ("group_7", "group_7", "group_7", 0, "", ""),
        ("ada_1_2", "ada_1_2", "ada_1_2", 0, "", ""),
    ],
)
def test_names(name: str, who: str, student: str, attempt: int, when: str, file: str) -> None:
    named = recognise(name)
    assert named is not None
    found = (named.who, named.student, named.attempt, named.when, named.file)
    assert found == (who, student, attempt, when, file)


def test_text_typed_into_moodle_and_feedback_are_no_hand_ins() -> None:
    assert recognise("Ada_1_assignsubmission_onlinetext_") is None
    assert recognise("Ada_1_assignfeedback_file_x") is None


def test_what_a_roster_knows_the_student_by() -> None:
    def keys(name: str) -> dict[str, str]:
        named = recognise(name)
        assert named is not None
        return dict(named.keys)

    assert keys("Ada L_9_assignsubmission_file_") == {"identifier": "Participant 9", "name": "Ada L"}
    assert keys("ex_ada_attempt_2026-01-31-10-20-30") == {"username": "ada"}
    assert keys("ada_912_8765_x") == {"id": "912", "sis": "ada"}
