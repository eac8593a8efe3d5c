"""The training loop: epochs of batches, a test after each, and a record of both. N batch, K classes."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Protocol

import numpy as np

from framework.datasets import Batches, Dataset
from framework.layer import Array


class Trainable(Protocol):
    """What the loop needs of a network, whichever contract it follows (see `framework.network`)."""

    loss: Any
    data_layer: Any

    def train(self, iterations: int, /) -> object:
        """Learn from so many batches and append the loss of each to `loss`."""

    def test(self, x: Array, /) -> Any:
        """Return the output (N, K) for `x` (N, ...)."""


@dataclass(frozen=True)
class Epoch:
    """How one epoch went: the mean loss per image, the share of test images told right, the seconds of training."""

    number: int
    loss: float
    accuracy: float
    seconds: float

    def __str__(self) -> str:
        return (
            f"epoch {self.number}  loss {self.loss:.5f}  test accuracy {self.accuracy:.4f}  seconds {self.seconds:.1f}"
        )


@dataclass
class History:
    """What a run has measured so far: the loss per image of every batch, every whole epoch, how it was cut short.

    `seconds` have been spent on an epoch that is not whole yet. `confusion` (K, K) is that of the last test: how many
    images of each class (rows) were taken for each class (columns).
    """

    batches_per_epoch: int
    losses: list[float] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    note: str = ""
    seconds: float = 0.0
    confusion: Array = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))


class Stop:
    """A handler for Ctrl-C. While it is `patient`, the first one only sets `asked`, and the loop stops between batches.

    `between_batches` tells that it was the loop itself that stopped. So no batch is left half learnt, and no
    `except:` in a student's code swallows the wish. A second Ctrl-C, or one outside the loop, raises
    KeyboardInterrupt at once.
    """

    def __init__(self) -> None:
        self.asked = self.patient = self.between_batches = False

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        """Note the signal, or raise KeyboardInterrupt."""
        again, self.asked = self.asked, True
        if again or not self.patient:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed: called between batches, and between parts of a test."""
        if self.asked:
            self.between_batches = True
            raise KeyboardInterrupt


def fit(
    network: Trainable,
    data: Dataset,
    batches: Batches,
    epochs: int,
    history: History,
    on_epoch: Callable[[Epoch], None],
    stop: Stop,
) -> None:
    """Train until there are so many epochs in `history`, and test after each. It grows on the way, so nothing is lost.

    If `history` (and network and batches with it) comes from an interrupted run, that is where this one goes on.
    Raises KeyboardInterrupt after the batch, or the part of the test, during which `stop` was asked for.
    """
    network.data_layer = batches
    for number in range(len(history.epochs) + 1, epochs + 1):
        begun = len(history.losses) - (number - 1) * len(batches)
        before, start = history.seconds, time.perf_counter()
        with _progress(f"epoch {number}/{epochs}", (len(batches) - begun) * batches.batch_size) as advance:
            for _ in range(begun, len(batches)):
                network.train(1)
                history.losses.append(float(network.loss[-1]) / batches.batch_size)
                history.seconds = before + time.perf_counter() - start
                advance(batches.batch_size, history.losses[-1])
                stop.check()
        loss = float(np.mean(history.losses[-len(batches) :]))
        confused = confusion(network, data.test_x, data.test_y, stop)
        epoch = Epoch(number, loss, float(np.trace(confused) / confused.sum()), history.seconds)
        history.confusion, history.seconds = confused, 0.0
        history.epochs.append(epoch)
        on_epoch(epoch)


def confusion(network: Trainable, x: Array, y: Array, stop: Stop, chunk: int = 250) -> Array:
    """Return how many samples of each class (rows) have their largest output at each class; x (N, ...), y (N, K).

    The samples go through the network a chunk at a time, because its layers keep what they would need for `backward`.
    """
    counts = np.zeros((y.shape[1], y.shape[1]), dtype=np.int64)
    for start in range(0, len(x), chunk):
        stop.check()
        output = np.asarray(network.test(x[start : start + chunk]))
        label = y[start : start + chunk]
        if output.shape != label.shape:
            raise ValueError(f"test(x) must return one row per image, {label.shape}, not {output.shape}")
        np.add.at(counts, (label.argmax(axis=1), output.argmax(axis=1)), 1)
    return counts


@contextmanager
def _progress(title: str, images: int) -> Iterator[Callable[[int, float], None]]:
    """Show how far an epoch is, on stderr: a bar on a terminal, else a plain line every ten seconds."""
    if not sys.stderr.isatty():
        yield _PlainLines(title, images)
        return
    from tqdm import tqdm  # loaded only here: `--help` and plain output do without

    size = shutil.get_terminal_size()  # 80x24 for a terminal that does not know, where tqdm would show nothing
    with tqdm(total=images, desc=title, unit=" images", leave=False, ncols=size.columns, nrows=size.lines) as bar:

        def advance(count: int, loss: float) -> None:
            bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
            bar.update(count)

        yield advance


class _PlainLines:
    """Progress where there is no terminal: `epoch 1/5: 15000 of 60000 images, loss 0.4321, 1500 images/s`."""

    def __init__(self, title: str, images: int, interval: float = 10.0) -> None:
        self.title, self.images, self.interval = title, images, interval
        self.seen = 0
        self.start = self.last = time.perf_counter()

    def __call__(self, count: int, loss: float) -> None:
        """Note `count` more images; write a line if the last one is long enough ago."""
        self.seen += count
        now = time.perf_counter()
        if now - self.last >= self.interval:
            self.last = now
            speed = self.seen / (now - self.start)
            print(
                f"{self.title}: {self.seen} of {self.images} images, loss {loss:.4f}, {speed:.0f} images/s",
                file=sys.stderr,
                flush=True,
            )
