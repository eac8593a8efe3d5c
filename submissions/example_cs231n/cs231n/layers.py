"""The layers of a convolutional network, as pairs of functions: forward keeps in `cache` what backward needs."""

import numpy as np


def affine_forward(x, w, b):
    """Return x w + b for x (N, d1, ..., dk), w (D, M) and b (M,), where D = d1 * ... * dk."""
    out = x.reshape(x.shape[0], -1) @ w + b
    return out, (x, w)


def affine_backward(dout, cache):
    """Return the gradients of x, w and b."""
    x, w = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db


def relu_forward(x):
    """Return max(0, x)."""
    return np.maximum(0, x), x


def relu_backward(dout, cache):
    """Let the gradient pass where x was positive."""
    return dout * (cache > 0)


def softmax_loss(x, y):
    """Return the mean cross entropy of scores x (N, C) for labels y (N,), and its gradient."""
    num = x.shape[0]
    shifted = x - x.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_probs[np.arange(num), y].sum() / num
    dx = np.exp(log_probs)
    dx[np.arange(num), y] -= 1
    dx /= num
    return loss, dx


def batchnorm_forward(x, gamma, beta, bn_param):
    """Normalize every column of x (N, D): by the batch in mode 'train', by the running averages in mode 'test'."""
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(x.shape[1]))
    running_var = bn_param.get("running_var", np.zeros(x.shape[1]))

    if mode == "train":
        mean = x.mean(axis=0)
        var = x.var(axis=0)
        std = np.sqrt(var + eps)
        x_hat = (x - mean) / std
        out = gamma * x_hat + beta
        cache = (x_hat, gamma, std)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    elif mode == "test":
        out = gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
        cache = None
    else:
        raise ValueError(f"invalid mode {mode!r}")

    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache


def batchnorm_backward(dout, cache):
    """Return the gradients of x, gamma and beta."""
    x_hat, gamma, std = cache
    num = dout.shape[0]
    dgamma = (dout * x_hat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    dx_hat = dout * gamma
    dx = (dx_hat - dx_hat.sum(axis=0) / num - x_hat * (dx_hat * x_hat).sum(axis=0) / num) / std
    return dx, dgamma, dbeta


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    """Normalize every channel of x (N, C, H, W)."""
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out, cache = batchnorm_forward(rows, gamma, beta, bn_param)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache


def spatial_batchnorm_backward(dout, cache):
    """Return the gradients of x, gamma and beta."""
    N, C, H, W = dout.shape
    rows = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward(rows, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta


def dropout_forward(x, dropout_param):
    """Keep every element with probability p and divide it by p; in mode 'test' leave x as it is."""
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = x
    if mode == "train":
        mask = (np.random.rand(*x.shape) < p) / p
        out = x * mask
    return out.astype(x.dtype, copy=True), (dropout_param, mask)


def dropout_backward(dout, cache):
    """Send the gradient through the same mask."""
    dropout_param, mask = cache
    return dout * mask if dropout_param["mode"] == "train" else dout


def conv_forward_naive(x, w, b, conv_param):
    """Cross-correlate x (N, C, H, W) with w (F, C, HH, WW), with `pad` zeros around it."""
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    rows = 1 + (H + 2 * pad - HH) // stride
    cols = 1 + (W + 2 * pad - WW) // stride
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, rows, cols))
    for i in range(rows):
        for j in range(cols):
            top, left = i * stride, j * stride
            window = padded[:, :, top : top + HH, left : left + WW]
            out[:, :, i, j] = np.tensordot(window, w, axes=([1, 2, 3], [1, 2, 3])) + b
    return out, (x, w, padded, conv_param)


def conv_backward_naive(dout, cache):
    """Return the gradients of x, w and b."""
    x, w, padded, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    _, _, H, W = x.shape
    _, _, HH, WW = w.shape
    dpadded = np.zeros(padded.shape)
    dw = np.zeros(w.shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            top, left = i * stride, j * stride
            window = padded[:, :, top : top + HH, left : left + WW]
            dw += np.tensordot(dout[:, :, i, j], window, axes=(0, 0))
            dpadded[:, :, top : top + HH, left : left + WW] += np.tensordot(dout[:, :, i, j], w, axes=(1, 0))
    db = dout.sum(axis=(0, 2, 3))
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, db


def max_pool_forward_naive(x, pool_param):
    """Return the maximum of every window."""
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    rows, cols = 1 + (H - height) // stride, 1 + (W - width) // stride
    out = np.zeros((N, C, rows, cols))
    for i in range(rows):
        for j in range(cols):
            top, left = i * stride, j * stride
            out[:, :, i, j] = x[:, :, top : top + height, left : left + width].max(axis=(2, 3))
    return out, (x, pool_param)


def max_pool_backward_naive(dout, cache):
    """Send every gradient to the element that was the maximum (the first, if there are several)."""
    x, pool_param = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    N, C, rows, cols = dout.shape
    for n in range(N):
        for c in range(C):
            for i in range(rows):
                for j in range(cols):
                    top, left = i * stride, j * stride
                    window = x[n, c, top : top + height, left : left + width]
                    row, col = np.unravel_index(window.argmax(), window.shape)
                    dx[n, c, top + row, left + col] += dout[n, c, i, j]
    return dx
