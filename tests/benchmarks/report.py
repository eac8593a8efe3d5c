"""Outcomes as a table, as JSON and as a picture."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.benchmarks.measuring import Outcome

HEADERS = ("work", "dtype", "ours", "peer", "ratio", "quartiles", "goal", "verdict", "GFLOP/s", "of peak")


def environment() -> dict[str, object]:
    """Return what the figures depend on: versions, processor, load."""
    return {
        "python": platform.python_version(),
        **{name: _version(name) for name in ("numpy", "torch", "autograd")},
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as a Markdown table."""
    from tabulate import tabulate

    rows = [_cells(outcome) for outcome in outcomes]
    aligned = ("left", "left", *["right"] * 6, "right", "right")
    return str(tabulate(rows, HEADERS, tablefmt="github", colalign=aligned, disable_numparse=True))


def line(outcome: Outcome) -> str:
    """Return one outcome as a line, for those who wait."""
    _, _, ours, peer, ratio, quartiles, goal, verdict, _, share = _cells(outcome)
    times = f"{ours} / {peer} = " if ours else ""
    best = f", {share} of the machine's best" if share else ""
    spread = f" ({quartiles})" if quartiles else ""
    return f"{outcome.title}, {outcome.dtype}: {times}{ratio}{spread}, goal {goal}: {verdict}{best}"


def write_json(outcomes: Sequence[Outcome], where: dict[str, object], path: Path) -> None:
    """Write everything there is to know."""
    rows = [asdict(outcome) | {"verdict": outcome.verdict} for outcome in outcomes]
    path.write_text(json.dumps({"environment": where, "rows": rows}, indent=1) + "\n", encoding="utf-8")


def write_plot(outcomes: Sequence[Outcome], path: Path) -> None:
    """Draw every ratio of times with its quartiles, and its goal as a line. Logarithmic: half and double look alike."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = [outcome for outcome in outcomes if outcome.ratio is not None and outcome.unit]
    figure = Figure(figsize=(10, 1.5 + 0.26 * len(shown)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(xscale="log", xlabel="ours / peer (left is faster; line: the goal)")
    colors = {"float32": "tab:blue", "float64": "tab:orange"}
    for place, outcome in enumerate(shown):
        ratio = outcome.ratio or 0.0
        low, high = outcome.lower or ratio, outcome.upper or ratio
        color = colors[outcome.dtype]
        axes.plot([low, high], [place, place], color=color, linewidth=3, alpha=0.4)
        axes.plot(ratio, place, "o", color=color)
        axes.plot([outcome.goal] * 2, [place - 0.4, place + 0.4], color="black", linewidth=1)
    axes.axvline(1, color="grey", linestyle=":")
    axes.set_yticks(range(len(shown)), [f"{outcome.title}, {outcome.dtype}" for outcome in shown], fontsize=8)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.legend([axes.plot([], [], "o", color=color)[0] for color in colors.values()], colors, loc="lower left")
    axes.grid(axis="x", which="both", alpha=0.3)
    figure.savefig(path, dpi=120)


def _cells(outcome: Outcome) -> tuple[str, ...]:
    goal = _number(outcome.goal) + (f" ({_number(outcome.beyond)})" if outcome.beyond is not None else "")
    timed = outcome.ours is not None and outcome.peer is not None
    return (
        outcome.title,
        outcome.dtype,
        f"{outcome.ours:.3g} {outcome.unit}" if timed else "",
        f"{outcome.peer:.3g} {outcome.unit}" if timed else "",
        _number(outcome.ratio),
        f"{outcome.lower:.2f} to {outcome.upper:.2f}" if outcome.pairs else "",
        goal,
        outcome.verdict,
        f"{outcome.gflops:.0f} of {outcome.peak:.0f}" if outcome.gflops and outcome.peak else "",
        f"{outcome.gflops / outcome.peak:.0%}" if outcome.gflops and outcome.peak else "",
    )


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if value >= 0.005 else f"{value:.0e}"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    """Return the processor's name, from Linux where possible."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.is_file() else []
    names = [text.partition(":")[2].strip() for text in lines if text.startswith("model name")]
    return names[0] if names else platform.processor()
