"""All fair variants: right hand-ins, written in unusual ways, that must have full marks."""

from __future__ import annotations

from grader.selftest.variants import fau_layers, fau_others, native
from grader.selftest.variants.variant import Variant

# rows of the list of correct choices that are none in this exercise, or no choice of a hand-in
NOT_HERE = {
    6: "the exercise sums its loss; a mean is a mistake here",
    30: "the exercise asks for normal draws; a uniform distribution is a mistake here",
    34: "a matter of the grader's own thresholds",
}


def every() -> list[Variant]:
    """Return all variants."""
    return [*fau_layers.VARIANTS, *fau_others.VARIANTS, *native.VARIANTS]
