"""Random networks with right gradients: kinks, ties, float32, tiny and huge scales."""

from itertools import pairwise

import numpy as np

import tensorgrad as tg

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
    """Return ``(loss, grads, params, data)``; the gradients are those of autograd, for the same loss of Tensors."""
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

    params = {k: p.astype(dtype) for k, p in params.items()}
    tensors = {k: tg.Tensor(np.array(p, np.float64), requires_grad=True) for k, p in params.items()}
    loss(tensors, x, y).backward()
    return loss, {k: np.zeros(t.shape) if t.grad is None else t.grad.data for k, t in tensors.items()}, params, (x, y)
