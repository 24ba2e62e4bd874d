"""Activations: the nonlinear functions of layers, under Keras's names. They take and return arrays or Tensors."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy as np

from . import ops
from .errors import ShapeError, describe
from .ops.arithmetic import zero_to_inf
from .options import look_up

__all__ = [
    "celu", "elu", "exponential", "gelu", "get", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish",
    "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "serialize",
    "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax",
    "squareplus", "swish", "tanh", "tanh_shrink", "threshold",
]  # fmt: skip


def linear(x: Any) -> Any:
    """``x`` itself."""
    return x


def relu(x: Any, negative_slope: Any = 0.0, max_value: Any = None, threshold: Any = 0.0) -> Any:
    """``max(x, 0)``; or ``x`` above ``threshold``, ``negative_slope (x - threshold)`` below, at most ``max_value``.

    >>> relu(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    if threshold == 0.0 and negative_slope == 0.0:
        y = ops.relu(x)
    else:
        y = np.where(x > threshold, x, negative_slope * (x - threshold))
    return y if max_value is None else np.where(y < max_value, y, max_value)


def relu6(x: Any) -> Any:
    """``min(max(x, 0), 6)``."""
    return relu(x, max_value=6.0)


def leaky_relu(x: Any, negative_slope: Any = 0.2) -> Any:
    """``x`` above 0, ``negative_slope x`` below."""
    return np.where(x > 0, x, negative_slope * x)


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """``x`` above 0, ``alpha (eˣ - 1)`` below. Clevert et al. (2016)."""
    return ops.elu(x, alpha=alpha)


def selu(x: Any) -> Any:
    """``1.0507 elu(x, 1.6733)``, which keeps mean 0 and variance 1 through layers. Klambauer et al. (2017)."""
    return 1.0507009873554805 * ops.elu(x, alpha=1.6732632423543772)


def celu(x: Any, alpha: Any = 1.0) -> Any:
    """``x`` above 0, ``alpha (e^(x / alpha) - 1)`` below. Barron (2017)."""
    return alpha * ops.elu(x / alpha, alpha=1.0)


def gelu(x: Any, approximate: Any = False) -> Any:
    """``x Φ(x)`` with the normal distribution function Φ, or its tanh approximation. Hendrycks and Gimpel (2016).

    >>> gelu(np.array([-2.0, 2.0]))
    array([-0.04550026,  1.95449974])
    """
    if approximate:
        return 0.5 * x * (1.0 + np.tanh(sqrt(2 / pi) * (x + 0.044715 * (x * x * x))))
    return 0.5 * x * ops.erfc(x * -sqrt(0.5))  # erfc(-a) is 1 + erf(a), exact where that cancels


def silu(x: Any) -> Any:
    """``x σ(x)``, also known as swish. Elfwing et al. (2017)."""
    return np.maximum(x, -1e4) * ops.sigmoid(x)  # further below it is 0, and -1e38 times a tiny number is not


def mish(x: Any) -> Any:
    """``x tanh(log(1 + eˣ))``. Misra (2019)."""
    return x * np.tanh(ops.softplus(x))


def sigmoid(x: Any) -> Any:
    """``1 / (1 + e⁻ˣ)``.

    >>> sigmoid(np.array([-2.0, 0.0]))
    array([0.11920292, 0.5       ])
    """
    return ops.sigmoid(x)


def hard_sigmoid(x: Any) -> Any:
    """``x / 6 + 1/2``, clipped to [0, 1]."""
    return relu6(x + 3.0) / 6.0


def hard_silu(x: Any) -> Any:
    """``x hard_sigmoid(x)``. Howard et al. (2019)."""
    return x * hard_sigmoid(x)


def hard_tanh(x: Any) -> Any:
    """``x`` clipped to [-1, 1]."""
    return np.clip(x, -1.0, 1.0)


def tanh(x: Any) -> Any:
    """Hyperbolic tangent."""
    return ops.tanh(x)


def tanh_shrink(x: Any) -> Any:
    """``x - tanh(x)``."""
    return x - np.tanh(x)


def softplus(x: Any) -> Any:
    """``log(1 + eˣ)``."""
    return ops.softplus(x)


def softsign(x: Any) -> Any:
    """``x / (1 + |x|)``."""
    return x / (1.0 + np.abs(x))


def softmax(x: Any, axis: Any = -1) -> Any:
    """``exp(x) / Σ exp(x)`` along ``axis``: positive numbers that sum to 1.

    >>> softmax(np.array([[0.0, 0.0]]))
    array([[0.5, 0.5]])
    """
    return ops.softmax(x, axis=axis)


def log_softmax(x: Any, axis: Any = -1) -> Any:
    """``log(softmax(x))`` along ``axis``, without rounding to -inf."""
    return ops.log_softmax(x, axis=axis)


def log_sigmoid(x: Any) -> Any:
    """``log(σ(x))``, without rounding to -inf."""
    return -ops.softplus(-1.0 * x)  # -x of unsigned integers is no negative number


def exponential(x: Any) -> Any:
    """``eˣ``."""
    return ops.exp(x)


def soft_shrink(x: Any, threshold: Any = 0.5) -> Any:
    """``x`` brought nearer to 0 by ``threshold``, and 0 within it."""
    return np.where(x > threshold, x - threshold, np.where(x < -threshold, x + threshold, 0.0))


def hard_shrink(x: Any, threshold: Any = 0.5) -> Any:
    """``x``, but 0 where ``|x| ≤ threshold``."""
    return np.where(x > threshold, x, np.where(x < -threshold, x, 0.0))


def squareplus(x: Any, b: Any = 4) -> Any:
    """``(x + √(x² + b)) / 2``."""
    size = np.where(x > 0, x, -1.0 * x)  # not abs: it has no slope at 0
    larger = 0.5 * (size + np.hypot(x, sqrt(b)))  # below 0 x and the root would cancel, and x * x could overflow
    return np.where(x > 0, larger, 0.25 * b / zero_to_inf(larger))


def sparse_plus(x: Any) -> Any:
    """0 up to -1, ``((x + 1) / 2)²`` up to 1, then ``x``."""
    middle = 0.25 * ((x + 1.0) * (x + 1.0))
    return np.where(x <= -1, 0.0, np.where(x < 1, middle, x))


def sparse_sigmoid(x: Any) -> Any:
    """``(x + 1) / 2``, clipped to [0, 1]."""
    return np.clip(0.5 * (x + 1.0), 0.0, 1.0)


def sparsemax(x: Any, axis: Any = -1) -> Any:
    """The nearest point to ``x`` on the simplex along ``axis``: like softmax, with exact zeros. Keras 3.15's is off.

    >>> sparsemax(np.array([0.5, 0.2, -1.0]))
    array([0.65, 0.35, 0.  ])
    """
    return ops.sparsemax(x, axis=axis)


def glu(x: Any, axis: Any = -1) -> Any:
    """``a σ(b)`` where a and b are the halves of ``x`` along ``axis``. Dauphin et al. (2017)."""
    axis = axis % x.ndim
    half, odd = divmod(x.shape[axis], 2)
    if odd:
        raise ShapeError(f"glu halves axis {axis}, which must be even; got {describe(x)}")
    before = (slice(None),) * axis
    return x[(*before, slice(half))] * ops.sigmoid(x[(*before, slice(half, None))])


def threshold(x: Any, threshold: Any, default_value: Any) -> Any:
    """``x`` above ``threshold``, else ``default_value``."""
    return np.where(x > threshold, x, default_value)


swish, hard_swish = silu, hard_silu

#: Those that are a layer's by their name alone.
_KNOWN = {name: globals()[name] for name in __all__ if name not in ("get", "serialize", "threshold")}


def get(identifier: Any) -> Any:
    """Return the activation that ``identifier`` means: None (linear), a name or any callable, such as a layer.

    >>> get("relu") is relu, get(None) is linear
    (True, True)
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        return look_up("activation", identifier, _KNOWN)
    if isinstance(identifier, type):
        name = identifier.__name__
        raise TypeError(f"an activation is a name like 'relu' or a function, got the class {name}; write {name}()")
    if callable(identifier):
        return identifier
    raise TypeError(f"an activation is a name like 'relu' or a function, got {describe(identifier)}")


def serialize(activation: Any) -> Any:
    """Return the name that ``get`` takes for ``activation``.

    >>> serialize(silu)
    'silu'
    """
    return activation.__name__
