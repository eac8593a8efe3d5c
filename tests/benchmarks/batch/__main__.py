"""`python -m tests.benchmarks.batch [NAME …]`: the figures of grading a class, each with its goal.

overhead    milliseconds of harness per trivial hand-in; check50 and gradescope-utils beside it (installed on the way)
scaling     hand-ins per minute with one and two workers, and how much of the machine's own scaling that is
simulated   10,000 hand-ins whose grading is stubbed: memory, time of store and reports, the page in Chromium
killed      SIGKILL at random moments, resumed, compared with an uninterrupted run
cluster     Dask with a scheduler and two workers, one of them killed; compared with `inline`
mixed       60 hand-ins, hostile and unreadable ones among them; honest marks compared with those they get alone
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.batch import cluster, killed, mixed, overhead, scaling, simulated

_PARTS = {
    "overhead": overhead.measure,
    "scaling": scaling.measure,
    "simulated": simulated.measure,
    "killed": killed.measure,
    "cluster": cluster.measure,
    "mixed": mixed.measure,
}


def main() -> int:
    """Run the parts that are named, all if none is; exit with 1 if some goal is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.batch",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", choices=[*_PARTS, []], metavar="NAME", help="parts to run; default: all")
    parser.add_argument("--scale", type=float, default=1.0, help="1: as the goals say; 0.1: a tenth of the hand-ins")
    parser.add_argument(
        "--peers", type=Path, help="keep the environments of check50 and gradescope-utils in this folder"
    )
    options = parser.parse_args()
    fine = True
    with tempfile.TemporaryDirectory(prefix="batch-") as name:
        for part in options.names or _PARTS:
            folder = Path(name) / part
            folder.mkdir()
            print(f"--- {part}", flush=True)
            more = {"peers": options.peers or folder / "peers"} if part == "overhead" else {}
            for line, reached in _PARTS[part](folder, options.scale, **more):
                fine = fine and reached is not False
                print(line + {True: "  reached", False: "  MISSED", None: ""}[reached], flush=True)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
