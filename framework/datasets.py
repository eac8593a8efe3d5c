"""Data to learn from: handwritten digits, Iris, MNIST.

    data = load("digits")                       # or "digits8x8", "iris", "mnist": the rest stays as it is
    network.data_layer = Batches(data.train_x, data.train_y, batch_size=50)

N samples, K classes, H W image height and width, D features. Inputs are float64 between 0 and 1, images (N, 1, H, W),
Iris (N, D); labels are one-hot, float64 (N, K).

Digits and Iris lie in the folder `data/` beside `framework/`: it is there in a checkout, and so after
`pip install -e .`, but a wheel does not hold it. MNIST is not part of the project: see `mnist_download`.
"""

from __future__ import annotations

import gzip
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framework.layer import Array
from framework.mnist_download import DownloadError, fetch

NAMES = ("digits", "digits8x8", "iris", "mnist")
MNIST_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


@dataclass(frozen=True)
class Dataset:
    """Samples to learn from, and others to be tested on: x (N, 1, H, W) or (N, D), y one-hot (N, K)."""

    train_x: Array
    train_y: Array
    test_x: Array
    test_y: Array


class Batches:
    """Hands out batches in random order, each sample at most once an epoch; what does not fill a batch is dropped.

    `next()` gives one batch after the other and shuffles anew whenever an epoch is over: this is what a network's
    `data_layer` needs. `for x, y in batches` goes through one freshly shuffled epoch, and `len(batches)` is how many
    batches that are. The order depends on `seed` alone. There is no generator inside, so pickle can write it.
    """

    def __init__(self, x: Array, y: Array, batch_size: int, seed: int | np.random.SeedSequence = 0) -> None:
        if len(x) != len(y):
            raise ValueError(f"{len(x)} samples cannot have {len(y)} labels")
        if not 1 <= batch_size <= len(x):
            raise ValueError(f"batch_size must be between 1 and the number of samples, {len(x)}, not {batch_size}")
        self._x, self._y, self.batch_size = x, y, batch_size
        self._rng = _generator(seed)
        self._order: Array = np.empty(0, dtype=int)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return len(self._x) // self.batch_size

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        """Start a new epoch and go through all of it."""
        self._order = np.empty(0, dtype=int)
        for _ in range(len(self)):
            yield self.next()

    def state(self) -> tuple[Array, str]:
        """Return what is left of this epoch's order, and the state of the generator behind the next ones as JSON."""
        return self._order.copy(), json.dumps(self._rng.bit_generator.state)

    def restore(self, order: Array, generator: str) -> None:
        """Go on as the batches did whose `state` this is. Raises ValueError or TypeError if it cannot be theirs."""
        if (
            order.ndim != 1
            or order.dtype.kind != "i"
            or (order.size and not 0 <= order.min() <= order.max() < len(self._x))
        ):
            raise ValueError("the order of the images to come is not one of these images")
        self._rng.bit_generator.state = json.loads(generator)
        self._order = order.copy()

    def next(self) -> tuple[Array, Array]:
        """Return the next batch, (batch_size, ...) and (batch_size, K), as copies."""
        if len(self._order) < self.batch_size:
            self._order = self._rng.permutation(len(self._x))
        chosen, self._order = np.split(self._order, [self.batch_size])
        return self._x[chosen], self._y[chosen]


def load(name: str, data_dir: str | os.PathLike[str] | None = None, seed: int = 0) -> Dataset:
    """Return the data set `name`, one of NAMES.

    | name | samples | where |
    |---|---|---|
    | `digits` | 1,437 + 360 images, (N, 1, 28, 28): every pixel 3x3, a border of 2 | `data/digits.npz` |
    | `digits8x8` | the same as they are, (N, 1, 8, 8) | `data/digits.npz` |
    | `iris` | 100 + 50 flowers, (N, 4): lengths and widths, divided by the largest | `data/iris.npz` |
    | `mnist` | 60,000 + 10,000 images, (N, 1, 28, 28) | `data_dir`, or MNIST_DIR (environment), or downloaded once |

    `data_dir` is another folder to look in. `seed` says which samples are held back for the test; MNIST comes with a
    split of its own. Raises ValueError for an unknown name or a corrupt file, FileNotFoundError for a missing one.
    """
    if name == "mnist":
        return _mnist(data_dir)
    if name == "iris":
        return _split(*_iris(data_dir), held_back=50, seed=seed)
    if name in ("digits", "digits8x8"):
        images, labels = _digits(data_dir)
        return _split(enlarge(images) if name == "digits" else images, labels, held_back=360, seed=seed)
    raise ValueError(f"there is no data set {name!r}; there are {', '.join(NAMES)}")


def one_hot(labels: Array, classes: int) -> Array:
    """Return a 1 in the column of each sample's class and 0 elsewhere, (N,) -> (N, K).

    Raises ValueError for a label outside 0 ... K - 1.
    """
    if labels.size and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(f"labels must be between 0 and {classes - 1}, not {labels.min()} to {labels.max()}")
    return np.eye(classes)[labels]


def enlarge(images: Array) -> Array:
    """Bring 8x8 digits to MNIST's size: every pixel becomes 3x3, with a border of 2, (N, 1, 8, 8) -> (N, 1, 28, 28)."""
    return np.pad(images.repeat(3, axis=2).repeat(3, axis=3), [(0, 0), (0, 0), (2, 2), (2, 2)])


