"""NeuralNetwork: the container that trains a stack of layers. N batch, D inputs, M outputs.

It is filled with layers, a loss, an optimizer and data of the grader's own (`guest/standins.py`), so that a mistake in
one of the hand-in's layers does not show here. The oracle is the reference container with the same filling. What each
exercise adds is asked for in that exercise only: initializers in ex2; phases, regularization, save and load in ex3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.checks.define import by_hand, check
from grader.compare import number
from grader.guest.faults import Fault
from grader.guest.standins import SmoothError
from grader.hookspecs import hookimpl
from grader.model import Case, Task
from grader.network_oracle import network_oracle
from grader.probe import Probe
from grader.remote import Array
from grader.remote_network import Batch, RemoteNetwork
from grader.tolerance import deviates

D, HIDDEN, M, N = 3, 4, 2, 3
_INITIALIZERS = {"weights": 0.3, "bias": -0.2}


def _case(name: str, optimizer: str, *rates: float, **penalty: Any) -> Case:
    return Case(name, {"optimizer": optimizer, "rates": list(rates), **_INITIALIZERS, **penalty}, (N, D), (N, M))


PLAIN = _case("with Sgd", "sgd", 0.02)
# here an error that meets the layers in the wrong order still fits them, and leaves numbers
SQUARE = replace(_case("with square layers", "sgd", 0.02), output_shape=(N, D), shapes={"hidden": (D,)})
OWN = (_case("with momentum", "momentum", 0.02, 0.8), _case("with a step that grows", "counter", 0.01))
FROZEN = _case("with learning rate 0", "sgd", 0.0)
PENALTIES = (
    _case("with L2, learning rate 0", "sgd", 0.0, penalty="l2", alpha=0.4),
    _case("with L1, learning rate 0", "sgd", 0.0, penalty="l1", alpha=0.3),
)
Stack = Sequence[tuple[str, Mapping[str, Array]]]


def _distances(probe: Probe, inputs: int, outputs: int) -> tuple[str, Mapping[str, Array]]:
    return "distances", {"W": 0.6 * probe.normal((inputs, outputs)), "b": 0.6 * probe.normal((outputs,))}


def _stack(probe: Probe) -> Stack:
    (hidden,), outputs = probe.case.shapes.get("hidden", (HIDDEN,)), probe.case.output_shape[1]
    return [_distances(probe, D, hidden), ("arctan", {}), _distances(probe, hidden, outputs)]


def _batches(probe: Probe, count: int) -> list[Batch]:
    return [(probe.normal(probe.case.input_shape), probe.normal(probe.case.output_shape)) for _ in range(count)]


def _fill(
    networks: Sequence[RemoteNetwork], stack: Stack, batches: Sequence[Batch] = (), *, obeys: bool = False
) -> None:
    """Append the same layers to all networks, and give them the same batches."""
    for network in networks:
        for name, arrays in stack:
            network.append(name, arrays, obeys=obeys)
        if batches:
            network.feed(batches)


def _assert_params(probe: Probe, network: RemoteNetwork, oracle: RemoteNetwork, when: str) -> None:
    found, expected = network.params(), oracle.params()
    for key, value in expected.items():
        place, name = key.split(".")
        probe.assert_true(key in found, f"{when}, layer {place} is not among `layers`")
        part = "weight matrix" if name == "W" else "bias"
        probe.assert_same(found[key], value, f"{when}, the {part} of layer {place}", "update")


def _assert_length(probe: Probe, losses: Array, wanted: int, calls: str) -> None:
    found = np.array(float(losses.size))
    probe.assert_same(found, np.array(float(wanted)), f"after {calls} the length of the list `loss`")


@check(points=2, cases=[PLAIN.name])
@by_hand(
    "$start",
    "$doubles",
    yours="net.forward()",
    expected="np.sum((4 * x - x) ** 2)",
    formula="loss(f_n(... f_1(x)), y) for the batch (x, y) of one call of next()",
)
def check_forward(network: RemoteNetwork, oracle: RemoteNetwork, probe: Probe) -> None:
    """forward draws one batch and returns its loss.

    Where do the inputs come from, where do the labels, and how often is next() called for one iteration?
    """
    _fill((network, oracle), _stack(probe), _batches(probe, 4))
    for batch in (1, 2, 3):
        found, wanted = np.array(network.forward()), np.array(oracle.forward())
        probe.assert_same(found, wanted, f"the loss of batch {batch}", "loss")


@check(points=2, cases=[PLAIN.name])
@by_hand(
    "$start",
    "$doubles",
    yours="(net.train(3), net.train(2), len(net.loss))[-1]",
    expected="5",
    formula="one loss per iteration",
)
def check_loss_history(network: RemoteNetwork, oracle: RemoteNetwork, probe: Probe) -> None:
    """train(n) appends n losses to `loss`, one per iteration.

    How long is the list after train(3), and after train(2) behind that?
    """
    batches = [(probe.normal((N, M)), probe.normal((N, M))) for _ in range(7)]
    _fill((network, oracle), [("arctan", {}), ("arctan", {})], batches)
    calls: list[str] = []
    for iterations in (3, 2, 1):
        network.train(iterations)
        oracle.train(iterations)
        calls.append(f"train({iterations})")
        _assert_length(probe, network.losses(), oracle.losses().size, ", ".join(calls))
    for place, (found, wanted) in enumerate(zip(network.losses(), oracle.losses(), strict=False)):
        probe.assert_same(found, wanted, f"after {', '.join(calls)}: loss[{place}]", "loss")


@check(points=4, cases=[PLAIN.name, SQUARE.name])
@by_hand(
    "$start",
    "$doubles",
    yours="(net.train(1), net.layers[0].e.ravel()[:4])[-1]",
    expected="2 * x.ravel()[:4]",
    formula=("dL/dx_k = backward_k(dL/dx_{k+1}), from the last layer to the first, starting with loss.backward(y)"),
)
def check_training(network: RemoteNetwork, oracle: RemoteNetwork, probe: Probe) -> None:
    """train moves every trainable layer down the gradient of its own batch's loss.

    Follow the error from the loss back to the first layer. In which order does it meet the layers, and whose labels
    did it start from?
    """
    _fill((network, oracle), _stack(probe), _batches(probe, 4))
    for iteration in (1, 2, 3):
        network.train(1)
        oracle.train(1)
        _assert_params(probe, network, oracle, f"after iteration {iteration}")


@check(points=3, needs="training", cases=[case.name for case in OWN])
@by_hand(
    "$start_with_optimizer",
    "$trained_doubles",
    yours="net.layers[0].optimizer is net.layers[1].optimizer",
    expected="False",
    why_not_native=(
        "in this dialect the container keeps the optimizers, and where is up to you: nothing "
        "that five lines could look at"
    ),
)
def check_own_optimizers(network: RemoteNetwork, oracle: RemoteNetwork, probe: Probe) -> None:
    """Every layer has an optimizer of its own.

    An optimizer remembers. What happens to one layer's memory if a second layer uses the same object?
    """
    _fill((network, oracle), _stack(probe), _batches(probe, 4))
    network.train(3)
    oracle.train(3)
    _assert_params(probe, network, oracle, "after train(3)")


@check(points=2, cases=[PLAIN.name])
@by_hand("$start", "$doubles", yours="net.test(x).ravel()[:4]", expected="4 * x.ravel()[:4]", formula="f_n(... f_1(x))")
def check_test_output(network: RemoteNetwork, oracle: RemoteNetwork, probe: Probe) -> None:
    """test(x) returns the last layer's output, without labels, loss or data layer.

    Prediction only goes forward. What does it need, and what does it not need?
    """
    _fill((network, oracle), _stack(probe))
    for x in (probe.normal((N, D)), probe.normal((1, D))):
        probe.assert_same(network.test(x), oracle.test(x), f"the output of test for {len(x)} samples")


@check(points=1, needs=["training", "test_output"], cases=[PLAIN.name])
@by_hand("$start", "$doubles", yours="(net.train(2), net.test(x), len(net.loss))[-1]", expected="2")
def check_test_between(network: RemoteNetwork, oracle: RemoteNetwork, probe: Probe) -> None:
    """test leaves the training alone: it takes no batch, adds no loss, changes no weights.

    Testing looks and does not touch. Which attributes does your test write to?
    """
    _fill((network, oracle), _stack(probe), _batches(probe, 5))
    for iterations in (1, 2):
        network.train(iterations)
        oracle.train(iterations)
        length = network.losses().size
        x = probe.normal((N, D))
        probe.assert_same(network.test(x), oracle.test(x), f"the output of test after train({iterations})", "update")
        _assert_length(probe, network.losses(), length, f"train({iterations}), test")
    _assert_params(probe, network, oracle, "after train(1), test, train(2), test")


@check(points=8, groups=["ex2", "ex3"], cases=[PLAIN.name])
@by_hand("$start", "$trained_doubles", yours="net.layers[0].given", expected="('weights', 'bias')")
def check_initializers(network: RemoteNetwork, oracle: RemoteNetwork, probe: Probe) -> None:
    """append_layer initializes every trainable layer: its weights with the first initializer, its bias with the second.

    The constructor is given two initializers. Who passes them on to the layers, and when?
    """
    probe.assert_true(
        network.arguments() == 3, "NeuralNetwork does not take (optimizer, weights_initializer, bias_initializer)"
    )
    _fill((network, oracle), _stack(probe), obeys=True)
    _assert_params(probe, network, oracle, "with initializers that give 0.3 (weights) and -0.2 (bias)")


@check(points=5, groups=["ex3"], needs=["forward", "test_output"], cases=[FROZEN.name])
@by_hand(
    "$start",
    "$doubles",
    yours=("(net.train(1), net.test(x), [part.testing_phase or not part.training for part in net.layers])[-1]"),
    expected="[True, True]",
)
def check_phases(network: RemoteNetwork, oracle: RemoteNetwork, probe: Probe) -> None:
    """train puts every layer into the training phase, test into the test phase, each time anew.

    Dropout and batch normalization do different things in training and testing. Who tells them, and who tells them
    again when training goes on after a test?
    """
    stack = [_distances(probe, D, HIDDEN), ("phased", {}), ("arctan", {}), _distances(probe, HIDDEN, M), ("phased", {})]
    _fill((network, oracle), stack, _batches(probe, 1))
    x = probe.normal((N, D))
    calls = "test"
    for _ in range(3):
        what = f"after {calls}: its output, which belongs to the test phase,"
        probe.assert_same(network.test(x), oracle.test(x), what)
        calls += ", train(1)"
        network.train(1)
        oracle.train(1)
        found, wanted = np.array(network.forward()), np.array(oracle.forward())
        probe.assert_same(found, wanted, f"after {calls}: the loss, which belongs to the training phase,", "loss")
        calls += ", test"
    network.test(x)
    oracle.test(x)
    _fill((network, oracle), [("phased", {})])
    network.train(1)
    oracle.train(1)
    found, wanted = np.array(network.forward()), np.array(oracle.forward())
    probe.assert_same(found, wanted, f"after {calls}, append_layer, train(1): the loss, in the training phase,", "loss")


@check(points=5, groups=["ex3"], needs=["forward", "loss_history"], cases=[case.name for case in PENALTIES])
@by_hand(
    why_not=(
        "where the penalty is asked for is up to you (the container, the layer), so that "
        "there is no layer that five lines could write for all; "
        "give your own FullyConnected an optimizer with a regularizer and compare two "
        "losses, with it and without"
    )
)
def check_regularization_loss(
    network: RemoteNetwork, oracle: RemoteNetwork, new: Callable[[], RemoteNetwork], probe: Probe, case: Case
) -> None:
    """With a regularizer, the loss is the data's loss plus the norm of the trainable layers' weights.

    How large is the norm of the weights, by hand? Which weights, those of which layers, and how often per iteration?
    """
    _fill((network, oracle), _stack(probe), _batches(probe, 3))
    oracle.train(2)
    network.train(2)
    found = network.losses()
    params = oracle.params()
    weights = sum(_norm(value, case) for name, value in params.items() if name.endswith(".W"))
    bias = sum(_norm(value, case) for name, value in params.items() if name.endswith(".b"))
    data = oracle.losses() - weights
    batch = (probe.normal((N, D)), probe.normal((N, M)))
    if any(_equal(found, data + penalty) for penalty in (weights + bias, weights)):
        return
    # perhaps it knows only layers of its own hand-in, by their class
    if _own_layers_agree(new(), batch, case):
        return
    _assert_length(probe, found, 2, "train(2)")
    for place, loss in enumerate(found[:2]):
        with_bias = not _equal(np.array([loss]), data[place : place + 1] + weights)
        penalty, which = (weights + bias, " (with the bias)") if with_bias else (weights, "")
        parts = f"{number(data[place])} from the data and {number(penalty)} from the weights{which}"
        probe.assert_same(loss, np.array(data[place] + penalty), f"after train(2), loss[{place}], {parts},", "loss")


def _equal(losses: Array, expected: Array) -> bool:
    return losses.shape == expected.shape and not deviates(losses, expected, "loss").any()


def _own_layers_agree(network: RemoteNetwork, batch: Batch, case: Case) -> bool:
    """Tell whether the regularization loss is right for the hand-in's own FullyConnected layers."""
    x, y = batch
    try:
        for inputs, outputs in ((D, HIDDEN), (HIDDEN, M)):
            network.append_own("FullyConnected", {"input_size": inputs, "output_size": outputs})
        network.feed([batch])
        params = list(network.params().values())
        output = network.test(x)
        network.train(1)
        found = network.losses()
    except Fault:
        return False
    if not params or output.shape != y.shape:
        return False
    data_loss = SmoothError().forward(output, y)
    matrices = sum(_norm(value, case) for value in params if value.ndim > 1)
    rest = sum(_norm(value, case) for value in params if value.ndim <= 1)
    return any(_equal(found, np.array([data_loss + penalty])) for penalty in (matrices, matrices + rest))


