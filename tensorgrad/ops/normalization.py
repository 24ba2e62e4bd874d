"""Normalizing: means and variances taken out, lengths made 1; as layers do, under Keras's names."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..config import epsilon as default_epsilon
from ..core.tensor import array_like
from ..shapes import normalize_axes
from .norm import norm
from .reduce import mean, sum, var

__all__ = ["batch_normalization", "layer_normalization", "moments", "normalize", "rms_normalization"]


def moments(x: Any, axes: Any, keepdims: bool = False) -> tuple[Any, Any]:
    """The mean and the variance over ``axes``.

    >>> moments(np.array([[1.0, 2.0], [3.0, 8.0]]), 0)
    (array([2., 5.]), array([1., 9.]))
    """
    x, axes = array_like(x), tuple(axes) if isinstance(axes, list) else axes
    return mean(x, axis=axes, keepdims=keepdims), var(x, axis=axes, keepdims=keepdims)


def normalize(x: Any, axis: Any = -1, order: Any = 2, epsilon: float | None = None) -> Any:
    """``x`` divided by its length along ``axis``, the ``order``-norm, which is taken to be ``epsilon`` at least.

    >>> normalize(np.array([3.0, 4.0]))
    array([0.6, 0.8])
    """
    x, epsilon = array_like(x), default_epsilon() if epsilon is None else epsilon
    if order != 2:
        return x / np.maximum(norm(x, ord=order, axis=axis, keepdims=True), epsilon)
    smallest = max(epsilon * epsilon, float(np.finfo(x.dtype).tiny)) if x.dtype.kind in "fc" else epsilon * epsilon
    return x / np.sqrt(np.maximum(sum(np.square(np.abs(x)), axis=axis, keepdims=True), smallest))


def batch_normalization(
    x: Any, mean: Any, variance: Any, axis: int, offset: Any = None, scale: Any = None, epsilon: float = 1e-3
) -> Any:
    """``(x - mean) / √(variance + epsilon) · scale + offset``; each has one entry for each place along ``axis``."""
    x = array_like(x)
    shape = [1] * x.ndim
    shape[axis] = x.shape[axis]
    factor = 1.0 / np.sqrt(array_like(variance).reshape(shape) + epsilon)
    if scale is not None:
        factor = factor * array_like(scale).reshape(shape)
    y = (x - array_like(mean).reshape(shape)) * factor
    return y if offset is None else y + array_like(offset).reshape(shape)


def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Any = -1, epsilon: float | None = None
) -> Any:
    """``(x - mean) / √(var + epsilon) · gamma + beta``, mean and variance over ``axis``, an int or several.

    epsilon: ``tg.epsilon()`` unless given
    """
    x, epsilon = array_like(x), default_epsilon() if epsilon is None else epsilon
    centre, variance = moments(x, axis, keepdims=True)
    return scale_and_shift((x - centre) / np.sqrt(variance + epsilon), gamma, beta, axis)


def rms_normalization(x: Any, scale: Any = None, axis: Any = -1, epsilon: float | None = None) -> Any:
    """``x / √(mean of x² + epsilon) · scale``, the mean over ``axis``, an int or several."""
    x, epsilon = array_like(x), default_epsilon() if epsilon is None else epsilon
    axes = tuple(axis) if isinstance(axis, list) else axis
    return scale_and_shift(x / np.sqrt(mean(x * x, axis=axes, keepdims=True) + epsilon), scale, None, axis)


def scale_and_shift(y: Any, scale: Any, shift: Any, axis: Any) -> Any:
    """Return ``y · scale + shift``, each of the shape of ``axis``, or None."""
    axes = normalize_axes(axis, y.ndim)
    shape = [n if i in axes else 1 for i, n in enumerate(y.shape)]
    y = y if scale is None else y * array_like(scale).reshape(shape)
    return y if shift is None else y + array_like(shift).reshape(shape)
