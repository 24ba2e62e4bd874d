"""Short forms, under Keras's names, of what is often written."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.tensor import array_like
from .arithmetic import sqrt
from .compare import where
from .linalg import norm
from .reduce import mean
from .solve import slogdet

__all__ = ["cdist", "divide_no_nan", "logdet", "psnr", "rsqrt"]


def rsqrt(x: Any) -> Any:
    """``1 / √x``."""
    return 1.0 / sqrt(x)


def divide_no_nan(x1: Any, x2: Any) -> Any:
    """``x1 / x2``, and 0 where ``x2`` is 0; its gradient there is 0 too.

    >>> divide_no_nan(np.array([1.0, 1.0]), np.array([2.0, 0.0]))
    array([0.5, 0. ])
    """
    x1, x2 = array_like(x1), array_like(x2)
    zero = x2 == 0
    return where(zero, 0.0, x1 / where(zero, 1.0, x2))


def logdet(x: Any) -> Any:
    """The logarithm of the absolute determinant of matrices, without overflow."""
    return slogdet(array_like(x))[1]


def cdist(x: Any, y: Any) -> Any:
    """The distance of each row of ``x`` (..., m, d) from each row of ``y`` (..., n, d): (..., m, n).

    >>> cdist(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 1.0]]))
    array([[5., 1.]])
    """
    return norm(np.expand_dims(array_like(x), -2) - np.expand_dims(array_like(y), -3), axis=-1)


def psnr(x1: Any, x2: Any, max_val: Any) -> Any:
    """Peak signal-to-noise ratio in decibels: ``10 log10(max_val² / mean((x1 - x2)²))``."""
    d = array_like(x1) - array_like(x2)
    return 20.0 * np.log10(max_val) - 10.0 * np.log10(mean(d * d))
