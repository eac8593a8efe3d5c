"""Recognises, by their naming, what learning platforms deliver: whose file is it, and which attempt."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True)
class Named:
    """What a name says: `who` tells students apart, `student` is what they are called.

    `attempt` is 0 and `when` empty where the name does not tell; `file` is the student's own file name, if it does.
    `lms` names a platform that delivers the files of one submission side by side, and `upload` is its number of the
    file; both are empty for the others.
    """

    who: str
    student: str
    attempt: int = 0
    when: str = ""
    file: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    lms: str = ""
    upload: str = ""


def recognise(name: str) -> Named | None:
    """Return what the name of a folder or file (without `.zip`) says; None for one that is no hand-in.

    Layouts known: Moodle (`Ada Lovelace_123_assignsubmission_file_`, with or without a file's name behind it),
    Gradescope (`submission_123`), Canvas (`lovelaceada_LATE_12345_678901_ex1-2`), Blackboard
    (`ex1_ada_attempt_2026-01-31-10-20-30_ex1`), and `Ada_attempt_2`. Anything else is a student's name.
    """
    for pattern, read in _LAYOUTS:
        if match := pattern.match(name):
            return read({key: value or "" for key, value in match.groupdict().items()})
    return Named(name, name)


def _moodle(part: dict[str, str]) -> Named | None:
    if (part["kind"], part["plugin"]) != ("submission", "file"):
        return None  # what was typed into the browser, or a teacher's feedback
    number, student = part["id"], part["student"].strip()
    if student.lower() in ("participant", "teilnehmer/in", "teilnehmer"):  # anonymous marking
        student = f"{student} {number}"
    keys = {"identifier": f"Participant {number}", "name": student}
    return Named(f"moodle {number}", student, file=part["file"], keys=keys, lms="moodle")


def _gradescope(part: dict[str, str]) -> Named:
    name = f"submission_{part['id']}"
    return Named(name, name, keys={"submission": name})


def _canvas(part: dict[str, str]) -> Named:
    return Named(
        f"canvas {part['id']}",
        part["student"],
        attempt=int(part["attempt"] or 0) + 1,
        file=part["file"],
        keys={"id": part["id"], "sis": part["student"]},
        lms="canvas",
        upload=part["upload"],
    )


def _blackboard(part: dict[str, str]) -> Named:
    try:
        when = datetime.strptime(part["when"], "%Y-%m-%d-%H-%M-%S").replace(tzinfo=UTC).isoformat()
    except ValueError:
        when = ""
    return Named(part["student"], part["student"], when=when, file=part["file"], keys={"username": part["student"]})


def _numbered(part: dict[str, str]) -> Named:
    return Named(part["student"], part["student"], attempt=int(part["attempt"]))


_ID = r"(?P<id>\d{1,18})"
_LONG_IDS = r"(?P<id>\d{3,18})_(?P<upload>\d{4,18})"  # Canvas counts over all courses; `group_1_2_ex2` is nobody of its
_PLUGIN = r"assign(?P<kind>submission|feedback)_(?P<plugin>[a-z]+)"
_LAYOUTS: tuple[tuple[re.Pattern[str], Callable[[dict[str, str]], Named | None]], ...] = (
    (re.compile(rf"(?P<student>.+?)_{_ID}_{_PLUGIN}(?:_(?P<file>.*))?$"), _moodle),
    (re.compile(rf"submission_{_ID}$"), _gradescope),
    (re.compile(r".+_(?P<student>[^_]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+))?$"), _blackboard),
    (re.compile(rf"(?P<student>[^_\W]+)(?:_LATE)?_{_LONG_IDS}_(?P<file>.+?)(?:-(?P<attempt>\d{{1,4}}))?$"), _canvas),
    (re.compile(r"(?P<student>.+?)[ _-]+(?i:attempt)[ _-]*(?P<attempt>\d{1,6})$"), _numbered),
)
