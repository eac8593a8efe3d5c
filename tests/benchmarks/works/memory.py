"""Peak resident memory of a LeNet step: `python -m tests.benchmarks.works.memory ours float32` (or torch, float64).

Prints bytes: the peak during ten steps minus the resident size before the first, with libraries, network and data
loaded. Linux only: the peak comes from /proc.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.benchmarks.works import lenet


def _kilobytes(name: str) -> int:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise RuntimeError(f"/proc/self/status has no {name}")


def main() -> None:
    """Set up, forget the peak of the imports, take ten steps."""
    side, dtype = sys.argv[1:]
    if side == "ours":
        step = lenet.ours(N=256, dtype=dtype, fused=False, second="same")
    else:
        step = lenet.torch(N=256, dtype=dtype, second="same")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again at what is resident now
    before = _kilobytes("VmRSS")
    for _ in range(10):
        step()
    print((_kilobytes("VmHWM") - before) * 1024)


if __name__ == "__main__":
    main()
