"""The formats for other programs: what each says of a class, and that hidden things stay hidden."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.batch.results import StoredResults
from grader.intake.roster import read_roster
from grader.model import Report, Verdict, Visibility
from grader.results import Handin, Mark, Results, Row
from tests.grader.handins import registry
from tests.grader.reporters.conftest import HOSTILE, SECRET, relu, result, sgd

TEXT = ("json", "jsonl", "csv", "junit", "moodle")


def written(name: str, results: Results | list[Report], path: Path) -> str:
    registry().reporters[name].write(results, str(path))
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TEXT)
def test_nothing_hostile_and_nothing_hidden_gets_through(name: str, school: StoredResults, tmp_path: Path) -> None:
    text = written(name, school, tmp_path / "out")
    assert SECRET not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\u202e" not in text
    assert list(tmp_path.glob(".*")) == []


def test_csv_has_a_row_per_hand_in(school: StoredResults, tmp_path: Path) -> None:
    text = written("csv", school, tmp_path / "out")
    rows = {row["submission"]: row for row in csv.DictReader(text.splitlines())}
    ada = rows["Ada Lovelace"]
    assert [ada[key] for key in ("ReLU", "Sgd", "total", "max", "percent", "status")] == [
        "1",
        "5",
        "6",
        "10",
        "60.0",
        "graded",
    ]
    assert [ada[key] for key in ("attempt", "attempts", "handed_in", "file", "id")] == [
        "2",
        "3",
        "2026-01-31T10:20:30+00:00",
        "Ada Lovelace.zip",
        "P 1",
    ]
    marks = {name: (row["ReLU"], row["Sgd"], row["total"], row["status"], row["note"]) for name, row in rows.items()}
    assert marks["Bob Best"] == ("1", "", "", "grader problem", "the grader failed on Sgd")
    assert marks["Eve"] == ("", "", "", "rejected", "the zip is encrypted; hand it in without a password")
    assert marks["Mallory"] == ("", "", "", "grader problem", "a worker process died over it")
    assert len(rows) == 5
    assert not [value for row in rows.values() for value in row.values() if value.startswith(("=", "+", "-", "@"))]


def test_json_lines_read_one_by_one(school: StoredResults, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in written("jsonl", school, tmp_path / "out").splitlines()]
    scores = {line["submission"][:4]: (line["status"], line["score"], len(line["reports"])) for line in lines}
    assert scores == {
        "Ada ": ("graded", 6, 2),
        "Bob ": ("grader problem", None, 2),
        "Eve": ("rejected", None, 0),
        "=HYP": ("graded", 6, 2),
        "Mall": ("grader problem", None, 0),
    }
    alone = [json.loads(line) for line in written("jsonl", [relu("a"), sgd("a")], tmp_path / "alone").splitlines()]
    assert [(line["submission"], line["status"], line["max_score"]) for line in alone] == [("x", "graded", 10)]


def test_json_of_a_class_is_that_of_its_reports(school: StoredResults, tmp_path: Path) -> None:
    whole = json.loads(written("json", school, tmp_path / "out"))
    alone = json.loads(written("json", list(school), tmp_path / "alone"))
    assert whole["reports"] == alone["reports"]
    assert len(whole["reports"]) == len(school) == 6
    assert json.loads(written("json", [], tmp_path / "none")) == {"schema": 1, "reports": [], "without_mark": []}
    assert school[1].task == "Sgd"
    assert school[-1] == school[4:][-1]
    with pytest.raises(IndexError):
        school[6]


def test_json_lists_who_has_no_mark(school: StoredResults, tmp_path: Path) -> None:
    data = json.loads(written("json", school, tmp_path / "out"))
    assert data["without_mark"] == [
        {"submission": "Bob Best", "status": "grader problem", "note": "the grader failed on Sgd"},
        {
            "submission": "Eve",
            "status": "rejected",
            "note": "the zip is encrypted; hand it in without a password",
        },
        {"submission": "Mallory", "status": "grader problem", "note": "a worker process died over it"},
    ]


def test_misconceptions_that_only_hidden_checks_have_found_stay_hidden(tmp_path: Path) -> None:
    seen = result("ReLU", "gradient", Verdict.FAILED, 0, 1, details={"misconceptions": ["both", "shown"]})
    found = {"misconceptions": ["both", "secret"]}
    unseen = result("ReLU", "hidden", Verdict.FAILED, 0, 1, details=found, visibility=Visibility.HIDDEN)
    report = replace(relu("a"), results=(seen, unseen), misconceptions=("both", "secret", "shown"))
    assert json.loads(written("json", [report], tmp_path / "out"))["reports"][0]["misconceptions"] == ["both", "shown"]


@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.AFTER_DUE_DATE])
def test_json_says_why_there_is_no_message_and_no_output(visibility: Visibility, tmp_path: Path) -> None:
    """What a hand-in saw in a hidden check it can print in a visible one: with one that is hidden, nothing is shown."""
    shown = result("ReLU", "gradient", Verdict.FAILED, 0, 1, message="differs")
    unseen = replace(shown, check="other", visibility=visibility)
    report = replace(relu("a"), results=(shown, unseen), output=f"I remember: {SECRET}")
    text = written("json", [report], tmp_path / "out")
    assert SECRET not in text
    (data,) = json.loads(text)["reports"]
    assert [(r["visibility"], r["message"]) for r in data["results"]] == [("visible", "differs"), (visibility, "")]
    assert (data["output"], "some checks are hidden" in data["output_note"]) == ("", True)
    (line,) = written("jsonl", [report], tmp_path / "lines").splitlines()
    assert json.loads(line)["reports"] == [data]
    (open_one,) = json.loads(written("json", [replace(report, results=(shown,))], tmp_path / "open"))["reports"]
    assert (open_one["output"], open_one["output_note"]) == (report.output, "")


def test_junit_tells_failures_errors_and_remarks_apart(school: StoredResults, tmp_path: Path) -> None:
    root = ElementTree.fromstring(written("junit", school, tmp_path / "out"))
    suites = {suite.get("name", ""): suite for suite in root}
    ada = suites["Ada Lovelace: ReLU"]
    assert (ada.get("tests"), ada.get("failures"), ada.get("errors"), ada.get("skipped")) == ("6", "2", "0", "2")
    kinds = [(case.get("name"), [child.tag for child in case]) for case in ada.iter("testcase")]
    assert ("gradient is right [three rows]", ["failure"]) in kinds
    assert ("style is right [three rows]", ["skipped"]) in kinds
    assert ("hidden is right [three rows]", ["failure"]) in kinds
    assert suites["Bob Best: Sgd"].get("errors") == "1"
    assert [child.tag for child in suites["Eve"][0]] == ["failure"]
    assert [child.tag for child in suites["Mallory"][0]] == ["error"]


def test_gradescope_writes_a_file_per_mark(
    school: StoredResults, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry().reporters["gradescope"].write(school, str(tmp_path / "out"))
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["ada-lovelace.json", "hyperlink-http-x-script-script-alert-1-script-b.json"]
    assert "no file for 3 without a mark: Bob Best, Eve, Mallory" in capsys.readouterr().err
    data = json.loads((tmp_path / "out" / names[0]).read_text())
    assert data["score"] == 6
    tests = {test["name"]: test for test in data["tests"]}
    assert tests["ReLU: gradient is right"] == {
        "name": "ReLU: gradient is right",
        "number": "ReLU.2",
        "status": "failed",
        "visibility": "visible",
        "output": "differs in 3 of 4 [three rows]\nLooks like: a known mistake\nThink: A hint.",
        "score": 1,
        "max_score": 3,
    }
    assert tests["ReLU: hidden is right"]["visibility"] == "hidden"
    assert tests["ReLU: hidden is right"]["output"] == ""
    assert "score" not in tests["ReLU: style is right"]
    assert tests["ReLU: style is right"]["status"] == "passed"
    assert all(SECRET not in (tmp_path / "out" / name).read_text() for name in names)


def test_gradescope_keeps_no_mark_that_does_not_count_any_more(
    school: StoredResults, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ada's hand-in cannot be read any more: a script that uploads the folder must not find her old mark."""
    out = tmp_path / "out"
    registry().reporters["gradescope"].write(school, str(out))
    old = (out / "ada-lovelace.json").read_text()
    foreign = {
        "eve.json": '{"score": 3}',  # another's, although it is called as ours would be
        "mallory.json": "no JSON",
        "ada.txt": old,
        "zoe.json": old.replace("Ada Lovelace", "Zoe"),  # ours, of somebody who is not in this run
    }
    for name, text in foreign.items():
        (out / name).write_text(text)
    (out / "old-name.json").write_text(old)
    (tmp_path / "elsewhere.json").write_text(old)
    (out / "link.json").symlink_to(tmp_path / "elsewhere.json")
    capsys.readouterr()
    rows = [replace(r, handin=replace(r.handin, problem="a bomb" * (r.handin.id[0] == "A"))) for r in school.rows()]
    registry().reporters["gradescope"].write(Rows(rows), str(out))
    bomb = "hyperlink-http-x-script-script-alert-1-script-b.json"
    assert {path.name for path in out.iterdir()} == {bomb, "link.json", *foreign}
    assert {name: (out / name).read_text() for name in foreign} == foreign
    assert (tmp_path / "elsewhere.json").read_text() == old
    err = capsys.readouterr().err
    assert "removed 2 with a mark that does not count any more: ada-lovelace.json, old-name.json\n" in err
    assert "4 that this run did not write, left as it was: eve.json, link.json, mallory.json, zoe.json\n" in err


