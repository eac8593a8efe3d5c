"""A small class for tests: hand-ins that take milliseconds, and the command that grades them."""

from __future__ import annotations

from pathlib import Path

from grader.dispatching import BatchWishes, Wishes, dispatch
from grader.graded import Edition
from grader.model import Report
from grader.store import Store
from tests.grader.command import RIGHT, WRONG, hand_in

TASKS = ("ReLU", "Sgd")


def small_class(folder: Path, right: int = 3, wrong: int = 1, empty: int = 1) -> Path:
    """Write hand-ins `right0`, …, `wrong0`, … and `empty0`, … no two of which are equal; return their folder."""
    inbox = folder / "inbox"
    for number in range(right):
        hand_in(inbox, f"right{number}", RIGHT + f"# {number}\n")
    for number in range(wrong):
        hand_in(inbox, f"wrong{number}", WRONG + f"# {number}\n")
    for number in range(empty):
        (inbox / f"empty{number}").mkdir(parents=True)
    return inbox


def run_class(
    inbox: Path, *, reports: tuple[tuple[str, str], ...] = (), tasks: tuple[str, ...] = TASKS, **more: object
) -> int:
    """Grade a class in this process unless told otherwise; its store is `s.sqlite` beside the folder."""
    plugins = more.pop("plugins", ())
    seconds = more.pop("seconds", None)
    profile = more.pop("profile", None)
    settings = {"store": inbox.parent / "s.sqlite", "seed": None, "executor": "inline"} | more
    batch = BatchWishes(inbox, **settings)  # type: ignore[arg-type]  # up to the test
    return dispatch(Wishes(tasks, [], [], 0, reports, seconds, plugins=plugins, batch=batch, profile=profile))  # type: ignore[arg-type]


def stored(path: Path) -> dict[tuple[str, str, Edition], tuple[Report, str]]:
    """Return every report of a store, with when it was graded, by digest, task and edition."""
    with Store(path) as store:
        rows = store._connection.execute("SELECT digest, task, seed, suite, graded FROM report").fetchall()
        return {
            (digest, task, Edition(seed, suite)): (store.reports(digest, {task: Edition(seed, suite)})[0], graded)
            for digest, task, seed, suite, graded in rows
        }


def verdicts(path: Path) -> dict[tuple[str, str], list[tuple[object, ...]]]:
    """Return what must not depend on how a class was graded: verdicts, points and messages, by digest and task."""
    return {
        (digest, task): [
            (r.check, r.case, r.verdict, r.points, r.max_points, r.message, r.diagnosis) for r in report.results
        ]
        for (digest, task, _), (report, _) in stored(path).items()
    }
