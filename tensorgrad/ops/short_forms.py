"""Short forms, under Keras's names, of what is often written."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.tensor import array_like
from .arithmetic import sqrt
from .compare import where
from .determinant import slogdet
from .linalg import matmul
from .movement import matrix_transpose, tril, triu
from .norm import norm
from .reduce import mean
from .solve import inv, solve

__all__ = ["cdist", "cholesky_inverse", "divide_no_nan", "logdet", "psnr", "rsqrt", "solve_triangular"]


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


def solve_triangular(a: Any, b: Any, lower: bool = False) -> Any:
    """The ``x`` of ``a @ x = b`` where only the upper triangle of ``a`` counts, or only the lower.

    >>> solve_triangular(np.array([[2.0, 1.0], [9.0, 4.0]]), np.array([4.0, 8.0]))
    array([1., 2.])
    """
    return solve(tril(array_like(a)) if lower else triu(array_like(a)), b)


def cholesky_inverse(x: Any, upper: bool = False) -> Any:
    """The inverse of ``L Lᵀ`` for a lower triangular ``L``, or of ``Uᵀ U`` for an upper triangular ``U``."""
    x = array_like(x)
    return inv(matmul(matrix_transpose(x), x) if upper else matmul(x, matrix_transpose(x)))


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
