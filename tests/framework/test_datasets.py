import gzip
import hashlib
import pickle
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from framework.datasets import MNIST_FILES, NAMES, Batches, enlarge, load, one_hot, read_idx

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
SHAPES = {  # name -> number to learn from, number for the test, shape of one, classes
    "digits": (1437, 360, (1, 28, 28), 10),
    "digits8x8": (1437, 360, (1, 8, 8), 10),
    "iris": (100, 50, (4,), 3),
    "mnist": (120, 30, (1, 28, 28), 10),
}


def samples(x, y):
    """What a set consists of, whatever its order."""
    return sorted(row.tobytes() + label.tobytes() for row, label in zip(x, y, strict=True))


def test_every_data_set_is_tested_here():
    assert set(SHAPES) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_switching_the_data_set_is_one_argument(name, mnist_dir, monkeypatch):
    monkeypatch.setenv("MNIST_DIR", str(mnist_dir))
    data = load(name)
    train, test, shape, classes = SHAPES[name]
    assert data.train_x.shape == (train, *shape)
    assert data.train_y.shape == (train, classes)
    assert data.test_x.shape == (test, *shape)
    assert data.test_y.shape == (test, classes)
    for x, y in ((data.train_x, data.train_y), (data.test_x, data.test_y)):
        assert x.dtype == y.dtype == np.float64
        assert x.min() >= 0
        assert 0.9 < x.max() <= 1
        assert set(np.unique(y)) == {0, 1}
        assert (y.sum(axis=1) == 1).all()
        assert y.any(axis=0).all()


@pytest.mark.parametrize("name", ["digits", "digits8x8", "iris"])
def test_the_seed_decides_what_is_held_back(name):
    one, same, other = load(name, seed=3), load(name, seed=3), load(name, seed=4)
    np.testing.assert_array_equal(one.train_x, same.train_x)
    np.testing.assert_array_equal(one.test_y, same.test_y)
    assert samples(one.test_x, one.test_y) != samples(other.test_x, other.test_y)


@pytest.mark.parametrize(("name", "file", "array"), [("digits8x8", "digits", "images"), ("iris", "iris", "features")])
def test_the_split_loses_nothing_and_keeps_labels_with_their_samples(name, file, array):
    data = load(name, seed=11)
    with np.load(DATA / f"{file}.npz") as archive:
        x, labels = archive[array], archive["labels"]
    x = x[:, None] / 16.0 if name == "digits8x8" else x / x.max()
    x_found, y_found = np.concatenate([data.train_x, data.test_x]), np.concatenate([data.train_y, data.test_y])
    assert samples(x_found, y_found) == samples(x, np.eye(int(labels.max()) + 1)[labels])


def test_a_digit_is_enlarged_three_times_with_a_border_of_two():
    small, large = load("digits8x8"), load("digits")
    image = large.train_x[5, 0]
    for row in range(28):
        for column in range(28):
            inside = 2 <= row < 26 and 2 <= column < 26
            expected = small.train_x[5, 0, (row - 2) // 3, (column - 2) // 3] if inside else 0
            assert image[row, column] == expected
    np.testing.assert_array_equal(enlarge(small.test_x), large.test_x)


def test_the_read_me_states_the_checksums():
    text = (DATA / "README.md").read_text("utf-8")
    stated = dict(line.split("  ")[::-1] for line in re.findall(r"[0-9a-f]{64}  [\w/. ]+", text))
    for file, arrays in (("digits", ("images", "labels")), ("iris", ("features", "labels"))):
        assert stated.pop(f"data/{file}.npz") == hashlib.sha256((DATA / f"{file}.npz").read_bytes()).hexdigest()
        with np.load(DATA / f"{file}.npz") as archive:
            for name in arrays:
                assert stated.pop(f"{file} {name}") == hashlib.sha256(archive[name].tobytes()).hexdigest()
    assert not stated


def test_the_embedded_data_are_scikit_learns():
    datasets = pytest.importorskip("sklearn.datasets")
    digits, iris = datasets.load_digits(), datasets.load_iris()
    with np.load(DATA / "digits.npz") as archive:
        np.testing.assert_array_equal(archive["images"], digits.images)
        np.testing.assert_array_equal(archive["labels"], digits.target)
    with np.load(DATA / "iris.npz") as archive:
        np.testing.assert_array_equal(archive["features"], iris.data)
        np.testing.assert_array_equal(archive["labels"], iris.target)


def test_the_data_are_found_from_any_folder(tmp_path):
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from framework.datasets import load; load('iris')"
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)


