"""Measures the grader: what it detects, whom it accuses wrongly, what it names. Exits with 1 if a goal is missed."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.accuracy import corruptions, detection, false_alarms, figures, naming, pairs
from tests.accuracy.figures import Figure
from tests.accuracy.matrix import matrix

SECTIONS = ("detection", "alarms", "naming", "corruptions", "pairs", "gradients")


def parser() -> argparse.ArgumentParser:
    """Return the options."""
    made = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    made.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; all by default")
    made.add_argument("--quick", action="store_true", help="a sample of everything, in at most a minute")
    made.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one per core)")
    made.add_argument("--seed", type=int, default=20, help="first seed (default: %(default)s)")
    made.add_argument("--remarks", type=int, default=12, help="remarks shown per figure (default: %(default)s)")
    made.add_argument("--table", metavar="FILE", help="write figures and the whole matrix as Markdown")
    return made


def main(words: Sequence[str] | None = None) -> int:
    """Run the sections asked for."""
    wish = parser().parse_args(words)
    unknown = sorted(set(wish.sections) - set(SECTIONS))
    if unknown:
        parser().error(f"no section is called {unknown[0]!r}; there are {', '.join(SECTIONS)}")
    run = _Run(wish.quick, wish.jobs, wish.seed)
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        print(line, flush=True)

    every: list[Figure] = []
    for section in [name for name in SECTIONS if name in (wish.sections or SECTIONS)]:
        start = time.perf_counter()
        found = getattr(run, section)()
        every += found
        say(f"{section} ({time.perf_counter() - start:.0f} s)")
        figures.show(found, wish.remarks, say)
        if section == "detection" and not wish.quick:
            print(run.matrix)
    if wish.table:
        Path(wish.table).write_text(run.page(lines), encoding="utf-8")
    return 0 if all(one.reached for one in every) else 1


class _Run:
    """The sections; what one needs of another is measured once."""

    def __init__(self, quick: bool, jobs: int, seed: int) -> None:
        self.quick, self.jobs, self.seed = quick, jobs, seed
        self.matrix = ""

    def detection(self) -> list[Figure]:
        """Every misconception, over ten seeds (quick: one, a component of each kind)."""
        seeds = range(self.seed, self.seed + (1 if self.quick else 10))
        only = _QUICK if self.quick else ()
        found = detection.detect(seeds, jobs=self.jobs, only=only, every_form=not self.quick)
        self.matrix = matrix(found)
        return figures.detection(found, whole=not self.quick)

    def alarms(self) -> list[Figure]:
        """Fair variants and the examples."""
        found = false_alarms.run(*((40, 2) if self.quick else (1000, 20)))
        measured = f"{len(found.alarms)} in {found.runs} runs, {found.guest_runs} of them through a guest"
        return [Figure("false alarms of core checks", measured, "0", not found.alarms, tuple(found.alarms))]

    def naming(self) -> list[Figure]:
        """Text patches of the examples."""
        patches = naming.all_patches()
        chosen = patches[:: max(len(patches) // 30, 1)] if self.quick else patches
        return figures.naming(naming.name_all(chosen, self.seed, jobs=self.jobs), not self.quick)

    def corruptions(self) -> list[Figure]:
        """Random corruptions."""
        return figures.corruptions(
            corruptions.corrupt_all(34 if self.quick else 300, self.seed, jobs=self.jobs), not self.quick
        )

    def pairs(self) -> list[Figure]:
        """Two mistakes at once."""
        known = [patch for patch in naming.all_patches() if patch.example == "example_fau"]
        drawn = pairs.draw(known, 10 if self.quick else 200, self.seed)
        return figures.pairs(pairs.grade_pairs(drawn, self.seed, jobs=self.jobs), not self.quick)

    def gradients(self) -> list[Figure]:
        """What a gradient check costs."""
        from tests.accuracy import gradient_cost

        return gradient_cost.figures(quick=self.quick)

    def page(self, lines: list[str]) -> str:
        """Return the report as Markdown."""
        shown = "\n".join(lines)
        return (
            f"# Accuracy\n\nWritten by `python -m tests.accuracy --table FILE`.\n\n```\n{shown}\n```\n\n{self.matrix}"
        )


_QUICK = ("FullyConnected", "ReLU", "CrossEntropyLoss", "Adam", "Flatten", "L2_Regularizer", "He", "NeuralNetwork")

if __name__ == "__main__":
    sys.exit(main())