def _norm(w: Array, case: Case) -> float:
    return float(case.init["alpha"] * np.sum(np.abs(w) if case.init["penalty"] == "l1" else np.square(w)))


@check(points=4, groups=["ex3"], needs=["forward", "test_output"], cases=[PLAIN.name])
@by_hand(
    why_not=(
        "it writes a file and needs layers that can be pickled, which classes made in five "
        "lines cannot; save a network of your own layers, load it, and compare test(x)"
    )
)
def check_save_and_load(network: RemoteNetwork, oracle: RemoteNetwork, probe: Probe) -> None:
    """A network that was saved and loaded again gives the same outputs, and has the new data layer.

    The data layer holds a running generator, which cannot be pickled. What has to happen to it before?
    """
    _fill((network, oracle), _stack(probe), _batches(probe, 3))
    network.save()
    network.train(1)  # what is loaded afterwards is the network as it was saved
    after = _batches(probe, 2)
    network.load(after)
    oracle.feed(after)
    _assert_params(probe, network, oracle, "in the loaded network")
    x = probe.normal((N, D))
    probe.assert_same(network.test(x), oracle.test(x), "the output of the loaded network")
    found, wanted = np.array(network.forward()), np.array(oracle.forward())
    probe.assert_same(found, wanted, "the loaded network's loss for the new data layer's batch", "loss")


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="NeuralNetwork",
            formula=(
                "loss = loss_layer(f_n(... f_1(x)), y) + the regularizer's norm; "
                "backward: from the loss layer through f_n to f_1, each updates its own parameters"
            ),
            source=(
                "Rumelhart, Hinton and Williams, Learning representations by back-propagating "
                "errors, 1986; the exercise's text"
            ),
            kind="network",
            cases=(PLAIN, SQUARE, *OWN, FROZEN, *PENALTIES),
            checks=(
                check_forward,
                check_loss_history,
                check_training,
                check_own_optimizers,
                check_test_output,
                check_test_between,
                check_initializers,
                check_phases,
                check_regularization_loss,
                check_save_and_load,
            ),
            oracle=network_oracle,
            points={"ex1": 25, "ex2": 23, "ex3": 20},
        )
    ]
