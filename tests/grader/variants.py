"""All fair variants: right hand-ins, written in unusual ways, that must have full marks."""

from __future__ import annotations

from tests.grader import variants_fau_layers, variants_fau_others, variants_native
from tests.grader.variant import Variant

# rows of the list of correct choices that are none in this exercise, or no choice of a hand-in
NOT_HERE = {
    6: "the exercise sums its loss; a mean is a mistake here",
    30: "the exercise asks for normal draws; a uniform distribution is a mistake here",
    34: "a matter of the grader's own thresholds",
}


def every() -> list[Variant]:
    """Return all variants."""
    return [*variants_fau_layers.VARIANTS, *variants_fau_others.VARIANTS, *variants_native.VARIANTS]
