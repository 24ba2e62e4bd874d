"""Logarithms of probabilities: products with them that are 0 where the factor is, log-odds, entropy; SciPy's names."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.declare import elementwise
from .activation import softplus
from .arithmetic import product, ratio

__all__ = ["entr", "log_expit", "logit", "xlog1py", "xlogy"]


def times_log(log: Any) -> Any:
    """Return the kernel ``x log(y)``: 0 where ``x`` is 0, though ``log(y)`` be infinite; nan stays nan."""

    def kernel(x: Any, y: Any) -> Any:
        y = beside(y, x)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where((x == 0) & (y == y), 0, x * log(y))

    return kernel


def beside(y: Any, x: Any) -> Any:
    """Return a Python number as an array of the dtype that it has beside ``x``: ``np.log`` of it would be float64."""
    return y if hasattr(y, "dtype") else np.asarray(y, np.result_type(x.dtype, y))


def unused_at_zero(log: Any, x: Any, inside: Any) -> Any:
    """Return ``log`` where it is used: 0 where ``x`` is 0 and ``log`` infinite, as in PyTorch."""
    return np.where((x == 0) & (inside <= 0), 0, log)


xlogy = elementwise("xlogy", times_log(np.log), "``x ln y``, and 0 where ``x`` is 0.", symbol="x ln y",
    domain={"y": "positive"},
    x=lambda g, z, x, y: product(g, unused_at_zero(np.log(beside(y, x)), x, y)),
    y=lambda g, z, x, y: ratio(g * x, y))  # fmt: skip

xlog1py = elementwise("xlog1py", times_log(np.log1p), "``x ln(1 + y)``, and 0 where ``x`` is 0.", symbol="x ln(1+y)",
    domain={"y": "positive"},
    x=lambda g, z, x, y: product(g, unused_at_zero(np.log1p(beside(y, x)), x, 1 + y)),
    y=lambda g, z, x, y: ratio(g * x, 1 + y))  # fmt: skip


def logit_kernel(x: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.log(x) - np.log1p(-x)


def entr_kernel(x: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        y = -x * np.log(np.where(x == 0, 1.0, x))
    return np.where(x < 0, -math.inf, y).astype(y.dtype)


logit = elementwise("logit", logit_kernel, "Log-odds ``ln(x / (1 - x))``, on [0, 1].", domain="open unit", wide=True,
    x=lambda g, y, x: ratio(g, x * (1 - x)))  # fmt: skip

entr = elementwise("entr", entr_kernel, "``-x ln x``; 0 at 0, and -inf below.", domain="positive", wide=True,
    x=lambda g, y, x: product(g, -np.log(x) - 1))  # fmt: skip


def log_expit(x: Any) -> Any:
    """Return ``ln(1 / (1 + e⁻ˣ))``, for any x.

    >>> import tensorgrad as tg
    >>> tg.special.log_expit(tg.Tensor(-1000.0))
    Tensor(-1000.)
    """
    return -softplus(np.negative(x))
