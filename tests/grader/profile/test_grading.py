"""A profile from end to end: what one hand-in gets under it, what is hidden, what a guest can import."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from grader.cli import FAILED, OK
from grader.dispatching import UsageError, dispatch
from grader.executors.inline import grade_submission
from grader.model import Limits, Report, Tier, Verdict
from grader.profile.apply import apply_profile
from grader.profile.errors import ProfileError
from grader.profile.find import find_profile
from grader.profile.model import Profile
from grader.profile.read import read_profile
from grader.remote import RemoteLayer
from grader.sandbox.levels import PROCESS
from grader.sandbox.pool import ready_guests
from grader.sandbox.probe import best
from grader.sandbox.session import Session
from tests.grader.command import RIGHT, WRONG, hand_in, run, wish
from tests.grader.guests import launch
from tests.grader.handins import registry, written

FLOATS_ONLY = RIGHT.replace("return x * self.open", "assert x.dtype.kind == 'f'; return x * self.open")
TALKING = WRONG.replace("self.open = x > 0", "self.open = x > 0; print('I SAW', x.shape)")


def profile(text: str) -> Profile:
    return read_profile(text, "course.toml")


def report_on(relu: str, under: Profile | None, **more: object) -> Report:
    known = apply_profile(registry(), under)
    handin = written(Layers__ReLU=relu)
    (report,) = grade_submission(handin, known.select(["relu"]), known, seed=3, launch=launch, **more)  # type: ignore[arg-type]
    return report


def test_strict_takes_points_for_what_was_a_remark() -> None:
    usual, strict = report_on(FLOATS_ONLY, None), report_on(FLOATS_ONLY, find_profile("strict"))
    assert (usual.passed, usual.score, usual.max_score) == (True, 5.0, 5.0)
    assert not strict.passed
    assert strict.max_score == 5.0
    assert 0 < strict.score < 5.0
    lost = {r.check for r in strict.results if r.tier is Tier.CORE and r.verdict is not Verdict.PASSED}
    assert lost == {r.check for r in usual.results if r.tier is Tier.ROBUST and r.verdict is not Verdict.PASSED}


def test_points_of_a_check_are_what_the_profile_says() -> None:
    report = report_on(WRONG, profile("[checks.'ReLU.forward_value']\npoints = 4.5"))
    assert sum(r.max_points for r in report.results if r.check == "forward_value") == pytest.approx(4.5)
    assert sum(r.points for r in report.results if r.check == "forward_value") == pytest.approx(4.5)
    assert report.max_score == 5.0


def test_limits_hold_without_any_option() -> None:
    report = report_on(
        RIGHT.replace("self.open = x > 0", "import time; time.sleep(9)"), profile("limits.reply_seconds = 0.3")
    )
    late = [r.message for r in report.results if r.verdict is Verdict.TIMEOUT]
    assert late
    assert "within 0.3 seconds" in late[0]


def test_the_budget_for_all_tasks() -> None:
    slow = RIGHT.replace("self.open = x > 0", "import time; time.sleep(0.2); self.open = x > 0")
    report = report_on(slow, profile("limits.run_seconds = 0.5"))
    assert Verdict.TIMEOUT in {r.verdict for r in report.results}


def test_time_on_the_command_line_wins_over_the_profile_and_the_rest_stays(tmp_path: Path) -> None:
    given = profile("[limits]\nreply_seconds = 5\nprocesses = 9\n[limits.ReLU]\nreply_seconds = 50")
    limits = wish(tmp_path, "x", profile=given, seconds=2.0).limits
    assert limits == Limits(import_seconds=4.0, reply_seconds=2.0, processes=9)


def test_what_is_hidden_is_hidden_in_the_terminal_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Students who run the course's profile see what they will see of their mark: title and verdict."""
    hand_in(tmp_path, "mine", TALKING)
    told = {}
    for visibility in ("visible", "hidden", "after_due_date"):
        given = profile(f"[checks.input_gradient]\nvisibility = '{visibility}'")
        target = tmp_path / "report.json"
        wishes = wish(tmp_path, "mine", profile=given, verbose=True, reports=(("json", str(target)),))
        assert dispatch(wishes) == FAILED
        (report,) = json.loads(target.read_text())["reports"]
        told[visibility] = capsys.readouterr().out, report
    title = "backward returns the derivative of the loss"
    (message, *_) = [r["message"] for r in told["visible"][1]["results"] if r["check"] == "input_gradient"]
    assert len(message) > 20
    assert "Think:" in told["visible"][0]
    assert message[:20] in told["visible"][0]
    for visibility in ("hidden", "after_due_date"):
        text, report = told[visibility]
        assert title in text
        assert "Think:" not in text
        assert message[:20] not in text
        assert {r["message"] for r in report["results"] if r["check"] == "input_gradient"} == {""}
        assert report["misconceptions"] == []
        assert "I SAW" not in text
        assert (report["output"], bool(report["output_note"])) == ("", True)
    assert "I SAW" in told["visible"][1]["output"]
    assert told["visible"][1]["score"] == told["hidden"][1]["score"]


