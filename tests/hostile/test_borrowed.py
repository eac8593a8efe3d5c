"""Row 50, from nearer by: what lies in the guest itself is no answer to any task."""

from __future__ import annotations

import pytest

from tests.grader.handins import grade, written

BORROWED = {
    "Adam": "from backcheck_guest.aids import StandInAdam as Adam\n",
    "TanH": "import numpy as np\nfrom backcheck_guest.standins import Tanh as TanH\n",
}
PLACES = {"Adam": "Optimization__Optimizers", "TanH": "Layers__TanH"}


@pytest.mark.parametrize("task", BORROWED)
def test_stand_ins_earn_nothing(task: str) -> None:
    report = grade(written(**{PLACES[task]: BORROWED[task]}), [task])[task]
    assert not report.passed
    assert report.score == 0
