"""Fixtures for the tests of data and training."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from framework.datasets import MNIST_FILES

WriteIdx = Callable[..., None]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is downloaded: the mirror is a port that nobody listens on, and the cache is empty."""
    monkeypatch.setenv("MNIST_MIRROR", "http://127.0.0.1:9/")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def write_idx() -> WriteIdx:
    """Write an array of bytes as a gzipped idx file; `magic` and `extra` (bytes at the end) can make it wrong."""

    def write(path: Path, array: np.ndarray, magic: int | None = None, extra: bytes = b"") -> None:
        header = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim if magic is None else magic, *array.shape)
        path.write_bytes(gzip.compress(header + array.astype(np.uint8).tobytes() + extra))

    return write


@pytest.fixture
def mnist_dir(tmp_path: Path, write_idx: WriteIdx) -> Path:
    """A folder with the four files of a very small MNIST: 120 noisy images to learn from, 30 for the test."""
    rng = np.random.default_rng(np.random.SeedSequence(7))
    folder = tmp_path / "mnist"
    folder.mkdir()
    for count, images, labels in ((120, *MNIST_FILES[:2]), (30, *MNIST_FILES[2:])):
        write_idx(folder / images, rng.integers(256, size=(count, 28, 28)))
        write_idx(folder / labels, np.arange(count) % 10)
    return folder
