"""What honest code does must work at every level that this machine offers, after the lock-down as before it."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from grader.executors.inline import grade_submission
from grader.model import Limits
from grader.remote import RemoteLayer
from grader.sandbox import probe
from grader.sandbox.levels import LEVELS
from grader.sandbox.session import Session
from tests.grader.guests import shared
from tests.grader.handins import example, findings, registry, written

MISSING = {level: "; ".join(probe.troubles(level)) for level in LEVELS}
EVERY_LEVEL = [
    pytest.param(level, marks=pytest.mark.skipif(bool(why), reason=f"level {level}: {why}"))
    for level, why in MISSING.items()
]
ORDINARY = """
import abc, collections, copy, dataclasses, datetime, enum, fractions, functools, hashlib, inspect, io, itertools, json
import logging, math, operator, os, pathlib, pickle, platform, pprint, queue, random, re, statistics, string, struct
import sys, tempfile, textwrap, time, types, typing, uuid, warnings
import concurrent.futures, multiprocessing, subprocess, socket, ctypes, threading
import numpy as np


@dataclasses.dataclass
class Settings:
    rate: float = 0.1


class ReLU:
    @functools.cache
    def size(self):
        return 3

    def forward(self, x):
        logging.basicConfig()
        logging.warning("training with %s", Settings())
        warnings.warn("overflow, perhaps")
        print(datetime.datetime.now(), platform.system(), os.getcwd(), os.cpu_count(), uuid.uuid4())
        copied = pickle.loads(pickle.dumps(copy.deepcopy(x)))
        buffer = io.BytesIO()
        np.save(buffer, copied)
        buffer.seek(0)
        hashlib.sha256(np.load(buffer).tobytes()).hexdigest()
        time.sleep(0.001)
        assert self.size() == 3
        return np.maximum(x, 0)
"""
THREADS = """
import concurrent.futures, threading
import numpy as np
class ReLU:
    def forward(self, x):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            rows = list(pool.map(lambda row: np.maximum(row, 0), x))
        thread = threading.Thread(target=np.linalg.svd, args=(np.eye(50),))
        thread.start()
        thread.join()
        return np.stack(rows)
"""
LINEAR = """
import numpy as np
class ReLU:
    def forward(self, x):
        a = np.eye(200) * 2 + 0.01
        np.linalg.inv(a); np.linalg.eig(a); np.linalg.svd(a); np.linalg.qr(a); np.linalg.lstsq(a, a, rcond=None)
        np.fft.ifft2(np.fft.fft2(a)); np.einsum("ij,jk->ik", a, a); a @ a; np.random.default_rng().random(3)
        np.random.seed(3); np.random.rand(2); np.polyfit([1, 2, 3], [1, 2, 3], 1); np.lib.stride_tricks
        return np.maximum(x, 0)
"""
SCIPY = """
import numpy as np
class ReLU:
    def forward(self, x):
        import scipy.ndimage, scipy.signal, scipy.special, scipy.linalg
        scipy.signal.correlate2d(np.ones((5, 5)), np.ones((3, 3)), mode="same")
        scipy.ndimage.convolve(np.ones((5, 5)), np.ones((3, 3)))
        scipy.linalg.inv(np.eye(50)); scipy.special.expit(x)
        return np.maximum(x, 0)
"""


@pytest.mark.parametrize("level", EVERY_LEVEL)
@pytest.mark.parametrize(
    "source", [ORDINARY, THREADS, LINEAR, SCIPY], ids=["the standard library", "threads", "linear algebra", "scipy"]
)
def test_honest_code_runs(source: str, level: str) -> None:
    if source is SCIPY and importlib.util.find_spec("scipy") is None:
        pytest.skip("scipy is not installed")
    session = Session(written(Layers__ReLU=source), shared(level).launch, limits=Limits(reply_seconds=60.0))
    x = np.linspace(-1.0, 1.0, 12).reshape(4, 3)
    try:
        np.testing.assert_array_equal(RemoteLayer(session, "ReLU", {}).forward(x), np.maximum(x, 0))
        assert session.isolation == level
    finally:
        session.close()


@pytest.mark.parametrize("level", EVERY_LEVEL)
@pytest.mark.parametrize("name", ["example_fau", "example_native"])
def test_examples_get_full_marks(name: str, level: str) -> None:
    """A cross-section; whole hand-ins are graded at the best level by other tests."""
    known = registry()
    tasks = known.select(["Conv", "Adam", "NeuralNetwork", "RNN"])
    for report in grade_submission(example(name), tasks, known, seed=7, launch=shared(level).launch):
        assert report.passed, findings(report)
        assert report.isolation == level


def test_levels_that_could_not_be_exercised_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Never skipped silently: the list stands in the log of every test run."""
    with capsys.disabled():
        told = ", ".join(f"{level}: {why or 'exercised'}" for level, why in MISSING.items())
        print(f"\nlevels of isolation on this machine: {told}")
    assert not MISSING["process"]
