"""Nonlinearities composed of others, under Keras's names: what a layer may apply to its sums."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy as np

from ..core.tensor import array_like
from ..errors import ShapeError, describe
from .activation import elu, relu, sigmoid, softplus
from .arithmetic import zero_to_inf
from .normal import erfc

__all__ = [
    "celu", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "leaky_relu",
    "log_sigmoid", "mish", "relu6", "selu", "silu", "soft_shrink", "softsign", "sparse_plus", "sparse_sigmoid",
    "squareplus", "swish", "tanh_shrink", "threshold",
]  # fmt: skip


def relu6(x: Any) -> Any:
    """``min(max(x, 0), 6)``."""
    x = array_like(x)
    y = relu(x)
    return np.where(y < 6.0, y, 6.0)


def leaky_relu(x: Any, negative_slope: Any = 0.2) -> Any:
    """``x`` above 0, ``negative_slope x`` below."""
    x = array_like(x)
    return np.where(x > 0, x, negative_slope * x)


def selu(x: Any) -> Any:
    """``1.0507 elu(x, 1.6733)``, which keeps mean 0 and variance 1 through layers. Klambauer et al. (2017)."""
    x = array_like(x)
    return 1.0507009873554805 * elu(x, alpha=1.6732632423543772)


def celu(x: Any, alpha: Any = 1.0) -> Any:
    """``x`` above 0, ``alpha (e^(x / alpha) - 1)`` below. Barron (2017)."""
    x = array_like(x)
    return alpha * elu(x / alpha, alpha=1.0)


def gelu(x: Any, approximate: Any = True) -> Any:
    """``x Φ(x)`` with the normal distribution function Φ, by its tanh approximation unless ``approximate=False``.

    >>> gelu(np.array([-2.0, 2.0]), approximate=False)
    array([-0.04550026,  1.95449974])
    """
    x = array_like(x)
    if approximate:
        return 0.5 * x * (1.0 + np.tanh(sqrt(2 / pi) * (x + 0.044715 * (x * x * x))))
    return 0.5 * x * erfc(x * -sqrt(0.5))  # erfc(-a) is 1 + erf(a), exact where that cancels


def silu(x: Any) -> Any:
    """``x σ(x)``, also known as swish. Elfwing et al. (2017)."""
    x = array_like(x)
    return np.maximum(x, -1e4) * sigmoid(x)  # further below it is 0, and -1e38 times a tiny number is not


def mish(x: Any) -> Any:
    """``x tanh(log(1 + eˣ))``. Misra (2019)."""
    x = array_like(x)
    return x * np.tanh(softplus(x))


def hard_sigmoid(x: Any) -> Any:
    """``x / 6 + 1/2``, clipped to [0, 1]."""
    x = array_like(x)
    return relu6(x + 3.0) / 6.0


def hard_silu(x: Any) -> Any:
    """``x hard_sigmoid(x)``. Howard et al. (2019)."""
    x = array_like(x)
    return x * hard_sigmoid(x)


def hard_tanh(x: Any) -> Any:
    """``x`` clipped to [-1, 1]."""
    x = array_like(x)
    return np.clip(x, -1.0, 1.0)


def tanh_shrink(x: Any) -> Any:
    """``x - tanh(x)``."""
    x = array_like(x)
    return x - np.tanh(x)


def softsign(x: Any) -> Any:
    """``x / (1 + |x|)``."""
    x = array_like(x)
    return x / (1.0 + np.abs(x))


def log_sigmoid(x: Any) -> Any:
    """``log(σ(x))``, without rounding to -inf."""
    x = array_like(x)
    return -softplus(-1.0 * x)  # -x of unsigned integers is no negative number


def soft_shrink(x: Any, threshold: Any = 0.5) -> Any:
    """``x`` brought nearer to 0 by ``threshold``, and 0 within it."""
    x = array_like(x)
    return np.where(x > threshold, x - threshold, np.where(x < -threshold, x + threshold, 0.0))


def hard_shrink(x: Any, threshold: Any = 0.5) -> Any:
    """``x``, but 0 where ``|x| ≤ threshold``."""
    x = array_like(x)
    return np.where(x > threshold, x, np.where(x < -threshold, x, 0.0))


def squareplus(x: Any, b: Any = 4) -> Any:
    """``(x + √(x² + b)) / 2``."""
    x = array_like(x)
    size = np.where(x > 0, x, -1.0 * x)  # not abs: it has no slope at 0
    larger = 0.5 * (size + np.hypot(x, sqrt(b)))  # below 0 x and the root would cancel, and x * x could overflow
    return np.where(x > 0, larger, 0.25 * b / zero_to_inf(larger))


def sparse_plus(x: Any) -> Any:
    """0 up to -1, ``((x + 1) / 2)²`` up to 1, then ``x``."""
    x = array_like(x)
    middle = 0.25 * ((x + 1.0) * (x + 1.0))
    return np.where(x <= -1, 0.0, np.where(x < 1, middle, x))


def sparse_sigmoid(x: Any) -> Any:
    """``(x + 1) / 2``, clipped to [0, 1]."""
    x = array_like(x)
    return np.clip(0.5 * (x + 1.0), 0.0, 1.0)


def glu(x: Any, axis: Any = -1) -> Any:
    """``a σ(b)`` where a and b are the halves of ``x`` along ``axis``. Dauphin et al. (2017)."""
    x = array_like(x)
    axis = axis % x.ndim
    half, odd = divmod(x.shape[axis], 2)
    if odd:
        raise ShapeError(f"glu halves axis {axis}, which must be even; got {describe(x)}")
    before = (slice(None),) * axis
    return x[(*before, slice(half))] * sigmoid(x[(*before, slice(half, None))])


def threshold(x: Any, threshold: Any, default_value: Any) -> Any:
    """``x`` above ``threshold``, else ``default_value``."""
    x = array_like(x)
    return np.where(x > threshold, x, default_value)


swish, hard_swish = silu, hard_silu
