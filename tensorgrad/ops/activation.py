"""Nonlinearities that need a row of their own: for numerical stability, for their kink, or for speed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.declare import elementwise, primitive

__all__ = ["elu", "log_softmax", "relu", "sigmoid", "softmax", "softplus", "sparsemax"]


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
