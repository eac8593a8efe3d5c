"""Right hand-ins that are written in unusual ways keep all their points, in a real guest."""

from __future__ import annotations

from itertools import cycle

import pytest

from grader.model import Tier, Verdict
from grader.selftest.variants import NOT_HERE, every
from grader.selftest.variants.variant import Variant
from tests.accuracy import false_alarms
from tests.grader.handins import grade, registry

PAIRS = list(zip(every(), cycle((3, 5, 11)), strict=False))


@pytest.mark.parametrize(("variant", "seed"), PAIRS, ids=[variant.title for variant, _ in PAIRS])
def test_unusual_but_right_hand_in_keeps_full_marks(variant: Variant, seed: int) -> None:
    for name, report in grade(variant.submission(), variant.tasks, seed).items():
        wrong = [r for r in report.results if r.tier is Tier.CORE and r.verdict is not Verdict.PASSED]
        assert [(r.case, r.check, r.message) for r in wrong] == []
        assert report.score == report.max_score == registry().tasks[name].total


def test_every_correct_choice_is_a_variant_or_none_here() -> None:
    rows = {row for variant in every() for row in variant.rows}
    assert rows | set(NOT_HERE) == set(range(1, 36))
    assert not rows & set(NOT_HERE)


def test_titles_tell_variants_apart() -> None:
    titles = [variant.title for variant in every()]
    assert len(titles) == len(set(titles))


def test_count_of_false_alarms_sees_a_wrong_hand_in() -> None:
    wrong = Variant((), "a wrong one", "example_fau", ("ReLU",), (("Layers/ReLU.py", "np.maximum(0", "np.maximum(1"),))
    result = false_alarms.Result()
    result.add(wrong, 3, grade(wrong.submission(), wrong.tasks, 3))
    assert any("ReLU/forward_value" in alarm for alarm in result.alarms)


def test_a_run_counts_what_it_grades() -> None:
    result = false_alarms.run(3, 0)
    assert (result.runs, result.guest_runs, result.alarms) == (3, 0, [])
    assert result.checks > 10
