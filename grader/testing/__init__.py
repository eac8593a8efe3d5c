"""The pytest plugin: `pytest --backcheck --submission=submissions/mine` runs the checks as test items.

It is loaded by every pytest beside which backcheck is installed (entry-point group `pytest11`; from a checkout that is
not installed: `-p grader.testing`), and does nothing but declare its options unless `--backcheck` is given: what is
heavy is imported only then.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("backcheck", "grading neural-network exercises (backcheck)")
    group.addoption(
        "--backcheck",
        action="store_true",
        help="run backcheck's checks on a hand-in as test items, backcheck::TASK::check[case]; without other paths "
        "on the command line nothing else is collected",
    )
    group.addoption(
        "--submission",
        dest="backcheck_submission",
        metavar="PATH",
        help="with --backcheck: a name in submissions/, a folder or a zip, behind an equals sign; default: the one "
        "hand-in in submissions/",
    )
    group.addoption(
        "--backcheck-task",
        action="append",
        default=[],
        metavar="NAME[,NAME...]",
        help="with --backcheck: names of components or groups (all, ex1, ex2, ex3), any case; default: all",
    )
    group.addoption(
        "--backcheck-dialect",
        metavar="NAME",
        help="with --backcheck: how the hand-in is written (fau, native, ...); default: found out from its files",
    )
    group.addoption(
        "--backcheck-seed",
        type=_seed,
        metavar="N",
        help="with --backcheck: repeat a run exactly; default: drawn, and shown in the header",
    )
    group.addoption(
        "--in-process",
        dest="backcheck_in_process",
        action="store_true",
        help="with --backcheck: run the hand-in in this process, so that --pdb, breakpoints and -s work. FOR YOUR OWN "
        "CODE ONLY: nothing isolates it, and no time limit holds",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Refuse words by which pytest would take a hand-in for tests of ours, before it imports anything there."""
    option = early_config.known_args_namespace
    if not option.backcheck or option.backcheck_in_process:
        return
    from grader.testing.handin import refuse_paths_into_it

    refuse_paths_into_it(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """Join in if that is asked for. Raises pytest.UsageError for options that cannot be carried out."""
    option = config.option
    if not option.backcheck:
        given = {
            "--submission": option.backcheck_submission is not None,
            "--backcheck-task": bool(option.backcheck_task),
            "--backcheck-dialect": option.backcheck_dialect is not None,
            "--backcheck-seed": option.backcheck_seed is not None,
            "--in-process": option.backcheck_in_process,
        }
        for name in (name for name, there in given.items() if there):
            raise pytest.UsageError(f"{name} goes with --backcheck")
        return
    from grader.testing.plugin import Backcheck

    plugin = Backcheck(config)
    config.pluginmanager.register(plugin, "backcheck-items")
    config.add_cleanup(plugin.close)


def _seed(text: str) -> int:
    from grader.options.kinds import seed

    return seed(text)
