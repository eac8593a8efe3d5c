"""The gradients of all parameters are checked at once, and told apart only where something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from framework.reference.rnn import RNN
from grader.guest.desk import Desk
from grader.model import Case
from grader.oracle import Oracle
from grader.probe import CheckFailed, Probe
from grader.remote import Array, InProcess, RemoteLayer
from tests.grader.inside import Classes

ARRAYS = ("Wx", "Wh", "bh", "Wy", "by")


class Counting(RNN):
    """Counts forward passes, and spoils gradients or outputs."""

    spoilt: Mapping[str, Callable[[Array], Array]] = {}
    factor = 1.0
    forwards = 0

    def forward(self, x: Array) -> Array:
        type(self).forwards += 1  # of the subclass that `run` makes
        return self.factor * super().forward(x)

    def backward(self, dout: Array) -> Array:
        dx = super().backward(dout)
        for name, spoil in self.spoilt.items():
            self.gradients[name] = spoil(self.gradients[name])
        return dx


def run(
    hidden: int = 4, *, keep_going: bool = False, differentiate: bool = True, **attributes: Any
) -> tuple[Probe, type[Counting]]:
    """Check an RNN of five arrays; return the probe and the class."""
    cls = type("Spoilt", (Counting,), attributes)
    init = {"input_size": 3, "hidden_size": hidden, "output_size": 2}
    layer = RemoteLayer(InProcess(Desk(Classes(cls))), "RNN", init)
    axes = {"Wx": ("input", "unit"), "by": ("output",)}
    probe = Probe(
        Case("only", init, (5, 3), axes=axes),
        np.random.default_rng(8),
        keep_going=keep_going,
        differentiate=differentiate,
    )
    right = Oracle(RNN(*init.values()), layer.params())
    probe.assert_parameter_gradients(layer, probe.input(), right.parameter_gradients)
    return probe, cls


def message(**attributes: Any) -> str:
    with pytest.raises(CheckFailed) as caught:
        run(**attributes)
    return caught.value.message


@pytest.mark.parametrize("hidden", [1, 4, 60])
def test_right_gradients_take_eight_forward_passes_beside_the_first(hidden: int) -> None:
    probe, cls = run(hidden)
    assert cls.forwards == 1 + 8
    assert [o.wrong for o in probe.trace] == [False] * len(ARRAYS)


@pytest.mark.parametrize("name", ARRAYS)
def test_wrong_array_is_named(name: str) -> None:
    text = message(spoilt={name: lambda g: 2 * g})
    assert text.startswith(f"the gradient of {name} differs in all ")
    assert text.endswith("all of it is off by the same factor, 2")


@pytest.mark.parametrize("name", ARRAYS)
def test_zeros_are_wrong_even_if_the_others_are_right(name: str) -> None:
    assert message(spoilt={name: lambda g: 0 * g}).endswith("all of it is zero")


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda g: g[:-1], "the gradient of Wx has shape (2, 4); (3, 4) was expected"),
        (lambda g: g * np.nan, "the gradient of Wx is NaN in all 12 entries, first at [input 0, unit 0]"),
    ],
)
def test_malformed_gradient(spoil: Callable[[Array], Array], text: str) -> None:
    assert message(spoilt={"Wx": spoil}) == text


def test_gradients_of_another_forward_are_located_without_the_reference() -> None:
    """Backward belongs to the right forward, which is not what is computed: the reference agrees with backward."""
    text = message(factor=2.0)
    assert text.startswith("the gradient of Wx is not the derivative of what forward computes (by central differences)")
    assert "at [input " in text


@pytest.mark.parametrize("differentiate", [True, False])
@pytest.mark.parametrize(
    "spoilt", [{}, {"Wh": lambda g: 2 * g}, {"by": lambda g: 0 * g}, {"Wx": lambda g: g[:-1], "Wy": lambda g: g.T}]
)
def test_every_array_makes_one_observation(spoilt: Any, differentiate: bool) -> None:
    probe, cls = run(keep_going=True, differentiate=differentiate, spoilt=spoilt)
    assert [o.wrong for o in probe.trace] == [name in spoilt for name in ARRAYS]
    assert (probe.failure is not None) == bool(spoilt)
    if not differentiate:
        assert cls.forwards == 1


def test_missing_gradient_makes_an_observation_too() -> None:
    def backward(self: Counting, dout: Array) -> Array:
        dx = Counting.backward(self, dout)
        del self.gradients["Wh"]
        return dx

    assert message(backward=backward) == "there is no gradient of Wh after backward"
    probe, _ = run(keep_going=True, backward=backward)
    assert [o.wrong for o in probe.trace] == [name == "Wh" for name in ARRAYS]
