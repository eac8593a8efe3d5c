"""Pictures of a training run. Drawn without a display: the figures go straight to files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from framework.layer import Array
from framework.training import History


def write_plots(history: History, folder: Path) -> list[Path]:
    """Write `loss.png` (once there is a batch) and `accuracy.png` (once there is an epoch); return their paths.

    The loss of single batches is pale, the mean over the last tenth of an epoch is dark.
    """
    # Loaded only here, because it takes a second. Without pyplot there is no display to choose: Agg draws in memory.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    written = []
    losses = np.array(history.losses)
    if losses.size:
        figure = Figure(figsize=(7, 4), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot(xlabel="epoch", ylabel="loss per image / nats", title="Training loss")
        position = (np.arange(losses.size) + 1) / history.batches_per_epoch
        width = min(max(history.batches_per_epoch // 10, 1), losses.size)
        axes.plot(position, losses, color="tab:blue", alpha=0.3, label="one batch")
        if width > 1:
            mean = np.convolve(losses, np.full(width, 1 / width), mode="valid")
            axes.plot(position[width - 1 :], mean, color="tab:blue", label=f"mean of {width} batches")
        axes.set_xlim(0)
        axes.legend()
        axes.grid(alpha=0.3)
        written.append(folder / "loss.png")
        figure.savefig(written[-1], dpi=120)
    if history.epochs:
        figure = Figure(figsize=(7, 4), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot(xlabel="epoch", ylabel="test accuracy / %", title="Test accuracy")
        numbers = [epoch.number for epoch in history.epochs]
        axes.plot(numbers, [100 * epoch.accuracy for epoch in history.epochs], "o-", color="tab:green")
        axes.set_xlim(0, numbers[-1] + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        written.append(folder / "accuracy.png")
        figure.savefig(written[-1], dpi=120)
    return written


def write_comparison(ours: History, peer: History, folder: Path) -> Path:
    """Write `comparison.png`: the losses of both runs over the batches, and their accuracies over time."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    for history, name, style in ((ours, "this project", "-"), (peer, "PyTorch", "--")):
        width = min(max(history.batches_per_epoch // 50, 1), len(history.losses))
        mean = np.convolve(history.losses, np.full(width, 1 / width), mode="valid")
        left.plot(np.arange(width, len(history.losses) + 1), mean, style, label=name)
        seconds = np.cumsum([epoch.seconds for epoch in history.epochs])
        right.plot(seconds, [100 * epoch.accuracy for epoch in history.epochs], f"o{style}", label=name)
    left.set(xlabel="batch", ylabel="loss per image / nats", title=f"Training loss, mean of {width} batches")
    left.set_yscale("log")
    right.set(xlabel="seconds of training", ylabel="test accuracy / %", title="Test accuracy")
    right.set_xlim(0)
    for axes in (left, right):
        axes.legend()
        axes.grid(alpha=0.3)
    path = folder / "comparison.png"
    figure.savefig(path, dpi=120)
    return path


def write_confusion(counts: Array, folder: Path) -> list[Path]:
    """Write `confusion.png`: how many test images of each class were taken for each; return its path, if there is one.

    `counts` (K, K) has a row for each true class. Colours are shares of the row, so that classes can be compared.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if not counts.size:
        return []
    figure = Figure(figsize=(6.4, 5.6), layout="constrained")
    FigureCanvasAgg(figure)
    right = np.trace(counts) / counts.sum()
    title = f"{counts.sum():,} test images, {right:.2%} told right"
    axes = figure.add_subplot(xlabel="told by the network", ylabel="true digit", title=title)
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    figure.colorbar(image, ax=axes, label="share of the true digit's images / %")
    axes.set_xticks(range(len(counts)))
    axes.set_yticks(range(len(counts)))
    for (row, column), count in np.ndenumerate(counts):
        if count:
            dark = shares[row, column] > 50
            axes.text(column, row, str(count), ha="center", va="center", fontsize=8, color="white" if dark else "black")
    path = folder / "confusion.png"
    figure.savefig(path, dpi=120)
    return [path]


def write_kernels(kernels: Array, folder: Path) -> list[Path]:
    """Write `kernels.png`: the first layer's kernels (K, C, h, w), channel 0 of each; return its path, if there is one.

    One scale for all of them, symmetric around zero: white is zero, red adds for a bright pixel, blue takes away.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if not kernels.size or not np.isfinite(kernels).all():
        return []
    columns = min(len(kernels), 6)
    rows = -(-len(kernels) // columns)
    figure = Figure(figsize=(1.5 * columns + 1.2, 1.7 * rows + 0.6), layout="constrained")
    FigureCanvasAgg(figure)
    places = figure.subplots(rows, columns, squeeze=False)
    largest = float(np.abs(kernels[:, 0]).max()) or 1.0
    for number, axes in enumerate(places.flat):
        axes.set_axis_off()
        if number < len(kernels):
            image = axes.imshow(kernels[number, 0], cmap="RdBu_r", vmin=-largest, vmax=largest)
            axes.set_title(f"kernel {number}", fontsize=9)
    figure.colorbar(image, ax=places, label="weight of a pixel")
    height, width = kernels.shape[2:]
    figure.suptitle(f"First layer: {len(kernels)} kernels of {height}x{width} pixels")
    path = folder / "kernels.png"
    figure.savefig(path, dpi=120)
    return [path]
