"""Exponentials and logarithms."""

import math

import numpy as np

from ..core.declare import elementwise, primitive
from ..core.dispatch import UFUNC_METHODS
from .arithmetic import ratio
from .reduce import expand, reducer

LN2, LN10 = math.log(2), math.log(10)

exp = elementwise("exp", np.exp, "Exponential, ``eˣ``.", x=lambda g, y, x: g * y)
exp2 = elementwise("exp2", np.exp2, "``2ˣ``.", x=lambda g, y, x: g * y * LN2)
# eˣ afresh: y + 1 has lost its digits where x is far below 0
expm1 = elementwise("expm1", np.expm1, "``eˣ - 1``, exact near 0.", x=lambda g, y, x: g * np.exp(x))

log = elementwise("log", np.log, "Natural logarithm.", symbol="ln", domain="positive",
    x=lambda g, y, x: ratio(g, x))  # fmt: skip
log2 = elementwise("log2", np.log2, "Logarithm to base 2.", domain="positive",
    x=lambda g, y, x: ratio(g, x * LN2))  # fmt: skip
log10 = elementwise("log10", np.log10, "Logarithm to base 10.", domain="positive",
    x=lambda g, y, x: ratio(g, x * LN10))  # fmt: skip
log1p = elementwise("log1p", np.log1p, "``ln(1 + x)``, exact near 0.", domain="positive",
    x=lambda g, y, x: ratio(g, 1 + x))  # fmt: skip


def finite_below(y):
    """Return ``y`` with 0 for -inf: then ``exp(x - y)`` is 0 where ``x`` is -inf as well, and not nan."""
    return np.where(y == -math.inf, 0, y)


logaddexp = elementwise("logaddexp", np.logaddexp, "``ln(eᵃ + eᵇ)``; never overflows.",
    a=lambda g, y, a, b: g * np.exp(a - finite_below(y)),
    b=lambda g, y, a, b: g * np.exp(b - finite_below(y)))  # fmt: skip

logaddexp2 = elementwise("logaddexp2", np.logaddexp2, "``log₂(2ᵃ + 2ᵇ)``; never overflows.",
    a=lambda g, y, a, b: g * np.exp2(a - finite_below(y)),
    b=lambda g, y, a, b: g * np.exp2(b - finite_below(y)))  # fmt: skip


@primitive
def logsumexp(x, *, axis=None, keepdims=False):
    """``ln Σ eˣ`` over ``axis`` (None: all); never overflows. The sum of nothing, or of -inf alone, is -inf.

    >>> import tensorgrad as tg
    >>> x = tg.Tensor([1000.0, 1000.0], requires_grad=True)
    >>> y = tg.ops.logsumexp(x)
    >>> y.backward()
    >>> y.item(), x.grad
    (1000.6931471805599, Tensor([0.5, 0.5]))
    """
    x = x * 1.0  # integers have no -inf
    m = np.maximum.reduce(x, axis=axis, keepdims=True, initial=-math.inf)
    m = np.where(np.isfinite(m), m, 0)
    with np.errstate(divide="ignore"):  # ln 0 = -inf is the value meant
        y = np.log(np.add.reduce(np.exp(x - m), axis=axis, keepdims=True)) + m  # exp(x - m) cannot overflow
    return y if keepdims else y.reshape(np.add.reduce(x, axis=axis).shape)


@logsumexp.vjp("x")
def _(g, y, x, *, axis, keepdims):
    y = finite_below(expand(y, x, axis, keepdims))
    return expand(g, x, axis, keepdims) * np.exp(x - y)


UFUNC_METHODS[np.logaddexp, "reduce"] = reducer(logsumexp)
