"""The process that does one piece of work: `python -m tests.benchmarks.worker module:function '{"N": 50}'`.

It sets the work up, runs it once to warm up, says so, and then for every line with a number n that it reads runs the
work n times and answers with the seconds. At the end of its input it exits.

    ready
    3              <- asked
    0.01273
"""

from __future__ import annotations

import importlib
import json
import sys
import time


def main() -> None:
    """Serve until stdin ends. A missing library is reported in the place of `ready`."""
    module, _, function = sys.argv[1].partition(":")
    try:
        set_up = getattr(importlib.import_module(f"tests.benchmarks.works.{module}"), function)
    except ModuleNotFoundError as exc:
        print(f"missing {exc.name}", flush=True)
        return
    work = set_up(**json.loads(sys.argv[2]))
    work()
    print("ready", flush=True)
    for line in sys.stdin:
        count = int(line)
        start = time.perf_counter()
        for _ in range(count):
            work()
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
