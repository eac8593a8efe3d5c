"""The collector's tree: the hand-in, its tasks, and an item for every check on every case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.grading import FOUND as FOUND_CHECK
from grader.grading import cases_of
from grader.model import Check, CheckResult, Tier, Verdict, Visibility
from grader.own_code import Stopped
from grader.reporters._checks import CheckRow
from grader.reporters._public import public
from grader.reporters._text import clean
from grader.testing.narrowing import Place, needed
from grader.testing.runs import FOUND, Graded, Runs, Wanted

ROOT = "backcheck"


class CheckFailure(Exception):
    """A core check did not pass; the text is what the terminal's report says of it."""


class HandinNode(pytest.Collector):
    """The hand-in: `backcheck`. Only what is among `ids` is collected, if there are any."""

    wanted: Wanted
    runs: Runs
    ids: tuple[str, ...]

    @classmethod
    def made(cls, session: pytest.Session, path: Path, wanted: Wanted, runs: Runs, ids: tuple[str, ...]) -> HandinNode:
        """Return the root of the tree."""
        node = cls.from_parent(session, name=ROOT, path=path, nodeid=ROOT)
        node.wanted, node.runs, node.ids = wanted, runs, ids
        return node

    def collect(self) -> Iterator[pytest.Collector]:
        """Yield the tasks."""
        for name in self.wanted.tasks:
            task = TaskNode.from_parent(self, name=name, nodeid=f"{ROOT}::{name}")
            task.handin = self
            if not self.ids or task.chosen():
                yield task


class TaskNode(pytest.Collector):
    """A task: `backcheck::RNN`."""

    handin: HandinNode

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the items."""
        return iter(self.chosen())

    def chosen(self) -> list[CheckItem]:
        """Return the items that are asked for."""
        items = list(self._items())
        return [item for item in items if not self.handin.ids or is_meant(item.nodeid, self.handin.ids)]

    def _items(self) -> Iterator[CheckItem]:
        wanted = self.handin.wanted
        task = wanted.tasks[self.name]
        yield self._item("found", FOUND_CHECK, FOUND)
        for check in wanted.plans[self.name]:
            hidden = check.visibility is not Visibility.VISIBLE
            for number, case in enumerate(cases_of(task, check, wanted.submission.dialect), 1):
                shown = str(number) if hidden else case.name
                yield self._item(f"{check.name}[{shown}]", check, (case.name, check.name))

    def _item(self, name: str, check: Check, place: Place) -> CheckItem:
        item = CheckItem.from_parent(self, name=name, nodeid=f"{self.nodeid}::{name}")
        item.task, item.check, item.place = self.name, check, place
        item.handin = self.handin
        return item


class CheckItem(pytest.Item):
    """One check on one case: `backcheck::RNN::parameter_gradients[one step, 2-3-4]`."""

    task: str
    check: Check
    place: Place
    handin: HandinNode
    graded: Graded

    def setup(self) -> None:
        """Run the check, unless that has been done; what the grader itself got wrong is an error, not a failure."""
        try:
            self.graded = self.handin.runs.run(self.task, self.place)
        except Stopped as stopped:  # Ctrl-C, or `q` in the debugger: pytest knows what to do
            raise stopped.cause from None
        blame = self._blamed()
        if blame.verdict is Verdict.BROKEN:
            raise pytest.fail.Exception(self._text(blame), pytrace=False)

    def runtest(self) -> None:
        """Pass, or raise what tells pytest how the check ended."""
        result = self._result
        if result.verdict is Verdict.PASSED:
            return
        blame = self._blamed()
        if blame.verdict is Verdict.SKIPPED:
            raise pytest.skip.Exception(clean(result.message), _use_item_location=True)
        if blame.tier is not Tier.CORE:
            self._remark(blame)
            return
        failure = CheckFailure(self._text(blame))
        trace = self.graded.trace
        if trace is not None and blame.verdict is Verdict.CRASHED:  # this is where `--pdb` goes
            raise failure.with_traceback(trace)
        raise failure

    def _remark(self, result: CheckResult) -> None:
        """A remark is an expected failure: it costs nothing, whatever is done about warnings and unexpected ones."""
        text = " ".join([f"{result.title} ({result.tier}, no points):", *CheckRow((public(result),)).texts()])
        if self.config.getoption("runxfail"):
            self.add_report_section("call", "remark", text)
            return
        raise pytest.xfail.Exception(text)

    @property
    def _result(self) -> CheckResult:
        return self.graded.results[self.place]

    def _blamed(self) -> CheckResult:
        """Return the result to tell about: the item's own.

        Of a check that was not run, that of the check that it waits for, if no item of this run tells about that one.
        """
        result = self._result
        if result.verdict is not Verdict.SKIPPED:
            return result
        wanted = self.handin.wanted
        plan, task = wanted.plans[self.task], wanted.tasks[self.task]
        places = [FOUND, *needed(self.place, plan, task, wanted.submission.dialect)]
        known = [self.graded.results[place] for place in places if place in self.graded.results]
        bad = [one for one in known if one.verdict not in (Verdict.PASSED, Verdict.SKIPPED)]
        told = wanted.selected.get(self.task, set())
        if not bad or any((one.case, one.check) in told for one in bad):
            return result
        return bad[0]

    def _text(self, result: CheckResult) -> str:
        """Return title, message, diagnosis and hint, word for word as the terminal's report has them."""
        lines = [result.title, *(f"    {text}" for text in CheckRow((public(result),)).texts())]
        if result is not self._result:
            lines.insert(0, f"{self.check.title}: not run, because it needs")
        return "\n".join(lines)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **more: Any) -> Any:
        """Show what the report says, and nothing of pytest's or the grader's inside."""
        if isinstance(excinfo.value, CheckFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **more)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the item comes from, and what it is called."""
        return self.path, 0, f"{self.task}: {self.name}"


def is_meant(nodeid: str, ids: tuple[str, ...]) -> bool:
    """Tell whether one of the ids given is the item's, or that of something that holds it."""
    return any(nodeid == one or nodeid.startswith((f"{one}::", f"{one}[")) for one in (ROOT, *ids) if one in ids)
