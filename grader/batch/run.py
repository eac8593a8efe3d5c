"""`python dispatch.py --batch inbox/ …`: one command, one class."""

from __future__ import annotations

import secrets
import signal
import sys
import textwrap
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TextIO

from grader.batch.progress import Progress
from grader.batch.regrade import Change, compare
from grader.batch.results import StoredResults
from grader.batch.summary import Summary
from grader.batch.work import Execute, Plan, grade_class
from grader.cli import BROKEN, INTERRUPTED, OK
from grader.dispatching import (
    BatchWishes,
    UsageError,
    Wishes,
    chosen_tasks,
    output,
    registered,
    terminal,
    write_reports,
)
from grader.executors import inline, processes
from grader.executors.bundle import ExecutorError
from grader.fingerprint import task_fingerprint, task_parts
from grader.from_packages import from_packages
from grader.graded import Edition
from grader.intake import IntakeError
from grader.intake.arrivals import find_arrivals
from grader.intake.roster import Roster, read_roster
from grader.model import Visibility
from grader.plugins import Registry
from grader.profile.apply import apply_profile
from grader.reporters._course import closing, opening
from grader.reporters._text import clean
from grader.reporters.terminal import Style
from grader.results import Course, Handin
from grader.sandbox.levels import FOR_THE_RECORD
from grader.sandbox.probe import best
from grader.store import Store, StoreError

_TERMINATED = 128 + signal.SIGTERM


def run_batch(wishes: Wishes, batch: BatchWishes) -> int:
    """Grade a class, write the reports and return the exit code.

    Raises UsageError for whatever is wrong with arguments, the folder or the store.
    """
    plain = registered(wishes)
    registry = apply_profile(plain, wishes.profile)
    tasks = chosen_tasks(registry, wishes)
    out = output(wishes.reports, registry, roster=batch.roster is not None)
    try:
        roster = read_roster(Path(batch.roster)) if batch.roster is not None else None
        arrivals = find_arrivals(batch.inbox, batch.rule)
        with Store(batch.store) as store:
            seed = _seed(store, batch)
            editions = {
                task.name: Edition(seed, task_fingerprint(registry, task, wishes.limits, wishes.packages))
                for task in tasks
            }
            plan = Plan(arrivals, tasks, editions, wishes.limits, store, wishes.require, wishes.dialect, wishes.profile)
            return _Run(wishes, batch, plain, registry, plan, roster).carry_out(Style(*terminal(out)), out)
    except (ExecutorError, IntakeError, StoreError) as exc:
        raise UsageError(str(exc)) from exc


def _seed(store: Store, batch: BatchWishes) -> int:
    """Return the seed of this run: that of the class, unless a regrade asks for another."""
    if batch.regrade and batch.seed is not None:
        return batch.seed
    seed = store.seed(lambda: secrets.randbelow(1_000_000) if batch.seed is None else batch.seed)
    if batch.seed not in (None, seed):
        raise UsageError(f"--seed {batch.seed}: everyone in {batch.store} has seed {seed}; --regrade changes it")
    return seed


