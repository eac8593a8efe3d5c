"""The whole report that a student sees for each of the thirty most frequent mistakes, word for word.

After a change that is meant: `python -m tests.test_golden_reports`, and read what has changed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.reporters.terminal import Style, render
from tests.accuracy.naming import Patch, all_patches
from tests.grader.handins import grade, patched

FOLDER = Path(__file__).parent / "golden" / "reports"
FREQUENT = (
    *("fc-update-before-dx", "fc-optimizer-setter-lost", "fc-initializer-ignores-bias"),
    *("relu-modifies-error", "tanh-overflow", "softmax-global-max"),
    *("l2-norm-not-squared", "adam-inplace-moment", "optimizer-mutates-weights", "reg-loss-missing"),
    *("conv-scalar-stride", "conv-even-kernel-backward-misaligned", "conv-1d-gradient"),
    *("conv-bias-optimizer-never-set", "conv-zero-pad-slice-empty"),
    *("pool-max-ties-duplicate-gradient", "pool-zeros-like-integer", "pool-shape-formula"),
    "pool-gradient-lost-on-overlap",
    *("bn-moving-average-missing", "bn-update-before-dx", "bn-one-parameter-updated", "bn-stale-4d-shape"),
    "optimizer-shared-between-weights-and-bias",
    *("rnn-shared-optimizer", "rnn-memorize-list-grows", "rnn-output-layer-not-trained"),
    *("rnn-memorize-off-keeps-state", "nn-test-phase-leak", "nn-never-test-phase"),
)


def first_patch(id: str) -> Patch:
    """Return the first patch of `example_fau` with this mistake."""
    return next(patch for patch in all_patches() if patch.id == id and patch.example == "example_fau")


def report_of(patch: Patch) -> str:
    """Return what the terminal shows, 80 columns wide."""
    report = grade(patched(patch.example, patch.patches), [patch.task], seed=7)[patch.task]
    return render(report, Style(width=80), f"python dispatch.py --task {patch.task} --seed 7")


@pytest.mark.parametrize("id", FREQUENT)
def test_report_is_the_one_that_was_read(id: str) -> None:
    assert report_of(first_patch(id)) == (FOLDER / f"{id}.txt").read_text(encoding="utf-8")


def test_thirty_reports_and_no_more() -> None:
    assert len(set(FREQUENT)) == 30
    assert {file.stem for file in FOLDER.glob("*.txt")} == set(FREQUENT)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in FREQUENT:
        (FOLDER / f"{name}.txt").write_text(report_of(first_patch(name)), encoding="utf-8")
        print(name)
