import numpy as np
import pytest
import torch

from framework.reference.adam import Adam
from framework.reference.constant import Constant
from framework.reference.rnn import RNN

SIZES = [(5, 3, 4, 2), (1, 3, 4, 2), (5, 1, 1, 1), (9, 13, 7, 4), (2, 4, 4, 4)]  # T, D, U, M


def torch_rnn(x, Wx, Wh, bh, Wy, by, h=None, activation=torch.sigmoid):
    h = torch.zeros(len(bh), dtype=x.dtype) if h is None else h
    outputs = []
    for row in x:
        h = torch.tanh(row @ Wx + h @ Wh + bh)
        outputs.append(activation(h @ Wy + by))
    return torch.stack(outputs)


def centred(rng, *sizes, **kwargs):
    """An RNN whose tanh and sigmoid are not saturated, as U[0, 1) weights would have them."""
    layer = RNN(*sizes, rng=rng, **kwargs)
    for value in layer.parameters.values():
        value -= 0.5
    return layer


@pytest.mark.parametrize(("T", "D", "U", "M"), SIZES)
@pytest.mark.parametrize("activation", ["sigmoid", "linear"])
def test_agrees_with_torch_autograd(rng, autograd, T, D, U, M, activation):
    layer = centred(rng, D, U, M, output_activation=activation)
    x, dout = rng.normal(size=(T, D)), rng.normal(size=(T, M))
    out = {"sigmoid": torch.sigmoid, "linear": lambda y: y}[activation]
    y, dx, gradients = autograd(lambda x, **p: torch_rnn(x, **p, activation=out), x, dout, layer.parameters)
    np.testing.assert_allclose(layer.forward(x), y, rtol=1e-12)
    np.testing.assert_allclose(layer.backward(dout), dx, rtol=1e-10, atol=1e-14)
    assert set(gradients) == set(layer.gradients)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(layer.gradients[name], gradient, rtol=1e-10, atol=1e-14)


def test_hidden_states_agree_with_torchs_own_rnn(rng):
    T, D, U = 6, 3, 5
    layer = centred(rng, D, U, U, output_activation="linear")
    layer.parameters["Wy"][...] = np.eye(U)
    layer.parameters["by"][...] = 0
    peer = torch.nn.RNN(D, U).double()
    with torch.no_grad():
        for name, value in zip(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0"), ("Wx", "Wh", "bh"), strict=True):
            getattr(peer, name).copy_(torch.tensor(layer.parameters[value].T))
        peer.bias_hh_l0.zero_()
    x = rng.normal(size=(T, D))
    np.testing.assert_allclose(layer.forward(x), peer(torch.tensor(x))[0].detach().numpy(), rtol=1e-12)


def test_without_memory_every_sequence_starts_from_zero(rng):
    layer = centred(rng, 3, 4, 2)
    x = rng.normal(size=(5, 3))
    first = layer.forward(x)
    layer.forward(rng.normal(size=(2, 3)))
    np.testing.assert_array_equal(layer.forward(x), first)


def test_with_memory_parts_equal_the_whole(rng):
    layer = centred(rng, 3, 4, 2)
    x = rng.normal(size=(7, 3))
    whole = layer.forward(x)
    layer.memorize = False  # forget
    layer.memorize = True
    parts = [layer.forward(part) for part in (x[:3], x[3:4], x[4:])]
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-14)


def test_switching_memory_off_forgets(rng):
    layer = centred(rng, 3, 4, 2)
    x = rng.normal(size=(5, 3))
    fresh = layer.forward(x)
    layer.memorize = True
    assert not np.allclose(layer.forward(x), fresh)
    layer.memorize = False
    layer.memorize = True
    np.testing.assert_array_equal(layer.forward(x), fresh)
    assert layer.memorize is True


def test_gradient_of_the_second_sequence_stays_inside_it(rng, autograd):
    layer = centred(rng, 3, 4, 2)
    layer.memorize = True
    first, x, dout = rng.normal(size=(6, 3)), rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    layer.forward(first)
    layer.backward(rng.normal(size=(6, 2)))
    layer.zero_grad()

    def second_alone(x, **p):
        with torch.no_grad():
            h = torch.zeros(4, dtype=x.dtype)
            for row in torch.tensor(first):
                h = torch.tanh(row @ p["Wx"] + h @ p["Wh"] + p["bh"])
        return torch_rnn(x, **p, h=h)

    y, dx, gradients = autograd(second_alone, x, dout, layer.parameters)
    np.testing.assert_allclose(layer.forward(x), y, rtol=1e-12)
    np.testing.assert_allclose(layer.backward(dout), dx, rtol=1e-10)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(layer.gradients[name], gradient, rtol=1e-10, atol=1e-14)


def test_three_adam_steps_agree_with_torch(rng):
    layer, optimizer = centred(rng, 3, 4, 2), Adam(0.05, 0.9, 0.99)
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in layer.parameters.items()}
    peer = torch.optim.Adam(tensors.values(), lr=0.05, betas=(0.9, 0.99), eps=1e-8)
    for T in (5, 1, 3):
        x, target = rng.normal(size=(T, 3)), rng.random((T, 2))
        peer.zero_grad()
        ((torch_rnn(torch.tensor(x), **tensors) - torch.tensor(target)) ** 2).sum().backward()
        peer.step()
        layer.zero_grad()
        layer.backward(2 * (layer.forward(x) - target))
        for name, value in layer.parameters.items():
            value[...] = optimizer.step(name, value, layer.gradients[name])
            np.testing.assert_allclose(value, tensors[name].detach().numpy(), rtol=1e-10)


def test_initialize_draws_the_hidden_weights_as_one_matrix(recorder):
    layer = RNN(3, 4, 2)
    arrays = dict(layer.parameters)
    layer.memorize = True
    layer.forward(np.ones((2, 3)))
    layer.initialize(recorder, Constant(0.5))
    assert recorder.calls == [((7, 4), 7, 4), ((4, 2), 4, 2)]
    drawn = 0.01 * np.arange(28).reshape(7, 4)
    np.testing.assert_array_equal(np.concatenate([layer.parameters["Wx"], layer.parameters["Wh"]]), drawn)
    assert (layer.parameters["bh"] == 0.5).all()
    assert (layer.parameters["by"] == 0.5).all()
    assert all(layer.parameters[name] is array for name, array in arrays.items())
    restarted, fresh = layer.forward(np.ones((1, 3))), RNN(3, 4, 2)
    for name, value in layer.parameters.items():
        fresh.parameters[name][...] = value
    np.testing.assert_array_equal(restarted, fresh.forward(np.ones((1, 3))))


@pytest.mark.parametrize("sizes", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_rejects_sizes(sizes):
    with pytest.raises(ValueError, match="size must be"):
        RNN(*sizes)


def test_rejects_an_unknown_activation():
    with pytest.raises(ValueError, match="output_activation"):
        RNN(1, 1, 1, output_activation="relu")
