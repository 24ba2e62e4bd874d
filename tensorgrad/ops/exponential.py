"""Exponentials and logarithms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.declare import elementwise, primitive
from ..core.dispatch import UFUNC_METHODS
from .activation import sigmoid
from .arithmetic import ratio, zero_to_inf
from .reduce import expand, reducer

__all__ = ["exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "logaddexp", "logaddexp2", "logsumexp"]

LN2, LN10 = math.log(2), math.log(10)

exp = elementwise("exp", np.exp, "Exponential, ``eˣ``.", x=lambda g, y, x: g * y)
exp2 = elementwise("exp2", np.exp2, "``2ˣ``.", wide=True, x=lambda g, y, x: g * y * LN2)
# eˣ afresh: y + 1 has lost its digits where x is far below 0
expm1 = elementwise("expm1", np.expm1, "``eˣ - 1``, exact near 0.", x=lambda g, y, x: g * np.exp(x))

log = elementwise("log", np.log, "Natural logarithm.", symbol="ln", domain="positive",
    x=lambda g, y, x: ratio(g, x))  # fmt: skip
log2 = elementwise("log2", np.log2, "Logarithm to base 2.", domain="positive", wide=True,
    x=lambda g, y, x: ratio(g, x * LN2))  # fmt: skip
log10 = elementwise("log10", np.log10, "Logarithm to base 10.", domain="positive",
    x=lambda g, y, x: ratio(g / LN10, x))  # fmt: skip
log1p = elementwise("log1p", np.log1p, "``ln(1 + x)``, exact near 0.", domain="positive",
    x=lambda g, y, x: ratio(g, 1 + x))  # fmt: skip


def zero_for_minus_inf(y: Any) -> Any:
    """Return ``y`` with 0 for -inf: then ``exp(x - y)`` is 0 where ``x`` is -inf as well, and not nan."""
    return np.where(y == -math.inf, 0, y)


def exponent_gap(a: Any, b: Any) -> Any:
    """Return ``a - b``, where a ``b`` of -inf is the lowest number there is, so that it can be taken from another."""
    if not hasattr(b, "dtype"):
        return a - max(b, float(np.finfo(a.dtype).min))  # a Python number stays weak
    return a - np.where(b == -math.inf, float(np.finfo(b.dtype).min), b)


# not exp(a - y): y has rounded what b adds to a large a
logaddexp = elementwise("logaddexp", np.logaddexp, "``ln(eᵃ + eᵇ)``; never overflows.", wide=True,
    a=lambda g, y, a, b: g * sigmoid(exponent_gap(a, b)),
    b=lambda g, y, a, b: g * sigmoid(exponent_gap(b, a)))  # fmt: skip

logaddexp2 = elementwise("logaddexp2", np.logaddexp2, "``log₂(2ᵃ + 2ᵇ)``; never overflows.", wide=True,
    a=lambda g, y, a, b: g * sigmoid(exponent_gap(a, b) * LN2),
    b=lambda g, y, a, b: g * sigmoid(exponent_gap(b, a) * LN2))  # fmt: skip


@primitive(wide=True)
def logsumexp(x: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    """``ln Σ eˣ`` over ``axis`` (None: all); never overflows. The sum of nothing, or of -inf alone, is -inf.

    >>> import tensorgrad as tg
    >>> x = tg.Tensor([1000.0, 1000.0], requires_grad=True)
    >>> y = tg.ops.logsumexp(x)
    >>> y.backward()
    >>> y.item(), x.grad
    (1000.6931471805599, Tensor([0.5, 0.5]))
    """
    m = np.maximum.reduce(x, axis=axis, keepdims=True, initial=-math.inf)
    m = np.where(np.isfinite(m), m, 0)
    with np.errstate(divide="ignore"):  # ln 0 = -inf is the value meant
        y = np.log(np.add.reduce(np.exp(x - m), axis=axis, keepdims=True)) + m  # exp(x - m) cannot overflow
    return y if keepdims else y.reshape(np.add.reduce(x, axis=axis).shape)


@logsumexp.vjp("x")
def _(g: Any, y: Any, x: Any, *, axis: Any, keepdims: Any) -> Any:
    e = np.exp(x - zero_for_minus_inf(expand(y, x, axis, keepdims)))
    total = np.add.reduce(e, axis=axis, keepdims=True)  # 1, but for what y has rounded
    return expand(g, x, axis, keepdims) * (e / zero_to_inf(total))


UFUNC_METHODS[np.logaddexp, "reduce"] = reducer(logsumexp)
