"""What a gradient check costs: forward passes by the number of weights, forward passes to locate a mistake, time.

The time is that of the checks `input_gradient` and `parameter_gradients` of one case of every layer of the vectorised
bundled hand-in, with the code in a real guest: this process and the guest together, by the wall clock.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from framework.reference.fully_connected import FullyConnected
from grader.bench import Bench, Findings, generator
from grader.guest.desk import Desk
from grader.kinds import UNITS
from grader.localise import FORWARDS
from grader.model import Case
from grader.oracle import Oracle
from grader.probe import CheckFailed, Probe
from grader.remote import Array, InProcess, RemoteLayer
from grader.sandbox.session import Session
from tests.accuracy.figures import Figure
from tests.grader.guests import launch
from tests.grader.handins import example, registry
from tests.grader.inside import Classes

WEIGHTS = (100, 1_000, 10_000, 100_000)
CHECKS = ("input_gradient", "parameter_gradients")
_MILLISECONDS = 50.0


class _Counting(FullyConnected):
    """Counts its forward passes, and spoils the gradient of its weights in `wrong` places."""

    def __init__(self, inputs: int, outputs: int, wrong: str = "") -> None:
        super().__init__(inputs, outputs)
        self.forwards, self.wrong = 0, wrong

    def forward(self, x: Array) -> Array:
        self.forwards += 1
        return super().forward(x)

    def _weights_gradient(self, dout: Array) -> Array:
        gradient = super()._weights_gradient(dout)
        if self.wrong == "one entry":
            gradient[gradient.shape[0] // 2, gradient.shape[1] // 3] += 1.0
        elif self.wrong == "one column":
            gradient[:, gradient.shape[1] // 3] *= 2
        elif self.wrong:
            gradient = gradient * 2
        return gradient


def forwards(weights: int, wrong: str = "") -> tuple[int, str]:
    """Return how many forward passes the check of all parameters takes, and what it says.

    Without a mistake, those of the check; with one, all it takes to tell the parameters apart and to locate the mistake
    without a reference. `weights` is a square number or ten times one.
    """
    inputs = 10 ** ((len(str(weights)) - 1) // 2)
    made: list[_Counting] = []

    def make(*sizes: int) -> _Counting:
        made.append(_Counting(*sizes, wrong))
        return made[-1]

    init = {"input_size": inputs, "output_size": weights // inputs}
    layer = RemoteLayer(InProcess(Desk(Classes(make))), "FullyConnected", init)
    case = Case("cost", init, (3, inputs), axes={"W": ("input", "output"), "b": ("output",)})
    probe = Probe(case, np.random.default_rng(4))

    def agreeing(x: Array, dout: Array) -> dict[str, Array]:
        """Return what backward has left: a reference that has nothing to say."""
        return layer.grads()

    said = ""
    try:
        probe.assert_parameter_gradients(layer, probe.input(), agreeing)
    except CheckFailed as failed:
        said = failed.message
    return made[0].forwards - 1, said  # the first one draws the cotangent


def milliseconds(repeats: int = 10, seed: int = 11) -> tuple[list[float], int]:
    """Return the time for the gradient checks of all layers of a vectorised hand-in, `repeats` times, and their number.

    One case of each layer, the first. Layers and references are made, and parameters set, before the clock starts.
    """
    known = registry()
    every = {check.name: check for check in known.checks}
    session = Session(example("example_fau"), launch, seed=seed)
    work: list[Callable[[], Any]] = []
    try:
        for task in (task for task in known.tasks.values() if task.kind == "layer" and "deterministic" in task.traits):
            bench = Bench(task, seed, _maker(session, task.kind, task.name), findings=Findings("fau"))
            case = task.cases[0]
            for name in CHECKS:
                if every[name].traits <= task.traits | {"layer"}:
                    work.append(_check(bench, case, every[name]))
        for done in work:
            done()  # everything is imported once
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            for done in work:
                done()
            times.append(1000 * (time.perf_counter() - start))
    finally:
        session.close()
    return times, len(work)


def _maker(session: Session, kind: str, name: str) -> Callable[[Case, int], Any]:
    return lambda case, seed: UNITS[kind](session, name, case.init, seed)


def _check(bench: Bench, case: Case, check: Any) -> Callable[[], Any]:
    """Return what runs a check on a layer that is ready."""
    bench.run(check, case)  # the conventions are found
    unit = bench.fresh(case, check.name)
    assert bench.task.oracle is not None
    oracle: Oracle = bench.task.oracle(unit, case, bench.findings.conventions[case.name])

    def run() -> None:
        probe = Probe(case, generator(bench.seed, bench.task.name, check.name))
        given = {"layer": unit, "oracle": oracle, "probe": probe}
        with np.errstate(all="ignore"):
            check.run(**{name: given[name] for name in check.arguments})

    return run


def table(sizes: tuple[int, ...] = WEIGHTS) -> tuple[list[str], list[int], list[int]]:
    """Return the lines of the table, the passes of a right gradient, and those to locate mistakes."""
    lines = ["weights    right   one entry   one column   everything"]
    right, located = [], []
    for weights in sizes:
        counts = [forwards(weights, wrong) for wrong in ("", "one entry", "one column", "everything")]
        right.append(counts[0][0])
        located += [count for count, _ in counts[1:]]
        lines.append("{:7d} {:8d} {:11d} {:12d} {:12d}".format(weights, *(count for count, _ in counts)))
    lines.append(f"one column of {sizes[-1]}: {forwards(sizes[-1], 'one column')[1]}")
    return lines, right, located


def figures(*, quick: bool = False) -> list[Figure]:
    """Return the figures; the lines of the table are the remarks."""
    lines, right, located = table(WEIGHTS[:2] if quick else WEIGHTS)
    times, number = milliseconds(3 if quick else 10)
    median = statistics.median(times)
    return [
        Figure(
            "forward passes of a gradient check",
            ", ".join(map(str, right)),
            f"the same for {lines[1].split()[0]} to {lines[-2].split()[0]} weights",
            len(set(right)) == 1,
            tuple(lines),
        ),
        Figure(
            "forward passes until a mistake is located",
            f"at most {max(located)}, of which {max(right)} find that there is one",
            f"at most {FORWARDS} to locate it",
            max(located) <= FORWARDS,
        ),
        Figure(
            f"{number} gradient checks of all layers",
            f"{median:.1f} ms (median of {len(times)}; {min(times):.1f} to {max(times):.1f})",
            f"at most {_MILLISECONDS:.0f} ms" + (", on an idle machine: a sample does not judge it" if quick else ""),
            median <= _MILLISECONDS or quick,
        ),
    ]
