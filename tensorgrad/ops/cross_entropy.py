"""Cross-entropies in one piece: stable, and one row each instead of ten.

Three take logits and three take probabilities. The latter clip what they take the logarithm of to
``[epsilon, 1 - epsilon]``, as Keras does; outside of that range the derivative is 0. ``axis`` holds the classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.declare import elementwise, primitive
from ..errors import describe
from .activation import log_softmax, sigmoid, softmax, zero_of

__all__ = [
    "binary_cross_entropy", "cross_entropy", "sigmoid_cross_entropy", "softmax_cross_entropy", "sparse_cross_entropy",
    "sparse_softmax_cross_entropy",
]  # fmt: skip


def explain_shapes(scores: Any, targets: Any, **settings: Any) -> str | None:
    if scores.shape != targets.shape:
        return f"there must be one target for each score, {describe(scores)} and {describe(targets)}"
    return None


def explain_ids(scores: Any, ids: Any, *, axis: Any, **settings: Any) -> str | None:
    if tuple(np.delete(scores.shape, axis)) != ids.shape:
        return f"there must be one class id for each entry of {describe(scores)} but for axis {axis}"
    return None


def take_ids(x: Any, ids: Any, axis: Any) -> Any:
    """Return ``x[..., id, ...]`` for each id, the class axis kept. Unsigned, since -1 would mean the last class."""
    return np.take_along_axis(x, np.expand_dims(ids.astype("uint32"), axis), axis=axis)


def class_mask(x: Any, ids: Any, axis: Any) -> Any:
    """Return where the class axis of ``x`` is at its id: booleans of the shape of ``x``."""
    shape = [1] * x.ndim
    shape[axis] = x.shape[axis]
    return np.expand_dims(ids, axis) == np.arange(shape[axis]).reshape(shape)


def sigmoid_cross_entropy_kernel(logits: Any, targets: Any) -> Any:
    m = np.maximum(logits, zero_of(logits))  # m - z t first: where it is 0, the small rest keeps its digits
    return m - logits * targets + np.log1p(np.exp(np.minimum(logits, zero_of(logits)) - m))


sigmoid_cross_entropy = elementwise("sigmoid_cross_entropy",
    sigmoid_cross_entropy_kernel, "``-t log σ(z) - (1 - t) log(1 - σ(z))``, that is ``softplus(z) - t z``.",
    wide=True, domain={"targets": "open unit"},
    logits=lambda g, y, logits, targets: g * (sigmoid(logits) - targets),
    targets=lambda g, y, logits, targets: -g * logits)  # fmt: skip


@primitive(wide=True, domain={"targets": "open unit"}, explain=explain_shapes)
def softmax_cross_entropy(logits: Any, targets: Any, *, axis: Any = -1) -> Any:
    """``-Σ t log softmax(z)`` along ``axis``: targets are one-hot, or probabilities."""
    s = logits - np.maximum.reduce(logits, axis=axis, keepdims=True)
    s = s - np.log(np.add.reduce(np.exp(s), axis=axis, keepdims=True))
    return -np.add.reduce(targets * s, axis=axis)


@softmax_cross_entropy.vjp("logits")
def _(g: Any, y: Any, logits: Any, targets: Any, *, axis: Any) -> Any:
    total = np.add.reduce(targets, axis=axis, keepdims=True)
    return np.expand_dims(g, axis) * (softmax(logits, axis=axis) * total - targets)


@softmax_cross_entropy.vjp("targets")
def _(g: Any, y: Any, logits: Any, targets: Any, *, axis: Any) -> Any:
    return -np.expand_dims(g, axis) * log_softmax(logits, axis=axis)


@primitive(wide=True, explain=explain_ids)
def sparse_softmax_cross_entropy(logits: Any, ids: Any, *, axis: Any = -1) -> Any:
    """``-log softmax(z)[id]`` along ``axis``: targets are class ids. IndexError if one is no class."""
    s = logits - np.maximum.reduce(logits, axis=axis, keepdims=True)
    total = np.log(np.add.reduce(np.exp(s), axis=axis, keepdims=True))
    return np.squeeze(total - take_ids(s, ids, axis), axis=axis)


@sparse_softmax_cross_entropy.vjp("logits")
def _(g: Any, y: Any, logits: Any, ids: Any, *, axis: Any) -> Any:
    return np.expand_dims(g, axis) * (softmax(logits, axis=axis) - class_mask(logits, ids, axis))


def binary_kernel(p: Any, targets: Any, *, epsilon: Any = 1e-7) -> Any:
    c = np.minimum(np.maximum(p, epsilon), 1.0 - epsilon)
    return -(targets * np.log(c) + (1.0 - targets) * np.log(1.0 - c))


def binary_p(g: Any, y: Any, p: Any, targets: Any, *, epsilon: Any) -> Any:
    inside = (p >= epsilon) & (p <= 1.0 - epsilon)
    c = np.where(inside, p, 0.5)
    return g * inside * ((c - targets) / (c * (1.0 - c)))


def binary_targets(g: Any, y: Any, p: Any, targets: Any, *, epsilon: Any) -> Any:
    c = np.clip(p, epsilon, 1.0 - epsilon)
    return g * (np.log(1.0 - c) - np.log(c))


binary_cross_entropy = elementwise("binary_cross_entropy", binary_kernel, "``-t log p - (1 - t) log(1 - p)``.",
    wide=True, domain={"p": "open unit", "targets": "open unit"}, p=binary_p, targets=binary_targets)  # fmt: skip


def divide_by_sum(p: Any, axis: Any) -> Any:
    """Return ``p`` scaled to sum to 1, and the scale."""
    total = np.add.reduce(p, axis=axis, keepdims=True)
    return p / total, total


def clipped_log(q: Any, epsilon: Any) -> Any:
    return np.log(np.clip(q, epsilon, 1.0 - epsilon))


def clipped_log_slope(q: Any, epsilon: Any) -> Any:
    """Return the derivative of ``clipped_log``: 1/q, and 0 where it clips."""
    inside = (q >= epsilon) & (q <= 1.0 - epsilon)
    return inside / np.where(inside, q, 1.0)


@primitive(wide=True, domain={"p": "open unit", "targets": "open unit"}, explain=explain_shapes)
def cross_entropy(p: Any, targets: Any, *, axis: Any = -1, epsilon: Any = 1e-7) -> Any:
    """``-Σ t log(p / Σp)`` along ``axis``: targets are one-hot, or probabilities."""
    return -np.add.reduce(targets * clipped_log(divide_by_sum(p, axis)[0], epsilon), axis=axis)


@cross_entropy.vjp("p")
def _(g: Any, y: Any, p: Any, targets: Any, *, axis: Any, epsilon: Any) -> Any:
    """∂/∂p: ``g (Σt - t/q) / Σp`` with ``q = p / Σp``; 0 where ``log q`` is clipped."""
    q, total = divide_by_sum(p, axis)
    u = targets * clipped_log_slope(q, epsilon)
    return np.expand_dims(g, axis) * (np.add.reduce(u * q, axis=axis, keepdims=True) - u) / total


@cross_entropy.vjp("targets")
def _(g: Any, y: Any, p: Any, targets: Any, *, axis: Any, epsilon: Any) -> Any:
    return -np.expand_dims(g, axis) * clipped_log(divide_by_sum(p, axis)[0], epsilon)


@primitive(wide=True, domain={"p": "open unit"}, explain=explain_ids)
def sparse_cross_entropy(p: Any, ids: Any, *, axis: Any = -1, epsilon: Any = 1e-7) -> Any:
    """``-log(p[id] / Σp)`` along ``axis``: targets are class ids. IndexError if one is no class."""
    q = take_ids(p, ids, axis) / np.add.reduce(p, axis=axis, keepdims=True)
    return -np.squeeze(clipped_log(q, epsilon), axis=axis)


@sparse_cross_entropy.vjp("p")
def _(g: Any, y: Any, p: Any, ids: Any, *, axis: Any, epsilon: Any) -> Any:
    """∂/∂p: ``g (1 - one_hot/q) / Σp`` with ``q = p / Σp``; 0 where ``log q`` is clipped."""
    q, total = divide_by_sum(p, axis)
    hot = class_mask(p, ids, axis)
    q = np.add.reduce(q * hot, axis=axis, keepdims=True)
    return np.expand_dims(g, axis) * clipped_log_slope(q, epsilon) * (q - hot) / total
