"""Gives a fresh layer parameters that are worth testing: random, signed, never the ones it was born with."""

from __future__ import annotations

import numpy as np

from grader.model import Case
from grader.remote import RemoteLayer
from grader.samples import sample


def random_params(layer: RemoteLayer, case: Case, rng: np.random.Generator) -> None:
    """Run one forward pass (some layers create their parameters in it), then set normal parameters of unit scale."""
    layer.forward(sample(case.data, case.input_shape, rng))
    layer.set_params({name: rng.standard_normal(value.shape) for name, value in sorted(layer.params().items())})