def test_gradescope_without_a_mark_takes_the_one_file_away(tmp_path: Path) -> None:
    target = tmp_path / "results.json"
    written("gradescope", [sgd("a")], target)
    registry().reporters["gradescope"].write([replace(sgd("b"), submission="y")], str(tmp_path / "other.json"))
    registry().reporters["gradescope"].write([sgd("a", Verdict.BROKEN)], str(target))
    registry().reporters["gradescope"].write([sgd("a", Verdict.BROKEN)], str(tmp_path / "other.json"))
    assert [path.name for path in tmp_path.iterdir()] == ["other.json"]


def test_gradescope_names_stay_when_another_loses_the_mark(tmp_path: Path) -> None:
    reports = [replace(sgd("a"), submission="Zoe"), replace(sgd("b"), submission="zoe")]
    write = registry().reporters["gradescope"].write
    write(reports, str(tmp_path / "out"))
    write([replace(sgd("a", Verdict.BROKEN), submission="Zoe"), reports[1]], str(tmp_path / "out"))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["zoe-2.json"]


def test_gradescope_for_one_hand_in_is_one_file(school: StoredResults, tmp_path: Path) -> None:
    data = json.loads(written("gradescope", [relu("a"), sgd("a")], tmp_path / "results.json"))
    assert (data["score"], len(data["tests"])) == (6, 6)
    with pytest.raises(OSError, match="several hand-ins do not go into one file"):
        written("gradescope", school, tmp_path / "results.json")


