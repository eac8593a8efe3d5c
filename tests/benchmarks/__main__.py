"""python -m tests.benchmarks: how fast the layers are, next to PyTorch, HIPS autograd and the general path."""

from __future__ import annotations

import argparse
import difflib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from tests.benchmarks import report
from tests.benchmarks.measuring import Outcome, Peak, correctness, measure, memory
from tests.benchmarks.rows import DTYPES, all_rows

DESCRIPTION = """\
Time the fast layers and their peers in turns, each in a process of its own with one thread, and print the ratio ours /
peer: below 1 is faster. The ratio is the median over the pairs, with its quartiles. Peers that are not installed
(pip install -e .[bench]) cost their rows and nothing else.
"""
EPILOG = """\
The whole table takes about eight minutes, --quick less than three. Nothing else should run meanwhile: the ratios stand
other load, the seconds do not.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong."""
        self.exit(2, f"{self.prog}: {message} (--help tells more)\n")


def main(argv: list[str] | None = None) -> int:
    """Measure what was asked for, and print and write the outcome. Wrong arguments raise SystemExit(2)."""
    parser = _Parser(
        prog="python -m tests.benchmarks",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="rows to run, or how their names begin (default: all)")
    parser.add_argument("--list", action="store_true", help="list the names and exit")
    parser.add_argument("--quick", action="store_true", help="fewer pairs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the ratios there (png, svg or pdf)")
    args = parser.parse_args(argv)
    names = list(dict.fromkeys([row.name for row in all_rows()] + ["memory", "correctness"]))
    if args.list:
        print(*names, sep="\n")
        return 0
    for path in (args.json, args.plot):
        if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            parser.error(f"cannot write {path}: {'a folder' if path.is_dir() else 'there is no such folder'}")
    if args.plot is not None and args.plot.suffix not in (".png", ".svg", ".pdf"):
        parser.error(f"--plot draws .png, .svg or .pdf files, not {args.plot.name}")
    for name in args.names:
        if not any(known.startswith(name) for known in names):
            near = difflib.get_close_matches(name, names, 1)
            parser.error(f"no row is called {name}" + (f": did you mean {near[0]}?" if near else " (see --list)"))
    chosen = [name for name in names if not args.names or any(name.startswith(start) for start in args.names)]
    return _run(chosen, args)


def _run(chosen: list[str], args: argparse.Namespace) -> int:
    where = report.environment()
    print(", ".join(f"{name} {value}" for name, value in where.items()), flush=True)
    start, outcomes, peak = time.perf_counter(), [], Peak()
    try:
        for work in _work(chosen, peak, 25 if args.quick else 200, 1.5 if args.quick else 8.0):
            outcomes.append(work())
            print(report.line(outcomes[-1]), flush=True)
    except KeyboardInterrupt:
        print("interrupted: the table holds what was measured so far", file=sys.stderr)
    finally:
        peak.close()
    print(f"\n{report.table(outcomes)}\n\n{time.perf_counter() - start:.0f} seconds")
    if args.json is not None:
        report.write_json(outcomes, where, args.json)
    if args.plot is not None:
        report.write_plot(outcomes, args.plot)
    return 0


def _work(chosen: list[str], peak: Peak, pairs: int, budget: float) -> Iterator[Callable[[], Outcome]]:
    """Yield, for everything that was chosen, a function that measures it."""
    for row in all_rows():
        if row.name in chosen:
            yield lambda row=row: measure(row, pairs, budget, peak)  # type: ignore[misc]  # the default binds the row
    if "memory" in chosen:
        for dtype in DTYPES:
            yield lambda dtype=dtype: memory(dtype)  # type: ignore[misc]  # likewise
    if "correctness" in chosen:
        for path in ("general", "layers", "fused"):
            yield lambda path=path: correctness(path)  # type: ignore[misc]  # likewise


if __name__ == "__main__":
    sys.exit(main())
