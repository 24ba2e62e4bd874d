"""Nonlinearities that need a row of their own: for numerical stability, for their kink, or for speed."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy as np

from ..core.declare import elementwise, primitive

__all__ = ["elu", "erf", "erfc", "log_softmax", "relu", "sigmoid", "softmax", "softplus", "sparsemax"]


def read_only_constants(numbers: Any) -> Any:
    """Return ``{dtype: number as a read-only array}`` from ``{code: number}``."""
    made = {np.dtype(code): np.array(x, code) for code, x in numbers.items()}
    for array in made.values():
        array.setflags(write=False)  # a compiled program takes it for the constant that it is
    return made


#: 0 in each dtype: np.maximum(x, 0) converts its 0 at every call, 1.7 µs against 0.5.
ZERO = read_only_constants(dict.fromkeys("efdgFDbhilqBHILQ", 0))
#: Below these numbers sigmoid would leave the normal range, and exp(-x) soon overflow.
LOWEST = read_only_constants({"f": -87, "F": -87, "d": -708, "D": -708, "g": -708})


def zero_of(x: Any) -> Any:
    """Return 0 of the dtype of ``x``."""
    return ZERO.get(getattr(x, "dtype", None), 0)


relu = elementwise("relu", lambda x: np.maximum(x, zero_of(x)), "Rectifier ``max(x, 0)``; its derivative at 0 is 0.",
    kinks=(0.0,), x=lambda g, y, x: g * (y > zero_of(y)))  # fmt: skip

sigmoid = elementwise("sigmoid",
    lambda x: 1.0 / (1.0 + np.exp(-np.maximum(x, LOWEST.get(getattr(x, "dtype", None), -708.0)))),
    "Logistic sigmoid ``1 / (1 + e⁻ˣ)``; never overflows.", symbol="σ", wide=True,
    x=lambda g, y, x: g * y * (1.0 - y))  # fmt: skip


def softplus_kernel(x: Any) -> Any:
    m = np.maximum(x, zero_of(x))
    return m + np.log1p(np.exp(np.minimum(x, zero_of(x)) - m))  # exp(-|x|) cannot overflow, nor be inf - inf


softplus = elementwise("softplus", softplus_kernel, "``log(1 + eˣ)``; never overflows.", wide=True,
    x=lambda g, y, x: g * sigmoid(x))  # fmt: skip


def elu_kernel(x: Any, *, alpha: Any = 1.0) -> Any:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, zero_of(x))))


elu = elementwise("elu", elu_kernel,
    "Exponential linear unit: ``x`` above 0, ``alpha (eˣ - 1)`` below; its derivative at 0 is ``alpha``.", kinks=(0.0,),
    wide=True, x=lambda g, y, x, *, alpha: g * np.where(x > 0, 1.0, y + alpha))  # fmt: skip


@primitive(wide=True)
def softmax(x: Any, *, axis: Any = -1) -> Any:
    """``exp(x) / Σ exp(x)`` along ``axis``; never overflows."""
    e = np.exp(x - np.maximum.reduce(x, axis=axis, keepdims=True))
    return e / np.add.reduce(e, axis=axis, keepdims=True)


@softmax.vjp("x")
@softmax.jvp("x")
def _(g: Any, y: Any, x: Any, *, axis: Any) -> Any:
    gy = g * y  # the Jacobian is symmetric: diag(y) - y yᵀ
    return gy - y * np.add.reduce(gy, axis=axis, keepdims=True)


@primitive(wide=True)
def log_softmax(x: Any, *, axis: Any = -1) -> Any:
    """``x - log Σ exp(x)`` along ``axis``; never overflows, and keeps what ``log(softmax(x))`` would round to -inf."""
    s = x - np.maximum.reduce(x, axis=axis, keepdims=True)
    return s - np.log(np.add.reduce(np.exp(s), axis=axis, keepdims=True))


@log_softmax.vjp("x")
def _(g: Any, y: Any, x: Any, *, axis: Any) -> Any:
    return g - np.exp(y) * np.add.reduce(g, axis=axis, keepdims=True)


@log_softmax.jvp("x")
def _(t: Any, y: Any, x: Any, *, axis: Any) -> Any:
    return t - np.add.reduce(np.exp(y) * t, axis=axis, keepdims=True)


@primitive(wide=True)
def sparsemax(x: Any, *, axis: Any = -1) -> Any:
    """The nearest point to ``x`` on the simplex: ``max(x - τ, 0)`` along ``axis``, with τ such that it sums to 1.

    Martins and Astudillo, "From Softmax to Sparsemax" (2016), algorithm 1.
    """
    x = x - np.maximum.reduce(x, axis=axis, keepdims=True)  # the running sum below then has no large terms
    shape = [1] * x.ndim
    shape[axis] = x.shape[axis]
    k = np.arange(1, x.shape[axis] + 1, dtype=x.dtype).reshape(shape)
    ordered = -np.sort(-x, axis=axis)
    over = np.cumsum(ordered, axis=axis) - 1.0
    inside = k * ordered > over
    size = np.add.reduce(inside, axis=axis, keepdims=True)
    tau = np.take_along_axis(over, size - 1, axis=axis) / size.astype(x.dtype)
    return np.maximum(x - tau, zero_of(x))


@sparsemax.vjp("x")
@sparsemax.jvp("x")
def _(g: Any, y: Any, x: Any, *, axis: Any) -> Any:
    inside = np.sign(y)  # 1 where y is not 0
    kept = g * inside
    mean = np.add.reduce(kept, axis=axis, keepdims=True) / np.add.reduce(inside, axis=axis, keepdims=True)
    return kept - inside * mean


# W. J. Cody, "Rational Chebyshev approximations for the error function" (1969): erf on |x| ≤ 0.46875, then
# erfc · exp(x²) up to 4, and beyond. NumPy has no erf.
SMALL = (
    (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2,
     3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)  # fmt: skip
MIDDLE = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
     2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
     1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
     3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
)  # fmt: skip
LARGE = (
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
     1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242e0, 1.87295284992346047e0, 5.27905102951428412e-1, 6.05183413124413191e-2,
     2.33520497626869185e-3),
)  # fmt: skip


def rational(coefficients: Any, x: Any) -> Any:
    """Return the quotient of two polynomials in ``x``, highest power first."""
    above, below = coefficients
    p, q = above[0] * x + above[1], below[0] * x + below[1]
    for a, b in zip(above[2:], below[2:], strict=True):
        p, q = p * x + a, q * x + b
    return p / q


def erf_small(x: Any) -> Any:
    """Return erf where ``|x| ≤ 0.46875``."""
    return x * rational(SMALL, x * x)


def erfc_tail(x: Any) -> Any:
    """Return ``erfc(x) exp(x²)`` where ``x ≥ 4``."""
    z = 1.0 / (x * x)
    return (1.0 / sqrt(pi) - z * rational(LARGE, z)) / x


def erfc_positive(x: Any) -> Any:
    """Return erfc where ``x > 0.46875``."""
    middle, large = np.minimum(x, 4.0), np.maximum(x, 4.0)
    return np.exp(-x * x) * np.where(x <= 4.0, rational(MIDDLE, middle), erfc_tail(large))


def erf_kernel(x: Any) -> Any:
    a = np.where(x < 0, -x, x)  # not abs: complex-step differentiation passes through
    y = np.where(a <= 0.46875, erf_small(np.minimum(a, 0.46875)), 1.0 - erfc_positive(np.maximum(a, 0.46875)))
    return np.where(x < 0, -y, y)


def erfc_kernel(x: Any) -> Any:
    a = np.where(x < 0, -x, x)
    tail = erfc_positive(np.maximum(a, 0.46875))
    far = np.where(x < 0, 2.0 - tail, tail)
    return np.where(a <= 0.46875, 1.0 - erf_small(np.minimum(np.maximum(x, -0.46875), 0.46875)), far)


erf = elementwise("erf", erf_kernel, "Error function ``2/√π ∫₀ˣ exp(-t²) dt``.", wide=True,
    x=lambda g, y, x: g * (2 / sqrt(pi) * np.exp(-x * x)))  # fmt: skip

erfc = elementwise("erfc", erfc_kernel, "``1 - erf(x)``, without the cancellation that leaves nothing at large x.",
    wide=True,
    x=lambda g, y, x: g * (-2 / sqrt(pi) * np.exp(-x * x)))  # fmt: skip