def test_moodle_fills_in_the_roster(school: StoredResults, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = written("moodle", school, tmp_path / "out")
    assert text.splitlines() == [
        "Identifier,Full name,Email address,Grade,Maximum Grade,Feedback comments",
        "Participant 1,Ada Lovelace,ada@x.org,12,20,ReLU 1/5; Sgd 5/5",
        'Participant 2,"Bob, Best",bob@x.org,3,20,',  # as somebody entered it: the grader failed on his
        "Participant 3,Eve,eve@x.org,,20,",
        "Participant 9,=Zoe,zoe@x.org,,20,",
    ]
    err = capsys.readouterr().err
    assert "moodle: 2 hand-ins of nobody in the roster: " in err
    assert "Mallory" in err
    assert "moodle: 1 in the roster without a hand-in: =Zoe\n" in err
    assert "moodle: 2 without a mark: Bob Best, Eve\n" in err


SHEET = """\
Kennung;Full name;Status;Grade;Feedback comments;Last modified (grade)
Participant 1;Ada Lovelace;-;;;-
Participant 2;"Bob; Best";-;3,5;spoken with him;-
Participant 3;Eve;+1;4;"ill
until May";"=1+1"
"""


def test_moodle_gets_its_worksheet_back(school: StoredResults, tmp_path: Path) -> None:
    """Delimiter and foreign cells as they were, and what somebody entered for those who have no mark."""
    (tmp_path / "sheet.csv").write_text(SHEET, encoding="utf-8")
    school.roster = read_roster(tmp_path / "sheet.csv")
    text = written("moodle", school, tmp_path / "out")
    filled = SHEET.replace("Lovelace;-;;;-", 'Lovelace;-;6;"ReLU 1/5; Sgd 5/5";-')
    assert text == filled.replace('"=1+1"', "=1+1")  # quotes that nothing needs


class Rows(Results):
    """A class as these rows tell it."""

    def __init__(self, rows: list[Row]) -> None:
        super().__init__(())
        self.given = rows

    def rows(self) -> Iterator[Row]:
        return iter(self.given)


class Several(Results):
    """A class whose hand-ins say nothing but what they are called."""

    def __init__(self, *handins: Handin) -> None:
        super().__init__(())
        self.handins = handins

    def rows(self) -> Iterator[Row]:
        for handin in self.handins:
            yield Row(handin, [Mark("=Task", handin.attempt, 5, passed=False)], list, 1)


def test_moodle_never_chooses_between_hand_ins(
    school: StoredResults, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bob = [Handin(f"Bob #{n}", "Bob", n, 2, keys={"email": "bob@x.org"}) for n in (2, 1)]
    ada = [Handin(name, name, keys={"email": "ada@x.org"}) for name in ("submission_12", "submission_11")]
    results = Several(*bob, *ada)
    results.roster = school.roster
    assert written("moodle", results, tmp_path / "out").splitlines()[1:3] == [
        "Participant 1,Ada Lovelace,ada@x.org,,20,",
        'Participant 2,"Bob, Best",bob@x.org,8,20,\'=Task 2/5',
    ]
    err = capsys.readouterr().err.splitlines()
    assert "moodle: 1 with several attempts, of which the latest counts: Bob #2" in err
    assert "moodle: several hand-ins match Ada Lovelace: submission_11, submission_12; enter the mark by hand" in err
    assert "moodle: 2 in the roster without a hand-in: =Zoe, Eve" in err


def test_a_class_without_a_roster(school: StoredResults, tmp_path: Path) -> None:
    school.roster = None
    with pytest.raises(OSError, match=r"--roster class\.csv"):
        written("moodle", school, tmp_path / "out")


def test_names_are_cut_not_run(school: StoredResults) -> None:
    """The id of a hand-in keeps what a person can read of the name, even a hostile one."""
    assert HOSTILE in {row.handin.id for row in school.rows()}
