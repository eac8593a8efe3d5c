"""The hooks by which a plugin adds to the grader. They return typed records; they never steer.

A plugin is a module (a built-in file of `grader/tasks/`, or one named in an outside package's entry-point group
`backcheck.plugins`) with functions marked `@hookimpl`.
"""

from __future__ import annotations

import pluggy

from grader.model import Check, FairVariant, Misconception, Reporter, Task

hookspec = pluggy.HookspecMarker("backcheck-grader")
hookimpl = pluggy.HookimplMarker("backcheck-grader")


@hookspec
def backcheck_tasks() -> list[Task]:  # type: ignore[empty-body]  # a specification has no body
    """Return the tasks this plugin grades."""


@hookspec
def backcheck_checks() -> list[Check]:  # type: ignore[empty-body]  # a specification has no body
    """Return generic checks; they apply to every task that has their traits."""


@hookspec
def backcheck_reporters() -> list[Reporter]:  # type: ignore[empty-body]  # a specification has no body
    """Return output formats for `--report NAME=TARGET`."""


@hookspec
def backcheck_misconceptions() -> list[Misconception]:  # type: ignore[empty-body]  # a specification has no body
    """Return mistakes that students make, as wrong variants of the reference."""


@hookspec
def backcheck_variants() -> list[FairVariant]:  # type: ignore[empty-body]  # a specification has no body
    """Return right components that are written in unusual ways; `--selftest` sees that they keep their points."""