def test_texts_around_the_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(tmp_path, "mine")
    given = profile('title = "Course \\u001b[31m"\nintroduction = "One\\ntwo.\\n\\nThree."\nfooter = "Bye <b>."')
    assert dispatch(wish(tmp_path, "mine", profile=given, reports=(("html", str(tmp_path / "site")),))) == OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == ["Course ", "One two.", "Three.", ""]
    assert lines[-2:] == ["", "Bye <b>."]
    for page in (tmp_path / "site").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "One two.</p>" in text
        assert "<p>Bye &lt;b&gt;.</p></footer>" in text
        assert "\x1b" not in text


def test_kinds_of_hand_ins_that_are_not_taken(tmp_path: Path) -> None:
    hand_in(tmp_path, "mine")
    with pytest.raises(UsageError, match=r"mine: a hand-in of the kind fau; this course takes native, cs231n$"):
        dispatch(wish(tmp_path, "mine", profile=profile('dialects = ["native", "cs231n"]')))


def test_tasks_that_the_course_does_not_have(tmp_path: Path) -> None:
    hand_in(tmp_path, "mine")
    given = profile("tasks.include = ['sgd']")
    with pytest.raises(UsageError, match=r"the profile .*leaves ReLU out"):
        dispatch(wish(tmp_path, "mine", profile=given))
    with pytest.raises(
        ProfileError, match=r"^course.toml:1: key tasks.include: no task is called 'sdg'; did you mean Sgd"
    ):
        dispatch(wish(tmp_path, "mine", profile=profile("tasks.include = ['sdg']")))


def test_the_command_to_run_again_names_the_profile(tmp_path: Path) -> None:
    hand_in(tmp_path, "mine", FLOATS_ONLY)
    file = tmp_path / "my course.toml"
    file.write_text("[tiers]\nrobust = 'counts'")
    done = run("--task", "relu", "--submission", tmp_path / "mine", "--profile", file, "--seed", "3")
    assert done.returncode == FAILED
    assert f"--profile '{file}'" in done.stdout.replace("\n     ", "")


IMPORTING = """
import numpy as np
class ReLU:
    def forward(self, x):
        found = []
        for name in "numpy scipy scipy.signal tabulate jinja2 markupsafe tqdm grader framework".split():
            try:
                __import__(name)
                found.append(1.0)
            except ImportError:
                found.append(0.0)
        return np.array(found)
"""


@pytest.mark.parametrize("level", sorted({best().level, PROCESS}))
@pytest.mark.parametrize(
    ("allowed", "seen"),
    [
        (("numpy",), [1, 0, 0, 0, 0, 0, 0, 0, 1]),
        ((), [1, 0, 0, 0, 0, 0, 0, 0, 1]),
        (("numpy", "scipy"), [1, 1, 1, 0, 0, 0, 0, 0, 1]),
        (("tabulate", "jinja2", "nowhere"), [1, 0, 0, 1, 1, 1, 0, 0, 1]),  # Jinja2 needs MarkupSafe, which comes along
    ],
)
def test_what_a_guest_can_import(level: str, allowed: tuple[str, ...], seen: list[float]) -> None:
    """The interfaces of `framework` are always there; the grader never is."""
    with ready_guests(level, allowed) as guests:
        session = Session(written(Layers__ReLU=IMPORTING), guests.launch)
        assert RemoteLayer(session, "ReLU", {}).forward(np.ones(1)).tolist() == seen
        session.close()


@pytest.mark.skipif(sys.platform != "linux", reason="there are no zygotes elsewhere")
def test_a_second_zygote_has_the_same_packages() -> None:
    with ready_guests(PROCESS, ("tabulate",)) as guests:
        first = guests._zygote
        assert first is not None
        first._process.kill()
        first._process.wait()
        session = Session(written(Layers__ReLU=IMPORTING), guests.launch)
        assert RemoteLayer(session, "ReLU", {}).forward(np.ones(1)).tolist() == [1, 0, 0, 1, 0, 0, 0, 0, 1]
        assert guests._zygote is not first
        session.close()


def test_the_look_at_imports_knows_the_course_s_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = hand_in(tmp_path, "mine", "import scipy, torch\nfrom tabulate import tabulate\n" + RIGHT)
    assert dispatch(wish(tmp_path, "mine", profile=profile("packages = ['numpy', 'tabulate']"))) == OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{path}: Layers/ReLU.py:1 imports scipy; hand-ins have NumPy and tabulate, and nothing else"
    assert lines[1].endswith("ReLU.py:1 imports torch; hand-ins have NumPy and tabulate, and nothing else")


def test_a_package_that_is_not_installed_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(tmp_path, "mine")
    assert dispatch(wish(tmp_path, "mine", profile=profile("packages = [\n'numpy',\n'nowhere']"))) == OK
    told = "course.toml:3: key packages: nowhere is not installed here, so no hand-in can import it"
    assert told in capsys.readouterr().err.splitlines()