class _Run:
    """One run over a class, with everything that was found out before the first hand-in is read."""

    def __init__(
        self,
        wishes: Wishes,
        batch: BatchWishes,
        plain: Registry,
        registry: Registry,
        plan: Plan,
        roster: Roster | None,
    ) -> None:
        self.wishes, self.batch, self.plan, self.roster = wishes, batch, plan, roster
        self.plain, self.registry = plain, registry  # before and after the profile
        self.course = wishes.profile.course if wishes.profile is not None else Course()
        self.before = plan.store.editions()
        self.earlier: dict[str, Handin] = {}  # the class as the last run saw it, for a regrade
        self.changed = [name for name, edition in plan.editions.items() if self.before.get(name, edition) != edition]

    def carry_out(self, style: Style, out: TextIO) -> int:
        """Grade what is open, compare if this is a regrade, write the reports."""
        plan, store = self.plan, self.plan.store
        self._refuse()
        if not self.batch.regrade:  # which replaces marks, and so counts nothing before it was seen what that means
            store.adopt({name: edition for name, edition in plan.editions.items() if name not in self.before})
        store.note_parts({edition.suite: self._parts(name) for name, edition in plan.editions.items()})
        self.earlier = {handin.id: handin for handin, _ in store.handins()} if self.batch.regrade else {}
        store.expect(arrival.handin for arrival in plan.arrivals)
        progress = Progress(len(plan.arrivals))
        try:
            grade_class(plan, self._executor(), progress)
        except KeyboardInterrupt:
            self._stopped("interrupted", progress)
            return INTERRUPTED
        except SystemExit as exc:
            if exc.code == _TERMINATED:
                self._stopped("terminated", progress)
            raise
        finally:
            progress.close()
        results = self._results(plan.editions)
        summary = Summary.of(results)
        level = best().level
        note = "isolated" if level in FOR_THE_RECORD else "self-check, not for the record"
        seed = next(iter(plan.editions.values())).seed
        last = f"seed {seed}, store {self.batch.store}, isolation: {level} ({note})"
        added = clean(from_packages(plan.tasks, self.registry.tasks.values(), self.wishes.tasks), 1000)
        said = summary.text(style, last, added)
        text = opening(self.course, style) + said + closing(self.course, style)
        print(text, end="", file=out, flush=True)
        if self.batch.regrade:
            self._regraded(results, summary.problems == 0, style, out)
            results = self._results(store.editions())
        written = write_reports(self.wishes, self.registry, results, tell=True)
        return OK if summary.problems == 0 and written else BROKEN

    def _stopped(self, how: str, progress: Progress) -> None:
        """Say how far it came; of hand-ins that are not done yet, some reports may be there already."""
        progress.close()
        if self.batch.regrade:
            self._as_before()
        done = f"{how} after {progress.done} of {progress.total} hand-ins"
        kept = self.plan.store.count()
        reports = f"the store holds {kept} report{'s' * (kept != 1)}"
        print(f"{done}; {reports}, and the same command goes on from there", file=sys.stderr)

    def _refuse(self) -> None:
        """Refuse to mix two editions of a task in one class, and a regrade that changes nothing."""
        if self.batch.regrade:
            seed = next(iter(self.plan.editions.values())).seed
            other = [name for name, edition in self.before.items() if edition.seed != seed]
            left = [name for name in other if name not in self.plan.editions]
            if left:
                raise UsageError(f"--regrade --seed is for all tasks of the class; --task leaves out {left[0]}")
            if not self.changed:
                new = [name for name in self.plan.editions if name not in self.before]
                hint = f"; {new[0]} is new, and is graded without --regrade" if new else ""
                raise UsageError(
                    "--regrade: nothing to regrade: grader, tasks, profile, limits and seed are what they were" + hint
                )
        elif self.changed:
            first, *more = self.changed
            names = first + (f" and {len(more)} more" if more else "")
            parts = self._all_causes()
            names += f"; what changed: {', '.join(parts)}" if parts else ""
            raise UsageError(
                f"the class in {self.batch.store} was graded with another state of the grader, its tasks, profile or "
                f"limits ({names}); --regrade shows what would change, another --store starts afresh"
            )

    def _parts(self, name: str) -> dict[str, str]:
        """Return what the edition of a task is made of today."""
        task = next(task for task in self.plan.tasks if task.name == name)
        return task_parts(self.registry, task, self.wishes.limits, self.wishes.packages)

    def _causes(self, name: str) -> list[str]:
        """Return which parts of a task's edition are not what they were; nothing if the store does not know."""
        was, now = self.plan.store.parts(self.before[name].suite), self._parts(name)
        return [part for part in was.keys() | now.keys() if was.get(part) != now.get(part)] if was else []

    def _all_causes(self) -> list[str]:
        return sorted({cause for name in self.changed for cause in self._causes(name)})

    def _regraded(self, new: StoredResults, fine: bool, style: Style, out: TextIO) -> None:
        """Show what a regrade changes, and replace the marks if that is wanted."""
        store, editions = self.plan.store, self.plan.editions
        old = self._results({name: self.before[name] for name in editions if name in self.before})
        changed = {name: (self.before[name], editions[name]) for name in self.changed}
        team = {name: names[0] for names in self._rivals() for name in names}
        print(compare(old, new, Change(changed, self._all_causes(), self.earlier, team), style), end="", file=out)
        if not self.batch.yes:
            self._as_before()
            text = "Nothing is replaced yet; the same command with --yes does it, without grading again."
            text += " The reports show the marks that count by now." if self.wishes.reports else ""
        elif not fine:
            self._as_before()
            text = "Nothing is replaced: the grader failed on some hand-ins, see above."
        else:
            store.adopt({n: e for n, e in editions.items() if self.before.get(n) != e}, editions[self.changed[0]].seed)
            text = "Replaced. The old marks stay in the history of the store."
        print(textwrap.fill(text, style.width), file=out)

    def _as_before(self) -> None:
        """Note again on which hand-ins the grader failed under the editions that count, not under those that do not."""
        for handin, _ in self.plan.store.handins():
            known = self.earlier.get(handin.id)
            trouble = known.trouble if known is not None and known.digest == handin.digest else ""
            if handin.trouble != trouble:
                self.plan.store.note(handin.id, trouble=trouble)

    def _rivals(self) -> list[list[str]]:
        """Return the attempts of each student who has several, of which the best is to count."""
        if self.batch.rule != "best":
            return []
        rivals: dict[str, list[str]] = {}
        for arrival in self.plan.arrivals:
            rivals.setdefault(arrival.who, []).append(arrival.handin.id)
        return [names for names in rivals.values() if len(names) > 1]

    def _results(self, editions: Mapping[str, Edition]) -> StoredResults:
        results = StoredResults(
            self.plan.store,
            [task for task in self.plan.tasks if task.name in editions],
            editions,
            roster=self.roster,
            rivals=self._rivals(),
            visibility=self._visibility(),
        )
        results.course = self.course
        return results

    def _visibility(self) -> dict[tuple[str, str], Visibility]:
        """Return which checks students may see today: that costs no grading, and so is no part of an edition."""
        return {
            (task.name, check.name): check.visibility for task in self.plan.tasks for check in self.registry.plan(task)
        }

    def _executor(self) -> Execute:
        if self.batch.executor == "inline":
            return partial(inline.run, registry=self.plain, allowed=self.wishes.packages)
        if self.batch.executor == "dask":
            import grader.executors.dask as dask

            return partial(dask.run, jobs=self.batch.jobs, scheduler=self.batch.scheduler)
        return partial(processes.run, jobs=self.batch.jobs, allowed=self.wishes.packages)
