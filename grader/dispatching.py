"""One run of `dispatch.py`: hand-ins and tasks in; table, reports and exit code out."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import sys
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TextIO

from grader.cli import BROKEN, FAILED, INTERRUPTED, OK, PROJECT
from grader.sandbox.advice import missing, unprotected
from grader.sandbox.levels import KERNEL, at_least
from grader.sandbox.pool import ready_guests
from grader.sandbox.probe import best
from grader.sandbox.visible import USUAL

if TYPE_CHECKING:
    from grader.focus import Focus
    from grader.focus.parts import Part
    from grader.model import Limits, Report, Reporter, Task
    from grader.plugins import Registry
    from grader.profile.model import Profile
    from grader.sandbox.guests import Launch


class UsageError(ValueError):
    """The command line cannot be carried out; the message is one line with the remedy."""


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for; `submissions` is the folder that names are looked up in.

    `plugins` are modules to register beside the installed ones. `dialect` is that of every hand-in, "" for the one that
    each looks like. `require` is the level of isolation below which nothing is graded.
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
    require: str | None = None
    batch: BatchWishes | None = None
    focus: Focus | None = None
    dialect: str = ""
    profile: Profile | None = None

    @property
    def limits(self) -> Limits | None:
        """The time limits that are asked for; None for those of each task."""
        from grader.model import Limits
        from grader.profile.apply import limits_for

        if not self.seconds:
            return None
        return replace(limits_for(self.profile, Limits()), import_seconds=2 * self.seconds, reply_seconds=self.seconds)

    @property
    def packages(self) -> tuple[str, ...]:
        """What hand-ins may import."""
        return USUAL if self.profile is None or self.profile.packages is None else self.profile.packages

    def again(self, words: Sequence[str], submission: str, more: Sequence[str] = ()) -> str:
        """Return the command that asks the same of a hand-in ("" for the only one) again, with the same numbers.

        `words` say what is asked, `more` in which part of it.
        """
        command = ["python", "dispatch.py", *words]
        command += ["--profile", self.profile.given] if self.profile is not None else []
        command += ["--submission", submission] if submission else []
        command += ["--dialect", self.dialect] if self.dialect else []
        return shlex.join([*command, *more, "--seed", str(self.seed)])


@dataclass(frozen=True)
class BatchWishes:
    """What the command line asks for when it grades a class: where the hand-ins are, and what becomes of them.

    `seed` is None unless it was given; `rule` says which attempt counts.
    """

    inbox: Path
    store: Path
    seed: int | None = None
    jobs: int = 1
    executor: str = "processes"
    scheduler: str | None = None
    rule: str = "last"
    roster: str | None = None
    regrade: bool = False
    yes: bool = False


def dispatch(wishes: Wishes) -> int:
    """Grade, print each table as it is ready, write the reports, and return the exit code.

    Raises UsageError for a task, submission, format or file that is not there. Refuses to grade (exit code 3) on a
    machine that does not offer the isolation required.
    """
    found = best()
    if wishes.require is not None and not at_least(found.level, wishes.require):
        found = best(anew=True)  # somebody may have mended it
    if wishes.require is not None and not at_least(found.level, wishes.require):
        print(missing(found, wishes.require), file=sys.stderr)
        return BROKEN
    if not at_least(found.level, KERNEL):
        print(unprotected(found), file=sys.stderr)
    if wishes.batch is not None:
        from grader.batch.run import run_batch

        return run_batch(wishes, wishes.batch)
    with ready_guests(found.level, wishes.packages) as guests:  # they import numpy while this process does
        if wishes.focus is not None and wishes.focus.explain:
            from grader.focus.explain import explain

            print(explain(wishes, guests.launch), end="")
            return OK
        if wishes.focus is not None and wishes.focus.watch:
            from grader.focus.watch import watch

            return watch(wishes, wishes.focus, guests.launch)
        return _dispatch(wishes, guests.launch)


def _dispatch(wishes: Wishes, launch: Launch) -> int:
    from tqdm import tqdm

    from grader.executors.inline import grade_submission
    from grader.fingerprint import task_fingerprint
    from grader.focus.parts import Part, Parts
    from grader.from_packages import from_packages
    from grader.intake import IntakeError, open_submission
    from grader.intake.choose import choose
    from grader.profile.apply import apply_profile
    from grader.reporters._course import closing, opening
    from grader.reporters._text import clean
    from grader.reporters.terminal import Style, render, summary
    from grader.results import Course, Results

    registry = apply_profile(registered(wishes), wishes.profile)
    tasks, wanted = chosen_parts(registry, wishes)
    focus = wishes.focus
    try:
        paths, remark = choose(list(wishes.given), wishes.submissions)
        submissions = [open_submission(path, name, wishes.dialect, wishes.profile) for name, path in paths]
    except IntakeError as exc:
        raise UsageError(str(exc)) from exc
    total = sum(task.asked_of(submission.dialect) for task in tasks for submission in submissions)
    if not total:
        names = ", ".join(task.name for task in tasks)
        raise UsageError(f"{names}: not asked of hand-ins of this kind")
    out = output(wishes.reports, registry)
    width, colour, ascii_only = terminal(out)
    style = Style(width, colour, ascii_only, wishes.verbose)
    limits = wishes.limits
    suites = {task.name: task_fingerprint(registry, task, limits, wishes.packages) for task in tasks}

    def reports() -> Generator[Part]:
        common: dict[str, Any] = {
            "seed": wishes.seed,
            "suites": suites,
            "limits": limits,
            "launch": launch,
            "progress": bar.set_postfix_str,
        }
        if focus is not None and focus.partial:
            yield from Parts(registry, first_failure=focus.first_failure, **common).of_all(submissions, tasks, wanted)
            return
        for submission in submissions:
            with contextlib.closing(grade_submission(submission, tasks, registry, **common)) as graded:
                yield from map(Part.whole, graded)

    def again(report: Report) -> str:
        # a task that was graded within a group is repeated within it
        whole = next(task for task in tasks if task.name == report.task).points == registry.tasks[report.task].points
        names = report.task if whole else ",".join(wishes.tasks)
        submission = report.submission if wishes.given else ""
        return wishes.again(["--task", names], submission, focus.words if focus else ())

    course = wishes.profile.course if wishes.profile is not None else Course()
    print(opening(course, style), end="", file=out)
    added = from_packages(tasks, registry.tasks.values(), wishes.tasks)
    for line in (remark, clean(added, 1000)):
        if line:
            print(line, file=out)
    for submission in submissions:
        for sentence in submission.remarks:
            print(clean(f"{submission.id}: {sentence}"), file=out)
    done: list[Report] = []
    parts: list[Part] = []
    interrupted = False
    # `delay` keeps quick runs quiet; `disable=None` switches the bar off where standard error is not a terminal
    with tqdm(total=total, unit="task", desc="grading", delay=2, disable=None, leave=False) as bar:
        try:
            with contextlib.closing(reports()) as arriving:
                for part in arriving:
                    done.append(part.report)
                    parts.append(part)
                    with bar.external_write_mode(file=out):
                        print(render(part.report, style, again(part.report), part.words), file=out, flush=True)
                        if focus is not None and focus.partial and part.failed:
                            print(_by_hand(wishes, part), file=out, flush=True)
                    bar.update(1)
        except KeyboardInterrupt:
            interrupted = True
    if done:
        last = summary(done, style, wishes.seed, part=any(part.words for part in parts))
        print(last + closing(course, style), end="", file=out, flush=True)
    results = Results(done)
    results.course = course
    written = write_reports(wishes, registry, results)
    if focus is not None and focus.plots is not None:
        from grader.focus.pictures import write_pictures

        try:
            print(write_pictures(done, focus.plots), file=out)
        except OSError as exc:
            raise UsageError(f"cannot write pictures into {focus.plots}: {exc.strerror or exc}") from exc
    if interrupted:
        print(f"interrupted after {len(done)} of {total} reports", file=sys.stderr)
        return INTERRUPTED
    if any(report.broken for report in done):
        print("the grader itself failed on some check; that costs no points (-v shows where)", file=sys.stderr)
        return BROKEN
    if not written:
        return BROKEN
    return OK if all(part.passed for part in parts) else FAILED


def _by_hand(wishes: Wishes, part: Part) -> str:
    """Return the lines that lead from a failed check to its page."""
    from grader.reporters._text import clean

    page = wishes.again(["--explain", part.failed], part.report.submission if wishes.given else "")
    return f"  Formula, and five lines to try it by hand:\n     {clean(page, len(page))}\n"


def registered(wishes: Wishes) -> Registry:
    """Return what can be graded, before any profile; tell what had to be left out, and what is not installed."""
    from grader.plugins import load_registry
    from grader.sandbox.visible import packages

    registry = load_registry(wishes.plugins)
    tell_troubles(registry.troubles)
    profile = wishes.profile
    if profile is not None and profile.packages is not None:
        missing = [name for name in profile.packages if name not in packages(profile.packages)]
        what = "{} is not installed here, so no hand-in can import it"
        tell_troubles([profile.complaint(("packages",), what.format(name), name) for name in missing])
    return registry


def chosen_tasks(registry: Registry, wishes: Wishes) -> list[Task]:
    """Return the tasks that are asked for. Raises UsageError for one that does not exist, or if none is left."""
    from grader.plugins import UnknownTask

    try:
        skipped = {task.name for task in registry.select(wishes.skipped)}
        tasks = [task for task in registry.select(wishes.tasks) if task.name not in skipped]
    except UnknownTask as exc:
        raise UsageError(str(exc)) from exc
    if not tasks:
        raise UsageError("--skip leaves nothing of --task to grade")
    return tasks


def chosen_parts(registry: Registry, wishes: Wishes) -> tuple[list[Task], dict[str, tuple[str, ...]]]:
    """Return the tasks that are asked for and, by task, the checks; none named for a task means all of them.

    Raises UsageError for a name that does not exist.
    """
    tasks = chosen_tasks(registry, wishes)
    if wishes.focus is None or not wishes.focus.checks:
        return tasks, {}
    from grader.focus.selection import UnknownCheck, chosen_checks

    try:
        option = "--explain" if wishes.focus.explain else "--check"
        wanted = chosen_checks(registry, tasks, wishes.focus.checks, option)
    except UnknownCheck as exc:
        raise UsageError(str(exc)) from exc
    return [task for task in tasks if task.name in wanted], wanted


def tell_troubles(troubles: Sequence[str]) -> None:
    """Print a line for each plugin that had to be left out."""
    from grader.reporters._text import clean

    for line in troubles:
        print(clean(line), file=sys.stderr)


def write_reports(wishes: Wishes, registry: Registry, reports: Sequence[Report], tell: bool = False) -> bool:
    """Write every report that is wished for; tell whether all reporters were up to it.

    All are tried: each that fails is a line on standard error and, with `tell`, each that is there; only then is the
    last UsageError or BrokenPipeError raised.
    """
    from grader.reporters._text import clean

    whole, failed = True, []
    for name, target in wishes.reports:
        try:
            written = write_report(registry.reporters[name], reports, target)
        except (UsageError, BrokenPipeError) as exc:
            failed.append(exc)
            continue
        whole = whole and written
        if tell and written and target != "-":
            print(f"written: {clean(target, 1000)}", file=sys.stderr)
    failed.sort(key=lambda exc: isinstance(exc, UsageError))
    for one in failed[:-1]:  # the last one is told by whoever catches it
        print(f"dispatch.py: {clean(str(one))}", file=sys.stderr)
    if failed:
        raise failed[-1]
    return whole


def write_report(reporter: Reporter, reports: Sequence[Report], target: str) -> bool:
    """Write one report; tell whether the reporter was up to it. Raises UsageError where the target is to blame."""
    from grader.origin import blame
    from grader.reporters._text import clean

    try:
        reporter.write(reports, target)
    except BrokenPipeError:
        raise
    except OSError as exc:
        # a file is whole or not there, but of a folder some files may be new and others old or missing
        rest = "; what is in this folder is not complete" if Path(target).is_dir() else ""
        raise UsageError(f"cannot write the report {target}: {exc.strerror or exc}{rest}") from exc
    except Exception as exc:
        whose = blame(exc, reporter.origin)
        print(clean(f"{whose}the reporter {reporter.name} is broken: {type(exc).__name__}: {exc}"), file=sys.stderr)
        return False
    return True


def output(reports: Sequence[tuple[str, str]], registry: Registry, *, roster: bool = False) -> TextIO:
    """Return where the table goes. Refuse, before any work, unknown formats and targets that cannot be written."""
    unknown = [name for name, _ in reports if name not in registry.reporters]
    if unknown:
        raise UsageError(f"no report format is called {unknown[0]!r}; known: {', '.join(sorted(registry.reporters))}")
    lacking = [name for name, _ in reports if registry.reporters[name].roster and not roster]
    if lacking:
        raise UsageError(f"the report {lacking[0]} needs the list of a class: --batch FOLDER --roster class.csv")
    to_stdout = [name for name, target in reports if target == "-"]
    if len(to_stdout) > 1:
        raise UsageError("only one report can go to standard output (=-)")
    for name, target in reports:
        folder = registry.reporters[name].folder and not target.endswith(".json")
        if folder and target == "-":
            raise UsageError(f"the report {name} is a folder: {name}=FOLDER")
        obstacle = _obstacle(name, Path(target), folder) if target != "-" else ""
        if obstacle:
            raise UsageError(f"cannot write the report {target}: {obstacle}")
    return sys.stderr if to_stdout else sys.stdout


def _obstacle(name: str, path: Path, folder: bool) -> str:
    """Return why the report `name` cannot become this file (or `folder`, old or new), with the remedy; else nothing."""
    try:
        if path.is_dir() and not folder:
            return f"it is a folder, and {name} is one file; name a file, as in {name}={path / f'report.{name}'}"
        if path.exists() and folder and not path.is_dir():
            return f"it is a file, and {name} is a folder of files; name another, or take the file away"
        # a file is replaced, which its folder must allow; all else is written into as it is
        place = path if path.exists() and not path.is_file() else path.parent
        if not place.exists() or (place != path and not place.is_dir()):
            return f"no such folder: {place}; make it first, or name another"
        writable = os.access(place, os.W_OK)
    except OSError as exc:  # a name that is far too long
        return f"{exc.strerror or exc}; name another"
    return "" if writable else f"{place} is not writable for you; change that, or name another place"


def terminal(out: TextIO) -> tuple[int, bool, bool]:
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
