"""What follows from a task's reference, so that a task need not say it: oracle, layout and preparation.

Parameters are expected the way the exercise has them. The native dialect's arrays carry the reference's names; in the
exercise's own dialect a layer's only array is `weights`, a second one `bias`, in the order of the reference's
`parameters`. A task whose hand-ins have more freedom than that (a bias row, a padding) says so itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from grader.guest.dialects.native import NativeLayer
from grader.model import Case, Conventions, Layout, Table, Task
from grader.oracle import Oracle, optimizer_oracle
from grader.pairs import pair_layout
from grader.preparation import random_params
from grader.remote import RemoteLayer

_MOST = 2  # arrays that the exercise's dialect has names for


def completed(task: Task) -> Task:
    """Return the task with everything that its reference implies and that it does not say itself."""
    if task.reference is None:
        return task
    layout, prepare = task.layout, task.prepare
    if task.kind == "layer":
        layout = layout or _layout_of(task)
        if "trainable" in task.traits:
            prepare = prepare or random_params
        task = replace(task, layout=layout, prepare=prepare)
    return task if task.oracle is not None else replace(task, oracle=_oracle_of(task))


def _oracle_of(task: Task) -> Callable[..., Any] | None:
    """Return the oracle of a layer, a loss or an optimizer; None for other kinds, which have to bring their own."""
    assert task.reference is not None
    reference = task.reference
    if task.kind == "optimizer":
        return optimizer_oracle(reference)
    if task.kind == "loss":
        return lambda loss, case, conventions: reference(*case.init.values())
    if task.kind != "layer":
        return None

    def of_layer(layer: RemoteLayer, case: Case, conventions: Conventions) -> Oracle:
        assert task.layout is not None
        made = _built(task, case, conventions)
        if not made.parameters:
            return Oracle(NativeLayer(made))
        raw = layer.params()
        own = task.layout(case, conventions, raw)
        return Oracle(NativeLayer(made), own.unpack(raw), own.pack)

    return of_layer


def _layout_of(task: Task) -> Callable[..., Layout]:
    """Return the layout of a layer whose arrays are the reference's."""

    def layout(case: Case, conventions: Conventions, raw: Table) -> Layout:
        shapes = {name: value.shape for name, value in _built(task, case, conventions).parameters.items()}
        if len(shapes) > _MOST:
            return Layout(dict, dict)
        return pair_layout(shapes, raw)

    return layout


def _built(task: Task, case: Case, conventions: Conventions) -> Any:
    assert task.reference is not None
    if task.build is not None:
        return task.build(task.reference, case, conventions)
    return task.reference(*case.init.values())
