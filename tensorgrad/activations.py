"""Activations: the nonlinear functions of layers, under Keras's names. They take and return arrays or Tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import ops
from .errors import describe
from .ops.activation import elu, log_softmax, sigmoid, softmax, softplus, sparsemax
from .ops.nonlinearities import (
    celu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_swish,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    mish,
    relu6,
    selu,
    silu,
    soft_shrink,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    squareplus,
    swish,
    tanh_shrink,
    threshold,
)
from .ops.trigonometric import tanh
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


def gelu(x: Any, approximate: Any = False) -> Any:
    """``x Φ(x)`` with the normal distribution function Φ, or its tanh approximation. Hendrycks and Gimpel (2016).

    >>> gelu(np.array([-2.0, 2.0]))
    array([-0.04550026,  1.95449974])
    """
    return ops.gelu(x, approximate)


def exponential(x: Any) -> Any:
    """``eˣ``."""
    return ops.exp(x)


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
