"""200 random networks with right gradients raise no alarm: kinks, ties, float32, tiny and huge scales included."""

from itertools import pairwise

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import check_gradients

ACTIVATIONS = {
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "leaky": lambda z: np.maximum(z, 0.1 * z),
    "absolute": abs,
    "sine": lambda z: np.sin(2 * z),
    "bell": lambda z: np.exp(-z * z),
    "root": lambda z: np.sqrt(z * z + 0.5),
    "clip": lambda z: np.clip(z, -0.5, 0.5),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "normalised": lambda z: (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 0.1),
}
LOSSES = {
    "squares": lambda z, y: ((z - y) ** 2).mean(),
    "sum of squares": lambda z, y: ((z - y) ** 2).sum(),
    "absolute": lambda z, y: abs(z - y).sum(),
    "cross-entropy": lambda z, y: np.log(1 + np.exp(-z * np.sign(y + 1e-9))).mean(),
    "large": lambda z, y: 1e8 * (z * z).sum() + 1e6,
    "tiny": lambda z, y: 1e-12 * (z * y).sum(),
}


def random_network(seed):
    """Return ``(loss, params, data)``; the loss takes arrays and Tensors alike."""
    rng = np.random.default_rng(seed)
    widths = rng.integers(1, 5, rng.integers(2, 5))
    names, end = rng.choice(list(ACTIVATIONS), len(widths) - 1), rng.choice(list(LOSSES))
    scale, dtype = rng.choice([1e-8, 1e-3, 1.0, 1.0, 1.0, 1e3, 1e8]), rng.choice(["float64", "float64", "float32"])
    x, y = rng.normal(size=(6, widths[0])) * scale, rng.normal(size=(6, widths[-1]))
    params = {}
    for i, (n, m) in enumerate(pairwise(widths)):
        params[f"W{i}"] = rng.normal(size=(n, m))
        params[f"b{i}"] = rng.normal(size=m) * rng.integers(0, 2)
    if rng.random() < 0.3:  # zeros, ties and bounds that are met exactly
        x, params = np.round(2 * x / scale) / 2 * scale, {k: np.round(2 * p) / 2 for k, p in params.items()}

    def loss(p, x, y):
        h = x / scale
        for i, name in enumerate(names):
            h = ACTIVATIONS[name](h @ p[f"W{i}"] + p[f"b{i}"])
        return LOSSES[end](h, y)

    return loss, {k: p.astype(dtype) for k, p in params.items()}, (x, y)


@pytest.mark.parametrize("seed", range(200))
def test_right_gradients_raise_no_alarm(seed):
    loss, params, data = random_network(seed)
    tensors = {k: tg.Tensor(np.array(p, np.float64), requires_grad=True) for k, p in params.items()}
    loss(tensors, *data).backward()
    grads = {k: np.zeros(t.shape) if t.grad is None else t.grad.data for k, t in tensors.items()}
    assert check_gradients(loss, grads, params, *data)
    assert check_gradients(lambda *a: float(np.real(loss(*a))), grads, params, *data)  # differences


@pytest.mark.parametrize("seed", range(0, 200, 4))
def test_wrong_gradients_do(seed):
    loss, params, data = random_network(seed)
    tensors = {k: tg.Tensor(np.array(p, np.float64), requires_grad=True) for k, p in params.items()}
    loss(tensors, *data).backward()
    grads = {k: np.zeros(t.shape) if t.grad is None else t.grad.data for k, t in tensors.items()}
    name = max(grads, key=lambda k: np.abs(grads[k]).max())
    if grads[name].any():
        report = check_gradients(loss, {**grads, name: 1.001 * grads[name]}, params, *data)
        assert report[name].wrong or report[name].kinks
