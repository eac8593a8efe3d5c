"""How long `--watch` takes from a save to its verdict: `python -m tests.benchmarks.watch`.

Ten saves of a hand-in's RNN, two bugs and the right file in turns, each renamed into place as editors do. What is
measured is the time from the rename to the line with the verdict in the watch's output, with the name of the mistake
and everything else behind it. Median of ten, on a machine that has nothing else to do; the goal is 0.7 s.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).parent.parent.parent
GOAL = 0.7
_FILE = "Layers/RNN.py"
_RIGHT = "gradient_hidden = gradient_hidden + self.hidden_fc.gradient_weights"
_BUGS = ("gradient_hidden = self.hidden_fc.gradient_weights", f"{_RIGHT} / time_steps")


def main() -> int:
    """Measure, print the figures, and return 0 if the median is below the goal."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.watch", description=__doc__)
    parser.add_argument("--task", default="RNN", help="what is watched; the bugs are in the RNN (default: RNN)")
    parser.add_argument("--saves", type=int, default=10, help="how many (default: 10)")
    chosen = parser.parse_args()
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder, "mine")
        shutil.copytree(PROJECT / "submissions" / "example_fau", work)
        source = (work / _FILE).read_text(encoding="utf-8")
        assert source.count(_RIGHT) == 1
        contents = [source.replace(_RIGHT, text) for text in (_BUGS[0], _BUGS[1], _BUGS[0], _RIGHT)]
        (work / _FILE).write_text(contents[0], encoding="utf-8")
        taken = _measured(work, contents, chosen.task, chosen.saves)
    print("seconds:", ", ".join(f"{seconds:.2f}" for seconds in taken))
    median = statistics.median(taken)
    worst = max(taken)
    print(f"save to verdict: median {median:.2f} s, worst {worst:.2f} s of {len(taken)}; goal {GOAL} s; load {load}")
    return 0 if median < GOAL else 1


def _measured(work: Path, contents: list[str], task: str, saves: int) -> list[float]:
    words = [sys.executable, "dispatch.py", "--task", task, "--watch", "--seed", "7", "--submission", str(work)]
    taken = []
    with subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            print("first round:", _verdict(process))
            for number in range(saves):
                time.sleep(0.5)  # the round before is over, and the machine idle again
                new = work / f"{_FILE}~"
                new.write_text(contents[(number + 1) % len(contents)] + "\n" * number, encoding="utf-8")
                os.replace(new, work / _FILE)
                start = time.perf_counter()
                _verdict(process)
                taken.append(time.perf_counter() - start)
        finally:
            process.terminate()
    return taken


def _verdict(process: subprocess.Popen[str]) -> str:
    """Wait for the line that says how it stands."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(("✓", "✗")):
            return line.strip()
    raise SystemExit("the watch has ended by itself")


if __name__ == "__main__":
    sys.exit(main())
