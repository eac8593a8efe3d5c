"""One run of `dispatch.py`: hand-ins and tasks in; table, reports and exit code out."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TextIO

from grader.cli import BROKEN, FAILED, INTERRUPTED, OK, PROJECT
from grader.sandbox.launch import launch

if TYPE_CHECKING:
    from grader.model import Report, Reporter


class UsageError(ValueError):
    """The command line cannot be carried out; the message is one line with the remedy."""


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for; `submissions` is the folder that names are looked up in.

    `plugins` are modules to register beside the installed ones.
    """

    tasks: Sequence[str]
    skipped: Sequence[str]
    given: Sequence[str]
    seed: int
    reports: Sequence[tuple[str, str]] = ()
    seconds: float | None = None
    verbose: bool = False
    submissions: Path = PROJECT / "submissions"
    plugins: Sequence[ModuleType] = ()


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
    from grader.model import Limits
    from grader.plugins import UnknownTask, load_registry
    from grader.reporters.terminal import Style, render, summary

    registry = load_registry(wishes.plugins)
    tell_troubles(registry.troubles)
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
    total = sum(task.asked_of(submission.dialect) for task in tasks for submission in submissions)
    if not total:
        names = ", ".join(task.name for task in tasks)
        raise UsageError(f"{names}: not asked of hand-ins of this kind")
    out = _output(wishes.reports)
    width, colour, ascii_only = _terminal(out)
    style = Style(width, colour, ascii_only, wishes.verbose)
    limits = Limits(import_seconds=2 * wishes.seconds, reply_seconds=wishes.seconds) if wishes.seconds else None

    def reports() -> Generator[Report]:
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
    interrupted = False
    # `delay` keeps quick runs quiet; `disable=None` switches the bar off where standard error is not a terminal
    with tqdm(total=total, unit="task", desc="grading", delay=2, disable=None, leave=False) as bar:
        try:
            with contextlib.closing(reports()) as arriving:
                for report in arriving:
                    done.append(report)
                    with bar.external_write_mode(file=out):
                        print(render(report, style, again(report)), file=out, flush=True)
                    bar.update(1)
        except KeyboardInterrupt:
            interrupted = True
    if done:
        print(summary(done, style, wishes.seed), end="", file=out, flush=True)
    written = [_write(registry.reporters[name], done, target) for name, target in wishes.reports]
    if interrupted:
        print(f"interrupted after {len(done)} of {total} reports", file=sys.stderr)
        return INTERRUPTED
    if any(report.broken for report in done):
        print("the grader itself failed on some check; that costs no points (-v shows where)", file=sys.stderr)
        return BROKEN
    if not all(written):
        return BROKEN
    return OK if all(report.passed for report in done) else FAILED


def tell_troubles(troubles: Sequence[str]) -> None:
    """Print a line for each plugin that had to be left out."""
    from grader.reporters._text import clean

    for line in troubles:
        print(clean(line), file=sys.stderr)


def _write(reporter: Reporter, reports: Sequence[Report], target: str) -> bool:
    """Write one report; tell whether the reporter was up to it. Raises UsageError where the target is to blame."""
    try:
        reporter.write(reports, target)
    except BrokenPipeError:
        raise
    except OSError as exc:
        raise UsageError(f"cannot write the report {target}: {exc.strerror or exc}") from exc
    except Exception as exc:
        print(f"the reporter {reporter.name} is broken: {type(exc).__name__}: {exc}", file=sys.stderr)
        return False
    return True


def _output(reports: Sequence[tuple[str, str]]) -> TextIO:
    """Return where the table goes, and refuse targets that cannot be written before any work is done."""
    to_stdout = [name for name, target in reports if target == "-"]
    if len(to_stdout) > 1:
        raise UsageError("only one report can go to standard output (=-)")
    for _, target in reports:
        if target != "-" and not _may_be_written(Path(target)):
            raise UsageError(f"cannot write the report {target}: no such folder, or not writable")
    return sys.stderr if to_stdout else sys.stdout


def _may_be_written(path: Path) -> bool:
    """Tell whether a report may become this file: in a folder that takes new files, or a device or pipe."""
    try:
        if path.exists() and not path.is_file():
            return not path.is_dir() and os.access(path, os.W_OK)
        return path.parent.is_dir() and os.access(path.parent, os.W_OK)
    except OSError:  # a name that is far too long
        return False


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
