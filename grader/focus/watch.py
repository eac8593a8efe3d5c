"""`--watch`: grades, waits for a save, grades what failed again, and the whole task once that passes.

Everything that takes time to start stays: this interpreter, the registry, and the zygote, which forks a fresh guest for
every round. Ends with Ctrl-C, in the way of every interrupted run: exit code 130, nothing left behind.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from grader.cli import INTERRUPTED
from grader.dispatching import UsageError, Wishes, chosen_parts, registered, terminal
from grader.focus import Focus
from grader.focus.changes import Stamp, stamps, wait_for_change
from grader.focus.parts import Part, Parts
from grader.focus.rounds import Rounds
from grader.intake import IntakeError, open_submission
from grader.intake.choose import choose
from grader.profile.apply import apply_profile
from grader.replays import RememberedReplays
from grader.reporters._text import clean
from grader.reporters.terminal import Style, number, render
from grader.sandbox.guests import Launch

_CLEAR = "\x1b[H\x1b[2J\x1b[3J"


def watch(wishes: Wishes, focus: Focus, launch: Launch) -> int:
    """Grade at every save until Ctrl-C, and return 130. Raises UsageError for wrong names, and for several hand-ins."""
    registry = apply_profile(registered(wishes), wishes.profile)
    tasks, wanted = chosen_parts(registry, wishes)
    try:
        paths, remark = choose(list(wishes.given), wishes.submissions)
    except IntakeError as exc:
        raise UsageError(str(exc)) from exc
    if len(paths) > 1:
        raise UsageError("--watch takes one --submission")
    name, path = paths[0]
    parts = Parts(
        registry,
        wishes.seed,
        launch,
        limits=wishes.limits,
        first_failure=focus.first_failure,
        replayed=RememberedReplays(),
    )
    screen = Screen(wishes, focus, name, remark)
    rounds = Rounds(parts, tasks, wanted)
    try:
        go_on(rounds, screen, name, path, wishes)
    except KeyboardInterrupt:
        print(f"\nstopped watching {clean(name)}", file=sys.stderr)
    return INTERRUPTED


def go_on(rounds: Rounds, screen: Screen, name: str, path: Path, wishes: Wishes) -> None:
    """Grade round after round, one after every save; ends only by an exception."""
    saved: list[str] = []
    while True:
        # the stamps are older than what is read: a save in between is noticed afterwards
        seen: dict[str, Stamp] = stamps(path)
        start = time.perf_counter()
        try:
            submission = open_submission(path, name, wishes.dialect, wishes.profile)
            shown = rounds.next(submission)
            if not rounds.latest:
                raise UsageError(f"none of the tasks is asked of hand-ins of this kind ({submission.dialect})")
            screen.show(shown, rounds, saved, time.perf_counter() - start)
        except IntakeError as exc:
            screen.complain(str(exc), saved)
        seen, saved = wait_for_change(path, seen)


class Screen:
    """What stands on the terminal: one screen of the latest round; where there is no terminal, round after round."""

    def __init__(self, wishes: Wishes, focus: Focus, name: str, remark: str) -> None:
        width, colour, ascii_only = terminal(sys.stdout)
        self._style = Style(width, colour, ascii_only, wishes.verbose)
        self._clears = sys.stdout.isatty()
        self._wishes, self._focus, self._name, self._remark = wishes, focus, name, remark

    def show(self, shown: Sequence[Part], rounds: Rounds, saved: Sequence[str], seconds: float) -> None:
        """Print a round: what was saved, how it stands, the reports of what fails."""
        latest = rounds.latest
        bad = [part for part in shown if not part.passed] or [p for p in latest.values() if not p.passed]
        lines = [self._state(rounds)]
        lines += [
            line
            for part in bad
            for line in ["", *render(part.report, self._style, self._again(part), part.words).splitlines()]
        ]
        if not bad and len(shown) == 1:
            lines += ["", *render(shown[0].report, self._style, "", shown[0].words).splitlines()]
        self.print_lines(lines, saved, seconds)

    def complain(self, text: str, saved: Sequence[str]) -> None:
        """Print why nothing could be graded."""
        self.print_lines([f"{self._style.sign('failed')}  {clean(text)}"], saved, None)

    def _state(self, rounds: Rounds) -> str:
        latest = rounds.latest.values()
        failing = [part.report.task for part in latest if not part.passed]
        if not failing:
            score = sum(part.report.score for part in latest)
            most = sum(part.report.max_score for part in latest)
            points = f", {number(score)} / {number(most)} points" if most else ""
            return f"{self._style.sign('passed')}  everything asked for passes{points}"
        count = (
            f"{len(failing)} of {len(rounds.latest)} tasks fail" if len(rounds.latest) > 1 else f"{failing[0]} fails"
        )
        return f"{self._style.sign('failed')}  {count}" + (f": {', '.join(failing)}" if len(rounds.latest) > 1 else "")

    def _again(self, part: Part) -> str:
        submission = self._name if self._wishes.given else ""
        return self._wishes.again(["--task", part.report.task], submission, self._focus.words)

    def print_lines(self, lines: Sequence[str], saved: Sequence[str], seconds: float | None) -> None:
        """Print a round's lines, as many as fit, under a line that says what was saved and how long it took."""
        if saved:
            more = f" and {len(saved) - 1} more" if len(saved) > 1 else ""
            event = f"{clean(saved[0]) or clean(self._name)}{more} saved"
        else:
            event = self._remark or "first round"
        took = f", {seconds:.2f} s" if seconds is not None else ""
        head = (
            f"{time.strftime('%H:%M:%S')}  {clean(self._name)}: {event}{took}  (seed {self._wishes.seed}; Ctrl-C ends)"
        )
        kept = list(lines)
        if self._clears:
            room = max(shutil.get_terminal_size().lines - 4, 5)
            if len(kept) > room:
                kept = [*kept[:room], f"… {len(lines) - room} more lines: mend what stands above first"]
        text = self._style.write("\n".join([head, *kept])) + "\n"
        print((_CLEAR if self._clears else "") + text, flush=True)
