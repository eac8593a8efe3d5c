"""The pictures of `--plot`."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from grader.cli import FAILED, OK
from grader.dispatching import UsageError, dispatch
from grader.focus import Focus
from grader.focus.pictures import write_pictures
from grader.model import CheckResult, Report, Verdict, Visibility
from tests.grader.command import WRONG, hand_in, wish

ERROR = {"error": {"cells": [[0, 99], [50, 0]], "axes": ["row", "column"], "shape": [2, 2]}}
LOSSES = {"losses": [[2.3, 2.0, float("nan")]]}
KEPT = {"kept": {"counts": [40, 50, 60], "trials": 100, "probability": 0.5}}


def result(check: str, details: dict[str, object], **more: object) -> CheckResult:
    return CheckResult("Conv", "a case", check, "", **({"verdict": Verdict.FAILED, "details": details} | more))  # type: ignore[arg-type]  # up to the test


def report(*results: CheckResult, submission: str = "mine") -> Report:
    return Report(submission, "", "Conv", 7, results)


def test_each_kind_of_failure_has_its_picture(tmp_path: Path) -> None:
    made = report(result("input_gradient", ERROR), result("learns", LOSSES), result("keep_rate", KEPT))
    said = write_pictures([made], tmp_path / "new")
    names = ["conv-input_gradient-a-case.svg", "conv-learns-a-case.svg", "conv-keep_rate-a-case.svg"]
    assert said == "\n".join(["3 pictures written:", *(f"  {(tmp_path / 'new' / name).as_posix()}" for name in names)])
    for name in names:
        text = (tmp_path / "new" / name).read_text(encoding="utf-8")
        assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
        assert "var(--" not in text  # viewers of pictures know no style sheet
        assert "currentColor" not in text


def test_what_passed_and_what_is_hidden_has_none(tmp_path: Path) -> None:
    passed = result("learns", LOSSES, verdict=Verdict.PASSED)
    assert write_pictures([report(passed)], tmp_path / "new") == "No pictures: nothing failed."
    hidden = result("secret", ERROR, visibility=Visibility.HIDDEN)
    assert write_pictures([report(hidden)], tmp_path / "new") == "No pictures: nothing failed that has a picture."
    assert not (tmp_path / "new").exists()


def test_several_hand_ins_do_not_overwrite_each_other(tmp_path: Path) -> None:
    write_pictures([report(result("x", ERROR), submission=name) for name in ("a/mine", "../mine", "a/mine")], tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a-mine-conv-x-a-case-2.svg",
        "a-mine-conv-x-a-case.svg",
        "mine-conv-x-a-case.svg",
    ]


def test_on_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(folder, "wrong", WRONG)
    target = folder / "pictures"
    assert dispatch(wish(folder, "right", focus=Focus(plots=target))) == OK
    assert "No pictures: nothing failed." in capsys.readouterr().out
    assert dispatch(wish(folder, "wrong", focus=Focus(plots=target))) == FAILED
    out = capsys.readouterr().out
    written = sorted(target.iterdir())
    assert f"{len(written)} pictures written:" in out
    assert all(path.as_posix() in out for path in written)
    assert "relu-input_gradient-" in written[0].name


def test_what_cannot_be_written_costs_no_report(folder: Path) -> None:
    """The folder can be written into, and yet a picture cannot: something of its name is in the way."""
    hand_in(folder, "wrong", WRONG)
    for case in ("three-rows", "one-row", "images"):
        (folder / "pictures" / f"relu-input_gradient-{case}.svg").mkdir(parents=True)
    wanted = wish(folder, "wrong", focus=Focus(plots=folder / "pictures"), reports=[("json", str(folder / "out.json"))])
    with pytest.raises(UsageError, match=r"cannot write pictures into .*pictures: Is a directory"):
        dispatch(wanted)
    assert (folder / "out.json").is_file()