def _generator(seed: int | np.random.SeedSequence) -> np.random.Generator:
    """Return a generator of its own for `seed`."""
    return np.random.default_rng(seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed))


def _split(x: Array, y: Array, *, held_back: int, seed: int) -> Dataset:
    """Hold back some samples for the test, drawn at random."""
    order = _generator(seed).permutation(len(x))
    test, train = np.split(order, [held_back])
    return Dataset(x[train], y[train], x[test], y[test])


def _digits(data_dir: str | os.PathLike[str] | None) -> tuple[Array, Array]:
    """Return the embedded digits, (1797, 1, 8, 8), and their labels, (1797, 10)."""
    images, labels = _archive("digits.npz", data_dir, images=("u1", (1797, 8, 8)), labels=("u1", (1797,)))
    return images[:, None] / 16.0, one_hot(labels, 10)


def _iris(data_dir: str | os.PathLike[str] | None) -> tuple[Array, Array]:
    """Return the embedded flowers, (150, 4), and their labels, (150, 3)."""
    features, labels = _archive("iris.npz", data_dir, features=("f8", (150, 4)), labels=("u1", (150,)))
    return features / features.max(), one_hot(labels, 3)


def _archive(
    filename: str, data_dir: str | os.PathLike[str] | None, **wanted: tuple[str, tuple[int, ...]]
) -> list[Array]:
    """Return arrays of an npz file by name, each with the (dtype, shape) that it must have."""
    folder = Path(data_dir).expanduser() if data_dir is not None else Path(__file__).resolve().parent.parent / "data"
    path = folder / filename
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: it comes with a checkout of the project (installed with `pip install -e .`)"
        )
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in wanted}
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, AttributeError, TypeError) as exc:
        raise ValueError(f"{path} is corrupt: {exc}") from exc
    for name, (dtype, shape) in wanted.items():
        if arrays[name].dtype != dtype or arrays[name].shape != shape:
            raise ValueError(f"{path} is corrupt: {name} is {arrays[name].dtype} {arrays[name].shape}, not {shape}")
    return list(arrays.values())


def _mnist(data_dir: str | os.PathLike[str] | None) -> Dataset:
    """Return MNIST from its four files, after checking that they fit together."""
    given = data_dir if data_dir is not None else os.environ.get("MNIST_DIR") or None
    files = ", ".join(MNIST_FILES)
    if given is None:
        try:
            given = fetch()
        except DownloadError as exc:
            raise FileNotFoundError(
                f"MNIST is not part of the project, and was not downloaded: {exc}; put {files} into a folder and name "
                "it with data_dir (--data-dir) or the environment variable MNIST_DIR"
            ) from exc
    folder = Path(given).expanduser()
    missing = [name for name in MNIST_FILES if not (folder / name).is_file()]
    if missing:
        raise FileNotFoundError(
            f"MNIST needs {files} in {folder}, which lacks {', '.join(missing)}: put them there, or name another "
            "folder with data_dir (--data-dir) or the environment variable MNIST_DIR"
        )
    paths = [folder / name for name in MNIST_FILES]
    return Dataset(*_mnist_part(*paths[:2]), *_mnist_part(*paths[2:]))


def _mnist_part(images_path: Path, labels_path: Path) -> tuple[Array, Array]:
    """Return the images (N, 1, 28, 28) and labels (N, 10) of one pair of files."""
    images, labels = read_idx(images_path, axes=3), read_idx(labels_path, axes=1)
    if images.shape[1:] != (28, 28):
        raise ValueError(f"{images_path} is not MNIST: its images are {images.shape[1]}x{images.shape[2]}, not 28x28")
    if len(images) != len(labels):
        raise ValueError(f"{images_path} holds {len(images)} images, {labels_path.name} {len(labels)} labels")
    if not len(images):
        raise ValueError(f"{images_path} holds no images")
    try:
        return np.divide(images[:, None], 255.0, dtype=np.float64), one_hot(labels, 10)
    except ValueError as exc:
        raise ValueError(f"{labels_path} is corrupt: {exc}") from exc


def read_idx(path: Path, axes: int) -> Array:
    """Return the unsigned bytes of a gzipped idx file with so many axes.

    Such a file begins with two zeros, 8 for unsigned bytes, the number of axes, and the length of every axis as four
    bytes, the most significant first. Raises ValueError if that, or the number of bytes behind it, is wrong.
    """
    try:
        with gzip.open(path) as file:
            raw = file.read()
    except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
        raise ValueError(f"{path} is corrupt: not a whole gzip file ({exc})") from exc
    header = 4 + 4 * axes
    magic = bytes((0, 0, 8, axes))
    if len(raw) < header or raw[:4] != magic:
        raise ValueError(f"{path} is corrupt: it begins with {raw[:4].hex() or 'nothing'}, not with {magic.hex()}")
    shape = struct.unpack(f">{axes}I", raw[4:header])
    promised, found = int(np.prod(shape, dtype=object)), len(raw) - header
    if promised != found:
        raise ValueError(f"{path} is corrupt: its header promises {promised} bytes, {found} follow")
    return np.frombuffer(raw, dtype=np.uint8, offset=header).reshape(shape)
