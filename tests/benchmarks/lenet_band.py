"""Measures the band in which correct LeNets learn, for the HTML report: `python -m tests.benchmarks.lenet_band`.

The reference trains as the check `learns` of `grader/tasks/lenet.py` does, from twenty seeds; the band is what lies
between the lowest and the highest loss of the twenty, smoothed over three steps.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from framework import datasets
from framework.reference.adam import Adam
from framework.reference.lenet import build
from grader.tasks.lenet import BATCH, IMAGES

SEEDS = 20
TARGET = Path(__file__).parents[2] / "grader" / "reporters" / "html" / "lenet_band.json"


def losses(seed: int) -> list[float]:
    """Return the loss per image of every step of one training."""
    data = datasets.load("digits", seed=seed)
    network = build(Adam(1e-3, 0.9, 0.999), rng=np.random.default_rng(seed))
    network.data_layer = datasets.Batches(data.train_x, data.train_y, BATCH, seed)
    network.train(IMAGES // BATCH)
    return [float(value) / BATCH for value in network.loss]


def main() -> None:
    """Train, and write the band."""
    runs = np.array([losses(seed) for seed in range(SEEDS)])
    smooth = [np.convolve(np.pad(line, 1, "edge"), np.ones(3) / 3, "valid") for line in (runs.min(0), runs.max(0))]
    band = {"low": smooth[0].round(3).tolist(), "high": smooth[1].round(3).tolist()}
    TARGET.write_text(json.dumps(band) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(runs)} runs, last step {band['low'][-1]} to {band['high'][-1]}")


if __name__ == "__main__":
    main()
