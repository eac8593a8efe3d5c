"""Pictures as SVG within the page: colours and letters are those of the page, so that light and dark both work."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import lru_cache

import matplotlib as mpl
import numpy as np
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

# Stand-ins that matplotlib draws with, and what of the page's style takes their place.
INK, ACCENT, SOFT, WARN = "#010203", "#010204", "#010205", "#010206"
_PAGE = {INK: "currentColor", ACCENT: "var(--accent)", SOFT: "var(--soft)", WARN: "var(--bad)"}
_SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "backcheck",
    "font.size": 10.0,
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
}
_HEAD = re.compile(r"^.*?(?=<svg)|<metadata>.*?</metadata>|<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_IDS = re.compile(r' id="[A-Za-z]+_\d+"')


def _look() -> AbstractContextManager[None]:
    return mpl.rc_context(_SETTINGS)  # type: ignore[arg-type]  # its keys are spelled out as literals there


def _drawing(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.patch.set_alpha(0.0)
    axes = figure.add_subplot()
    axes.patch.set_alpha(0.0)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Figure, label: str) -> Markup:
    """Return a figure as an inline SVG, with a sentence for those who do not see it."""
    stream = io.StringIO()
    FigureCanvasSVG(figure).print_svg(stream, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]  # theirs
    text = _IDS.sub("", _HEAD.sub("", stream.getvalue()))
    for stand_in, colour in _PAGE.items():
        text = text.replace(stand_in, colour)
    width = round(float(figure.get_figwidth()) * 96)
    label = f'width="{width}" role="img" aria-label="{escape(label)}"'
    text = re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', lambda _: label, text, count=1)
    text = re.sub(r"font: ([\d.]+)px [^;\"]+", r"font-size: \1px; font-family: inherit", text)
    return Markup(text)


def histogram(percents: Sequence[float]) -> Markup:
    """Return how many hand-ins are in each tenth of the points."""
    counts, _ = np.histogram(np.clip(percents, 0, 100), bins=10, range=(0, 100))
    with _look():
        figure, axes = _drawing(6.4, 2.6)
        bars = axes.bar(np.arange(5, 100, 10), counts, width=9, color=ACCENT)
        axes.bar_label(bars, [str(count) if count else "" for count in counts], padding=2)
        axes.set_xticks(range(0, 101, 10))
        axes.set_xlabel("points reached, %")
        axes.set_ylabel("hand-ins")
        axes.margins(y=0.15)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        spread = ", ".join(f"{10 * n} to {10 * n + 10} %: {count}" for n, count in enumerate(counts) if count)
        return _svg(figure, f"Histogram of the points of {len(percents)} hand-ins: {spread}")


@lru_cache(maxsize=256)  # one seed for everyone: equal mistakes leave equal pictures
def error_map(cells: tuple[tuple[int, ...], ...], names: tuple[str, str], shape: tuple[int, ...]) -> Markup:
    """Return where an array is wrong: `cells` are its deviations in hundredths of the largest."""
    table = np.array(cells, dtype=float)
    with _look():
        height = np.clip(1.2 + 0.18 * table.shape[0], 1.6, 3.4)
        figure, axes = _drawing(4.2, float(height))
        image = axes.imshow(table, cmap="viridis", vmin=0, vmax=99, interpolation="nearest", aspect="auto")
        axes.set_ylabel(names[0])
        axes.set_xlabel(names[1])
        for axis, count in ((axes.xaxis, table.shape[1]), (axes.yaxis, table.shape[0])):
            axis.set_ticks(range(count) if count <= 8 else [0, count - 1])
        bar = figure.colorbar(image, ax=axes)
        bar.set_ticks([0, 99])
        bar.set_ticklabels(["right", "most wrong"])
        wrong = int((table > 0).sum())
        size = " x ".join(map(str, shape))
        return _svg(figure, f"Error of an array of shape {size}: {wrong} of {table.size} places shown are wrong")


def losses(runs: Sequence[Sequence[float]], low: Sequence[float], high: Sequence[float]) -> Markup:
    """Return the loss of each training run over the steps, on the band in which correct networks stay."""
    with _look():
        figure, axes = _drawing(5.4, 2.6)
        axes.fill_between(range(1, len(low) + 1), low, high, color=SOFT, linewidth=0, label="correct networks")
        for number, run in enumerate(runs, 1):
            values = np.array([value if np.isfinite(value) else np.nan for value in run])
            style = ("-", "--", ":")[(number - 1) % 3]
            axes.plot(range(1, len(run) + 1), values, style, color=WARN, linewidth=1.4, label=f"run {number}")
        axes.set_xlabel("training step")
        axes.set_ylabel("loss per image")
        axes.set_ylim(0, float(np.clip(max((v for run in runs for v in run if np.isfinite(v)), default=3.0), 3.0, 6.0)))
        figure.legend(loc="outside upper left", ncols=4, frameon=False, fontsize=9)
        last = ", ".join(f"{run[-1]:.2f}" for run in runs if run)
        return _svg(
            figure, f"Loss of LeNet while it trains; last losses {last}, of correct networks {high[-1]:.2f} at most"
        )


def keep_rate(counts: Sequence[int], trials: int, probability: float) -> Markup:
    """Return how many of `trials` elements dropout kept in each call, on what its probability makes likely."""
    mean, spread = trials * probability, (trials * probability * (1 - probability)) ** 0.5
    with _look():
        figure, axes = _drawing(5.4, 2.2)
        axes.axvspan(mean - 3 * spread, mean + 3 * spread, color=SOFT, label=f"likely with probability {probability:g}")
        axes.hist(counts, bins=max(5, min(len(set(counts)), 20)), color=ACCENT, label="your layer")
        axes.set_xlabel(f"elements kept, of {trials}")
        axes.set_ylabel("calls")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(loc="outside upper left", ncols=4, frameon=False, fontsize=9)
        share = sum(counts) / (len(counts) * trials)
        return _svg(figure, f"Dropout kept {share:.1%} of the elements; {probability:.1%} was expected")
