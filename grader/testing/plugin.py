"""What pytest calls once `--backcheck` is given: which hand-in, which tasks, and the tree of items."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from grader.dialects import UnknownDialect, known
from grader.intake import IntakeError, open_submission
from grader.model import Task
from grader.options.kinds import names
from grader.plugins import Registry, UnknownTask, load_registry
from grader.reporters._text import clean
from grader.sandbox.advice import unprotected
from grader.sandbox.levels import KERNEL, at_least
from grader.sandbox.probe import best
from grader.seeds import drawn_seed
from grader.testing.handin import named_handin
from grader.testing.items import ROOT, CheckItem, HandinNode, is_meant
from grader.testing.runs import InGuest, InThisProcess, Runs, Wanted


class Backcheck:
    """Adds the items of one hand-in to the collection, and says in header and summary what they are about."""

    def __init__(self, config: pytest.Config) -> None:
        option = config.option
        if option.backcheck_seed is None:
            option.backcheck_seed = drawn_seed()  # xdist hands options on: all workers have one seed
        name, self._path, self._remark = named_handin(option, config.invocation_params.dir)
        try:
            dialect = known(option.backcheck_dialect) if option.backcheck_dialect is not None else ""
            submission = open_submission(self._path, name, dialect)
        except (IntakeError, UnknownDialect) as exc:
            raise pytest.UsageError(clean(str(exc))) from exc
        self._config = config
        registry = load_registry()
        self._troubles = registry.troubles
        self._wanted = Wanted.of(submission, _chosen(registry, option.backcheck_task), registry, option.backcheck_seed)
        if not self._wanted.tasks:
            raise pytest.UsageError(f"--backcheck-task {','.join(option.backcheck_task)}: not asked of such a hand-in")
        self._runs: Runs = (
            InThisProcess(self._wanted, self._path, (pytest.exit.Exception,))
            if option.backcheck_in_process
            else InGuest(self._wanted)
        )
        self._ids = self._taken_ids()

    def close(self) -> None:
        """End the guest."""
        self._runs.close()

    def _taken_ids(self) -> tuple[str, ...]:
        """Take the arguments that mean our items out of pytest's hands, and return them as node ids.

        Without other arguments nothing else is to be collected.
        """
        config, option = self._config, self._config.option
        ids = list(getattr(option, "backcheck_ids", []))
        paths = []
        for argument in config.args:
            place, sign, rest = argument.partition("::")
            ours = place == ROOT or (sign and Path(config.invocation_params.dir, place).resolve() == self._path)
            if ours:
                ids.append(ROOT + sign + rest)
            else:
                paths.append(argument)
        given = config.args_source is pytest.Config.ArgsSource.ARGS
        config.args[:] = paths if given else []
        option.backcheck_ids = ids
        return tuple(ids)

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Keep pytest out of the hand-in, wherever else it is told to look for tests."""
        own = self._config.option.backcheck_in_process
        inside = self._config.invocation_params.dir.resolve().is_relative_to(self._path)
        return True if not own and not inside and collection_path.resolve().is_relative_to(self._path) else None

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Put the hand-in beside what else is collected."""
        report = yield
        if isinstance(collector, pytest.Session) and report.passed:
            root = HandinNode.made(collector, self._path, self._wanted, self._runs, self._ids)
            report.result = [*report.result, root]
        return report

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Complain of node ids that there are not."""
        ours = [item.nodeid for item in items if isinstance(item, CheckItem)]
        for wanted in self._ids:
            if not any(is_meant(nodeid, (wanted,)) for nodeid in ours):
                raise pytest.UsageError(f"not found: {clean(wanted)}; pytest --backcheck --collect-only -q lists them")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take note of what is left to run."""
        for item in session.items:
            if isinstance(item, CheckItem):
                self._wanted.selected.setdefault(item.task, set()).add(item.place)

    def pytest_report_header(self) -> list[str]:
        """Say what is tested, and where it runs."""
        notes = (self._remark, *self._wanted.submission.remarks, *self._troubles)
        lines = [self._title(), *(f"backcheck: {clean(line)}" for line in notes if line)]
        if not self._config.option.backcheck_in_process and not at_least(best().level, KERNEL):
            lines.append(unprotected(best()))
        return lines

    def _title(self) -> str:
        """Return what is graded and where: a line for the header."""
        own = self._config.option.backcheck_in_process
        place = "IN THIS PROCESS, for your own code only" if own else f"isolation: {best().level}"
        return f"backcheck: {clean(self._wanted.submission.id)}, seed {self._wanted.seed}, {place}"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell the remarks, which pytest keeps to itself, and how to repeat what failed."""
        prefix = f"{ROOT}::"
        remarks = [one for one in terminalreporter.stats.get("xfailed", []) if one.nodeid.startswith(prefix)]
        if remarks:
            terminalreporter.section("backcheck: remarks, which cost no points")
            for report in remarks:
                terminalreporter.line(f"{report.nodeid}\n    {report.wasxfail.removeprefix('reason: ')}")
        for remark in self._runs.remarks:
            terminalreporter.line(f"Note: {clean(remark)}")
        bad = [
            one
            for kind in ("failed", "error")
            for one in terminalreporter.stats.get(kind, [])
            if one.nodeid.startswith(prefix)
        ]
        if bad:
            terminalreporter.line(f"{self._title()}; the same numbers again: --backcheck-seed {self._wanted.seed}")


def _chosen(registry: Registry, texts: list[str]) -> list[Task]:
    """Return the tasks that are asked for. Raises pytest.UsageError for one that does not exist."""
    if texts and not names(texts):
        raise pytest.UsageError("--backcheck-task is empty; it takes names, such as RNN,Adam or all")
    try:
        return registry.select(names(texts) or ["all"])
    except UnknownTask as exc:
        raise pytest.UsageError(str(exc)) from exc
