"""One run of `dispatch.py`: hand-ins and tasks in; table, reports and exit code out."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from grader.cli import BROKEN, FAILED, INTERRUPTED, OK, PROJECT
from grader.sandbox.launch import launch


class UsageError(ValueError):
    """The command line cannot be carried out; the message is one line with the remedy."""


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for; `submissions` is the folder that names are looked up in."""

    tasks: Sequence[str]
    skipped: Sequence[str]
    given: Sequence[str]
    seed: int
    reports: Sequence[tuple[str, str]] = ()
    seconds: float | None = None
    verbose: bool = False
    submissions: Path = PROJECT / "submissions"


def dispatch(wishes: Wishes) -> int:
    """Grade, print each table as it is ready, write the reports, and return the exit code.

    Raises UsageError for a task, submission, format or file that is not there.
    """
    spare: list[subprocess.Popen[bytes]] = [launch()]  # it imports numpy while this process does
    try:
        return _dispatch(wishes, spare)
    finally:
        for process in spare:
            process.kill()
            process.communicate()


def _dispatch(wishes: Wishes, spare: list[subprocess.Popen[bytes]]) -> int:
    from tqdm import tqdm

    from grader.executors.inline import grade_submission
    from grader.fingerprint import suite_fingerprint
    from grader.intake import IntakeError, open_submission
    from grader.intake.choose import choose
    from grader.model import Limits, Report
    from grader.plugins import UnknownTask, load_registry
    from grader.reporters.terminal import Style, render, summary

    registry = load_registry()
    try:
        skipped = {task.name for task in registry.select(wishes.skipped)}
        tasks = [task for task in registry.select(wishes.tasks) if task.name not in skipped]
        paths, remark = choose(list(wishes.given), wishes.submissions)
        submissions = [open_submission(path, name) for name, path in paths]
    except (UnknownTask, IntakeError) as exc:
        raise UsageError(str(exc)) from exc
    if not tasks:
        raise UsageError("--skip leaves nothing of --task to grade")
    unknown = [name for name, _ in wishes.reports if name not in registry.reporters]
    if unknown:
        raise UsageError(f"no report format is called {unknown[0]!r}; known: {', '.join(sorted(registry.reporters))}")
    out = _output(wishes.reports)
    width, colour, ascii_only = _terminal(out)
    style = Style(width, colour, ascii_only, wishes.verbose)
    limits = Limits(import_seconds=2 * wishes.seconds, reply_seconds=wishes.seconds) if wishes.seconds else None

    def reports() -> Iterator[Report]:
        for submission in submissions:
            with contextlib.closing(
                grade_submission(
                    submission,
                    tasks,
                    registry,
                    seed=wishes.seed,
                    suite=suite_fingerprint(),
                    limits=limits,
                    launch=launch,
                    spare=spare.pop() if spare else None,
                    progress=bar.set_postfix_str,
                )
            ) as graded:
                yield from graded

    def again(report: Report) -> str:
        # a task that was graded within a group is repeated within it
        whole = next(task for task in tasks if task.name == report.task).points == registry.tasks[report.task].points
        names = report.task if whole else ",".join(wishes.tasks)
        command = ["python", "dispatch.py", "--task", names]
        if wishes.given:
            command += ["--submission", report.submission]
        return shlex.join([*command, "--seed", str(wishes.seed)])

    if remark:
        print(remark, file=out)
    done: list[Report] = []
    total = sum(task.asked_of(submission.dialect) for task in tasks for submission in submissions)
    interrupted = False
    # `delay` keeps quick runs quiet; `disable=None` switches the bar off where standard error is not a terminal
    with tqdm(total=total, unit="task", desc="grading", delay=2, disable=None, leave=False) as bar:
        try:
            for report in reports():
                done.append(report)
                with bar.external_write_mode(file=out):
                    print(render(report, style, again(report)), file=out, flush=True)
                bar.update(1)
        except KeyboardInterrupt:
            interrupted = True
    if done:
        print(summary(done, style, wishes.seed), end="", file=out, flush=True)
    for name, target in wishes.reports:
        try:
            registry.reporters[name].write(done, target)
        except OSError as exc:
            raise UsageError(f"cannot write the report {target}: {exc.strerror or exc}") from exc
    if interrupted:
        print(f"interrupted after {len(done)} of {total} reports", file=sys.stderr)
        return INTERRUPTED
    if any(report.broken for report in done):
        print("the grader itself failed on some check; that costs no points (-v shows where)", file=sys.stderr)
        return BROKEN
    return OK if all(report.passed for report in done) else FAILED


def _output(reports: Sequence[tuple[str, str]]) -> TextIO:
    """Return where the table goes, and refuse targets that cannot be written before any work is done."""
    to_stdout = [name for name, target in reports if target == "-"]
    if len(to_stdout) > 1:
        raise UsageError("only one report can go to standard output (=-)")
    for _, target in reports:
        folder = Path(target).parent
        if target != "-" and (not folder.is_dir() or not os.access(folder, os.W_OK) or Path(target).is_dir()):
            raise UsageError(f"cannot write the report {target}: no such folder, or not writable")
    return sys.stderr if to_stdout else sys.stdout


def _terminal(out: TextIO) -> tuple[int, bool, bool]:
    """Return of where the table goes: its width, whether it shows colours, whether it is limited to ASCII."""
    is_terminal = out.isatty()
    try:
        "✓△‼…“".encode(out.encoding or "ascii")
        ascii_only = False
    except UnicodeEncodeError:
        ascii_only = True
    width = shutil.get_terminal_size().columns if is_terminal or "COLUMNS" in os.environ else 100
    colour = is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return max(min(width, 120), 40), colour, ascii_only
