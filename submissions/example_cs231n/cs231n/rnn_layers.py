"""A vanilla recurrent network: one step, and a whole sequence (N, T, D)."""

import numpy as np


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """Return the next hidden state (N, H) for x (N, D) and the one before."""
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    return next_h, (x, prev_h, Wx, Wh, next_h)


def rnn_step_backward(dnext_h, cache):
    """Return the gradients of x, prev_h, Wx, Wh and b."""
    x, prev_h, Wx, Wh, next_h = cache
    dsum = dnext_h * (1 - next_h**2)
    return dsum @ Wx.T, dsum @ Wh.T, x.T @ dsum, prev_h.T @ dsum, dsum.sum(axis=0)


def rnn_forward(x, h0, Wx, Wh, b):
    """Return all hidden states (N, T, H), starting from h0 (N, H)."""
    N, T, _ = x.shape
    h = np.zeros((N, T, h0.shape[1]))
    caches = []
    prev_h = h0
    for t in range(T):
        prev_h, cache = rnn_step_forward(x[:, t], prev_h, Wx, Wh, b)
        h[:, t] = prev_h
        caches.append(cache)
    return h, caches


def rnn_backward(dh, cache):
    """Return the gradients of x, h0, Wx, Wh and b, given those of all hidden states."""
    N, T, H = dh.shape
    D = cache[0][0].shape[1]
    dx = np.zeros((N, T, D))
    dWx, dWh, db = np.zeros((D, H)), np.zeros((H, H)), np.zeros(H)
    dprev_h = np.zeros((N, H))
    for t in reversed(range(T)):
        dx[:, t], dprev_h, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t] + dprev_h, cache[t])
        dWx += dWx_t
        dWh += dWh_t
        db += db_t
    return dx, dprev_h, dWx, dWh, db