def test_an_installation_without_the_data_says_so(tmp_path):
    shutil.copytree(ROOT / "framework", tmp_path / "framework", ignore=shutil.ignore_patterns("reference"))
    script = "from framework.datasets import load; load('digits')"
    answer = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env={}, capture_output=True, text=True)
    assert "FileNotFoundError" in answer.stderr
    assert "digits.npz is missing: it comes with a checkout" in answer.stderr


@pytest.mark.parametrize("name", ["Digits", "cifar", ""])
def test_an_unknown_data_set(name):
    with pytest.raises(ValueError, match="there are digits, digits8x8, iris, mnist"):
        load(name)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 but no more", (DATA / "digits.npz").read_bytes()[:30000]])
def test_a_corrupt_archive(content, tmp_path):
    (tmp_path / "digits.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"digits\.npz is corrupt"):
        load("digits", data_dir=tmp_path)


def test_an_archive_with_other_contents(tmp_path):
    np.savez(tmp_path / "iris.npz", features=np.zeros((3, 4)), labels=np.zeros(3, dtype=np.uint8))
    with pytest.raises(ValueError, match=r"iris\.npz is corrupt: features is float64 \(3, 4\), not \(150, 4\)"):
        load("iris", data_dir=tmp_path)
    np.savez(tmp_path / "iris.npz", other=np.zeros(3))
    with pytest.raises(ValueError, match=r"iris\.npz is corrupt"):
        load("iris", data_dir=tmp_path)


def test_an_archive_with_pickled_objects_is_never_unpickled(tmp_path):
    np.savez(tmp_path / "iris.npz", features=np.array([print], dtype=object), labels=np.zeros(150, dtype=np.uint8))
    with pytest.raises(ValueError, match="corrupt"):
        load("iris", data_dir=tmp_path)


# MNIST


def test_mnist_reads_what_the_files_hold(mnist_dir):
    data = load("mnist", data_dir=mnist_dir)
    raw = np.frombuffer(gzip.decompress((mnist_dir / MNIST_FILES[2]).read_bytes())[16:], np.uint8)
    np.testing.assert_array_equal(data.test_x, raw.reshape(30, 1, 28, 28) / 255)
    np.testing.assert_array_equal(data.train_y.argmax(axis=1), np.arange(120) % 10)


def test_the_argument_goes_before_the_environment(mnist_dir, monkeypatch, tmp_path):
    monkeypatch.setenv("MNIST_DIR", str(tmp_path / "elsewhere"))
    assert len(load("mnist", data_dir=str(mnist_dir)).test_x) == 30


@pytest.mark.parametrize("variable", [None, ""])
def test_mnist_without_a_folder(variable, monkeypatch):
    monkeypatch.delenv("MNIST_DIR", raising=False)
    if variable is not None:
        monkeypatch.setenv("MNIST_DIR", variable)
    with pytest.raises(FileNotFoundError) as error:
        load("mnist")
    assert all(name in str(error.value) for name in (*MNIST_FILES, "MNIST_DIR", "--data-dir"))


@pytest.mark.parametrize("missing", MNIST_FILES)
def test_mnist_with_a_file_missing(missing, mnist_dir):
    (mnist_dir / missing).unlink()
    with pytest.raises(FileNotFoundError, match=f"which lacks {missing}: put") as error:
        load("mnist", data_dir=mnist_dir)
    assert all(name in str(error.value) for name in (*MNIST_FILES, "MNIST_DIR", str(mnist_dir)))


@pytest.mark.parametrize("broken", MNIST_FILES)
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda raw: b"not gzip at all", "not a whole gzip file"),
        (lambda raw: b"", "begins with nothing"),
        (lambda raw: raw[: len(raw) // 2], "not a whole gzip file"),
        (lambda raw: raw[:-8] + b"\0\0\0\0" + raw[-4:], "not a whole gzip file"),
        (lambda raw: raw + b"more", "not a whole gzip file"),
        (lambda raw: raw[:20] + bytes([raw[20] ^ 255]) + raw[21:], "corrupt"),
        (lambda raw: gzip.compress(gzip.decompress(raw)[:-1]), "header promises"),
        (lambda raw: gzip.compress(gzip.decompress(raw) + b"\0"), "header promises"),
        (lambda raw: gzip.compress(gzip.decompress(raw)[:6]), "corrupt"),
        (lambda raw: gzip.compress(b"\0\0\x0d" + gzip.decompress(raw)[3:]), "it begins with 00000d0"),
    ],
)
def test_a_corrupt_mnist_file(broken, damage, message, mnist_dir):
    path = mnist_dir / broken
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=message) as error:
        load("mnist", data_dir=mnist_dir)
    assert str(path) in str(error.value)


