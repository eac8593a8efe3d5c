"""Stands in for the course's own `Layers/Helpers.py`, which hand-ins import but usually do not contain.

The course gives its students the gradient of a batch normalization; so does this. N batch, D features.
"""

import numpy as np


def compute_bn_gradients(error_tensor, input_tensor, weights, mean, var, eps=2.220446049250313e-16):  # type: ignore[no-untyped-def]  # the course's signature
    """Return dL/dx (N, D) of a batch normalization with scale `weights`, batch mean and variance (D,).

    Ioffe & Szegedy 2015, section 3. Raises ValueError for an eps above 1e-10, as the course's does.
    """
    if eps > 1e-10:
        raise ValueError("eps must not be larger than 1e-10")
    n = error_tensor.shape[0]
    scaled = error_tensor * weights
    centred = input_tensor - mean
    variance = var + eps
    by_variance = np.sum(scaled * centred, axis=0, keepdims=True) * -0.5 * variance**-1.5
    by_mean = np.sum(-scaled / np.sqrt(variance), axis=0, keepdims=True)
    by_mean = by_mean - 2.0 * by_variance * np.mean(centred, axis=0, keepdims=True)
    return scaled / np.sqrt(variance) + by_variance * 2.0 * centred / n + by_mean / n
