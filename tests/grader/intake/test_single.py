"""A hand-in is told from a folder of hand-ins."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.intake.single import is_single
from tests.grader.command import RIGHT, hand_in
from tests.grader.handins import PROJECT


@pytest.mark.parametrize("name", ["example_fau", "example_native", "example_cs231n", "template"])
def test_the_bundled_ones_are_single(name: str) -> None:
    assert is_single(PROJECT / "submissions" / name)


def test_a_class_is_not(tmp_path: Path) -> None:
    assert not is_single(tmp_path)
    hand_in(tmp_path, "ada")
    hand_in(tmp_path, "Layerson")
    for name in ("NeuralNetwork.py", "Conv.py"):
        (tmp_path / name).write_text(RIGHT)
    assert not is_single(tmp_path)
    assert is_single(tmp_path / "ada")
    assert not is_single(PROJECT / "submissions")