def test_images_in_the_place_of_labels(mnist_dir):
    (mnist_dir / MNIST_FILES[1]).write_bytes((mnist_dir / MNIST_FILES[0]).read_bytes())
    with pytest.raises(ValueError, match="begins with 00000803, not with 00000801"):
        load("mnist", data_dir=mnist_dir)


def test_a_header_that_promises_too_much(tmp_path):
    path = tmp_path / "huge.gz"
    path.write_bytes(gzip.compress(struct.pack(">4I", 0x803, *[2**32 - 1] * 3)))
    with pytest.raises(ValueError, match=f"promises {(2**32 - 1) ** 3} bytes, 0 follow"):
        read_idx(path, axes=3)


@pytest.mark.parametrize(
    ("file", "array", "message"),
    [
        (0, np.zeros((120, 28, 27)), "its images are 28x27, not 28x28"),
        (0, np.zeros((119, 28, 28)), "holds 119 images, train-labels-idx1-ubyte.gz 120 labels"),
        (1, np.zeros(121), "holds 120 images, train-labels-idx1-ubyte.gz 121 labels"),
        (3, np.full(30, 10), "labels must be between 0 and 9, not 10 to 10"),
    ],
)
def test_mnist_files_that_do_not_fit(file, array, message, mnist_dir, write_idx):
    write_idx(mnist_dir / MNIST_FILES[file], array)
    with pytest.raises(ValueError, match=message):
        load("mnist", data_dir=mnist_dir)


def test_mnist_without_images(mnist_dir, write_idx):
    write_idx(mnist_dir / MNIST_FILES[2], np.zeros((0, 28, 28)))
    write_idx(mnist_dir / MNIST_FILES[3], np.zeros(0))
    with pytest.raises(ValueError, match="holds no images"):
        load("mnist", data_dir=mnist_dir)


# labels and batches


def test_one_hot():
    np.testing.assert_array_equal(one_hot(np.array([2, 0]), 3), [[0, 0, 1], [1, 0, 0]])
    assert one_hot(np.zeros(0, dtype=np.uint8), 3).shape == (0, 3)


@pytest.mark.parametrize("label", [-1, 3])
def test_one_hot_of_an_impossible_label(label):
    with pytest.raises(ValueError, match="between 0 and 2"):
        one_hot(np.array([0, label]), 3)


def numbered(count, batch_size, seed=0):
    """Batches whose x and y both hold the number of the sample."""
    return Batches(np.arange(count), np.arange(count)[:, None], batch_size, seed)


def test_an_epoch_holds_every_sample_at_most_once_and_drops_the_remainder():
    batches = numbered(23, 5)
    epoch = list(batches)
    assert len(epoch) == len(batches) == 4
    assert all(x.shape == (5,) and y.shape == (5, 1) for x, y in epoch)
    assert len({number for x, _ in epoch for number in x}) == 20


def test_samples_and_labels_stay_together():
    for x, y in numbered(23, 5):
        np.testing.assert_array_equal(x, y[:, 0])


def test_next_goes_through_whole_epochs():
    batches = numbered(12, 4)
    epochs = [np.concatenate([batches.next()[0] for _ in range(3)]) for _ in range(4)]
    assert all(set(epoch) == set(range(12)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 4


def test_iterating_starts_a_new_epoch():
    batches = numbered(12, 4)
    batches.next()
    assert {number for x, _ in batches for number in x} == set(range(12))


def test_the_seed_decides_the_order():
    def order(seed):
        return np.concatenate([x for _ in range(2) for x, _ in numbered(40, 5, seed)]).tolist()

    assert order(1) == order(1) == order(np.random.SeedSequence(1))
    assert order(1) != order(2)


def test_changing_a_batch_changes_nothing_else():
    x = np.arange(4.0)
    Batches(x, x, 4).next()[0][:] = -1
    np.testing.assert_array_equal(x, np.arange(4))


def test_pickle_can_write_batches():
    batches = numbered(12, 4)
    batches.next()
    copy = pickle.loads(pickle.dumps(batches))
    for _ in range(5):
        np.testing.assert_array_equal(copy.next()[0], batches.next()[0])


@pytest.mark.parametrize("batch_size", [0, -3, 13])
def test_an_impossible_batch_size(batch_size):
    with pytest.raises(ValueError, match="between 1 and the number of samples, 12"):
        numbered(12, batch_size)


def test_labels_of_another_length():
    with pytest.raises(ValueError, match="3 samples cannot have 2 labels"):
        Batches(np.zeros(3), np.zeros(2), 1)
