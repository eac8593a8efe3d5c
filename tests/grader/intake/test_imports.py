"""The static look at imports: which lines it names, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli import FAILED
from grader.dispatching import dispatch
from grader.intake.imports import foreign_imports
from tests.grader.command import RIGHT, hand_in, wish
from tests.grader.handins import example


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("import torch", "torch"),
        ("    import numpy as np, torch.nn as nn", None),  # only the plain form is looked at
        ("import numpy, torch.nn", "torch"),
        ("from tensorflow.keras import layers", "tensorflow"),
        ("\tfrom sklearn import svm  # why not", "sklearn"),
        ("import numpy as np", None),
        ("import matplotlib.pyplot as plt", None),
        ("# import torch", None),
        ("from torchvision import x", None),
        ("x = 'import torch'", None),
    ],
)
def test_lines(line: str, name: str | None) -> None:
    found = foreign_imports({"Layers/ReLU.py": f"\n{line}\n".encode()})
    expected = f"Layers/ReLU.py:2 imports {name}; hand-ins have NumPy and SciPy, and nothing else"
    assert found == ((expected,) if name else ())


def test_a_file_of_the_hand_in_s_own_is_no_package() -> None:
    assert foreign_imports({"torch.py": b"", "a.py": b"import torch"}) == ()


def test_what_the_course_allows_is_not_named() -> None:
    sources = {"a.py": b"import torch, scipy.signal, jax\n"}
    assert foreign_imports(sources, ("torch", "scipy", "jax")) == ()
    (only,) = foreign_imports(sources, ("torch", "scipy"))
    assert only == "a.py:1 imports jax; hand-ins have NumPy, torch and SciPy, and nothing else"
    assert [line.split()[2] for line in foreign_imports(sources, ())] == ["torch;", "scipy;", "jax;"]


def test_source_that_breaks_compilers_is_only_searched() -> None:
    source = b"(" * 1_000_000 + b"\0\xff\n" + b"import torch\n" * 1_000
    assert len(foreign_imports({"a.py": source})) == 5


def test_examples_import_nothing_foreign() -> None:
    assert example("example_fau").remarks == example("example_native").remarks == ()


def test_the_line_is_named_before_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = hand_in(tmp_path, "borrowed", "import torch\n" + RIGHT.replace("return x *", "return torch.relu(x) *"))
    assert dispatch(wish(path.parent, "borrowed")) == FAILED
    first = capsys.readouterr().out.splitlines()[0]
    assert first == f"{path}: Layers/ReLU.py:1 imports torch; hand-ins have NumPy and SciPy, and nothing else"
