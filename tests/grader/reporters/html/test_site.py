"""The HTML report as files: what is in it, and what must not be."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from grader.batch.results import StoredResults
from grader.model import Report, Verdict
from grader.reporters.html import plots, write
from grader.reporters.html.student import student_page
from grader.results import Results
from tests.grader.reporters.conftest import HOSTILE, SECRET, relu, result, sgd


def texts(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}


def test_a_page_per_student_and_one_of_the_class(school: StoredResults, tmp_path: Path) -> None:
    write(school, str(tmp_path / "site"))
    found = texts(tmp_path / "site")
    assert set(found) == {
        "index.html",
        "students/ada-lovelace.html",
        "students/bob-best.html",
        "students/eve.html",
        "students/hyperlink-http-x-script-script-alert-1-script-b.html",
        "students/mallory.html",
    }
    links = re.findall(r'href="(students/[^"]+)"', found["index.html"])
    assert set(links) == set(found) - {"index.html"}
    assert "the zip is encrypted; hand it in without a password" in found["students/eve.html"]
    assert "No mark: grader problem." in found["students/bob-best.html"]
    assert "Looks like: a known mistake" in found["students/ada-lovelace.html"]
    again = texts(tmp_path / "site")
    write(school, str(tmp_path / "site"))
    assert texts(tmp_path / "site") == again


def test_nothing_hidden_and_nothing_hostile_in_any_page(school: StoredResults, tmp_path: Path) -> None:
    write(school, str(tmp_path / "site"))
    for text in texts(tmp_path / "site").values():
        assert SECRET not in text
        assert "alert('1')" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
        assert "@import" not in text


def test_a_single_run_has_pages_too(tmp_path: Path) -> None:
    write([relu("a"), sgd("a")], str(tmp_path / "site"))
    assert set(texts(tmp_path / "site")) == {"index.html", "students/x.html"}


def test_pages_of_those_who_left_are_removed_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = [replace(sgd("a"), submission="Ada"), replace(sgd("b"), submission="Bob")]
    students = tmp_path / "site" / "students"
    write(both, str(tmp_path / "site"))
    page = (students / "bob.html").read_text("utf-8")
    foreign = {"notes.html": "<p>mine</p>", "bob.txt": page, "../bob.html": page}
    for name, text in foreign.items():
        (students / name).write_text(text, "utf-8")
    (students / "link.html").symlink_to(students / "../bob.html")
    assert capsys.readouterr().err == ""
    write(both[:1], str(tmp_path / "site"))
    assert {path.name for path in students.iterdir()} == {"ada.html", "notes.html", "bob.txt", "link.html"}
    assert all((students / name).read_text("utf-8") == text for name, text in foreign.items())
    expected = "html: removed 1 of hand-ins that are not in the class any more: students/bob.html\n"
    assert capsys.readouterr().err == expected


def test_hidden_checks_are_called_hidden_and_what_the_code_printed_is_left_out(tmp_path: Path) -> None:
    seen = replace(relu("a"), output=SECRET)
    write([seen, replace(sgd("a"), output="of a task without hidden checks")], str(tmp_path / "site"))
    page = texts(tmp_path / "site")["students/x.html"]
    assert re.findall(r"<b>(.*?)</b>", page.partition("<main>")[2])[:2] == [
        "gradient is right",
        "hidden is right (hidden by your course)",
    ]
    assert SECRET not in page
    assert page.count("some checks are hidden") == 1
    assert "of a task without hidden checks" in page


def details_report(details: dict[str, object]) -> Report:
    bad = replace(result("Dropout", "check", Verdict.FAILED, 0, 1), message="m", details=details)
    return Report("x", "d", "Dropout", 7, (bad,), score=0, max_score=1)


def page_of(details: dict[str, object]) -> str:
    report = details_report(details)
    (row,) = Results([report]).rows()
    return student_page(row, [report], home="../index.html")


@pytest.mark.parametrize(
    ("details", "label"),
    [
        (
            {"error": {"cells": [[0, 99], [5, 0]], "axes": ["row", "<b>"], "shape": [2, 2]}},
            "Error of an array of shape 2 x 2: 2 of 4 places shown are wrong",
        ),
        (
            {"losses": [[2.3, 2.2, float("nan")], [2.3, 1.0, 0.5]]},
            "Loss of LeNet while it trains; last losses nan, 0.50",
        ),
        (
            {"kept": {"counts": [70, 65, 75], "trials": 100, "probability": 0.3}},
            "Dropout kept 70.0% of the elements; 30.0% was expected",
        ),
    ],
)
def test_pictures(details: dict[str, object], label: str) -> None:
    text = page_of(details)
    assert f'role="img" aria-label="{label}' in text
    assert "<b>\n" not in text
    for stand_in in (plots.INK, plots.ACCENT, plots.SOFT, plots.WARN):
        assert stand_in not in text


@pytest.mark.parametrize(
    "details",
    [
        {"error": "no table"},
        {"error": {"cells": [["x"]], "axes": ["a", "b"], "shape": [1]}},
        {"error": {"cells": [[1]], "axes": ["a"], "shape": [1]}},
        {"losses": [[]]},
        {"losses": "no"},
        {"kept": {}},
    ],
)
def test_details_of_another_kind_cost_the_picture_only(details: dict[str, object]) -> None:
    assert "check is right" in page_of(details)


def test_names_of_files_are_told_apart() -> None:
    from grader.reporters._slug import Slugs

    slugs = Slugs()
    names = [slugs.name(text) for text in ("Zoë", "zoe", "ZOE ", "../..", "", "CON", HOSTILE, HOSTILE, "x" * 500)]
    assert names[:6] == ["zoe", "zoe-2", "zoe-3", "hand-in", "hand-in-2", "con-"]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 60


def test_name_that_leaves_nothing_gives_way_to_the_key_of_the_lms(tmp_path: Path) -> None:
    from grader.reporters._slug import Slugs
    from grader.results import Handin, known_by

    chinese = Handin("李 小龍", keys={"email": "l@x", "identifier": "Participant_17"})
    assert Slugs().name(chinese.id, known_by(chinese)) == "participant_17"
    assert Slugs().name("Zoë", known_by(chinese)) == "zoe"
    assert Slugs().name("李 小龍", known_by(Handin("李 小龍"))) == "hand-in"


def test_student_page_begins_with_what_needs_work() -> None:
    reports = [relu("a"), sgd("a", Verdict.FAILED)]
    row = next(Results(reports).rows())
    row = replace(row, handin=replace(row.handin, handed_in="2026-11-23T02:19:16+00:00"))
    page = student_page(row, reports, home="index.html")
    head = page.partition("</header>")[0]
    assert "<dd>2026-11-23 02:19</dd>" in head
    failing = [number for number, report in enumerate(reports, 1) if not report.passed]
    assert failing
    assert re.findall(r'<a href="#task-(\d+)">', head) == [str(number) for number in failing]
    assert all(f'<h2 id="task-{number}">' in page for number in failing)
    fine = [sgd("a")]
    assert "Needs work" not in student_page(next(Results(fine).rows()), fine, home="index.html")


def test_checks_of_the_class_come_worst_first_and_what_all_passed_is_folded(tmp_path: Path) -> None:
    reports = [replace(sgd("a"), submission="a"), replace(sgd("b", Verdict.FAILED), submission="b")]
    write([*reports, replace(relu("a"), submission="a"), replace(relu("b"), submission="b")], str(tmp_path / "site"))
    section = (
        (tmp_path / "site" / "index.html").read_text("utf-8").partition('id="checks"')[2].partition("</section>")[0]
    )
    open_part, _, folded = section.partition("<details>")
    rates = [float(rate) for rate in re.findall(r'data-v="([\d.]+)"', open_part)]
    assert rates == sorted(rates)
    assert rates
    assert max(rates) < 100
    assert set(re.findall(r'data-v="([\d.]+)"', folded)) == {"100.0"}
