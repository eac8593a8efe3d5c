"""Whose fault it is: the plugin and the line of an exception."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from grader.cli import BROKEN
from grader.dispatching import dispatch
from grader.model import Origin
from grader.origin import blame, origin_of, place_of
from tests.grader.command import hand_in, wish

SOURCE = '''
import json

from grader.checks.define import check
from grader.hookspecs import hookimpl
from grader.model import Reporter

@check(traits=["layer"], needs="forward_value")
def check_of_theirs(layer, probe):
    """Nobody knows."""
    deeper()

def deeper():
    json.loads("{")

def write(reports, target):
    raise RuntimeError("no\\nink")

@hookimpl
def backcheck_checks():
    return [check_of_theirs]

@hookimpl
def backcheck_reporters():
    return [Reporter("theirs", "", write)]
'''


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A plugin of an installed package whose check and reporter raise."""
    (tmp_path / "theirs_of_origin.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "theirs_of_origin", raising=False)
    import theirs_of_origin  # type: ignore[import-not-found]  # written above

    monkeypatch.delitem(sys.modules, "theirs_of_origin")
    return theirs_of_origin


def test_check_that_raises_is_broken_and_names_plugin_and_line(
    theirs: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(tmp_path, "mine")
    target = tmp_path / "report.json"
    code = dispatch(wish(tmp_path, "mine", plugins=(theirs,), reports=[("json", str(target))]))
    assert code == BROKEN
    (report,) = json.loads(target.read_text(encoding="utf-8"))["reports"]
    broken = [result for result in report["results"] if result["verdict"] == "broken"]
    assert {result["check"] for result in broken} == {"of_theirs"}
    start = "plugin theirs_of_origin (theirs_of_origin.py:14): JSONDecodeError: "
    assert all(result["message"].startswith(start) for result in broken)
    assert report["score"] == report["max_score"]  # of the others; what is broken is not counted
    assert "theirs_of_origin.py:14" in " ".join(capsys.readouterr().out.split())


def test_reporter_that_raises_is_named_with_its_line(
    theirs: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(tmp_path, "mine")
    dispatch(wish(tmp_path, "mine", plugins=(theirs,), reports=[("theirs", "-"), ("json", str(tmp_path / "r.json"))]))
    lines = capsys.readouterr().err.splitlines()
    place = "plugin theirs_of_origin (theirs_of_origin.py:17): "
    assert any(line.startswith(place + "the reporter theirs is broken: RuntimeError: no") for line in lines)
    assert (tmp_path / "r.json").exists()  # the other one is written


def test_package_is_its_folder_and_object_is_its_module(tmp_path: Path) -> None:
    package = ModuleType("package")
    package.__file__ = str(tmp_path / "package" / "__init__.py")
    assert origin_of("p", package) == Origin("p", str(tmp_path / "package"))
    assert origin_of("p", Path()).path == sys.modules["pathlib"].__file__
    assert origin_of("p", ModuleType("nowhere")) == Origin("p", "")


def test_nobody_is_blamed_for_what_others_raise() -> None:
    with pytest.raises(ValueError, match="Expecting") as caught:
        json.loads("{")
    here, exc = Origin("here", __file__), caught.value
    assert place_of(exc, here).startswith("test_origin.py:")
    assert blame(exc, None, Origin("elsewhere", "/elsewhere"), Origin("nowhere")) == ""
    assert blame(exc, Origin("elsewhere", "/elsewhere"), here).startswith("plugin here (test_origin.py:")
